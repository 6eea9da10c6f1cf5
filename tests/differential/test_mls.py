"""MLSMessage beside ts-mls: which octets are a message, and every octet string in it, over mutated messages.

ts-mls runs as a program of its own; messages of the public vectors are what is mutated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from catalogue_codec import found_files
from differences import Difference, Explained, Trial, compare, mutants, octet_edits, tried, we_refuse
from executions import Codec
from mls_rooms import reader
from peers import Peer

PIECES = (
    b"\x00", b"\x01", b"\x02", b"\x03", b"\x05", b"\x20", b"\x3f", b"\x40\x00", b"\x40\x41", b"\x80\x00\x00\x05", b"\xc0",
    b"\x00\x01", b"\x00\x02", b"\xf0\x01", b"\x0a\x0a", b"\x00\x00\x00\x01", b"\xff\xff\xff\xff",
)  # fmt: skip
EDITS = octet_edits(PIECES)
KINDS = {1: "public_message", 2: "private_message", 3: "welcome", 4: "group_info", 5: "key_package"}
LONGEST = 4000
"""Larger messages, in octets, are left out: they repeat what smaller ones have."""
EACH = 12
"""So many messages of each wire format and of each power of two of length are mutated."""

CLOSED = {"version": {1}, "versions": {1}, "content_type": {1, 2, 3}, "usage": {1, 2, 3}}
"""Members that ts-mls reads by a closed list, and its list."""


def outside_their_lists(found: Difference) -> bool:
    """Whether ts-mls alone refuses, a message with a value that its lists do not have."""
    return found.refusal is None and any(
        number not in CLOSED[name] for name, number in numbers(found.ours) if name in CLOSED
    )


def numbers(value: Any) -> Iterator[tuple[str, int]]:
    """Every number of a value, with its member's name."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from (
                (name, one) for one in (each if isinstance(each, list) else [each]) if isinstance(one, int)
            )
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers(each)


EXPLAINED = (
    Explained(
        "an unknown version, or kind of sealed content, which the rest does not depend on: the library ends",
        "RFC 8446 §3.5: unknown values of an enumeration are parsed and ignored",
        outside_their_lists,
    ),
    Explained(
        "a presence octet that is neither 0 nor 1: the library takes it as 1",
        "RFC 9420 §2.1.1: any other value is malformed",
        we_refuse("bad_bool"),
    ),
    Explained(
        "a length in more octets than it needs: the library reads it",
        "RFC 9420 §2.1.2: the smallest form, or the message is refused",
        we_refuse("non_minimal"),
    ),
    Explained(
        "a proposal of an unknown type: the library takes a length and octets for its form",
        "RFC 9420 §12.1: the forms are those of the known types; another has none that can be passed over",
        we_refuse("unknown_proposal"),
    ),
    Explained(
        "a known proposal that is broken: the library reads it as an unknown one, with a length and octets",
        "RFC 9420 §12.1: the type says the form",
        we_refuse(".", r"proposal\."),
    ),
)


def messages(value: Any) -> Iterator[bytes]:
    """Every string of the files that begins as an MLSMessage of version 1 does."""
    if isinstance(value, str) and value.startswith("0001000") and value[7] in "12345":
        yield bytes.fromhex(value)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from messages(each)


def seeds() -> list[bytes]:
    kept: dict[tuple[int, int], list[bytes]] = {}
    for path in found_files("vectors", "mls", ".json"):
        for octets in messages(json.loads(path.read_text(encoding="utf-8"))):
            of_its_like = kept.setdefault((octets[3], len(octets).bit_length()), [])
            if len(octets) <= LONGEST and len(of_its_like) < EACH:
                of_its_like.append(octets)
    return [octets for each in kept.values() for octets in each]


def strings(value: Any) -> Iterator[str]:
    """Every octet string of a value, in hexadecimal."""
    if isinstance(value, bytes):
        yield value.hex()
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def our_value(plain: dict[str, Any]) -> tuple[str, list[str]]:
    return KINDS[plain["wire_format"]], sorted(filter(None, strings(plain)))


@pytest.fixture(scope="module")
def program() -> Iterator[Peer]:
    with reader() as made:
        yield made


@pytest.mark.peers
def test_messages(codec: Codec, cases: Any, program: Peer) -> None:
    def theirs(octets: bytes) -> tuple[str, list[str]]:
        found = program("read", msg=octets.hex())
        return found["kind"].removeprefix("mls_"), sorted(filter(None, found["strings"]))

    trial = Trial("mls", "ts-mls", "ietf.mls.MlsMessage", our_value, theirs, EXPLAINED)
    compare(trial, codec, mutants("mls", seeds(), EDITS, tried("mls", codec)), cases)
