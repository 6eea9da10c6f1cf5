"""Commits (RFC 9420 §12.4): following those of others, and making our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from art7.runtime.mls import framing
from art7.runtime.mls.epoch import Begun, begin_epoch, external_pair, psk_secret, welcome_key
from art7.runtime.mls.group import Group, Own, message_keys
from art7.runtime.mls.leaves import check_abilities, check_credentials, check_distinct, key_package_ref
from art7.runtime.mls.proposals import (
    REQUIRED_CAPABILITIES,
    Applied,
    Listed,
    apply,
    check_list,
    extension,
    needs_path,
    resolve,
)
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value
from art7.runtime.mls.suite import CipherSuite, KeyPair
from art7.runtime.mls.transcript import confirmed_hash, interim_hash
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import tree_hash
from art7.runtime.mls.tree_kem import (
    NewPath,
    PathSecrets,
    apply_path,
    check_new_keys,
    make_path,
    node_key,
    open_path,
    seal_path,
)
from art7.runtime.mls.tree_math import is_below


def check_open(group: Group) -> None:
    """Raises: `MlsRefused` with `ended` for a group that is to begin anew (§11.2)."""
    if group.ended is not None:
        raise MlsRefused("ended", "a group that goes on", "a re-initialised one", "RFC 9420 §11.2")


def next_context(
    suite: CipherSuite, context: Value, tree: RatchetTree, extensions: Sequence[Value]
) -> dict[str, Any]:
    """Return the context of the next epoch, with the confirmed hash of this one still (§12.4.2)."""
    return {
        **context,
        "epoch": context["epoch"] + 1,
        "tree_hash": tree_hash(suite, tree),
        "extensions": extensions,
    }


def follow_commit(group: Group, message: Value, now: int | None = None) -> Group:
    """Return the group in the epoch that another's commit begins (§12.4.2).

    `message` is an authenticated content whose signature was checked. Raises: `MlsRefused`; the group stays as it is.
    """
    check_open(group)
    content, suite = message["content"], group.suite
    commit, sender = content["commit"], content["sender"]
    external = sender["sender_type"] == framing.NEW_MEMBER_COMMIT
    if not external and sender["sender_type"] != framing.MEMBER:
        raise MlsRefused("wrong_content", "a commit of a member or joiner", "another's", "RFC 9420 §12.4")
    listed = resolve(commit, {} if external else group.known, sender)
    check_list(listed, None if external else sender["leaf_index"])
    done = apply(suite, group.tree, group.context, listed, now)
    if group.own.index in done.removed:
        raise MlsRefused("removed", "a place in the group", "none", "RFC 9420 §12.4.2")
    path = commit["path"]
    if path is None and needs_path(listed):
        raise MlsRefused("missing_path", "an update path", "none", "RFC 9420 §12.4")
    index = done.tree.reserve() if external else sender["leaf_index"]
    own, secrets = _own_updates(group.own, done), None
    if path is not None:
        own, secrets = _take_path(group, done, index, path, own, external)
    context = next_context(suite, group.context, done.tree, done.extensions)
    context["confirmed_transcript_hash"] = confirmed_hash(suite, group.interim, message)
    init = _init_secret(group, done)
    commit_secret = bytes(suite.hash_size) if secrets is None else secrets.commit_secret
    begun = begin_epoch(suite, init, commit_secret, psk_secret(suite, done.psks, group.psks), context)
    tag = message["auth"]["confirmation_tag"]
    confirmed = context["confirmed_transcript_hash"]
    suite.check_mac(begun.secrets.confirmation_key, confirmed, tag, "bad_confirmation_tag")
    return _entered(group, context, done, begun, tag, own)


def _own_updates(own: Own, done: Applied) -> Own:
    """Take the key of an update of ours that was committed."""
    if own.index not in done.updated:
        return own
    public = done.tree.member(own.index)["encryption_key"]
    if public not in own.updates:
        raise MlsRefused("key_mismatch", "an update that we proposed", "another", "RFC 9420 §12.1.2")
    return replace(own, keys={**own.keys, 2 * own.index: own.updates[public]})


def _take_path(
    group: Group, done: Applied, index: int, path: Value, own: Own, external: bool
) -> tuple[Own, PathSecrets]:
    """Merge a path into the new tree and open our part of it."""
    suite, before = group.suite, done.tree
    check_abilities(path["leaf_node"], extension(done.extensions, REQUIRED_CAPABILITIES))
    if not external:
        before.member(index)
    check_new_keys(before, path)
    done.tree = before.copy()
    apply_path(suite, done.tree, index, path, group.context["group_id"])
    check_distinct(done.tree)
    if external or path["leaf_node"]["credential"] != before.member(index)["credential"]:
        check_credentials(done.tree)
    context = next_context(suite, group.context, done.tree, done.extensions)
    bound = suite.structures.encode("GroupContext", context)
    added = {leaf for leaf, _ in done.added}
    secrets = open_path(suite, before, index, path, own.keys, own.index, bound, added)
    new = {node: node_key(suite, secret) for node, secret in secrets.by_node.items()}
    return replace(own, keys={**own.keys, **new}), secrets


def _init_secret(group: Group, done: Applied) -> bytes:
    if done.external_init is None:
        return group.secrets.next_init_secret
    pair = external_pair(group.suite, group.secrets)
    return group.suite.external_secret(group.suite.decapsulate(pair.private, done.external_init))


def _entered(group: Group, context: Value, done: Applied, begun: Begun, tag: bytes, own: Own) -> Group:
    """Return the group in its new epoch; key pairs of nodes that changed are dropped."""
    tree = done.tree
    held = {node: pair for node, pair in own.keys.items() if _is_held(tree, node, pair)}
    store = group.psks.keeping(context["group_id"], context["epoch"], begun.secrets.resumption_psk)
    return Group(
        group.suite,
        context,
        tree,
        begun.secrets,
        tag,
        interim_hash(group.suite, context["confirmed_transcript_hash"], tag),
        Own(own.index, own.signature, held),
        store,
        message_keys(group.suite, context, begun.secrets, tree),
        ended=done.reinit,
    )


def _is_held(tree: RatchetTree, node: int, pair: KeyPair) -> bool:
    known = tree.nodes[node] if node < len(tree.nodes) else None
    return known is not None and known["encryption_key"] == pair.public


# ---- our own ----


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit of our own: the message, the group after it, and a Welcome for those it adds; `MlsMessage`s."""

    message: bytes
    group: Group = field(repr=False)
    welcome: bytes | None


