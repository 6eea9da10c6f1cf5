"""JSON read strictly: agreement with the standard library where it is strict, and places."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.interpreter.json_scanner import scan
from art7.interpreter.json_writer import write_json
from art7.interpreter.tree_nodes import ScanRefused, TreeRefused, plain

REFUSED = [
    (b"", "bad_json", 0),
    (b"\xef\xbb\xbf{}", "bad_json", 0),
    (b"{} x", "trailing_data", 3),
    (b"[1,]", "bad_json", 3),
    (b"[1 2]", "bad_json", 3),
    (b'{"a":1,}', "bad_json", 7),
    (b'{"a" 1}', "bad_json", 5),
    (b"{a:1}", "bad_json", 1),
    (b'{"a":1,"a":2}', "duplicate_field", 7),
    (b'{"a":1,"\\u0061":2}', "duplicate_field", 7),
    (b"01", "trailing_data", 1),
    (b"1.", "trailing_data", 1),
    (b"-", "bad_json", 0),
    (b"NaN", "bad_json", 0),
    (b"tru", "bad_json", 0),
    (b"1e999", "out_of_range", 0),
    (b"[" + b"9" * 4301 + b"]", "out_of_range", 1),
    (b'"\x01"', "bad_json", 1),
    (b'"\\x"', "bad_json", 2),
    (b'"\\u12"', "bad_json", 3),
    (b'"\\ud800"', "bad_text", 1),
    (b'"\\ud800\\ud800"', "bad_text", 1),
    (b'"\\udc00"', "bad_text", 1),
    (b'"\xff"', "bad_text", 1),
    (b'"\xed\xa0\x80"', "bad_text", 1),
    (b'"abc', "bad_json", 4),
    (b'"abc\\', "bad_json", 5),
    (b"[" * 9 + b"]" * 9, "too_deep", 8),
    (b"[" * 100000, "too_deep", 8),
]


@pytest.mark.parametrize(("text", "code", "offset"), REFUSED)
def test_refusals(text: bytes, code: str, offset: int) -> None:
    with pytest.raises(ScanRefused) as refusal:
        scan(text, 0, len(text), 8)
    assert (refusal.value.code, refusal.value.offset) == (code, offset)


def test_places() -> None:
    text = ' {"é": [10, {"b": "x\\ud83d\\ude00"}]} '.encode()
    node = scan(text, 0, len(text), 8)
    assert plain(node) == {"é": [10, {"b": "x😀"}]}
    inner = node.value["é"].value[0]
    assert text[inner.start : inner.end] == b"10"
    deep = node.value["é"].value[1].value["b"]
    assert text[deep.start : deep.end] == b'"x\\ud83d\\ude00"'


def test_a_stretch_of_octets_ends_where_it_should() -> None:
    text = b'xx{"a":1}}]'
    assert plain(scan(text, 2, 9, 8)) == {"a": 1}
    for end in range(2, 9):
        with pytest.raises(ScanRefused):
            scan(text, 2, end, 8)


TREES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_is_read(value: Any) -> None:
    text = write_json(value, canonical=False)
    assert plain(scan(text, 0, len(text), 128)) == value
    escaped = json.dumps(value, indent=1).encode()
    assert plain(scan(escaped, 0, len(escaped), 128)) == value


@given(st.binary(max_size=40) | st.text('{}[]",:0123456789eE.-truefalsn\\u ', max_size=30).map(str.encode))
def test_agreement_with_the_standard_library(text: bytes) -> None:
    try:
        found = plain(scan(text, 0, len(text), 50))
    except ScanRefused:
        return
    expected = json.loads(text)
    assert found == expected or (isinstance(expected, float) and math.isnan(expected))


def test_canonical_form() -> None:
    value = {"b": "2", "a": [1, True, None, '\x7f\x01\n"\\/é😀'], "😀": {}, "\uffff": 0}
    assert write_json(value, canonical=True) == (
        '{"a":[1,true,null,"\x7f\\u0001\\n\\"\\\\/é😀"],"b":"2","\uffff":0,"😀":{}}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1 << 53, "out_of_range"),
        (-(1 << 53), "out_of_range"),
        (1.0, "wrong_kind"),
        ("\ud800", "bad_text"),
        ({1: 2}, "wrong_kind"),
        (b"", "wrong_kind"),
    ],
)
def test_what_the_canonical_form_cannot_hold(value: Any, code: str) -> None:
    with pytest.raises(TreeRefused) as refusal:
        write_json([value], canonical=True)
    assert refusal.value.code == code


def test_nesting_is_bounded_on_writing() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TreeRefused):
        write_json(value, canonical=False)
