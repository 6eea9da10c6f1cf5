"""Signed and sealed messages (RFC 9420 §6): public messages with a membership tag, private ones with message keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.secret_tree import MessageKey, SecretTree
from art7.runtime.mls.structures import Random, Value, changed
from art7.runtime.mls.suite import CipherSuite, Signer

PUBLIC, PRIVATE = 1, 2
"""Wire formats."""
APPLICATION, PROPOSAL, COMMIT = 1, 2, 3
"""Kinds of content."""
MEMBER, EXTERNAL, NEW_MEMBER_PROPOSAL, NEW_MEMBER_COMMIT = 1, 2, 3, 4
"""Kinds of sender."""

_MEMBERS = {APPLICATION: "application_data", PROPOSAL: "proposal", COMMIT: "commit"}
_TYPES = {PROPOSAL: "Proposal", COMMIT: "Commit"}

KeyOf = Callable[[Value], bytes]
"""The signature key of a content's sender. Raises: `MlsRefused` with `no_such_member`."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What protects the messages of an epoch; `context` is the group context of the epoch."""

    suite: CipherSuite
    context: Value
    membership_key: bytes = field(repr=False)
    sender_data_secret: bytes = field(repr=False)
    tree: SecretTree = field(repr=False)


def framed(
    suite: CipherSuite, context: Value, sender: Value, kind: int, body: object, data: bytes = b""
) -> Value:
    """Return a `FramedContent` in the epoch of a group context; sender and body may be mappings."""
    structures = suite.structures
    held = (
        {}
        if body is None
        else {_MEMBERS[kind]: body if kind == APPLICATION else structures.value(_TYPES[kind], body)}
    )
    return structures.new(
        "FramedContent",
        group_id=context.group_id,
        epoch=context.epoch,
        sender=structures.value("Sender", sender) if isinstance(sender, Mapping) else sender,
        authenticated_data=data,
        content_type=kind,
        **held,
    )


def body_of(content: Value) -> Any:
    """Return what a content says: octets, a proposal or a commit."""
    return getattr(content, _MEMBERS[content.content_type])


def _signed(suite: CipherSuite, wire_format: int, content: Value, context: Value | None) -> Value:
    in_group = content.sender.sender_type in (MEMBER, NEW_MEMBER_COMMIT)
    return suite.structures.new(
        "FramedContentTbs",
        version=1,
        wire_format=wire_format,
        content=content,
        context=context if in_group else None,
    )


def sign_content(
    suite: CipherSuite, context: Value, wire_format: int, content: Value, private: bytes | Signer
) -> Value:
    """Return an `AuthenticatedContent`; a commit's confirmation tag is still to come (§6.1)."""
    tbs = suite.structures.encode("FramedContentTbs", _signed(suite, wire_format, content, context))
    signature = suite.sign(private, "FramedContentTBS", tbs)
    return authenticated(suite, wire_format, content, signature)


def authenticated(
    suite: CipherSuite, wire_format: int, content: Value, signature: bytes, tag: bytes | None = None
) -> Value:
    """Return an `AuthenticatedContent`."""
    new = suite.structures.new
    auth = new("FramedContentAuthData", signature=signature, confirmation_tag=tag)
    return new("AuthenticatedContent", wire_format=wire_format, content=content, auth=auth)


def check_content(suite: CipherSuite, context: Value | None, message: Value, public: bytes) -> None:
    """Check the signature of an `AuthenticatedContent` (§6.1). Raises: `MlsRefused` with `bad_signature`."""
    signed = _signed(suite, message.wire_format, message.content, context)
    tbs = suite.structures.encode("FramedContentTbs", signed)
    suite.check_signature(public, "FramedContentTBS", tbs, message.auth.signature, "bad_signature")


def check_epoch(context: Value, message: Value) -> None:
    """Raises: `MlsRefused` with `wrong_group` or `wrong_epoch`."""
    if message.group_id != context.group_id:
        raise MlsRefused("wrong_group", context.group_id.hex(), message.group_id.hex(), "RFC 9420 §6")
    if message.epoch != context.epoch:
        raise MlsRefused("wrong_epoch", str(context.epoch), str(message.epoch), "RFC 9420 §6")


# ---- public messages ----


def _membership_tag_input(keys: Keys, message: Value) -> bytes:
    tbs = _signed(keys.suite, PUBLIC, message.content, keys.context)
    return keys.suite.structures.write("AuthenticatedContentTbm", content_tbs=tbs, auth=message.auth)


def protect_public(keys: Keys, message: Value) -> Value:
    """Return a `PublicMessage` of an authenticated content (§6.2)."""
    if message.content.content_type == APPLICATION:
        raise MlsRefused("wrong_content", "a proposal or a commit", "application data", "RFC 9420 §6")
    tag = None
    if message.content.sender.sender_type == MEMBER:
        tag = keys.suite.mac(keys.membership_key, _membership_tag_input(keys, message))
    new = keys.suite.structures.new
    return new("PublicMessage", content=message.content, auth=message.auth, membership_tag=tag)


