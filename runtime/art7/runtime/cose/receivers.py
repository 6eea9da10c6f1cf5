"""How a receiver finds the key of the content (RFC 9052 §5, RFC 9053 §6): as it is, derived, wrapped or agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.cose.headers import Headers, headers_of
from art7.runtime.cose.keys import EC2, OKP, RSA, SYMMETRIC, Key, choose, key_of
from art7.runtime.cose.structures import Structures
from art7.runtime.sessions.refusals import SessionRefused

DEEPEST = 4
"""How many layers of receivers are followed."""
_UNSENT = ("direct", "derived", "agreed")


@dataclass(frozen=True, slots=True)
class Party:
    """What one of the two adds to the context of a derivation; a header that is sent wins."""

    identity: bytes | None = None
    nonce: bytes | int | None = None
    other: bytes | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What both sides know beside the message (RFC 9053 §5.2)."""

    sender: Party = Party()
    receiver: Party = Party()
    public: bytes | None = None
    private: bytes | None = field(default=None, repr=False)


def content_key(
    structures: Structures,
    recipients: Sequence[Any],
    alg: int,
    keys: Sequence[Key],
    known: Known,
    layer: int = 0,
) -> Key:
    """Return the key for `alg` that one of the receivers finds. Raises: `SessionRefused` with the last reason."""
    if layer >= DEEPEST:
        raise SessionRefused("too_deep", f"{DEEPEST} layers of receivers", "more")
    refusal = SessionRefused("no_key", "a receiver whose key is here", "none")
    for recipient in recipients:
        try:
            return _found(structures, recipient, len(recipients), alg, keys, known, layer)
        except SessionRefused as found:
            refusal = found if refusal.code == "no_key" else refusal
    raise refusal


def _found(
    structures: Structures,
    recipient: Any,
    among: int,
    alg: int,
    keys: Sequence[Key],
    known: Known,
    layer: int,
) -> Key:
    headers = headers_of(recipient)
    own = headers.algorithm
    facts = structures.run("Facts", alg=own)
    _check_sent(facts.kind, recipient, headers, among)
    match facts.kind:
        case "direct":
            return choose(keys, "derive", own, headers.kid, (SYMMETRIC,))[0]
        case "derived":
            secret = choose(keys, "derive", own, headers.kid, (SYMMETRIC,))[0].secret
            return Key(SYMMETRIC, secret=derived(structures, headers, secret, alg, known))
        case "agreed":
            shared = _shared(structures, headers, facts.fixed, keys)
            return Key(SYMMETRIC, secret=derived(structures, headers, shared, alg, known))
        case "wrapped RSA":
            return _by_rsa(structures, recipient, headers, keys)
        case "wrapped" if recipient.recipients is not None:
            kek = content_key(structures, recipient.recipients, own, keys, known, layer + 1).secret
        case "wrapped":
            kek = choose(keys, "unwrap", own, headers.kid, (SYMMETRIC,))[0].secret
        case "agreed wrapped":
            shared = _shared(structures, headers, facts.fixed, keys)
            kek = derived(structures, headers, shared, facts.wraps, known)
        case _:
            raise SessionRefused("refused_algorithm", "an algorithm for receivers", str(own), "RFC 9053 §6")
    under = facts.wraps or own
    run = structures.run("Unwrap", alg=under, key=kek, wrapped=recipient.ciphertext or b"")
    return Key(SYMMETRIC, secret=bytes(run.value))


def _check_sent(kind: str, recipient: Any, headers: Headers, among: int) -> None:
    """What a receiver is sent goes with its algorithm (RFC 9053 §6)."""
    if kind in _UNSENT and among > 1:
        raise SessionRefused("lone_receiver", "one receiver", str(among), "RFC 9053 §6.1.1")
    if kind in _UNSENT and recipient.ciphertext or kind in ("direct", "wrapped") and headers.covered:
        raise SessionRefused("bad_receiver", "nothing that is sent or covered", "octets", "RFC 9053 §6")


def _by_rsa(structures: Structures, recipient: Any, headers: Headers, keys: Sequence[Key]) -> Key:
    """The key under a private key of RSA (RFC 8230 §3)."""
    own = [
        key.rsa for key in choose(keys, "unwrap", headers.algorithm, headers.kid, (RSA,)) if len(key.rsa) == 5
    ]
    if not own:
        raise SessionRefused("no_key", "a private key of RSA", "a public one", "RFC 8230 §3")
    names = ("modulus", "exponent", "key", "prime_one", "prime_two")
    given = dict(zip(names, own[0], strict=True))
    run = structures.run("UnwrapRsa", alg=headers.algorithm, wrapped=recipient.ciphertext or b"", **given)
    return Key(SYMMETRIC, secret=bytes(run.value))


def derived(structures: Structures, headers: Headers, secret: bytes, alg: int, known: Known) -> bytes:
    """Return a key for `alg` from what both have (RFC 9053 §5.1). Raises: `SessionRefused`."""
    size = structures.run("Facts", alg=alg).size
    supplied: dict[str, Any] = {"key_bits": 8 * size, "protected": headers.covered}
    if known.public is not None:
        supplied["other"] = known.public
    context: dict[str, Any] = {
        "algorithm": alg,
        "sender": _party(structures, headers, "sender", known.sender),
        "receiver": _party(structures, headers, "receiver", known.receiver),
        "supplied": structures.make("PublicInfo", **supplied),
    }
    if known.private is not None:
        context["private"] = known.private
    octets = structures.write("KdfContext", **context)
    salt = headers.get("salt") or b""
    run = structures.run(
        "DeriveKey", alg=headers.algorithm, size=size, secret=secret, salt=salt, context=octets
    )
    return bytes(run.key)


def _party(structures: Structures, headers: Headers, role: str, known: Party) -> Any:
    sent = {part: headers.get(f"{role}_{part}") for part in ("id", "nonce", "other")}
    nonce = sent["nonce"] if isinstance(sent["nonce"], bytes | int) else known.nonce
    return structures.make(
        "PartyInfo",
        identity=known.identity if sent["id"] is None else sent["id"],
        nonce=nonce,
        other=known.other if sent["other"] is None else sent["other"],
    )


def _shared(structures: Structures, headers: Headers, fixed: bool, keys: Sequence[Key]) -> bytes:
    """The secret of an agreement with the sender's key (RFC 9053 §6.3)."""
    sender = _sender(headers, fixed, keys)
    own = [key for key in choose(keys, "derive", headers.algorithm, headers.kid, (EC2, OKP)) if key.private]
    own = [key for key in own if (key.kind, key.curve) == (sender.kind, sender.curve)]
    if not own:
        raise SessionRefused("no_key", "a private key on the sender's curve", "none", "RFC 9053 §6.3")
    run = structures.run("Agree", curve=sender.curve, key=own[0].private, peer=sender.public)
    return bytes(run.shared)


def _sender(headers: Headers, fixed: bool, keys: Sequence[Key]) -> Key:
    sent = headers.get("fixed" if fixed else "ephemeral")
    if sent is not None:
        return key_of(sent)
    name = headers.get("fixed_id") if fixed else None
    for key in keys:
        if name is not None and key.kid == name and key.kind in (EC2, OKP):
            return key
    raise SessionRefused("no_key", "the sender's key, or the id of one at hand", "neither", "RFC 9053 §6.3")
