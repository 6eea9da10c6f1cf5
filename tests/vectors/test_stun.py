"""Public STUN cases: RFC 5769, captures of programs, attribute values, browsers, a fuzz corpus."""

from __future__ import annotations

import ipaddress
import json
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Decoded, Refused

TOPIC = "stun"
MESSAGE = "ietf.stun.StunMessage"

METHODS = {
    "binding": 1,
    "allocate": 3,
    "refresh": 4,
    "send": 6,
    "data": 7,
    "create-permission": 8,
    "channel-bind": 9,
}
CLASSES = {
    "request": 0, "indication": 1, "success": 2, "success-response": 2, "response": 2,
    "failure": 3, "error": 3, "error-response": 3,
}  # fmt: skip
KINDS = {
    "MAPPED-ADDRESS": 0x0001, "CHANGE-REQUEST": 0x0003, "USERNAME": 0x0006, "MESSAGE-INTEGRITY": 0x0008,
    "ERROR-CODE": 0x0009, "UNKNOWN-ATTRIBUTES": 0x000A, "CHANNEL-NUMBER": 0x000C, "LIFETIME": 0x000D,
    "XOR-PEER-ADDRESS": 0x0012, "DATA": 0x0013, "REALM": 0x0014, "NONCE": 0x0015, "XOR-RELAYED-ADDRESS": 0x0016,
    "REQUESTED-ADDRESS-FAMILY": 0x0017, "EVEN-PORT": 0x0018, "REQUESTED-TRANSPORT": 0x0019,
    "DONT-FRAGMENT": 0x001A, "MESSAGE-INTEGRITY-SHA256": 0x001C, "PASSWORD-ALGORITHM": 0x001D, "USERHASH": 0x001E,
    "XOR-MAPPED-ADDRESS": 0x0020, "RESERVATION-TOKEN": 0x0022, "PRIORITY": 0x0024, "USE-CANDIDATE": 0x0025,
    "PADDING": 0x0026, "RESPONSE-PORT": 0x0027, "CONNECTION-ID": 0x002A, "ADDITIONAL-ADDRESS-FAMILY": 0x8000,
    "ADDRESS-ERROR-CODE": 0x8001, "PASSWORD-ALGORITHMS": 0x8002, "ALTERNATE-DOMAIN": 0x8003, "ICMP": 0x8004,
    "SOFTWARE": 0x8022, "ALTERNATE-SERVER": 0x8023, "CACHE-TIMEOUT": 0x8027, "FINGERPRINT": 0x8028,
    "ICE-CONTROLLED": 0x8029, "ICE-CONTROLLING": 0x802A, "RESPONSE-ORIGIN": 0x802B, "OTHER-ADDRESS": 0x802C,
}  # fmt: skip
"""Attribute types by the names that standards and cases use (RFC 8489 §18.3, RFC 8656 §18)."""

MASK_COOKIE = bytes.fromhex("2112a442")
IGNORED = {"name", "message", "browser", "version", "system", "note", "comment", "source"}
"""Keys of a case that expect nothing."""


def files() -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    for path in found_files("vectors", TOPIC, ".json"):
        yield path, json.loads(path.read_text(encoding="utf-8"))


def prepared(text: str) -> str:
    """SASLprep as far as credentials in public cases need it: unmapped soft hyphens, then NFKC."""
    return unicodedata.normalize("NFKC", text.replace("\u00ad", ""))


def keys(codec: Codec, case: dict[str, Any]) -> list[bytes]:
    """The integrity keys a case's credentials can mean: short-term, and long-term by MD5 and SHA-256."""
    password = prepared(case["password"]).encode()
    if case.get("integrity", "short-term") == "short-term" or "realm" not in case:
        return [bytes(codec.derive("ietf.stun_keys.ShortTermKey", {}, {"password": password})["key"])]
    users = [case["username"].encode(), prepared(case["username"]).encode()]
    given = {"realm": case["realm"].encode(), "password": password}
    derived = [
        codec.derive("ietf.stun_keys.LongTermKey", {"algorithm": algorithm}, given | {"username": user})
        for algorithm in (1, 2)
        for user in users
    ]
    return [bytes(each["key"]) for each in derived]


def attribute(decoded: Decoded, kind: int) -> Any:
    """The value of the first attribute of that type; KeyError when there is none."""
    for each in decoded.plain["attributes"]:
        if each["kind"] == kind:
            return each["value"]
    raise KeyError(f"no attribute 0x{kind:04x}")


