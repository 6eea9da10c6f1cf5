"""Objects checked and opened (RFC 9052 §4 to §6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from art7.runtime.cose.headers import Headers, headers_of
from art7.runtime.cose.keys import EC2, OKP, RSA, SYMMETRIC, Key, choose
from art7.runtime.cose.receivers import Known, content_key
from art7.runtime.cose.structures import Structures
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused

_NOTHING = Known()


class CoseReader:
    """Checks and opens objects with the keys at hand. Every method raises `SessionRefused`, and nothing else.

    `aad` is what the application adds to what is covered; `detached` the content where the object leaves it out.
    """

    def __init__(self, face: Face, keys: Sequence[Key] = (), understood: Collection[int | str] = ()) -> None:
        """Look up what is used of the catalogue; `understood` are critical headers that the application sees to.

        Raises: `LookupError`.
        """
        self.structures = Structures(face)
        self._keys = tuple(keys)
        self._understood = frozenset(understood)

    def _headers(self, part: Any) -> Headers:
        return headers_of(part, self._understood)

    # ---- signatures ----

    def verify_sign1(
        self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None, tagged: bool = True
    ) -> bytes:
        """Return the content of an object whose signature holds (RFC 9052 §4.4)."""
        body = self.structures.read("CoseSign1" if tagged else "UntaggedSign1", octets).value
        headers, payload = self._headers(body), content(body.payload, detached)
        data = self.structures.write(
            "Sig1Structure",
            body_protected=headers.covered,
            external_aad=aad,
            payload=payload,
        )
        self._check_signature(headers, data, body.signature)
        return payload

    def verify_sign(self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None) -> bytes:
        """Return the content of an object of which a signature holds, and none of those whose key is here does not."""
        body = self.structures.read("CoseSign", octets).value
        headers, payload = self._headers(body), content(body.payload, detached)
        held, refusal = 0, SessionRefused("no_key", "a signature whose key is here", "none")
        for signed in body.signatures:
            try:
                self._verify_one(signed, headers, aad, payload)
                held += 1
            except SessionRefused as found:
                if found.code not in ("no_key", "refused_algorithm"):
                    raise
                refusal = found
        if not held:
            raise refusal
        return payload

    def _verify_one(self, signed: Any, body: Headers, aad: bytes, payload: bytes) -> None:
        headers = self._headers(signed)
        data = self.structures.write(
            "SigStructure",
            context="Signature",
            body_protected=body.covered,
            sign_protected=headers.covered,
            external_aad=aad,
            payload=payload,
        )
        self._check_signature(headers, data, signed.signature)

    def _check_signature(self, headers: Headers, data: bytes, signature: bytes) -> None:
        alg = headers.algorithm
        kind = self.structures.run("Facts", alg=alg).kind
        if kind not in ("rsa", "signature"):
            raise SessionRefused("refused_algorithm", "a signature of RFC 9053 §2", str(alg), "RFC 9053 §2")
        refusal: SessionRefused | None = None
        for key in choose(self._keys, "verify", alg, headers.kid, (RSA,) if kind == "rsa" else (EC2, OKP)):
            try:
                return self._check_with(key, alg, data, signature)
            except SessionRefused as found:
                refusal = found
        assert refusal is not None, "there is a key at least"
        raise refusal

    def _check_with(self, key: Key, alg: int, data: bytes, signature: bytes) -> None:
        if key.kind == RSA:
            modulus, exponent = key.rsa[:2]
            self.structures.run(
                "CheckRsa", alg=alg, modulus=modulus, exponent=exponent, data=data, signature=signature
            )
            return
        self.structures.run(
            "CheckSignature", alg=alg, curve=key.curve, key=key.public, data=data, signature=signature
        )

    # ---- authenticators ----

    def check_mac0(
        self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None, tagged: bool = True
    ) -> bytes:
        """Return the content of an object whose authenticator holds under a key at hand (RFC 9052 §6.2)."""
        body = self.structures.read("CoseMac0" if tagged else "UntaggedMac0", octets).value
        headers, payload = self._headers(body), content(body.payload, detached)
        alg, data = headers.algorithm, self._authenticated("MAC0", headers, aad, payload)
        self._try(choose(self._keys, "check", alg, headers.kid, (SYMMETRIC,)), alg, data, body.tag)
        return payload

    def check_mac(
        self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None, known: Known = _NOTHING
    ) -> bytes:
        """Return the content of an object whose authenticator holds under the key of a receiver (RFC 9052 §6.1)."""
        body = self.structures.read("CoseMac", octets).value
        headers, payload = self._headers(body), content(body.payload, detached)
        alg, data = headers.algorithm, self._authenticated("MAC", headers, aad, payload)
        key = content_key(self.structures, body.recipients, alg, self._keys, known)
        self._try((key,), alg, data, body.tag)
        return payload

    def _authenticated(self, context: str, headers: Headers, aad: bytes, payload: bytes) -> bytes:
        return self.structures.write(
            "MacStructure", context=context, protected=headers.covered, external_aad=aad, payload=payload
        )

    def _try(self, keys: Sequence[Key], alg: int, data: bytes, tag: bytes) -> None:
        refusal: SessionRefused | None = None
        for key in keys:
            try:
                self.structures.run("CheckTag", alg=alg, key=key.secret, data=data, tag=tag)
                return
            except SessionRefused as found:
                refusal = found
        assert refusal is not None, "there is a key at least"
        raise refusal

    # ---- encryption ----

    def open_encrypt0(
        self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None, tagged: bool = True
    ) -> bytes:
        """Return the content that a key at hand opens (RFC 9052 §5.2)."""
        body = self.structures.read("CoseEncrypt0" if tagged else "UntaggedEncrypt0", octets).value
        headers = self._headers(body)
        alg, refusal = headers.algorithm, SessionRefused("no_key", "a key at hand", "none")
        for key in choose(self._keys, "decrypt", alg, headers.kid, (SYMMETRIC,)):
            try:
                return self._open("Encrypt0", headers, aad, content(body.ciphertext, detached), key)
            except SessionRefused as found:
                refusal = found
        raise refusal

    def open_encrypt(
        self, octets: bytes, *, aad: bytes = b"", detached: bytes | None = None, known: Known = _NOTHING
    ) -> bytes:
        """Return the content that the key of a receiver opens (RFC 9052 §5.1)."""
        body = self.structures.read("CoseEncrypt", octets).value
        headers = self._headers(body)
        key = content_key(self.structures, body.recipients, headers.algorithm, self._keys, known)
        return self._open("Encrypt", headers, aad, content(body.ciphertext, detached), key)

    def _open(self, context: str, headers: Headers, aad: bytes, ciphertext: bytes, key: Key) -> bytes:
        alg = headers.algorithm
        covered = self.structures.write(
            "EncStructure", context=context, protected=headers.covered, external_aad=aad
        )
        nonce = self._nonce(headers, alg, key)
        run = self.structures.run(
            "Open", alg=alg, key=key.secret, nonce=nonce, aad=covered, ciphertext=ciphertext
        )
        return bytes(run.plaintext)

    def _nonce(self, headers: Headers, alg: int, key: Key) -> bytes:
        whole, part = headers.get("iv"), headers.get("partial_iv")
        if whole is not None and part is not None:
            raise SessionRefused("two_nonces", "a nonce or a part of it", "both", "RFC 9052 §3.1")
        if part is None or key.base_iv is None:
            return bytes(whole or b"")
        return bytes(self.structures.run("FullNonce", alg=alg, base=key.base_iv, partial=part).nonce)


def content(inside: bytes | None, beside: bytes | None) -> bytes:
    """Return the content, wherever it is. Raises: `SessionRefused` with `no_content` or `two_contents`."""
    if inside is not None and beside is not None:
        raise SessionRefused("two_contents", "the content in one place", "two", "RFC 9052 §4.1")
    found = beside if inside is None else inside
    if found is None:
        raise SessionRefused("no_content", "the content beside the object", "none", "RFC 9052 §4.1")
    return bytes(found)
