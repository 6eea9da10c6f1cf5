"""Cipher suites (RFC 9420 §5.1, §17.1): hash, MAC, signature, AEAD and HPKE under the labels of MLS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hmac import compare_digest
from typing import TypeVar

from art7.interpreter.functions import Refused, plain
from art7.interpreter.functions.held_keys import HpkeContext, hpke_pair, signer
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Structures, Value, catalogue_structures

_SUITES: dict[int, tuple[str, int, tuple[str, int], int, str]] = {
    1: ("sha256", 0x0020, ("aes_128_gcm", 1), 1, "ed25519"),
    2: ("sha256", 0x0010, ("aes_128_gcm", 1), 1, "ecdsa_p256"),
    3: ("sha256", 0x0020, ("chacha20_poly1305", 3), 1, "ed25519"),
    4: ("sha512", 0x0021, ("aes_256_gcm", 2), 3, "ed448"),
    5: ("sha512", 0x0012, ("aes_256_gcm", 2), 3, "ecdsa_p521"),
    6: ("sha512", 0x0021, ("chacha20_poly1305", 3), 3, "ed448"),
    7: ("sha384", 0x0011, ("aes_256_gcm", 2), 2, "ecdsa_p384"),
}
"""Suite → hash, HPKE KEM, AEAD with its HPKE number, HPKE KDF, signature scheme."""

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its public one."""

    private: bytes = field(repr=False)
    public: bytes
    held: object = field(default=None, repr=False, compare=False)
    """The private key, loaded."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A signature key that is loaded once, for many signatures."""

    private: bytes = field(repr=False)
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What HPKE sends: an encapsulated key and a sealed text."""

    kem_output: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class CipherSuite:
    """One cipher suite; every operation raises `MlsRefused` with its own code."""

    number: int
    structures: Structures = field(repr=False)
    hash_name: str = ""
    hash_size: int = 0
    aead: str = ""
    hpke: tuple[int, int, int] = (0, 0, 0)
    scheme: str = ""

    def hash(self, value: bytes) -> bytes:
        """Return the digest."""
        return bytes(plain("hash")(self.hash_name, value))

    def run(self, schedule: str, **given: object) -> Value:
        """Run a schedule of the catalogue for this suite and return its outputs."""
        return self.structures.derive(schedule, suite=self.number, **given)

    def check_mac(self, key: bytes, data: bytes, tag: bytes | None, code: str) -> None:
        """Compare a tag in constant time. Raises: `MlsRefused` with `code`."""
        if not compare_digest(self.mac(key, data), tag or b""):
            raise MlsRefused(code, "the tag under the epoch's key", "another", "RFC 9420 §6.1")

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Return the tag (§5.1)."""
        return bytes(self.run("Tag", data=data, key=key).tag)

    def expand(self, secret: bytes, label: str, context: bytes, length: int) -> bytes:
        """ExpandWithLabel (§8)."""
        made = self.run("ExpandWithLabel", label=label, context=context, length=length, secret=secret)
        return bytes(made.out)

    def derive(self, secret: bytes, label: str) -> bytes:
        """DeriveSecret (§8)."""
        return bytes(self.run("DeriveSecret", label=label, secret=secret).out)

    def ref(self, kind: str, value: bytes) -> bytes:
        """RefHash of a `KeyPackage` or `Proposal` (§5.2)."""
        return bytes(self.run("RefHash", label=f"MLS 1.0 {kind} Reference", value=value).out)

    # ---- signatures ----

    def signer(self, private: bytes) -> Signer:
        """Load a signature key. Raises: `MlsRefused` with `bad_key`."""
        return Signer(private, self._guarded(signer, self.scheme, private))

    def sign(self, private: bytes | Signer, label: str, content: bytes) -> bytes:
        """SignWithLabel (§5.1.2)."""
        key = private if isinstance(private, Signer) else self.signer(private)
        return self._guarded(key.sign, self._signed(label, content))

    def check_signature(self, public: bytes, label: str, content: bytes, signature: bytes, code: str) -> None:
        """VerifyWithLabel (§5.1.2). Raises: `MlsRefused` with `code`."""
        if not self._call(f"{self.scheme}_verify", public, self._signed(label, content), signature):
            raise MlsRefused(code, f"a signature of {label}", "another", "RFC 9420 §5.1.2")

    def signature_key(self, private: bytes) -> bytes:
        """Return the public key of a signature key."""
        name = self.scheme.removeprefix("ecdsa_")
        return bytes(self._call(f"{name}_public", private))

    # ---- keys that texts are sealed to ----

    def key_pair(self, secret: bytes) -> KeyPair:
        """DeriveKeyPair of the suite's KEM (RFC 9180 §7.1.3)."""
        return KeyPair(*self._guarded(hpke_pair, self.hpke[0], secret))

    def public_key(self, private: bytes) -> bytes:
        """Return the public key of an HPKE key."""
        return bytes(self._call("hpke_public", self.hpke[0], private))

    def fresh_key_pair(self, random: Random) -> KeyPair:
        """Return a key pair of fresh octets."""
        return self.key_pair(random(self.hash_size))

    def sealing(self, label: str, context: bytes) -> Callable[[bytes, bytes, Random], Sealed]:
        """Return EncryptWithLabel (§5.1.3) for many recipients: of a public key, a plaintext and randomness."""
        bound = self._guarded(HpkeContext, *self.hpke, self._bound(label, context))

        def seal(public: bytes, plaintext: bytes, random: Random) -> Sealed:
            return Sealed(*self._guarded(bound.seal, public, random(self.hash_size), plaintext))

        return seal

    def seal_to(self, public: bytes, label: str, context: bytes, plaintext: bytes, random: Random) -> Sealed:
        """EncryptWithLabel (§5.1.3)."""
        return self.sealing(label, context)(public, plaintext, random)

    def open_with(self, private: bytes | KeyPair, label: str, context: bytes, sealed: Sealed) -> bytes:
        """DecryptWithLabel (§5.1.3). Raises: `MlsRefused` with `not_authentic`, `small_order` or `bad_point`."""
        held = None
        if isinstance(private, KeyPair):
            held = None if private.held is None else (private.held, private.public)
            private = private.private
        bound = self._guarded(HpkeContext, *self.hpke, self._bound(label, context))
        return self._guarded(bound.open, private, sealed.kem_output, sealed.ciphertext, held)

    def external_secret(self, shared: bytes) -> bytes:
        """The init secret that an external joiner and the group share (§8.3)."""
        context = b"MLS 1.0 external init secret"
        return bytes(self._call("hpke_exported", *self.hpke, shared, b"", context, self.hash_size))

    def encapsulate(self, public: bytes, random: Random) -> tuple[bytes, bytes]:
        """Return what is sent and the shared secret."""
        ikm = random(self.hash_size)
        sent = self._call("hpke_derive_public", self.hpke[0], ikm)
        return sent, self._call("hpke_encapsulated", self.hpke[0], public, ikm)

    def decapsulate(self, private: bytes, sent: bytes) -> bytes:
        """Return the shared secret."""
        return bytes(self._call("hpke_decapsulated", self.hpke[0], private, sent))

    # ---- keys that both sides have ----

    def seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """Return ciphertext and tag of the suite's AEAD."""
        return bytes(self._call("aead_seal", self.aead, key, nonce, aad, plaintext))

    def open(self, key: bytes, nonce: bytes, aad: bytes, sealed: bytes) -> bytes:
        """Return the plaintext. Raises: `MlsRefused` with `not_authentic`."""
        return bytes(self._call("aead_open", self.aead, key, nonce, aad, sealed))

    def _signed(self, label: str, content: bytes) -> bytes:
        return self.structures.write("SignContent", label=f"MLS 1.0 {label}", content=content)

    def _bound(self, label: str, context: bytes) -> bytes:
        return self.structures.write("EncryptContext", label=f"MLS 1.0 {label}", context=context)

    def _call(self, name: str, *arguments: object) -> bytes:
        found: bytes = self._guarded(plain(name), *arguments)
        return found

    def _guarded(self, function: Callable[..., _Made], *arguments: object) -> _Made:
        try:
            return function(*arguments)
        except Refused as refusal:
            raise MlsRefused(refusal.code, refusal.expected, refusal.got) from None


def cipher_suite(number: int, structures: Structures | None = None) -> CipherSuite:
    """Return a suite over an execution of the catalogue; without one, the interpreter's.

    Raises: `MlsRefused` with `unknown_suite`.
    """
    return _interpreted(number) if structures is None else _suite(number, structures)


@cache
def _interpreted(number: int) -> CipherSuite:
    return _suite(number, catalogue_structures())


def _suite(number: int, structures: Structures) -> CipherSuite:
    if number not in _SUITES:
        raise MlsRefused("unknown_suite", "a suite from 1 to 7", str(number), "RFC 9420 §17.1")
    hash_name, kem, (aead, aead_number), kdf, scheme = _SUITES[number]
    size = int(plain("hash_length")(hash_name))
    return CipherSuite(number, structures, hash_name, size, aead, (kem, kdf, aead_number), scheme)
