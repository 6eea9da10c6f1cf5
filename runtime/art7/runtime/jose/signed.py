"""Signed objects (RFC 7515): compact, or JSON with one signature or several."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from art7.runtime.jose.keys import (
    JoseRefused,
    Value,
    call,
    choose,
    joined,
    members,
    octets_of,
    point,
    read,
    rsa_public,
    text_of,
)

HASHES = {"256": "sha256", "384": "sha384", "512": "sha512"}
"""End of an algorithm's name → hash."""
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
"""Algorithm → its only curve (RFC 7518 §3.4)."""
_FAMILIES = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC"}
_UNDERSTOOD = {"b64"}
LONGEST = 1 << 24
"""The most characters of an object."""


def verify_compact(text: str, keys: Sequence[Value], detached: bytes | None = None) -> bytes:
    """Return the payload of a compact object whose signature holds (RFC 7515 §5.2).

    `detached` is a payload that the object leaves out. Raises: `JoseRefused`.
    """
    parts = text.split(".") if len(text) <= LONGEST else []
    if len(parts) != 3 or not parts[0] or not parts[2] or (detached is not None and parts[1]):
        raise JoseRefused("malformed", "header, payload and signature", f"{len(parts)} parts")
    protected = read("JwsHeader", octets_of(parts[0]))
    payload = parts[1] if detached is None else detached
    return _verify(protected, protected, parts[0], payload, parts[2], keys)


def verify_json(octets: bytes, keys: Sequence[Value], detached: bytes | None = None) -> bytes:
    """Return the payload of a JSON object of which one signature holds (RFC 7515 §7.2). Raises: `JoseRefused`."""
    value = read("JwsJson", octets)
    signatures = value["signatures"] or [value]
    payload = value["payload"] if detached is None else detached
    if payload is None:
        raise JoseRefused("malformed", "a payload, in the object or beside it", "none")
    refusal = JoseRefused("bad_signature", "a signature that holds", "none")
    for each in signatures:
        try:
            return _verify_one(each, payload, keys)
        except JoseRefused as found:
            refusal = found
    raise refusal


def _verify_one(signature: Value, payload: str | bytes, keys: Sequence[Value]) -> bytes:
    octets = signature["protected"] or b""
    protected = members(read("JwsHeader", octets)) if octets else {}
    whole = joined(protected, members(signature["header"]))
    if whole.get("alg") is None:
        raise JoseRefused("malformed", "a header with an algorithm", "none")
    return _verify(whole, protected, text_of(octets), payload, text_of(signature["signature"]), keys)


def _verify(
    header: Value, protected: Value, encoded: str, payload: str | bytes, signature: str, keys: Sequence[Value]
) -> bytes:
    critical = header.get("crit") or ()
    if set(critical) - _UNDERSTOOD or any(protected.get(name) is None for name in critical):
        raise JoseRefused("unknown_extension", "extensions that are understood", ", ".join(critical)[:80])
    plain_payload = protected.get("b64") is False
    if plain_payload:
        octets = payload if isinstance(payload, bytes) else payload.encode()
        signed = octets
    else:
        octets = payload if isinstance(payload, bytes) else octets_of(payload)
        signed = (text_of(octets) if isinstance(payload, bytes) else payload).encode("ascii")
    found = octets_of(signature)
    algorithm = str(header["alg"])
    family = "OKP" if algorithm == "EdDSA" else _FAMILIES.get(algorithm[:2])
    if family is None or (family != "OKP" and algorithm[2:] not in HASHES):
        raise JoseRefused("refused_algorithm", "a signature of RFC 7518 §3 or RFC 8037", algorithm[:40])
    for key in choose(keys, header, family, "sig", ("verify",)):
        if _holds(algorithm, key, encoded.encode("ascii") + b"." + signed, found):
            return octets
    raise JoseRefused("bad_signature", f"a signature of {algorithm}", "another")


def _holds(algorithm: str, key: Value, data: bytes, signature: bytes) -> bool:
    hash_name = HASHES.get(algorithm[2:], "")
    match algorithm[:2]:
        case "HS":
            if len(key["k"]) < call("hash_length", hash_name):
                raise JoseRefused("weak_key", "a key as long as the hash", f"{len(key['k'])} octets")
            return compare_digest(call("hmac", hash_name, key["k"], data), signature)
        case "RS" | "PS":
            kind = "pkcs1" if algorithm[0] == "R" else "pss"
            return bool(call(f"rsa_{kind}_verify", hash_name, rsa_public(key), data, signature))
        case "ES":
            if key["kty"] != "EC" or key["crv"] != CURVES[algorithm]:
                return False
            name = key["crv"].lower().replace("-", "")
            return bool(call(f"ecdsa_{name}_verify_raw", point(key), data, signature))
    if key["crv"] not in ("Ed25519", "Ed448"):
        return False
    return bool(call(f"{key['crv'].lower()}_verify", key["x"], data, signature))
