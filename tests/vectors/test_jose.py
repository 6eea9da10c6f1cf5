"""Public JOSE cases: keys and their thumbprints, headers, signed and encrypted objects, claims.

What is compared needs no key: each structure is read and written again as the same JSON, and thumbprints are
computed. Signatures and ciphertexts are checked in `test_jose_keys`, where keys are used.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "jose"
JWK, SET, THUMBPRINT, JWS_HEADER, JWE_HEADER, JWS, JWE, CLAIMS, UNSECURED = (
    f"ietf.jose.{name}"
    for name in (
        "Jwk",
        "JwkSet",
        "ThumbprintInput",
        "JwsHeader",
        "JweHeader",
        "JwsJson",
        "JweJson",
        "JwtClaims",
        "UnsecuredHeader",
    )
)


def same(codec: Codec, type: str, value: Any) -> Any:
    """Read and write a structure; the JSON is the same. Returns what was read."""
    decoded = codec.decode(type, json.dumps(value).encode())
    assert json.loads(codec.encode(type, decoded.native)) == value
    return decoded.plain


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every key in a case: an object with a family."""
    if isinstance(value, dict):
        if isinstance(value.get("kty"), str):
            yield value
        for each in value.values():
            yield from keys_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys_in(each)


def check_object(codec: Codec, value: dict[str, Any]) -> None:
    """One JSON serialization, with the headers in it."""
    is_encrypted = "ciphertext" in value
    same(codec, JWE if is_encrypted else JWS, value)
    for each in (value, *value.get("signatures", ())):
        if "protected" in each:
            header = json.loads(octets_of(each["protected"]))
            # What is protected may leave the algorithm to the other header.
            same(codec, JWE_HEADER if is_encrypted or "alg" not in header else JWS_HEADER, header)


def check_compact(codec: Codec, text: str) -> None:
    """A compact object is written again as it was; what is signed or authenticated is told."""
    parts = text.split(".")
    name = "JwsCompact" if len(parts) == 3 else "JweCompact"
    decoded = codec.decode(f"ietf.jose_compact.{name}", text.encode())
    assert codec.encode(f"ietf.jose_compact.{name}", decoded.native).decode() == text
    found = decoded.plain
    if name == "JwsCompact":
        assert found["signing_input"].decode() == text.rpartition(".")[0]
        assert found["signed"]["payload"] == octets_of(parts[1])
        same(codec, JWS_HEADER, json.loads(found["signed"]["protected"]))
        return
    assert found["authenticated"].decode() == parts[0]
    members = ("encrypted_key", "iv", "ciphertext", "tag")
    assert [found[each] for each in members] == [octets_of(each) for each in parts[1:]]
    same(codec, JWE_HEADER, json.loads(found["protected"]))


def test_cookbook(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        case = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(case, dict):
            continue
        for key in keys_in(case):
            same(codec, JWK, key)
            same(codec, SET, {"keys": [key]})
        output = case.get("output", {})
        for form, value in output.items():
            if form == "compact":
                check_compact(codec, value)
            else:
                check_object(codec, value)
        if output or "kty" in case:
            cases.ran(TOPIC)


def rows(kind: str) -> Iterator[dict[str, Any]]:
    for path in found_files("vectors", TOPIC, ".json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        for row in found if isinstance(found, list) else ():
            if row.get("kind") == kind:
                yield row


def test_thumbprints(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("thumbprint"):
        same(codec, JWK, row["jwk"])
        hashed = codec.encode(THUMBPRINT, codec.decode(THUMBPRINT, json.dumps(row["jwk"]).encode()).native)
        assert (
            base64.urlsafe_b64encode(hashlib.sha256(hashed).digest()).rstrip(b"=").decode()
            == row["thumbprint"]
        )
        cases.ran(TOPIC)


def test_unsecured_tokens(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("unsecured JWT"):
        octets = row["jwt"].encode()
        with pytest.raises(Refused) as refused:
            codec.decode("ietf.jose_compact.JwsCompact", octets)
        assert refused.value.code == "no_signature"
        decoded = codec.decode("ietf.jose_compact.UnsecuredCompact", octets)
        assert codec.encode("ietf.jose_compact.UnsecuredCompact", decoded.native) == octets
        with pytest.raises(Refused) as refused:
            codec.decode(JWS_HEADER, decoded.plain["protected"])
        assert refused.value.code == "unsecured"
        same(codec, UNSECURED, json.loads(decoded.plain["protected"]))
        assert json.loads(decoded.plain["payload"]) == row["claims"]
        assert same(codec, CLAIMS, row["claims"])["iss"] == row["claims"]["iss"]
        cases.ran(TOPIC)
