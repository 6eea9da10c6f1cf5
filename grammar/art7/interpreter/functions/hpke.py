"""DeriveKeyPair of hybrid public-key encryption (RFC 9180 §7.1.3), for the KEMs that MLS uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.interpreter.functions.digests import hkdf_expand, hkdf_extract
from art7.interpreter.functions.keys import FUNCTIONS as KEYS
from art7.interpreter.functions.keys import ORDERS
from art7.interpreter.functions.refusal import Refused

_KEMS: dict[int, tuple[str, str, int, int]] = {
    0x0010: ("p256", "sha256", 32, 0xFF),
    0x0011: ("p384", "sha384", 48, 0xFF),
    0x0012: ("p521", "sha512", 66, 0x01),
    0x0020: ("x25519", "sha256", 32, 0),
    0x0021: ("x448", "sha512", 56, 0),
}
"""KEM id → curve, hash, octets of a private key, bit mask of its first octet (RFC 9180 §7.1)."""


def derive_private(kem: int, ikm: bytes) -> bytes:
    """Return the private key of DeriveKeyPair."""
    if kem not in _KEMS:
        raise Refused("unknown_value", "a KEM id of RFC 9180 §7.1", str(kem))
    curve, digest, octets, mask = _KEMS[kem]
    suite = b"KEM" + kem.to_bytes(2, "big")
    prk = hkdf_extract(digest, b"", b"HPKE-v1" + suite + b"dkp_prk" + ikm)

    def expand(label: bytes, info: bytes) -> bytes:
        labelled = octets.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
        return hkdf_expand(digest, prk, labelled, octets)

    if not mask:
        return expand(b"sk", b"")
    for counter in range(256):
        candidate = expand(b"candidate", bytes([counter]))
        candidate = bytes([candidate[0] & mask]) + candidate[1:]
        if 0 < int.from_bytes(candidate, "big") < ORDERS[curve]:
            return candidate
    raise Refused("bad_key", "a candidate below the curve's order", "none in 256")


def derive_public(kem: int, ikm: bytes) -> bytes:
    """Return the public key of DeriveKeyPair."""
    private = derive_private(kem, ikm)
    return bytes(KEYS[f"{_KEMS[kem][0]}_public"](private))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "hpke_derive_private": derive_private,
    "hpke_derive_public": derive_public,
}
