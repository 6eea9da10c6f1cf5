"""Ed25519 keys for signing offers: read from PEM, screened, named; the only module here that knows a crypto library."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from art7.grammar.diagnostics import Report
from art7.validator.publishing.codes import refuse
from art7.validator.publishing.points import ORDER, fault_of

MOST_CERTIFICATES = 16

# RFC 8032 §7.1 (five tests), RFC 8410 §10.3.
_PRINTED = (
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842",
)
_WORDS = (
    "",
    "a",
    "abc",
    "alice",
    "bob",
    "carol",
    "key",
    "password",
    "secret",
    "seed",
    "test",
    "test key",
    "art7",
)
_READING = (ValueError, TypeError, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that is trusted. `origin` says where it came from, for the reader."""

    octets: bytes
    origin: str

    @property
    def name(self) -> str:
        """The `keyid`: SHA-256 of the key as a SubjectPublicKeyInfo. A hint, never a reason to trust."""
        return name_of(self.octets)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (64 octets) is this key's for `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.octets).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key; no text shows it."""

    public: bytes
    _key: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature; the same message gives the same octets."""
        return self._key.sign(message)


def name_of(public: bytes) -> str:
    """Return the `keyid` of a public key."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def is_canonical(signature: bytes) -> bool:
    """Whether a signature has the one form: 64 octets, S below the order (RFC 8032 §5.1.7)."""
    return len(signature) == 64 and int.from_bytes(signature[32:], "little") < ORDER


def read_signer(
    pem: bytes, password: bytes | None, file: str, report: Report, *, sandbox: bool
) -> Signer | None:
    """Return the private key in a PEM file, or report why not."""
    try:
        key = load_pem_private_key(pem, password or None)
    except _READING as error:
        locked = (
            "the key is locked" if isinstance(error, TypeError) else "found no private key that can be read"
        )
        refuse(report, "A7-B225", locked, file)
        return None
    if not isinstance(key, Ed25519PrivateKey):
        refuse(report, "A7-B225", f"found {type(key).__name__.lstrip('_')}, expected a key for Ed25519", file)
        return None
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(public, key) if is_screened(public, file, report, sandbox=sandbox) else None


def read_verifier(pem: bytes, file: str, report: Report, *, sandbox: bool) -> Verifier | None:
    """Return the public key in a PEM file, or report why not."""
    try:
        key = load_pem_public_key(pem)
    except _READING:
        refuse(report, "A7-B225", "found no public key that can be read", file)
        return None
    if not isinstance(key, Ed25519PublicKey):
        refuse(report, "A7-B225", f"found {type(key).__name__.lstrip('_')}, expected a key for Ed25519", file)
        return None
    public = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Verifier(public, file) if is_screened(public, file, report, sandbox=sandbox) else None


def read_certificates(pem: bytes, file: str, report: Report) -> list[bytes] | None:
    """Return the certificates of a PEM file in DER, in their order, or report why not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # forms that only a path's check judges
            found = [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(pem)]
    except (*_READING, x509.InvalidVersion):
        refuse(report, "A7-B225", "found no certificates that can be read", file)
        return None
    if len(found) > MOST_CERTIFICATES:
        refuse(
            report, "A7-B225", f"found {len(found)} certificates, expected at most {MOST_CERTIFICATES}", file
        )
        return None
    return found


def certified_key(certificate: bytes, file: str, report: Report, *, sandbox: bool) -> Verifier | None:
    """Return the key that a certificate (DER) is about, or report why it is none to verify offers with."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = x509.load_der_x509_certificate(certificate).public_key()
    except (*_READING, x509.InvalidVersion):
        refuse(report, "A7-B225", "found a certificate whose key cannot be read", file)
        return None
    if not isinstance(key, Ed25519PublicKey):
        refuse(report, "A7-B225", "found a certificate of another kind of key, expected Ed25519", file)
        return None
    public = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return (
        Verifier(public, f"certificate in {file}")
        if is_screened(public, file, report, sandbox=sandbox)
        else None
    )


def is_screened(public: bytes, file: str, report: Report, *, sandbox: bool) -> bool:
    """Whether a public key may be used; a weak one is reported, and a known one unless in a sandbox."""
    if (fault := fault_of(public)) is not None:
        refuse(report, "A7-B223", f"the key is weak: {fault}", file)
    elif public in known_keys() and not sandbox:
        refuse(report, "A7-B224", "the key is known to everybody", file)
    else:
        return True
    return False


@cache
def known_keys() -> frozenset[bytes]:
    """Return the public halves of private keys that stand in standards, are constants, runs or plain words."""
    seeds = [bytes.fromhex(each) for each in _PRINTED]
    seeds += [bytes([octet]) * 32 for octet in range(256)]
    seeds += [bytes((first + step) % 256 for step in range(32)) for first in range(256)]
    seeds += [bytes(reversed(range(32))), bytes(31) + b"\x01", b"\x01" + bytes(31)]
    for word in (each.encode() for each in _WORDS):
        seeds += [hashlib.sha256(word).digest(), word.ljust(32, b"\0"), word.ljust(32)]
    return frozenset(
        Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for seed in dict.fromkeys(seeds)
    )