def spelled(kind: int, value: Any, message: bytes) -> Any:
    """An attribute's value as cases spell it: addresses as [text, port], errors as [code, reason], octets as hex."""
    if kind == KINDS["FINGERPRINT"]:
        return zlib.crc32(message[: len(message) - 8]) ^ 0x5354554E  # verified by decode, not a member
    if isinstance(value, dict):
        if "address" in value:
            return [str(ipaddress.ip_address(value["address"])), value["port"]]
        if "hundreds" in value:
            return [100 * value["hundreds"] + value["number"], value["reason"]]
        if kind in (KINDS["CHANNEL-NUMBER"], KINDS["REQUESTED-TRANSPORT"]):
            return value.get("number", value.get("protocol"))
        if "mac" in value:
            return value["mac"].hex()
    return value.hex() if isinstance(value, bytes) else value


def same(kind: int, value: Any, expected: Any, message: bytes) -> bool:
    got = spelled(kind, value, message)
    if isinstance(expected, dict):
        expected = list(expected.values())
    if isinstance(got, int) and isinstance(expected, int) and kind in (0x000C, 0x0019):
        return expected in (got, got << (16 if kind == 0x000C else 24))  # some cases give the whole 32 bits
    return bool(
        got == expected or list(expected) == got if isinstance(expected, list | tuple) else got == expected
    )


def check_message(codec: Codec, case: dict[str, Any], octets: bytes) -> set[str]:
    """Decode under every key that the case can mean, compare, write again; returns the keys not understood."""
    params: dict[str, Any] = {"key": None}
    if "password" in case:
        working = []
        for key in keys(codec, case):
            try:
                working.append(codec.decode(MESSAGE, octets, key=key) and key)
            except Refused as refused:
                assert refused.code == "bad_integrity", refused
        assert working, "MESSAGE-INTEGRITY holds under none of the keys"
        params["key"] = working[0]
    decoded = codec.decode(MESSAGE, octets, **params)
    assert codec.encode(MESSAGE, decoded.native, **params) == octets
    unknown = set()
    for name, expected in case.items():
        kind = KINDS.get(name.upper().replace("_", "-"))
        if name in IGNORED or name in ("password", "integrity", "key"):
            continue
        if name == "method":
            assert decoded.plain["method"] == METHODS[expected.replace("_", "-")]
        elif name in ("cls", "class"):
            assert decoded.plain["class"] == CLASSES[expected]
        elif name == "transaction_id":
            assert decoded.plain["transaction"].hex() == expected
        elif name == "attributes":
            for attribute_name, value in expected.items():
                number = KINDS[attribute_name]
                assert same(number, attribute(decoded, number), value, octets), attribute_name
        elif name == "fingerprint":
            assert (0x8028 in [each["kind"] for each in decoded.plain["attributes"]]) == bool(expected)
        elif kind is not None:
            assert same(kind, attribute(decoded, kind), expected, octets), name
        else:
            unknown.add(name)
    return unknown


def check_value(codec: Codec, case: dict[str, Any]) -> None:
    """Put one attribute value into a message and compare it, or see it refused."""
    kind, value = KINDS[case["attr"]], bytes.fromhex(case["value"])
    body = kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
    transaction = bytes.fromhex(case.get("transaction_id", "00" * 12))
    octets = b"\x01\x01" + len(body).to_bytes(2, "big") + MASK_COOKIE + transaction + body
    if case.get("error"):
        refused = refusal(codec, octets)
        assert refused is not None, f"accepted: {case}"
        return
    decoded = codec.decode(MESSAGE, octets, key=None)
    assert same(kind, attribute(decoded, kind), case["decoded"], octets)
    assert codec.encode(MESSAGE, decoded.native, key=None) == octets


def refusal(codec: Codec, octets: bytes) -> Refused | None:
    try:
        codec.decode(MESSAGE, octets, key=None)
    except Refused as refused:
        return refused
    return None


def check_any(codec: Codec, octets: bytes) -> None:
    """Whatever the octets are: a value that is stable when written and read again, or a refusal."""
    try:
        decoded = codec.decode(MESSAGE, octets, key=None)
    except Refused as refused:
        assert refused.code
        return
    again = codec.encode(MESSAGE, decoded.native, key=None)
    assert codec.decode(MESSAGE, again, key=None).plain == decoded.plain


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, rows in files():
        for row in rows:
            case_name = str(row.get("name", row.get("attr", row.get("browser", "?"))))
            octets = bytes.fromhex(row.get("message", ""))
            if "attr" in row:
                check_value(codec, row)
            elif row.get("error"):
                assert refusal(codec, octets) is not None, case_name
            elif "browser" in row:
                unknown = check_message(codec, {"method": "binding", "cls": "request"} | row, octets)
                assert not unknown
            elif set(row) <= {"name", "message"}:
                check_any(codec, octets)
            elif unknown := check_message(codec, row, octets):
                cases.cannot_run(
                    TOPIC, path.name, case_name, f"expectations not understood: {sorted(unknown)}"
                )
                continue
            cases.ran(TOPIC)
