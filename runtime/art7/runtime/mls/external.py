"""Entering a group from outside, by a commit of the joiner (RFC 9420 §12.4.3.2), and proposing from there (§12.1.8)."""

from __future__ import annotations

from art7.runtime.mls import framing
from art7.runtime.mls.commits import Committed, next_context
from art7.runtime.mls.credentials import Authority, check_members
from art7.runtime.mls.epoch import PskStore, begin_epoch, psk_secret
from art7.runtime.mls.group import EXTERNAL_PUB, Own
from art7.runtime.mls.joining import enter, received_tree
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.proposals import Applied, Listed, apply, check_list, extension
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Structures, Value, changed
from art7.runtime.mls.suite import CipherSuite, Signer, cipher_suite
from art7.runtime.mls.transcript import confirmed_hash, interim_hash
from art7.runtime.mls.tree_kem import NewPath, make_path, seal_path


def join_externally(
    group_info: bytes,
    package: Value,
    own: OwnKeys,
    random: Random,
    *,
    tree: Value | None = None,
    replacing: int | None = None,
    psks: PskStore | None = None,
    authority: Authority | None = None,
    now: int | None = None,
    structures: Structures | None = None,
) -> Committed:
    """Enter the group of an `MlsMessage` with a `GroupInfo`; `replacing` is a former leaf of ours to remove.

    Raises: `MlsRefused`.
    """
    suite, store = cipher_suite(package.cipher_suite, structures), psks or PskStore()
    signer = suite.signer(own.signature)
    sender = suite.structures.new("Sender", sender_type=framing.NEW_MEMBER_COMMIT)
    _, info = suite.structures.unwrap(group_info, "group_info")
    known, context = received_tree(suite, info, tree, now), info.group_context
    check_members(authority, known, context.extensions)
    sent, shared = suite.encapsulate(_external_key(info), random)
    listed = _proposals(suite, sender, sent, replacing)
    done = apply(suite, known, context, listed, now)
    leaf = suite.structures.value("KeyPackage", package).leaf_node
    index = done.tree.reserve()
    new, path = _path(suite, done, index, leaf, signer, context, random)
    message = _commit(suite, context, sender, listed, path, signer)
    following = next_context(suite, context, done.tree, done.extensions)
    interim = interim_hash(suite, context.confirmed_transcript_hash, info.confirmation_tag)
    following = changed(following, confirmed_transcript_hash=confirmed_hash(suite, interim, message))
    mixed, init = psk_secret(suite, done.psks, store), suite.external_secret(shared)
    secrets = begin_epoch(suite, init, new.secrets.commit_secret, mixed, following).secrets
    tag = suite.mac(secrets.confirmation_key, following.confirmed_transcript_hash)
    place = Own(index, signer, {**new.secrets.pairs, 2 * index: new.leaf_key})
    group = enter(suite, following, done.tree, secrets, tag, place, store, authority)
    message = changed(message, auth=changed(message.auth, confirmation_tag=tag))
    return Committed(_public(suite, message), group, None)


def _external_key(info: Value) -> bytes:
    """Return the key that a GroupInfo is joined by. Raises: `MlsRefused` with `wrong_content`."""
    public: bytes | None = extension(info.extensions, EXTERNAL_PUB)
    if public is None:
        raise MlsRefused("wrong_content", "a GroupInfo with an external key", "none", "RFC 9420 §12.4.3.2")
    return public


def _public(suite: CipherSuite, message: Value) -> bytes:
    """Return the `MlsMessage` of a content by somebody who is no member."""
    value = suite.structures.new("PublicMessage", content=message.content, auth=message.auth)
    return suite.structures.wrap("public_message", value)


def _commit(
    suite: CipherSuite, context: Value, sender: Value, listed: list[Listed], path: Value, signer: Signer
) -> Value:
    new = suite.structures.new
    named = [new("ProposalOrRef", kind=1, proposal=each.proposal) for each in listed]
    body = new("Commit", proposals=named, path=path)
    content = framing.framed(suite, context, sender, framing.COMMIT, body)
    return framing.sign_content(suite, context, framing.PUBLIC, content, signer)


def _proposals(suite: CipherSuite, sender: Value, sent: bytes, replacing: int | None) -> list[Listed]:
    new = suite.structures.new
    found = [new("Proposal", proposal_type=6, external_init=new("ExternalInit", kem_output=sent))]
    if replacing is not None:
        found.append(new("Proposal", proposal_type=3, remove=new("Remove", removed=replacing)))
    listed = [Listed(each, sender) for each in found]
    check_list(listed, None)
    return listed


def _path(
    suite: CipherSuite, done: Applied, index: int, leaf: Value, signer: Signer, context: Value, random: Random
) -> tuple[NewPath, Value]:
    before, group_id = done.tree.copy(), context.group_id
    new = make_path(suite, done.tree, index, leaf, signer, group_id, random)
    following = next_context(suite, context, done.tree, done.extensions)
    bound = suite.structures.encode("GroupContext", following)
    return new, seal_path(suite, before, index, new, bound, random)


# ---- proposals ----


def ask_to_join(context: Value, package: Value, own: OwnKeys, structures: Structures | None = None) -> bytes:
    """Return the `MlsMessage` by which the owner of a key package asks to be added (§12.1.8).

    `context` is the group context of a GroupInfo.
    """
    proposal = {"proposal_type": 1, "add": {"key_package": package}}
    return _proposed(
        context, {"sender_type": framing.NEW_MEMBER_PROPOSAL}, proposal, own.signature, structures
    )


def propose_from_outside(
    context: Value, index: int, proposal: Value, signature: bytes, structures: Structures | None = None
) -> bytes:
    """Return the `MlsMessage` of a proposal by the external sender of that index in a group context (§12.1.8.1)."""
    sender = {"sender_type": framing.EXTERNAL, "sender_index": index}
    return _proposed(context, sender, proposal, signature, structures)


def _proposed(
    context: Value, sender: Value, proposal: Value, signature: bytes, structures: Structures | None
) -> bytes:
    suite = cipher_suite(context.cipher_suite, structures)
    content = framing.framed(suite, context, sender, framing.PROPOSAL, proposal)
    return _public(suite, framing.sign_content(suite, context, framing.PUBLIC, content, signature))
