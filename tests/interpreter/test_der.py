"""Values of DER: what is written is read again, and each BER form is refused for what it is (X.690 §8, §10, §11)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.interpreter.der_elements import DerRefused, elements, header, open_element, pass_element
from art7.interpreter.der_values import read_value, write_value

TEXTS = {
    "utf8": st.text(),
    "ia5": st.text(st.characters(max_codepoint=127)),
    "visible": st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    "printable": st.text("ABCXYZabcxyz0189 '()+,-./:=?"),
    "numeric": st.text("0123456789 "),
    "teletex": st.text(st.characters(max_codepoint=255)),
    "bmp": st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",))),
    "universal": st.text(),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **TEXTS,
    "integer": st.integers(-(1 << 8192), (1 << 8192) - 1),
    "enumerated": st.integers(0, 1 << 32),
    "boolean": st.booleans(),
    "octets": st.binary(),
    "bitstring": st.binary(),
    "bits": st.text("01"),
    "flags": st.integers(0, (1 << 64) - 1),
    "relative_oid": st.lists(st.integers(0, 1 << 70), min_size=1, max_size=9).map(
        lambda x: ".".join(map(str, x))
    ),
    "oid": st.tuples(st.integers(0, 1), st.integers(0, 39), st.integers(0, 1 << 70)).map(
        lambda x: ".".join(map(str, x))
    ),
    "utctime": st.datetimes().map(lambda x: f"{x:%y%m%d%H%M%SZ}").filter(lambda x: x[2:6] != "0229"),
    "generalizedtime": st.datetimes().map(lambda x: f"{x.year:04}{x:%m%d%H%M%SZ}"),
}


@pytest.mark.parametrize("form", VALUES)
@given(data=st.data())
def test_what_is_written_is_read_again(form: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[form])
    content = write_value(form, value, None, None)
    assert read_value(form, content, None, None) == value


@pytest.mark.parametrize("form", VALUES)
@given(content=st.binary(max_size=24))
def test_what_is_read_is_written_again(form: str, content: bytes) -> None:
    try:
        value = read_value(form, content, None, None)
    except DerRefused as refusal:
        assert 0 <= refusal.offset <= len(content)
        return
    assert write_value(form, value, None, None) == content


REFUSED = [
    ("integer", "", "bad_der", 0),
    ("integer", "0000", "not_der", 0),
    ("integer", "007f", "not_der", 0),
    ("integer", "ff80", "not_der", 0),
    ("integer", "01" * 1026, "too_long", 0),
    ("boolean", "", "bad_der", 0),
    ("boolean", "01", "not_der", 0),
    ("boolean", "0000", "bad_der", 0),
    ("null", "00", "bad_der", 0),
    ("bits", "", "bad_der", 0),
    ("bits", "08ff", "bad_der", 0),
    ("bits", "01", "bad_der", 0),
    ("bits", "01ff", "not_der", 1),
    ("bitstring", "0180", "bad_constant", 0),
    ("flags", "0580", "not_der", 1),
    ("flags", "0000", "not_der", 1),
    ("flags", "00" + "ff" * 9, "too_long", 0),
    ("oid", "", "bad_der", 0),
    ("oid", "80", "bad_der", 0),
    ("oid", "2a8003", "not_der", 1),
    ("oid", "2a86", "bad_der", 0),
    ("utf8", "c3", "bad_text", 0),
    ("utf8", "61c0af", "bad_text", 1),
    ("utf8", "eda080", "bad_text", 0),
    ("printable", "6140", "bad_text", 1),
    ("printable", "2a", "bad_text", 0),
    ("ia5", "6180", "bad_text", 1),
    ("visible", "0a", "bad_text", 0),
    ("numeric", "2d", "bad_text", 0),
    ("bmp", "61", "bad_text", 0),
    ("bmp", "0061d800", "bad_text", 2),
    ("universal", "00110000", "bad_text", 0),
]
TIMES = [
    ("utctime", "2401010000Z", "not_der"),
    ("utctime", "240101000000+0100", "not_der"),
    ("utctime", "240101000000", "bad_text"),
    ("utctime", "240230000000Z", "out_of_range"),
    ("utctime", "230229000000Z", "out_of_range"),
    ("utctime", "241301000000Z", "out_of_range"),
    ("utctime", "240101240000Z", "out_of_range"),
    ("utctime", "240101006000Z", "out_of_range"),
    ("generalizedtime", "20240101000000", "not_der"),
    ("generalizedtime", "20240101000000.10Z", "not_der"),
    ("generalizedtime", "20240101000000,1Z", "not_der"),
    ("generalizedtime", "2024010100Z", "not_der"),
    ("generalizedtime", "20240101000000-05", "not_der"),
    ("generalizedtime", "19000229000000Z", "out_of_range"),
    ("generalizedtime", "tomorrow", "bad_text"),
]


@pytest.mark.parametrize(("form", "content", "code", "offset"), REFUSED)
def test_content_is_refused_for_what_it_is(form: str, content: str, code: str, offset: int) -> None:
    with pytest.raises(DerRefused) as refusal:
        read_value(form, bytes.fromhex(content), None, 64 if form == "flags" else None)
    assert (refusal.value.code, refusal.value.offset) == (code, offset)


@pytest.mark.parametrize(("form", "text", "code"), TIMES)
def test_a_time_is_refused_for_what_it_is(form: str, text: str, code: str) -> None:
    with pytest.raises(DerRefused) as refusal:
        read_value(form, text.encode(), None, None)
    assert refusal.value.code == code


def test_a_leap_day_is_one() -> None:
    assert read_value("utctime", b"240229235959Z", None, None) == "240229235959Z"
    assert read_value("generalizedtime", b"20000229000000.5Z", None, None) == "20000229000000.5Z"


@given(octets=st.integers(0, 1 << 40))
def test_a_length_has_one_form(octets: int) -> None:
    head = header(b"\x04", octets)
    with pytest.raises(DerRefused) as refusal:
        open_element(head, 0, len(head) if octets else 1, (b"\x04",))
    assert refusal.value.code == "truncated"


LENGTHS = [
    ("0480", "not_der", 1),
    ("04817f" + "00" * 127, "not_der", 1),
    ("04820080" + "00" * 128, "not_der", 1),
    ("04ff", "bad_der", 1),
    ("0481", "truncated", 0),
    ("0401", "truncated", 0),
    ("2404040100", "not_der", 0),
    ("0500", "wrong_tag", 0),
    ("", "truncated", 0),
]


@pytest.mark.parametrize(("octets", "code", "offset"), LENGTHS)
def test_an_element_is_refused_where_it_is_wrong(octets: str, code: str, offset: int) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(DerRefused) as refusal:
        open_element(data, 0, len(data), (b"\x04",))
    assert (refusal.value.code, refusal.value.offset) == (code, offset)


IDENTIFIERS = [
    ("1f8000", "not_der"),
    ("1f1e00", "not_der"),
    ("9fffffffff7f00", "bad_der"),
    ("9f81", "truncated"),
    ("0000", "not_der"),
]


@pytest.mark.parametrize(("octets", "code"), IDENTIFIERS)
def test_an_identifier_has_one_form(octets: str, code: str) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(DerRefused) as refusal:
        pass_element(data, 0, len(data))
    assert refusal.value.code == code


def test_elements_in_a_row() -> None:
    data = bytes.fromhex("0101ff0500 9f1f0161 7f810100")
    assert [each.hex() for each in elements(data, 0, len(data))] == ["0101ff", "0500", "9f1f0161", "7f810100"]
