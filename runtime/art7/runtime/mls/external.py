"""Entering a group from outside, by a commit of the joiner (RFC 9420 §12.4.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.runtime.mls import framing
from art7.runtime.mls.commits import Committed, next_context
from art7.runtime.mls.epoch import PskStore, begin_epoch, psk_secret
from art7.runtime.mls.group import EXTERNAL_PUB, Own
from art7.runtime.mls.joining import enter, received_tree
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.proposals import Applied, Listed, apply, check_list, extension
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value
from art7.runtime.mls.suite import CipherSuite, cipher_suite
from art7.runtime.mls.transcript import confirmed_hash, interim_hash
from art7.runtime.mls.tree_kem import NewPath, make_path, node_key, seal_path

_SENDER: dict[str, Any] = {"sender_type": framing.NEW_MEMBER_COMMIT}


def join_externally(
    group_info: bytes,
    package: Value,
    own: OwnKeys,
    random: Random,
    *,
    tree: Value | None = None,
    replacing: int | None = None,
    psks: PskStore | None = None,
    now: int | None = None,
) -> Committed:
    """Enter the group of an `MlsMessage` with a `GroupInfo`; `replacing` is a former leaf of ours to remove.

    Raises: `MlsRefused`.
    """
    suite, store = cipher_suite(package["cipher_suite"]), psks or PskStore()
    _, info = suite.structures.unwrap(group_info, "group_info")
    known, context = received_tree(suite, info, tree, now), info["group_context"]
    public = extension(info["extensions"], EXTERNAL_PUB)
    if public is None:
        raise MlsRefused("wrong_content", "a GroupInfo with an external key", "none", "RFC 9420 §12.4.3.2")
    sent, shared = suite.encapsulate(public, random)
    proposals = _proposals(sent, replacing)
    done = apply(suite, known, context, [Listed(each, _SENDER) for each in proposals], now)
    leaf, index = suite.structures.as_read("KeyPackage", package)["leaf_node"], done.tree.reserve()
    new, path = _path(suite, done, index, leaf, own, context, random)
    body = {"proposals": [{"kind": 1, "proposal": each} for each in proposals], "path": path}
    content = framing.framed(context, _SENDER, framing.COMMIT, body)
    message = framing.sign_content(suite, context, framing.PUBLIC, content, own.signature)
    following = next_context(suite, context, done.tree, done.extensions)
    interim = interim_hash(suite, context["confirmed_transcript_hash"], info["confirmation_tag"])
    following["confirmed_transcript_hash"] = confirmed_hash(suite, interim, message)
    mixed, init = psk_secret(suite, done.psks, store), suite.external_secret(shared)
    secrets = begin_epoch(suite, init, new.secrets.commit_secret, mixed, following).secrets
    tag = suite.mac(secrets.confirmation_key, following["confirmed_transcript_hash"])
    keys = {node: node_key(suite, each) for node, each in new.secrets.by_node.items()}
    place = Own(index, own.signature, {**keys, 2 * index: new.leaf_key})
    group = enter(suite, following, done.tree, secrets, tag, place, store)
    auth = {**message["auth"], "confirmation_tag": tag}
    public_message = {"content": content, "auth": auth, "membership_tag": None}
    return Committed(suite.structures.wrap("public_message", public_message), group, None)


def _proposals(sent: bytes, replacing: int | None) -> Sequence[Value]:
    found: list[Value] = [{"proposal_type": 6, "external_init": {"kem_output": sent}}]
    if replacing is not None:
        found.append({"proposal_type": 3, "remove": {"removed": replacing}})
    check_list([Listed(each, _SENDER) for each in found], None)
    return found


def _path(
    suite: CipherSuite, done: Applied, index: int, leaf: Value, own: OwnKeys, context: Value, random: Random
) -> tuple[NewPath, dict[str, Any]]:
    before, group_id = done.tree.copy(), context["group_id"]
    new = make_path(suite, done.tree, index, leaf, own.signature, group_id, random)
    following = next_context(suite, context, done.tree, done.extensions)
    bound = suite.structures.encode("GroupContext", following)
    return new, seal_path(suite, before, index, new, bound, random)
