"""The modes of HPKE beside base mode (RFC 9180 §5.1.2 to §5.1.4): a pre-shared key, a sender who proves a key, or both.

Text of generated projects. What the key schedule yields is given as octets, so that a schedule can cut and use it.
"""

from __future__ import annotations

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import ecdh, montgomery
from art7.interpreter.functions.shared.hpke import (
    _AEADS,
    _KDFS,
    _expand,
    _extract,
    _kem,
    _suite,
    hpke_derive_private,
    hpke_public,
)
from art7.interpreter.functions.shared.macs import hkdf_extract

_SHORTEST_PSK = 32


def _agreed(kem: int, private: bytes, public: bytes) -> bytes:
    name = _kem(kem)[0]
    return montgomery(name, private, public) if name.startswith("x") else ecdh(name, private, public)


def _auth_secret(kem: int, agreed: bytes, context: bytes) -> bytes:
    _, digest_name, _, size = _kem(kem)
    suite = b"KEM" + kem.to_bytes(2, "big")
    prk = _extract(digest_name, suite, b"", b"eae_prk", agreed)
    return _expand(digest_name, suite, prk, b"shared_secret", context, size)


def hpke_auth_encapsulated(kem: int, public: bytes, sender: bytes, ikm: bytes) -> bytes:
    """The shared secret of AuthEncap (RFC 9180 §4.1); `hpke_derive_public(kem, ikm)` is what is sent."""
    private = hpke_derive_private(kem, ikm)
    agreed = _agreed(kem, private, public) + _agreed(kem, sender, public)
    return _auth_secret(kem, agreed, hpke_public(kem, private) + public + hpke_public(kem, sender))


def hpke_auth_decapsulated(kem: int, private: bytes, sender: bytes, enc: bytes) -> bytes:
    """The shared secret of AuthDecap (RFC 9180 §4.1)."""
    agreed = _agreed(kem, private, enc) + _agreed(kem, private, sender)
    return _auth_secret(kem, agreed, enc + hpke_public(kem, private) + sender)


def hpke_context(
    kem: int, kdf: int, aead: int, mode: int, shared: bytes, info: bytes, psk: bytes, psk_id: bytes
) -> bytes:
    """The AEAD's key, the 12 octets of the base nonce and the exporter secret (RFC 9180 §5.1); the first two are empty
    where the AEAD exports only."""
    if mode not in (0, 1, 2, 3) or bool(psk) != bool(psk_id) or bool(psk) != bool(mode & 1):
        raise BuiltinError(
            "unknown_value", "mode 0 to 3, a pre-shared key and its name in 1 and 3", str(mode)
        )
    if psk and len(psk) < _SHORTEST_PSK:
        raise BuiltinError("bad_key", f"a pre-shared key of {_SHORTEST_PSK} octets at least", f"{len(psk)}")
    _kem(kem)
    suite, name = _suite(kem, kdf, aead), _KDFS[kdf]
    named = _extract(name, suite, b"", b"psk_id_hash", psk_id)
    bound = bytes((mode,)) + named + _extract(name, suite, b"", b"info_hash", info)
    secret = _extract(name, suite, shared, b"secret", psk)
    exporter = _expand(name, suite, secret, b"exp", bound, len(hkdf_extract(name, b"", b"")))
    size = _AEADS[aead][1]
    if not size:
        return exporter
    key = _expand(name, suite, secret, b"key", bound, size)
    return key + _expand(name, suite, secret, b"base_nonce", bound, 12) + exporter


def hpke_exported_from(kem: int, kdf: int, aead: int, exporter: bytes, context: bytes, count: int) -> bytes:
    """A secret for another use, from an exporter secret (RFC 9180 §5.3)."""
    _kem(kem)
    suite = _suite(kem, kdf, aead)
    return _expand(_KDFS[kdf], suite, exporter, b"sec", context, count)
