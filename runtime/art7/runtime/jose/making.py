"""Signed objects made (RFC 7515 §5.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from art7.runtime.jose.keys import JoseRefused, Value, call, read, rsa_private, text_of
from art7.runtime.jose.signed import CURVES, HASHES


def sign_compact(payload: bytes, header: Mapping[str, Any], key: Value) -> str:
    """Return a compact object. `header` has the algorithm; `key` is a private key of the catalogue's form.

    Raises: `JoseRefused` with `no_key`, `weak_key`, `refused_algorithm` or the codec's code.
    """
    octets = json.dumps(header, separators=(",", ":")).encode()
    algorithm = str(read("JwsHeader", octets)["alg"])
    signed = f"{text_of(octets)}.{text_of(payload)}"
    return f"{signed}.{text_of(_signature(algorithm, key, signed.encode('ascii')))}"


def _signature(algorithm: str, key: Value, data: bytes) -> bytes:
    if key.get("alg") not in (None, algorithm) or key.get("use") not in (None, "sig"):
        raise JoseRefused("no_key", f"a key for {algorithm}", "one for something else")
    kind, hash_name, family = algorithm[:2], HASHES.get(algorithm[2:], ""), key["kty"]
    if kind == "HS" and hash_name and family == "oct":
        if len(key["k"]) < call("hash_length", hash_name):
            raise JoseRefused("weak_key", "a key as long as the hash", f"{len(key['k'])} octets")
        return bytes(call("hmac", hash_name, key["k"], data))
    if kind in ("RS", "PS") and hash_name and family == "RSA":
        form = "pkcs1" if kind == "RS" else "pss"
        return bytes(call(f"rsa_{form}_sign", hash_name, rsa_private(key), data))
    if key.get("d") is None:
        raise JoseRefused("no_key", "a private key", "a public or another one")
    if family == "EC" and CURVES.get(algorithm) == key["crv"]:
        return bytes(call(f"ecdsa_{key['crv'].lower().replace('-', '')}_sign_raw", key["d"], data))
    if family == "OKP" and algorithm == "EdDSA" and key["crv"] in ("Ed25519", "Ed448"):
        return bytes(call(f"{key['crv'].lower()}_sign", key["d"], data))
    raise JoseRefused("refused_algorithm", "an algorithm that goes with the key", algorithm[:40])
