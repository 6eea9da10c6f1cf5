"""Objects made (RFC 9052 §4 to §6), for receivers whose keys are known, shared or agreed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.cose.headers import Headers
from art7.runtime.cose.keys import EC2, OKP, RSA, Key
from art7.runtime.cose.receivers import Known, derived
from art7.runtime.cose.structures import Structures
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused

_TRIES = 8
"""How often a private key is drawn: one in 2^32 lies above the order of its curve."""
_NONCE_SIZE = 16
_SIZES = {1: 32, 2: 48, 3: 66, 4: 32, 5: 56}
"""Curve → octets of a private key."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is to find the key of the content: a key of its own or one that is shared, and the algorithm with which.

    `sender`: one's own key, for algorithms in which it stays the same (RFC 9053 §6.3).
    """

    key: Key = field(repr=False)
    alg: int
    salt: bytes | None = None
    known: Known = Known()
    sender: Key | None = field(default=None, repr=False)


class CoseWriter:
    """Makes objects. Every method raises `SessionRefused`; `aad` is what the application adds to what is covered.

    `random` gives fresh octets: nonces and keys come from it, and from nowhere else.
    """

    def __init__(self, face: Face, random: Callable[[int], bytes]) -> None:
        """Look up what is used of the catalogue. Raises: `LookupError`."""
        self.structures = Structures(face)
        self._random = random

    # ---- signatures ----

    def sign1(self, payload: bytes, key: Key, alg: int, *, aad: bytes = b"", detached: bool = False) -> bytes:
        """Return an object with one signature; `detached` leaves the content out of it."""
        protected, covered = self._protected(alg)
        data = self.structures.write(
            "Sig1Structure", body_protected=covered, external_aad=aad, payload=payload
        )
        body = self._body(
            "Sign1Body",
            protected,
            key.kid,
            payload=None if detached else payload,
            signature=self._sign(key, alg, data),
        )
        return self.structures.write("CoseSign1", value=body)

    def sign(
        self, payload: bytes, signers: Sequence[tuple[Key, int]], *, aad: bytes = b"", detached: bool = False
    ) -> bytes:
        """Return an object with a signature of every signer: a key and its algorithm."""
        signed = [self._signed(payload, key, alg, aad) for key, alg in signers]
        body = self.structures.make(
            "SignBody",
            protected=self.structures.make("Header"),
            unprotected=self.structures.make("Header"),
            payload=None if detached else payload,
            signatures=signed,
        )
        return self.structures.write("CoseSign", value=body)

    def _signed(self, payload: bytes, key: Key, alg: int, aad: bytes) -> Any:
        protected, covered = self._protected(alg)
        data = self.structures.write(
            "SigStructure",
            context="Signature",
            body_protected=b"",
            sign_protected=covered,
            external_aad=aad,
            payload=payload,
        )
        return self._body("Signed", protected, key.kid, signature=self._sign(key, alg, data))

    def _sign(self, key: Key, alg: int, data: bytes) -> bytes:
        if key.kind == RSA and len(key.rsa) == 5:
            names = ("modulus", "exponent", "key", "prime_one", "prime_two")
            run = self.structures.run("SignRsa", alg=alg, data=data, **dict(zip(names, key.rsa, strict=True)))
        elif key.kind in (EC2, OKP) and key.private:
            run = self.structures.run("Sign", alg=alg, curve=key.curve, key=key.private, data=data)
        else:
            raise SessionRefused("no_key", "a private key that signs", "another", "RFC 9053 §2")
        return bytes(run.signature)

    # ---- authenticators and encryption ----

    def mac0(self, payload: bytes, key: Key, alg: int, *, aad: bytes = b"") -> bytes:
        """Return an object with an authenticator under a key that is shared."""
        protected, covered = self._protected(alg)
        tag = self._tag("MAC0", covered, aad, payload, alg, key.secret)
        return self.structures.write(
            "CoseMac0", value=self._body("Mac0Body", protected, key.kid, payload=payload, tag=tag)
        )

    def mac(self, payload: bytes, alg: int, receivers: Sequence[Receiver], *, aad: bytes = b"") -> bytes:
        """Return an object with an authenticator under a key that the receivers find."""
        protected, covered = self._protected(alg)
        key, recipients = self._shared(alg, receivers)
        tag = self._tag("MAC", covered, aad, payload, alg, key)
        body = self._body("MacBody", protected, None, payload=payload, tag=tag, recipients=recipients)
        return self.structures.write("CoseMac", value=body)

    def encrypt0(self, plaintext: bytes, key: Key, alg: int, *, aad: bytes = b"") -> bytes:
        """Return content that is encrypted under a key that is shared."""
        protected, covered = self._protected(alg)
        nonce, ciphertext = self._seal("Encrypt0", covered, aad, plaintext, alg, key.secret)
        body = self._body("Encrypt0Body", protected, key.kid, iv=nonce, ciphertext=ciphertext)
        return self.structures.write("CoseEncrypt0", value=body)

    def encrypt(
        self, plaintext: bytes, alg: int, receivers: Sequence[Receiver], *, aad: bytes = b""
    ) -> bytes:
        """Return content that is encrypted under a key that the receivers find."""
        protected, covered = self._protected(alg)
        key, recipients = self._shared(alg, receivers)
        nonce, ciphertext = self._seal("Encrypt", covered, aad, plaintext, alg, key)
        body = self._body(
            "EncryptBody", protected, None, iv=nonce, ciphertext=ciphertext, recipients=recipients
        )
        return self.structures.write("CoseEncrypt", value=body)

    def _tag(self, context: str, covered: bytes, aad: bytes, payload: bytes, alg: int, key: bytes) -> bytes:
        data = self.structures.write(
            "MacStructure", context=context, protected=covered, external_aad=aad, payload=payload
        )
        return bytes(self.structures.run("Authenticate", alg=alg, key=key, data=data).tag)

    def _seal(
        self, context: str, covered: bytes, aad: bytes, plaintext: bytes, alg: int, key: bytes
    ) -> tuple[bytes, bytes]:
        whole = self.structures.write("EncStructure", context=context, protected=covered, external_aad=aad)
        nonce = self._random(self.structures.run("Facts", alg=alg).nonce)
        run = self.structures.run("Seal", alg=alg, key=key, nonce=nonce, aad=whole, plaintext=plaintext)
        return nonce, bytes(run.ciphertext)

    # ---- receivers ----

    def _shared(self, alg: int, receivers: Sequence[Receiver]) -> tuple[bytes, list[Any]]:
        """Return the key of the content, and what each receiver finds it by."""
        facts = [self.structures.run("Facts", alg=each.alg) for each in receivers]
        if len(receivers) == 1 and facts[0].kind in ("direct", "derived", "agreed"):
            return self._unsent(receivers[0], facts[0], alg)
        key = self._random(self.structures.run("Facts", alg=alg).size)
        return key, [self._wrapped(each, fact, key) for each, fact in zip(receivers, facts, strict=True)]

    def _unsent(self, receiver: Receiver, facts: Any, alg: int) -> tuple[bytes, list[Any]]:
        if facts.kind == "direct":
            return receiver.key.secret, [self._recipient(receiver, {}, b"", is_covered=False)]
        sent: dict[str, Any] = {}
        secret = receiver.key.secret
        if facts.kind == "agreed":
            sent, secret = self._agreed(receiver, facts.fixed)
        if receiver.salt is not None:
            sent["salt"] = receiver.salt
        key = derived(self.structures, self._headers(receiver, sent), secret, alg, receiver.known)
        return key, [self._recipient(receiver, sent, b"")]

    def _wrapped(self, receiver: Receiver, facts: Any, key: bytes) -> Any:
        if facts.kind == "wrapped RSA":
            modulus, exponent = receiver.key.rsa[:2] or (b"", b"")
            run = self.structures.run(
                "WrapRsa", alg=receiver.alg, modulus=modulus, exponent=exponent, value=key
            )
            return self._recipient(receiver, {}, bytes(run.wrapped), is_covered=False)
        if facts.kind == "wrapped":
            run = self.structures.run("Wrap", alg=receiver.alg, key=receiver.key.secret, value=key)
            return self._recipient(receiver, {}, bytes(run.wrapped), is_covered=False)
        if facts.kind != "agreed wrapped":
            raise SessionRefused("lone_receiver", "keys that are wrapped", facts.kind, "RFC 9053 §6.1.1")
        sent, secret = self._agreed(receiver, facts.fixed)
        kek = derived(self.structures, self._headers(receiver, sent), secret, facts.wraps, receiver.known)
        run = self.structures.run("Wrap", alg=facts.wraps, key=kek, value=key)
        return self._recipient(receiver, sent, bytes(run.wrapped))

    def _agreed(self, receiver: Receiver, is_fixed: bool) -> tuple[dict[str, Any], bytes]:
        """Return the sender's public key as a header, and the secret that it shares with the receiver's."""
        curve, sender = receiver.key.curve, receiver.sender
        if not is_fixed:
            private, public = self._fresh(curve)
            sent = {"ephemeral": self._public(curve, public)}
        elif sender is None or not sender.private or sender.curve != curve:
            raise SessionRefused(
                "no_key", "a private key of the sender on the curve", "none", "RFC 9053 §6.3"
            )
        else:
            private = sender.private
            # What changes where no key does.
            sent = {"fixed": self._public(curve, sender.public), "sender_nonce": self._random(_NONCE_SIZE)}
        run = self.structures.run("Agree", curve=curve, key=private, peer=receiver.key.public)
        return sent, bytes(run.shared)

    def _public(self, curve: int, public: bytes) -> Any:
        half = len(public) // 2 + 1
        if curve > 3:
            return self.structures.make("CoseKey", kty=OKP, curve=curve, x=public)
        if public[:1] != b"\4":
            return self.structures.make("CoseKey", kty=EC2, curve=curve, x=public[1:], y=public[:1] == b"\3")
        return self.structures.make("CoseKey", kty=EC2, curve=curve, x=public[1:half], y=public[half:])

    def _fresh(self, curve: int) -> tuple[bytes, bytes]:
        if curve not in _SIZES:
            raise SessionRefused("refused_algorithm", "a curve for agreements", str(curve), "RFC 9053 §7.1")
        for _ in range(_TRIES):
            private = bytearray(self._random(_SIZES[curve]))
            private[0] &= 1 if curve == 3 else 255
            try:
                return bytes(private), bytes(
                    self.structures.run("PublicKey", curve=curve, key=bytes(private)).public
                )
            except SessionRefused:
                continue
        raise SessionRefused("bad_key", "randomness below the curve's order", f"none in {_TRIES}")

    # ---- headers ----

    def _protected(self, alg: int) -> tuple[Any, bytes]:
        return self.structures.make("Header", alg=alg), self.structures.write("Header", alg=alg)

    def _body(
        self, name: str, protected: Any, kid: bytes | None, *, iv: bytes | None = None, **members: Any
    ) -> Any:
        given = {label: value for label, value in (("kid", kid), ("iv", iv)) if value is not None}
        unprotected = self.structures.make("Header", **given)
        return self.structures.make(name, protected=protected, unprotected=unprotected, **members)

    def _headers(self, receiver: Receiver, sent: dict[str, Any]) -> Headers:
        protected, covered = self._protected(receiver.alg)
        return Headers(protected, self.structures.make("Header", **sent), covered)

    def _recipient(
        self, receiver: Receiver, sent: dict[str, Any], ciphertext: bytes, *, is_covered: bool = True
    ) -> Any:
        named = {} if receiver.key.kid is None else {"kid": receiver.key.kid}
        own = {"alg": receiver.alg}
        return self.structures.make(
            "Recipient",
            protected=self.structures.make("Header", **(own if is_covered else {})),
            unprotected=self.structures.make("Header", **sent, **named, **({} if is_covered else own)),
            ciphertext=ciphertext,
        )
