"""STUN messages beside aioice, over mutated ones: method, class, transaction and every attribute that both know."""

from __future__ import annotations

import ipaddress
import random
import struct
import zlib
from typing import Any

import pytest

from differences import Explained, Trial, compare, mutants, octet_edits, they_refuse, tried, we_refuse
from executions import Codec
from public_octets import public_octets

HEAD = bytes.fromhex("000100002112a442000102030405060708090a0b")
TYPES = (
    *range(0x0001, 0x0002), 0x0003, 0x0006, 0x0008, 0x0009, 0x000A, 0x000C, 0x000D, 0x0012, 0x0013, 0x0014, 0x0015, 0x0016,
    0x0019, 0x0020, 0x0024, 0x0025, 0x7F00, 0x8022, 0x8028, 0x8029, 0x802A, 0x802B, 0x802C, 0xFF00,
)  # fmt: skip
ADDRESSES = (bytes.fromhex("00011234c0000201"), bytes.fromhex("0002123420010db8") + bytes(11) + b"\1")
VALUES = (
    b"",
    b"\0",
    bytes(4),
    bytes(8),
    b"abc",
    b"\xff\xfe",
    bytes.fromhex("00000401") + b"no",
    bytes.fromhex("00000700"),
    *ADDRESSES,
)


def with_length(octets: bytes, chance: random.Random) -> bytes:
    """State the length that there is."""
    return octets[:2] + struct.pack("!H", max(0, len(octets) - 20) & 0xFFFF) + octets[4:]


def attribute(octets: bytes, chance: random.Random) -> bytes:
    value = chance.choice(VALUES)
    fill = bytes(-len(value) % 4)
    return with_length(octets + struct.pack("!HH", chance.choice(TYPES), len(value)) + value + fill, chance)


def with_fingerprint(octets: bytes, chance: random.Random) -> bytes:
    made = octets[:2] + struct.pack("!H", (len(octets) - 12) & 0xFFFF) + octets[4:]
    return made + struct.pack("!HHI", 0x8028, 4, zlib.crc32(made) ^ 0x5354554E)


EDITS = (
    *octet_edits((b"\0", b"\x21\x12\xa4\x42", b"\x80\x22\0\0", b"\0\x25\0\0", b"\xff")),
    *[with_length, attribute, attribute] * 3,
    with_fingerprint,
)

METHODS = (1, 2, 3, 4, 6, 7, 8, 9)
ADDRESSED = (0x0001, 0x802B, 0x802C, 0x0012, 0x0016, 0x0020)


def our_value(plain: dict[str, Any]) -> dict[str, Any]:
    """Attributes as the library keeps them: the last of a kind, none but the fingerprint behind the integrity."""
    found: dict[int, Any] = {}
    signed = False
    for each in plain["attributes"]:
        kind, value = each["kind"], each["value"]
        if kind in KNOWN and (not signed or kind == 0x8028):
            found[kind] = _value(kind, value)
            signed = signed or kind == 0x0008
    return {
        "method": plain["method"],
        "class": plain["class"],
        "transaction": plain["transaction"],
        "attributes": found,
    }


KNOWN = (
    0x0001, 0x0003, 0x0006, 0x0008, 0x0009, 0x000C, 0x000D, 0x0012, 0x0013, 0x0014, 0x0015, 0x0016, 0x0019, 0x0020, 0x0024,
    0x0025, 0x8022, 0x8028, 0x8029, 0x802A, 0x802B, 0x802C,
)  # fmt: skip
"""What both know; the library has two more, which RFC 5389 took out: SOURCE-ADDRESS and CHANGED-ADDRESS."""


DERIVED = (0x0008, 0x8028)
"""Integrity and fingerprint: both sides say whether they are right, and hold no value of them."""


def _value(kind: int, value: Any) -> Any:
    if kind in ADDRESSED:
        return (str(ipaddress.ip_address(value["address"])), value["port"])
    if kind == 0x0009:
        return (value["hundreds"] * 100 + value["number"], value["reason"])
    if kind == 0x0003:
        return (value["change_ip"], value["change_port"])
    if kind in DERIVED:
        return None
    if kind == 0x0015:
        return value.encode()
    told = {0x000C: "number", 0x0019: "protocol"}.get(kind)
    return value[told] if told and isinstance(value, dict) else value


def their_value(found: Any, types: dict[str, int]) -> dict[str, Any]:
    kinds = {types[name]: value for name, value in found.attributes.items() if types[name] in KNOWN}
    kinds |= {kind: None for kind in DERIVED if kind in kinds}
    if 0x0003 in kinds:
        kinds[0x0003] = (bool(kinds[0x0003] & 4), bool(kinds[0x0003] & 2))
    if 0x0019 in kinds:
        kinds[0x0019] >>= 24
    kind = found.message_class
    return {
        "method": int(found.message_method),
        "class": (kind >> 7 & 2) | (kind >> 4 & 1),
        "transaction": found.transaction_id,
        "attributes": kinds,
    }


PLACE = r"attributes\[\d+\]"
EXPLAINED = (
    Explained(
        "another cookie, or bits before the type that are not zero",
        "RFC 8489 §5: a message without it is none of this standard",
        we_refuse("not_stun"),
    ),
    Explained(
        "an attribute that must be understood",
        "RFC 8489 §6.3: such a message is not processed",
        we_refuse("unknown_required"),
    ),
    Explained(
        "a length that is no multiple of four",
        "RFC 8489 §5: attributes are padded",
        we_refuse("bad_length", "^length$"),
    ),
    Explained(
        "something behind a fingerprint",
        "RFC 8489 §14.7: it is the last attribute",
        we_refuse("bad_fingerprint"),
    ),
    Explained(
        "an integrity of another size",
        "RFC 8489 §14.5, §14.6: 20 octets of HMAC-SHA1; 16 to 32 of HMAC-SHA256",
        we_refuse("truncated|trailing_data|bad_length", PLACE + r"\.(mac|integrity)"),
    ),
    Explained(
        "unknown attributes in half",
        "RFC 8489 §14.13: types of two octets",
        we_refuse("truncated", PLACE + r"\.types"),
    ),
    Explained(
        "a value of another size than its attribute has",
        "RFC 8489 §14, RFC 8656 §18, RFC 8445 §16.1: each attribute's figure; the library reads its beginning, or passes over it",
        we_refuse("truncated|trailing_data|too_long|unknown_value|bad_length", PLACE),
    ),
    Explained("an error that there cannot be", "RFC 8489 §14.8: 300 to 699", we_refuse("bad_error_code")),
    Explained("words that are not UTF-8", "RFC 8489 §14.9, §14.10, §14.14", we_refuse("bad_text", PLACE)),
    Explained(
        "methods that the library does not know",
        "RFC 8489 §18.2: a registry",
        they_refuse("is not a valid Method"),
    ),
)


def test_messages(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aioice.stun", reason="aioice is not installed: make judges")
    types = {name: entry[0] for name, entry in library.ATTRIBUTES_BY_NAME.items()}
    chance = random.Random("seeds")
    seeds = [each for each in public_octets("stun") if 20 <= len(each) <= 200 and each[4:8] == HEAD[4:8]]
    seeds += [attribute(attribute(HEAD, chance), chance) for _ in range(200)]
    seeds += [with_fingerprint(each, chance) for each in seeds[-50:]]

    def theirs(octets: bytes) -> Any:
        return their_value(library.parse_message(octets), types)

    trial = Trial("stun", "aioice", "ietf.stun.StunMessage", our_value, theirs, EXPLAINED)
    compare(trial, codec, mutants("stun", seeds, EDITS, tried("stun", codec)), cases)
