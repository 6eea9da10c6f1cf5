"""Vectors and examples against the format: B60, and the notations of examples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_offer import small_offer

from art7.validator.examples import BadForm, comparable, first_difference, read_octets
from art7.validator.validate import validate

RECEIPT = b'{"id":"m1"}'.hex()


def messages(vector: dict[str, Any], subject: str = "minimal.Receipt") -> list[str]:
    text = json.dumps({"format": "art7-vectors", "type": subject, "vectors": [{"id": 1, **vector}]})
    offer = small_offer(f"--- vectors/v.json\n{text}")
    return [f"{found.diagnostic.code} {found.diagnostic.message}" for found in validate(offer).open]


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ({"result": "valid", "bytes": RECEIPT, "value": {"id": "m1"}}, ""),
        (
            {"result": "valid", "bytes": RECEIPT, "value": {"id": "m2"}},
            "A7-V815 octets and value of the vector differ at `id`",
        ),
        (
            {"result": "valid", "bytes": "7b7d", "value": {}},
            "A7-V815 a valid vector is refused: missing_field at octet 0",
        ),
        (
            {"result": "invalid", "bytes": RECEIPT, "error": "bad_mac"},
            "A7-V815 an invalid vector is accepted",
        ),
        ({"result": "invalid", "bytes": "7b7d", "error": "missing_field"}, ""),
        (
            {"result": "invalid", "bytes": "7b7d", "error": "bad_mac"},
            "A7-V815 an invalid vector gives `missing_field`",
        ),
        ({"result": "acceptable", "bytes": "7b7d"}, ""),
        ({"result": "invalid", "bytes": "7b7d"}, "A7-V814 an invalid vector does not say which error"),
        ({"result": "perhaps", "bytes": RECEIPT}, "A7-V814 `result` of the vector is not one of"),
        ({"result": "valid", "bytes": "7B7D"}, "A7-V814 `bytes` of the vector is not lower-case"),
        ({"result": "valid", "bytes": "7b7"}, "A7-V814 `bytes` of the vector is not lower-case"),
        ({"result": "valid", "bytes": "7b22..."}, "A7-V814 `bytes` of the vector is cut short"),
    ],
)
def test_vectors_that_lie(vector: dict[str, Any], expected: str) -> None:
    found = messages(vector)
    assert len(found) == bool(expected)
    assert all(each.startswith(expected) for each in found)


def test_a_vector_for_no_message() -> None:
    [found] = messages({"result": "valid", "bytes": "00"}, "minimal.Recipt")
    assert found.startswith("A7-V813") and "did you mean `minimal.Receipt`?" in found


def test_schedule_vectors_are_left_to_replay() -> None:
    vector = {"result": "valid", "params": {"chain": "00" * 32}, "value": {"seed": "00"}, "steps": []}
    assert messages(vector, "minimal.MessageKeys") == []


@pytest.mark.parametrize(
    ("kind", "content", "octets"),
    [
        ("hex", b"7b 7D\n0a:0b # comment", b"\x7b\x7d\x0a\x0b"),
        ("base64", b"3q2+7w==", b"\xde\xad\xbe\xef"),
        ("base64", b"3q2-\n7w==", b"\xde\xad\xbe\xef"),
        ("octets", b"\x00\xff", b"\x00\xff"),
    ],
)
def test_notations(kind: str, content: bytes, octets: bytes) -> None:
    assert read_octets(kind, content) == octets


@pytest.mark.parametrize(
    ("kind", "content"),
    [("hex", b"7b7"), ("hex", b"7x"), ("hex", b"\xff"), ("base64", b"3q2"), ("base64", b"a*b=")],
)
def test_bad_notations(kind: str, content: bytes) -> None:
    with pytest.raises(BadForm):
        read_octets(kind, content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_a_difference_is_found_exactly_if_there_is_one(left: object, right: object) -> None:
    left, right = comparable(left), comparable(right)
    assert first_difference(left, left) is None
    differ = json.dumps(left, sort_keys=True) != json.dumps(right, sort_keys=True)
    assert (first_difference(left, right) is not None) == differ
