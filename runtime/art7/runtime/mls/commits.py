"""Commits (RFC 9420 §12.4): following those of others, and making our own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from art7.runtime.mls import framing
from art7.runtime.mls.credentials import check_newcomers
from art7.runtime.mls.epoch import Begun, begin_epoch, external_pair, psk_secret, welcome_key
from art7.runtime.mls.group import Group, Own, message_keys
from art7.runtime.mls.leaves import check_abilities, check_credentials, check_distinct, key_package_ref
from art7.runtime.mls.proposals import (
    Applied,
    Listed,
    apply,
    check_list,
    needs_path,
    requirements,
    resolve,
)
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value, changed
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
    open_path,
    seal_path,
)
from art7.runtime.mls.tree_math import is_below


def check_open(group: Group) -> None:
    """Raises: `MlsRefused` with `ended` for a group that is to begin anew (§11.2)."""
    if group.ended is not None:
        raise MlsRefused("ended", "a group that goes on", "a re-initialised one", "RFC 9420 §11.2")


def next_context(suite: CipherSuite, context: Value, tree: RatchetTree, extensions: Sequence[Value]) -> Value:
    """Return the context of the next epoch, with the confirmed hash of this one still (§12.4.2)."""
    return changed(context, epoch=context.epoch + 1, tree_hash=tree_hash(suite, tree), extensions=extensions)


def follow_commit(group: Group, message: Value, now: int | None = None) -> Group:
    """Return the group in the epoch that another's commit begins (§12.4.2).

    `message` is an authenticated content whose signature was checked. Raises: `MlsRefused`; the group stays as it is.
    """
    check_open(group)
    content, suite = message.content, group.suite
    commit, sender = content.commit, content.sender
    external = sender.sender_type == framing.NEW_MEMBER_COMMIT
    if not external and sender.sender_type != framing.MEMBER:
        raise MlsRefused("wrong_content", "a commit of a member or joiner", "another's", "RFC 9420 §12.4")
    listed = resolve(commit, {} if external else group.known, sender)
    check_list(listed, None if external else sender.leaf_index)
    done = apply(suite, group.tree, group.context, listed, now)
    if group.own.index in done.removed:
        raise MlsRefused("removed", "a place in the group", "none", "RFC 9420 §12.4.2")
    path = commit.path
    if path is None and needs_path(listed):
        raise MlsRefused("missing_path", "an update path", "none", "RFC 9420 §12.4")
    index = done.tree.reserve() if external else sender.leaf_index
    own, secrets = _own_updates(group.own, done), None
    if path is not None:
        own, secrets = _take_path(group, done, index, path, own, external)
    renewed = None if path is None else index
    check_newcomers(group.authority, group.tree, group.context.extensions, done, renewed)
    context = next_context(suite, group.context, done.tree, done.extensions)
    context = changed(context, confirmed_transcript_hash=confirmed_hash(suite, group.interim, message))
    init = _init_secret(group, done)
    commit_secret = bytes(suite.hash_size) if secrets is None else secrets.commit_secret
    begun = begin_epoch(suite, init, commit_secret, psk_secret(suite, done.psks, group.psks), context)
    tag = message.auth.confirmation_tag
    confirmed = context.confirmed_transcript_hash
    suite.check_mac(begun.secrets.confirmation_key, confirmed, tag, "bad_confirmation_tag")
    return _entered(group, context, done, begun, tag, own)


def _own_updates(own: Own, done: Applied) -> Own:
    """Take the key of an update of ours that was committed."""
    if own.index not in done.updated:
        return own
    public = done.tree.member(own.index).encryption_key
    if public not in own.updates:
        raise MlsRefused("key_mismatch", "an update that we proposed", "another", "RFC 9420 §12.1.2")
    return replace(own, keys={**own.keys, 2 * own.index: own.updates[public]})


def _take_path(
    group: Group, done: Applied, index: int, path: Value, own: Own, external: bool
) -> tuple[Own, PathSecrets]:
    """Merge a path into the new tree and open our part of it."""
    suite, before = group.suite, done.tree
    check_abilities(path.leaf_node, requirements(done.extensions))
    if not external:
        before.member(index)
    check_new_keys(before, path)
    done.tree = before.copy()
    apply_path(suite, done.tree, index, path, group.context.group_id)
    check_distinct(done.tree)
    if external or path.leaf_node.credential != before.member(index).credential:
        check_credentials(done.tree)
    context = next_context(suite, group.context, done.tree, done.extensions)
    bound = suite.structures.encode("GroupContext", context)
    added = {leaf for leaf, _ in done.added}
    secrets = open_path(suite, before, index, path, own.keys, own.index, bound, added)
    return replace(own, keys={**own.keys, **secrets.pairs}), secrets


def _init_secret(group: Group, done: Applied) -> bytes:
    if done.external_init is None:
        return group.secrets.next_init_secret
    pair = external_pair(group.suite, group.secrets)
    return group.suite.external_secret(group.suite.decapsulate(pair.private, done.external_init))


def _entered(group: Group, context: Value, done: Applied, begun: Begun, tag: bytes, own: Own) -> Group:
    """Return the group in its new epoch; key pairs of nodes that changed are dropped."""
    tree = done.tree
    held = {node: pair for node, pair in own.keys.items() if _is_held(tree, node, pair)}
    store = group.psks.keeping(context.group_id, context.epoch, begun.secrets.resumption_psk)
    return Group(
        group.suite,
        context,
        tree,
        begun.secrets.without_root(),
        tag,
        interim_hash(group.suite, context.confirmed_transcript_hash, tag),
        Own(own.index, own.signature, held),
        store,
        message_keys(group.suite, context, begun.secrets, tree),
        ended=done.reinit,
        authority=group.authority,
    )


def _is_held(tree: RatchetTree, node: int, pair: KeyPair) -> bool:
    known = tree.nodes[node] if node < len(tree.nodes) else None
    return known is not None and known.encryption_key == pair.public


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
    references: Collection[bytes] | None = None,
    resuming: int = 1,
    now: int | None = None,
) -> Committed:
    """Commit the proposals received in this epoch, and `proposals` of our own (§12.4.1).

    `references` are the received ones to name, where not all can stand together.
    `resuming` is what resumption keys may be for: 1, or 2 and 3 where a group begins from another.

    Raises: `MlsRefused` where the proposals cannot stand together.
    """
    suite, structures = group.suite, group.suite.structures
    listed, named = _chosen(group, proposals, references)
    check_list(listed, group.own.index, resuming)
    check_open(group)
    done = apply(suite, group.tree, group.context, listed, now)
    check_newcomers(group.authority, group.tree, group.context.extensions, done)
    before, new, path = done.tree, None, None
    if with_path or needs_path(listed):
        new, path = _own_path(group, done, random)
    body = structures.new("Commit", proposals=named, path=path)
    message = group.signed(wire_format, framing.COMMIT, body)
    context = next_context(suite, group.context, done.tree, done.extensions)
    context = changed(context, confirmed_transcript_hash=confirmed_hash(suite, group.interim, message))
    psks = psk_secret(suite, done.psks, group.psks)
    commit_secret = bytes(suite.hash_size) if new is None else new.secrets.commit_secret
    begun = begin_epoch(suite, group.secrets.next_init_secret, commit_secret, psks, context)
    tag = suite.mac(begun.secrets.confirmation_key, context.confirmed_transcript_hash)
    message = changed(message, auth=changed(message.auth, confirmation_tag=tag))
    after = _entered(group, context, done, begun, tag, _own_after(group, new))
    welcome = _welcome(after, begun, done, before, new, random) if done.added else None
    return Committed(group.protect(message, random), after, welcome)


def _chosen(
    group: Group, proposals: Sequence[Value], references: Collection[bytes] | None
) -> tuple[list[Listed], list[Value]]:
    """Return the proposals of a commit, and how it names them: received ones by reference, then our own."""
    structures = group.suite.structures
    own = [structures.value("Proposal", each) for each in proposals]
    known = [each for each in group.known if references is None or each in references]
    listed = [*(group.known[each] for each in known), *(Listed(each, group.sender) for each in own)]
    named = [structures.new("ProposalOrRef", kind=2, reference=each) for each in known]
    return listed, [*named, *(structures.new("ProposalOrRef", kind=1, proposal=each) for each in own)]


def _own_path(group: Group, done: Applied, random: Random) -> tuple[NewPath, Value]:
    suite, before, own, group_id = group.suite, done.tree, group.own, group.context.group_id
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
    keys = {**group.own.keys, **new.secrets.pairs, 2 * group.own.index: new.leaf_key}
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
    secrets, structures, seal = [], suite.structures, suite.sealing("Welcome", sealed)
    for index, package in done.added:
        secret = None
        if new is not None:
            node = next(node for node, _ in path if is_below(2 * index, node))
            secret = structures.new("PathSecret", path_secret=new.secrets.by_node[node])
        octets = structures.write(
            "GroupSecrets", joiner_secret=begun.joiner_secret, path_secret=secret, psks=done.psks
        )
        box = seal(package.init_key, octets, random)
        boxed = structures.new("HpkeCiphertext", kem_output=box.kem_output, ciphertext=box.ciphertext)
        reference = key_package_ref(suite, package)
        secrets.append(
            structures.new("EncryptedGroupSecrets", new_member=reference, encrypted_group_secrets=boxed)
        )
    value = structures.new("Welcome", cipher_suite=suite.number, secrets=secrets, encrypted_group_info=sealed)
    return structures.wrap("welcome", value)
