"""Certificates of the ends of a call, which nobody vouches for but the hash in a description (RFC 8827 §6.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from art7.runtime.sessions.refusals import SessionRefused

_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}
"""Hashes of certificates that are taken; SHA-1 and MD5 are not (RFC 8122 §5)."""
_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An own certificate for calls, with its key. `fingerprint`: SHA-256 as SDP prints it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Pairs of digits with colons between them (RFC 8122 §5)."""
        return printed(self.certificate, "sha-256")


def fresh_certificate(now: datetime | None = None) -> Certificate:
    """Return a self-signed certificate: SDP vouches for its hash, nobody for its name (RFC 8827 §6.5)."""
    at = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "art7")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return Certificate(made, key)


def printed(certificate: x509.Certificate, hash: str) -> str:
    """Return the hash of a certificate as SDP prints it. Raises: `SessionRefused` for a hash that is not taken."""
    if hash not in _HASHES:
        raise SessionRefused("weak_hash", "sha-256, sha-384 or sha-512", hash, "RFC 8122 §5")
    return certificate.fingerprint(_HASHES[hash]()).hex(":").upper()
