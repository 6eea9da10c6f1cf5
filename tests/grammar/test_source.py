"""What a source file may be made of."""

from __future__ import annotations

import os

import pytest

from art7.grammar import limits
from art7.grammar.diagnostics import Report
from art7.grammar.source import decode_source, read_source
from specimen import HEAD, read, tree


def decoded(data: bytes) -> tuple[str | None, list[tuple[str, str]]]:
    report = Report()
    text = decode_source(data, "s.a7", report)
    return text, [(found.code, found.message) for found in report.diagnostics]


def test_utf_8_is_read():
    assert decoded("a7 1 // §".encode()) == ("a7 1 // §", [])


def test_a_mark_is_reported_and_left_out():
    text, found = decoded(b"\xef\xbb\xbfa7 1")
    assert text == "a7 1" and found == [("A7-P010", "byte order mark at octet 0")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_told(encoding):
    text, found = decoded("a7 1 é".encode(encoding))
    if text is not None:
        found += [(d.code, d.message) for d in read(text)[1].diagnostics]
    assert found and found[0][0] in ("A7-P011", "A7-P012")


def test_the_first_bad_octet_is_named():
    report = Report()
    assert decode_source("é\nab".encode() + b"\xff", "s.a7", report) is None
    (found,) = report.diagnostics
    assert found.message == "octet 5 (0xFF) is not UTF-8"
    assert (found.span.line, found.span.column) == (2, 3)


def test_large_files_are_refused_unread():
    text, found = decoded(b" " * (limits.FILE_OCTETS + 1))
    assert text is None and found[0][0] == "A7-P016"
    assert read(" " * (limits.FILE_OCTETS + 1))[1].diagnostics[0].code == "A7-P016"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("// é\0", "A7-P012", "octet 35"),
        ("// a\rb", "A7-P013", "octet 34"),
        ("// \x1b[2J", "A7-P014", "octet 33"),
        ("// \x85", "A7-P014", "octet 33"),
        ("// \u2028", "A7-P014", "octet 33"),
        ("// \ud800", "A7-P014", "octet 33"),
        ("// \u202e", "A7-P015", "octet 33"),
        ("const a: text = '\u2066'", "A7-P015", "octet 47"),
        ('errors { a = 1 "\u200f" }', "A7-P015", "octet 46"),
    ],
)
def test_odd_characters_are_told_with_their_octet(text, code, where):
    lead = HEAD + "\n" * (30 - len(HEAD))
    assert len(lead) == 30
    (found,) = read(lead + text)[1].diagnostics
    assert found.code == code and found.message.endswith(where)
    assert found.message.isascii()


def test_line_ends_of_both_kinds_mean_the_same():
    text = HEAD + "// c\nstruct S as tls {\n a: u8 // d\n b: u8 }\n"
    assert tree(text.replace("\n", "\r\n")) == tree(text)


def test_a_line_of_a_million_characters_is_refused():
    report = read(HEAD + "// " + "x" * 1_000_000)[1]
    assert [(d.code, d.span.line) for d in report.diagnostics] == [("A7-P017", 3)]


def test_files_that_cannot_be_read_are_told(tmp_path):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for place in (tmp_path, tmp_path / "none.a7", fifo, "\0", "x" * 5000):
        report = Report()
        assert read_source(place, report) is None
        (found,) = report.diagnostics
        assert found.code == "A7-P018" and found.message.replace("…", "").isascii()


def test_a_file_is_read(tmp_path):
    path = tmp_path / "a.a7"
    path.write_text(HEAD, encoding="utf-8")
    assert read_source(path, Report()) == HEAD
