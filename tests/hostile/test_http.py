"""The HTTP rows, and requests that two readers would read differently: refused at once, by both executions alike."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest

import corpus
from executions import Codec, Decoded, Refused

REQUEST, RESPONSE = "ietf.http.Request", "ietf.http.Response"
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
SECONDS = 2.0


def verdict(codec: Codec, octets: bytes, name: str = REQUEST, **params: Any) -> Decoded | Refused:
    with contextlib.suppress(Refused):
        codec.decode(name, b"", **params)  # makes the codec, which is not what is timed
    start = time.process_time()
    found: Decoded | Refused
    try:
        found = codec.decode(name, octets, **params)
    except Refused as refused:
        found = refused
    spent = time.process_time() - start
    assert spent < SECONDS
    return found


def code(found: Decoded | Refused) -> str | None:
    return found.code if isinstance(found, Refused) else None


@pytest.mark.parametrize("case", corpus.hostile("http"), ids=lambda case: case.path.name)
def test_http_row(case: corpus.HostileCase, codec: Codec, cases: Any) -> None:
    octets = case.path.read_bytes()
    found = verdict(codec, octets)
    if case.outcome == "accept":
        assert isinstance(found, Decoded)
        assert codec.decode(REQUEST, codec.encode(REQUEST, found.native)).plain == found.plain
    else:
        assert isinstance(found, Refused) and found.code not in ("internal", "")
        assert len(str(found)) < 1000
    cases.ran("hostile/http")


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = {
    "length, then coding": (
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        "two_lengths",
    ),
    "coding, then length": (
        b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG",
        "two_lengths",
    ),
    "names in other letters": (
        b"CONTENT-LENGTH: 6\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\nG",
        "two_lengths",
    ),
    "coding alone": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
    "coding twice": (b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "transfer_coding"),
    "coding in two lines": (
        b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer_coding",
    ),
    "coding before another": (b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "transfer_coding"),
    "chunk with a needless zero": (CHUNKED + b"01\r\na\r\n0\r\n\r\n", "trailing_data"),
    "chunk with a sign": (CHUNKED + b"+1\r\na\r\n0\r\n\r\n", "bad_constant"),
    "chunk behind a space": (CHUNKED + b" 1\r\na\r\n0\r\n\r\n", "bad_constant"),
    "chunk with a space behind": (CHUNKED + b"1 \r\na\r\n0\r\n\r\n", "trailing_data"),
    "chunk of many digits": (CHUNKED + b"f" * 60_000 + b"\r\na\r\n0\r\n\r\n", "out_of_range"),
    "chunk beyond what is there": (CHUNKED + b"ffffffff\r\na\r\n0\r\n\r\n", "truncated"),
    "chunk and a line feed": (CHUNKED + b"1\na\r\n0\r\n\r\n", "trailing_data"),
    "chunk without its end": (CHUNKED + b"1\r\na0\r\n\r\n", "bad_constant"),
    "extension that hides a line": (CHUNKED + b'1;a="\n"\r\na\r\n0\r\n\r\n', "bad_quoted"),
    "trailer that frames": (CHUNKED + b"0\r\nTransfer-Encoding: x\r\n\r\n", "bad_trailer"),
    "trailer with a space": (CHUNKED + b"0\r\nX : a\r\n\r\n", "bad_constant"),
    "request behind chunks": (CHUNKED + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "trailing_data"),
    "coding that hides": (b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "trailing_data"),
    "coding before a colon": (b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "folded_header"),
    "length before a colon": (b"Content-Length : 1\r\n\r\na", "folded_header"),
    "length on a second line": (b"Content-Length:\r\n 1\r\n\r\na", "folded_header"),
    "other name before a colon": (b"X\t: 1\r\n\r\n", "folded_header"),
    "two lengths": (b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "duplicate_field"),
    "two lengths in a line": (b"Content-Length: 1, 1\r\n\r\na", "trailing_data"),
    "a sign": (b"Content-Length: +1\r\n\r\na", "bad_decimal"),
    "below zero": (b"Content-Length: -1\r\n\r\na", "bad_decimal"),
    "other digits": (b"Content-Length: 0x1\r\n\r\na", "trailing_data"),
    "needless zero": (b"Content-Length: 01\r\n\r\na", "bad_decimal"),
    "nothing": (b"Content-Length:\r\n\r\n", "bad_decimal"),
    "without end": (b"Content-Length: " + b"9" * 60_000 + b"\r\n\r\n", "out_of_range"),
    "a second request": (b"Content-Length: 1\r\n\r\naGET / HTTP/1.1\r\nHost: a\r\n\r\n", "trailing_data"),
    "a carriage return": (b"X: a\rContent-Length: 1\r\n\r\n", "bad_header"),
    "a line feed": (b"X: a\nContent-Length: 1\r\n\r\n", "bad_header_text"),
    "an octet 0": (b"X: \x00\r\n\r\n", "bad_header"),
    "no name": (b": a\r\n\r\n", "bad_header"),
    "a name with a space": (b"X y: a\r\n\r\n", "bad_header"),
    "two hosts": (b"Host: b\r\n\r\n", "duplicate_field"),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_no_request_has_two_ends(name: str, codec: Codec) -> None:
    rest, expected = SMUGGLED[name]
    assert code(verdict(codec, HEAD + rest)) == expected


GROWING = {
    "headers up to the limit": (b"X: y\r\n" * 128 + b"\r\n", None),
    "one header more": (b"X: y\r\n" * 129 + b"\r\n", "too_many"),
    "headers without end": (b"X: y\r\n" * 60_000 + b"\r\n", "too_many"),
    "headers never ended": (b"X: y\r\n" * 60_000, "too_many"),
    "one long header": (b"X: " + b"y " * 30_000 + b"y\r\n\r\n", None),
    "one header too long": (b"X: " + b"y" * 100_000 + b"\r\n\r\n", "headers_too_long"),
    "lines that go on": (b"X: y\r\n" + b" a\r\n" * 15_000 + b"\r\n", "folded_header"),
    "spaces before a colon": (b"X" + b" " * 60_000 + b": a\r\n\r\n", "folded_header"),
    "commas": (b"Accept: " + b"," * 60_000 + b"\r\n\r\n", "too_many"),
    "a message beyond the limit": (b"X: y\r\n" * 100_000 + b"\r\n", "too_large"),
    "a body of the length": (b"Content-Length: 400000\r\n\r\n" + b"x" * 400_000, None),
    "many chunks": (CHUNKED + b"1\r\na\r\n" * 1024 + b"0\r\n\r\n", None),
    "chunks without end": (CHUNKED + b"1\r\na\r\n" * 60_000, "too_many"),
    "trailers without end": (CHUNKED + b"0\r\n" + b"X: y\r\n" * 60_000, "too_many"),
    "a chunk's line without end": (CHUNKED + b"1;" + b"a" * 400_000, "truncated"),
    "a length beyond what is there": (b"Content-Length: 4294967295\r\n\r\nx", "truncated"),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_is_judged_at_once(name: str, codec: Codec) -> None:
    rest, expected = GROWING[name]
    assert code(verdict(codec, HEAD + rest)) == expected


def test_what_is_written_has_one_end(codec: Codec) -> None:
    octets = b"PUT /a?b HTTP/1.1\r\nhost: [::1]:80\r\nX-Other:  kept \r\ncontent-length: 2\r\n\r\nhi"
    found = codec.decode(REQUEST, octets)
    assert found.plain["target"]["origin"] == {"path": "/a", "query": "b"}
    assert found.plain["host"] == {"host": "[::1]", "port": 80}
    written = codec.encode(REQUEST, found.native)
    assert written == b"PUT /a?b HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 2\r\nX-Other: kept\r\n\r\nhi"
    assert codec.decode(REQUEST, written).plain == found.plain


def test_chunks_are_written_as_they_are_read(codec: Codec) -> None:
    octets = HEAD + CHUNKED + b'B;a="1 2"\r\nhello\r\nworl\r\n1\r\nd\r\n0\r\nETag:  x \r\n\r\n'
    found = codec.decode(REQUEST, octets)
    assert b"".join(chunk["data"] for chunk in found.plain["chunked"]["chunks"]) == b"hello\r\nworld"
    assert found.plain["chunked"]["trailers"] == [{"name": "ETag", "value": "  x "}]
    assert codec.encode(REQUEST, found.native) == octets.replace(b"\nB;", b"\nb;")


ANSWERS = [
    ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", None),
    ("GET", b"HTTP/1.0 200 OK\r\n\r\nhi", None),
    ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", None),
    ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "trailing_data"),
    ("GET", b"HTTP/1.1 304 Not Modified\r\n\r\nhi", "trailing_data"),
    ("CONNECT", b"HTTP/1.1 200 OK\r\n\r\nhi", "trailing_data"),
    ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", "two_lengths"),
    ("GET", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "trailing_data"),
]


@pytest.mark.parametrize(("method", "octets", "expected"), ANSWERS)
def test_the_method_tells_whether_an_answer_has_a_body(
    method: str, octets: bytes, expected: str | None, codec: Codec
) -> None:
    found = verdict(codec, octets, RESPONSE, method=method)
    assert code(found) == expected
    if isinstance(found, Decoded):
        assert codec.encode(RESPONSE, found.native, method=method) == octets