def make_commit(
    group: Group,
    random: Random,
    proposals: Sequence[Value] = (),
    *,
    wire_format: int = framing.PRIVATE,
    with_path: bool = True,
    resuming: int = 1,
    now: int | None = None,
) -> Committed:
    """Commit every proposal received in this epoch, and `proposals` of our own (§12.4.1).

    `resuming` is what resumption keys may be for: 1, or 2 and 3 where a group begins from another.

    Raises: `MlsRefused` where the proposals cannot stand together.
    """
    suite = group.suite
    sender = {"sender_type": framing.MEMBER, "leaf_index": group.own.index}
    proposals = [suite.structures.as_read("Proposal", each) for each in proposals]
    listed = [*group.known.values(), *(Listed(each, sender) for each in proposals)]
    check_list(listed, group.own.index, resuming)
    check_open(group)
    done = apply(suite, group.tree, group.context, listed, now)
    before, new, path = done.tree, None, None
    if with_path or needs_path(listed):
        new, path = _own_path(group, done, random)
    references = [{"kind": 2, "reference": each} for each in group.known]
    named = [*references, *({"kind": 1, "proposal": each} for each in proposals)]
    body = {"proposals": named, "path": path}
    message = group.signed(wire_format, framing.COMMIT, body)
    context = next_context(suite, group.context, done.tree, done.extensions)
    context["confirmed_transcript_hash"] = confirmed_hash(suite, group.interim, message)
    psks = psk_secret(suite, done.psks, group.psks)
    commit_secret = bytes(suite.hash_size) if new is None else new.secrets.commit_secret
    begun = begin_epoch(suite, group.secrets.next_init_secret, commit_secret, psks, context)
    tag = suite.mac(begun.secrets.confirmation_key, context["confirmed_transcript_hash"])
    message["auth"]["confirmation_tag"] = tag
    after = _entered(group, context, done, begun, tag, _own_after(group, new))
    welcome = _welcome(after, begun, done, before, new, random) if done.added else None
    return Committed(group.protect(message, random), after, welcome)


def _own_path(group: Group, done: Applied, random: Random) -> tuple[NewPath, dict[str, Any]]:
    suite, before, own, group_id = group.suite, done.tree, group.own, group.context["group_id"]
    done.tree = before.copy()
    leaf = before.member(own.index)
    new = make_path(suite, done.tree, own.index, leaf, own.signature, group_id, random)
    context = next_context(suite, group.context, done.tree, done.extensions)
    bound = suite.structures.encode("GroupContext", context)
    added = {index for index, _ in done.added}
    return new, seal_path(suite, before, own.index, new, bound, random, added)


def _own_after(group: Group, new: NewPath | None) -> Own:
    if new is None:
        return group.own
    made = {node: node_key(group.suite, secret) for node, secret in new.secrets.by_node.items()}
    keys = {**group.own.keys, **made, 2 * group.own.index: new.leaf_key}
    return Own(group.own.index, group.own.signature, keys)


def _welcome(
    after: Group, begun: Begun, done: Applied, before: RatchetTree, new: NewPath | None, random: Random
) -> bytes:
    """Return the `Welcome` for the members that a commit adds (§12.4.3.1)."""
    suite = after.suite
    info = suite.structures.encode("GroupInfo", after.group_info())
    key, nonce = welcome_key(suite, begun.welcome_secret)
    sealed = suite.seal(key, nonce, b"", info)
    path = [] if new is None else before.filtered_path(after.own.index)
    secrets = []
    for index, package in done.added:
        secret = None
        if new is not None:
            node = next(node for node, _ in path if is_below(2 * index, node))
            secret = {"path_secret": new.secrets.by_node[node]}
        told = {"joiner_secret": begun.joiner_secret, "path_secret": secret, "psks": done.psks}
        octets = suite.structures.encode("GroupSecrets", told)
        box = suite.seal_to(package["init_key"], "Welcome", sealed, octets, random)
        boxed = {"kem_output": box.kem_output, "ciphertext": box.ciphertext}
        reference = key_package_ref(suite, package)
        secrets.append({"new_member": reference, "encrypted_group_secrets": boxed})
    value = {"cipher_suite": suite.number, "secrets": secrets, "encrypted_group_info": sealed}
    return suite.structures.wrap("welcome", value)
