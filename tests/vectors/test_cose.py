"""Public COSE cases: their structures, headers and what signatures cover; `test_cose_objects` has the keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused
from trees import values_of

TOPIC = "cose"
STRUCTURES = {
    "sign": ("CoseSign", None),
    "sign0": ("CoseSign1", "UntaggedSign1"),
    "enveloped": ("CoseEncrypt", None),
    "encrypted": ("CoseEncrypt0", "UntaggedEncrypt0"),
    "mac": ("CoseMac", None),
    "mac0": ("CoseMac0", "UntaggedMac0"),
}
"""What a case describes → its structure under a tag, and without one."""
COVERED = {
    "ToMac_hex": ("MacStructure",),
    "AAD_hex": ("EncStructure",),
    "ToBeSign_hex": ("Sig1Structure", "SigStructure"),
}


def inputs() -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """The cases with what they describe."""
    for path in found_files("vectors", TOPIC, ".json"):
        case = json.loads(path.read_text(encoding="utf-8"))
        for kind in STRUCTURES:
            if kind in case.get("input", {}):
                yield path, kind, case


def failures(case: dict[str, Any]) -> set[str]:
    return {name for found in values_of(case["input"], "failures") for name in found}


def type_of(kind: str, case: dict[str, Any]) -> str:
    tagged, untagged = STRUCTURES[kind]
    return f"ietf.cose.{untagged if 'RemoveCBORTag' in failures(case) and untagged else tagged}"


def tree_of(codec: Codec, octets: bytes) -> Any:
    """The same CBOR as a tree: maps may stand in another order, octet strings (protected headers among them) not."""
    return bare(codec.decode("ietf.cbor.CborValue", octets).plain["value"])


def bare(value: Any) -> Any:
    if type(value).__name__ == "Tagged":
        return (value.tag, bare(value.value))
    if isinstance(value, dict) and set(value) == {"tag", "value"}:
        return (value["tag"], bare(value["value"]))
    if isinstance(value, list):
        return [bare(item) for item in value]
    return {key: bare(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_structures_are_read_and_written_back(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, kind, case in inputs():
        octets, structure = bytes.fromhex(case["output"]["cbor"]), type_of(kind, case)
        name = f"{path.parent.name}/{path.name}"
        if "ChangeCBORTag" in failures(case):
            with pytest.raises(Refused) as refused:
                codec.decode(structure, octets)
            assert refused.value.code == "wrong_tag"
            cases.ran(TOPIC)
            continue
        read = codec.decode(structure, octets)
        written = codec.encode(structure, read.native)
        # Maps may stand in another order; octet strings, protected headers among them, are the same octets.
        assert tree_of(codec, written) == tree_of(codec, octets), name
        assert codec.decode(structure, written).plain == read.plain, name
        check_value(read.plain["value"], case)
        cases.ran(TOPIC)


ALGORITHMS = {"ES256": -7, "ES384": -35, "ES512": -36, "EdDSA": -8, "HS256": 5, "HS384": 6, "HS512": 7, "HS256/64": 4,
              "A128GCM": 1, "A192GCM": 2, "A256GCM": 3, "ChaCha-Poly1305": 24, "PS256": -37, "PS512": -39,
              "AES-CCM-16-128/64": 10}  # fmt: skip


def check_value(value: dict[str, Any], case: dict[str, Any]) -> None:
    """The content and the algorithm are those that the case names."""
    inner = case["input"]
    plaintext = (
        bytes.fromhex(inner["plaintext_hex"])
        if "plaintext_hex" in inner
        else inner.get("plaintext", "").encode()
    )
    if value.get("payload") is not None:
        assert value["payload"] == plaintext
    named = [name for name in values_of(inner, "alg") if name in ALGORITHMS]
    if named and not failures(case):
        buckets = [value["protected"], value["unprotected"]]
        buckets += [signed["protected"] for signed in value.get("signatures", ())]
        found = [bucket["alg"] for bucket in buckets if bucket["alg"] is not None]
        assert not found or set(found) & {ALGORITHMS[name] for name in named}


def test_what_is_covered_is_read_and_written_back(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, _, case in inputs():
        for key, types in COVERED.items():
            for spelled in values_of(case.get("intermediates", {}), key):
                octets = bytes.fromhex(spelled)
                structure = f"ietf.cose.{types[octets[0] == 0x85 and len(types) > 1]}"
                if key == "AAD_hex" and octets[0] == 0x84:
                    structure = "ietf.cose.MacStructure"
                if b"Enveloped" in octets:
                    cases.cannot_run(
                        TOPIC, path.parent.name, path.name, "the context of a draft, not of RFC 9052"
                    )
                    continue
                read = codec.decode(structure, octets)
                assert codec.encode(structure, read.native) == octets
                cases.ran(TOPIC)


def test_claims_of_tokens(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, _, case in inputs():
        content = case["input"].get("plaintext_hex")
        if path.parent.name != "CWT" or not content:
            continue
        try:
            read = codec.decode("ietf.cose.CwtClaims", bytes.fromhex(content))
        except Refused as refusal:
            assert refusal.code == "wrong_kind"  # a token inside a token
            continue
        assert codec.encode("ietf.cose.CwtClaims", read.native) == bytes.fromhex(content)
        assert read.plain["issued_at"] is not None
        cases.ran(TOPIC)
