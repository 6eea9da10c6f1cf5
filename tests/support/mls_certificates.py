"""Chains of certificates for leaves of MLS: an anchor of ours, members below it, and a verifier of such chains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

NOW = datetime.now(UTC)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


class Anchor:
    """An authority that issues certificates, and verifies the chains that begin at it."""

    def __init__(self, name: str) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.name = _named(name)
        self.certificate = self._issued(name, self.key.public_key())

    def chain(self, name: str, suite: int, private: bytes) -> list[bytes]:
        """Return the chain of a member with a private key of suite 1 or 2, its own certificate first."""
        if suite == 1:
            key = Ed25519PrivateKey.from_private_bytes(private).public_key()
        else:
            key = derive_private_key(int.from_bytes(private), SECP256R1()).public_key()
        found = (self._issued(name, key), self.certificate)
        return [each.public_bytes(Encoding.DER) for each in found]

    def _issued(self, name: str, key: x509.base.CertificatePublicKeyTypes) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(hours=1))
            .not_valid_after(NOW + timedelta(days=1))
            .sign(self.key, None)
        )

    def wrong_with(self, chain: Sequence[bytes]) -> str | None:
        """Return what is wrong with a chain, `None` for one of ours."""
        member, anchor = (x509.load_der_x509_certificate(each) for each in chain)
        if anchor != self.certificate:
            return "another anchor"
        try:
            member.verify_directly_issued_by(anchor)
        except (InvalidSignature, ValueError) as error:
            return f"not issued by the anchor: {error}"
        return None if member.not_valid_before_utc <= NOW <= member.not_valid_after_utc else "out of date"