def unprotect_public(keys: Keys, public: Value, key_of: KeyOf) -> Value:
    """Return the authenticated content of a `PublicMessage` (§6.2).

    Raises: `MlsRefused` with `wrong_group`, `wrong_epoch`, `wrong_content`, `bad_membership_tag` or `bad_signature`.
    """
    content = public.content
    check_epoch(keys.context, content)
    if content.content_type == APPLICATION:
        raise MlsRefused("wrong_content", "a proposal or a commit", "application data", "RFC 9420 §6")
    new = keys.suite.structures.new
    message = new("AuthenticatedContent", wire_format=PUBLIC, content=content, auth=public.auth)
    if content.sender.sender_type == MEMBER:
        tbm = _membership_tag_input(keys, message)
        keys.suite.check_mac(keys.membership_key, tbm, public.membership_tag, "bad_membership_tag")
    check_content(keys.suite, keys.context, message, key_of(content))
    return message


# ---- private messages ----


def _content_aad(keys: Keys, content: Value) -> bytes:
    return keys.suite.structures.write(
        "PrivateContentAad",
        group_id=content.group_id,
        epoch=content.epoch,
        content_type=content.content_type,
        authenticated_data=content.authenticated_data,
    )


def _sender_aad(keys: Keys, content: Value) -> bytes:
    return keys.suite.structures.write(
        "SenderDataAad", group_id=content.group_id, epoch=content.epoch, content_type=content.content_type
    )


def _guarded(key: MessageKey, guard: bytes) -> bytes:
    """The nonce with the reuse guard in its first octets (§6.3.1)."""
    return bytes(one ^ other for one, other in zip(key.nonce, guard, strict=False)) + key.nonce[4:]


def _ratchet(content_type: int) -> str:
    return "application" if content_type == APPLICATION else "handshake"


def protect_private(keys: Keys, message: Value, random: Random, padding: int = 0) -> Value:
    """Return a `PrivateMessage` of a member's authenticated content (§6.3); the next message key is used up."""
    suite, content = keys.suite, message.content
    leaf, kind, new = content.sender.leaf_index, content.content_type, suite.structures.new
    generation, key = keys.tree.next_generation(leaf, _ratchet(kind))
    guard = random(4)
    held = {_MEMBERS[kind]: body_of(content)}
    inside = new("PrivateMessageContent", auth=message.auth, padding=bytes(padding), **held)
    plaintext = suite.structures.encode("PrivateMessageContent", inside, content_type=kind)
    ciphertext = suite.seal(key.key, _guarded(key, guard), _content_aad(keys, content), plaintext)
    sealed = suite.run(
        "SealSenderData",
        ciphertext=ciphertext,
        aad=_sender_aad(keys, content),
        sender_data=suite.structures.write(
            "SenderData", leaf_index=leaf, generation=generation, reuse_guard=guard
        ),
        sender_data_secret=keys.sender_data_secret,
    ).sealed
    return new(
        "PrivateMessage",
        group_id=content.group_id,
        epoch=content.epoch,
        content_type=kind,
        authenticated_data=content.authenticated_data,
        encrypted_sender_data=sealed,
        ciphertext=ciphertext,
    )


def _sender_data(keys: Keys, private: Value) -> Value:
    suite = keys.suite
    made = suite.run(
        "SenderDataKey", ciphertext=private.ciphertext, sender_data_secret=keys.sender_data_secret
    )
    opened = suite.open(made.key, made.nonce, _sender_aad(keys, private), private.encrypted_sender_data)
    return suite.structures.decode("SenderData", opened)


def unprotect_private(keys: Keys, private: Value, key_of: KeyOf) -> Value:
    """Return the authenticated content of a `PrivateMessage` (§6.3); its message key is then used up.

    Raises: `MlsRefused` with `wrong_group`, `wrong_epoch`, `not_authentic`, `no_such_member`, `used_key`,
    `too_far_ahead`, `bad_padding` or `bad_signature`.
    """
    check_epoch(keys.context, private)
    suite, kind = keys.suite, private.content_type
    data = _sender_data(keys, private)
    sender = suite.structures.new("Sender", sender_type=MEMBER, leaf_index=data.leaf_index)
    content = framed(suite, keys.context, sender, kind, None, private.authenticated_data)
    public = key_of(content)
    used = (data.leaf_index, _ratchet(kind), data.generation)
    key = keys.tree.find(*used)
    aad = _content_aad(keys, private)
    plaintext = suite.open(key.key, _guarded(key, data.reuse_guard), aad, private.ciphertext)
    inside = suite.structures.decode("PrivateMessageContent", plaintext, content_type=kind)
    content = changed(content, **{_MEMBERS[kind]: getattr(inside, _MEMBERS[kind])})
    new = suite.structures.new
    message = new("AuthenticatedContent", wire_format=PRIVATE, content=content, auth=inside.auth)
    check_content(suite, keys.context, message, public)
    keys.tree.spend(*used)
    return message
