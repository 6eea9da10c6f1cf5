"""Signatures of certificates, checked by `cryptography`, and which are too weak."""

from __future__ import annotations

import warnings

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from art7.runtime.x509.refusals import PathRefused

_HASHES = ("sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512")
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
SHORTEST_RSA = 2048
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


def check_signature(octets: bytes, issuer: bytes) -> None:
    """Check that the key of the certificate `issuer` signed the certificate `octets`.

    Raises: `PathRefused` with `bad_signature`, `weak_signature` or `weak_key`.
    """
    check_key(issuer)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # numbers and times that the profile forbids are not asked about here
            signed = x509.load_der_x509_certificate(octets)
            key = x509.load_der_x509_certificate(issuer).public_key()
            parameters, digest = signed.signature_algorithm_parameters, signed.signature_hash_algorithm
    except _UNREADABLE as error:
        raise PathRefused("weak_signature", "an algorithm that is taken", type(error).__name__) from None
    if digest is not None and digest.name not in _HASHES:
        raise PathRefused("weak_signature", ", ".join(_HASHES), digest.name)
    signature, data = signed.signature, signed.tbs_certificate_bytes
    try:
        match key:
            case rsa.RSAPublicKey() if digest and isinstance(parameters, padding.PKCS1v15 | padding.PSS):
                key.verify(signature, data, parameters, digest)
            case ec.EllipticCurvePublicKey() if isinstance(parameters, ec.ECDSA):
                key.verify(signature, data, parameters)
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() if parameters is None:
                key.verify(signature, data)
            case _:
                raise InvalidSignature
    except (InvalidSignature, ValueError):
        raise PathRefused("bad_signature", "a signature of the issuer", "another") from None


def check_list_signature(octets: bytes, issuer: bytes) -> None:
    """Check that the key of the certificate `issuer` signed the revocation list `octets`.

    Raises: `PathRefused` with `bad_signature`, `weak_signature` or `weak_key`.
    """
    check_key(issuer)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, key = x509.load_der_x509_crl(octets), x509.load_der_x509_certificate(issuer).public_key()
            digest = found.signature_hash_algorithm
            kinds = (
                rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
            )
            holds = isinstance(key, kinds) and found.is_signature_valid(key)
    except _UNREADABLE as error:
        raise PathRefused("weak_signature", "an algorithm that is taken", type(error).__name__) from None
    if digest is not None and digest.name not in _HASHES:
        raise PathRefused("weak_signature", ", ".join(_HASHES), digest.name)
    if not holds:
        raise PathRefused("bad_signature", "a signature of the issuer", "another")


def check_key(octets: bytes) -> None:
    """Check that the key of a certificate is of a kind that is taken, and strong enough.

    Raises: `PathRefused` with `weak_key`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = x509.load_der_x509_certificate(octets).public_key()
    except _UNREADABLE as error:
        raise PathRefused("weak_key", "a key that is taken", type(error).__name__) from None
    match key:
        case rsa.RSAPublicKey() if key.key_size < SHORTEST_RSA:
            raise PathRefused("weak_key", f"{SHORTEST_RSA} bits", str(key.key_size))
        case ec.EllipticCurvePublicKey() if key.curve.name not in _CURVES:
            raise PathRefused("weak_key", ", ".join(_CURVES), key.curve.name)
        case dsa.DSAPublicKey():
            raise PathRefused("weak_key", "RSA, or a key on a curve", "DSA")
