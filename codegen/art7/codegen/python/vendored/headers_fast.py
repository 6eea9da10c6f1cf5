"""Headers and bodies of text written at once, for fast encoders: they only say yes or no.

Text of generated projects.
"""

from __future__ import annotations

import re

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.text_bodies import (
    comma_spans,
    in_charset,
    parameter_octets,
    transfer_octets,
)

_PARTED = re.compile(rb'[,"<(]').search
_NAMED = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch


def header_octets(head: bytes, value: bytes, eol: bytes) -> bytes:
    """Return a header; nothing in its value ends it, or is lost at its ends."""
    if b"\n" in value or b"\r" in value or value.strip(b" \t") != value:
        raise Refused
    return head + value + eol


def listed_headers(head: bytes, values: list[bytes], eol: bytes) -> bytes:
    """Return a header for each value."""
    return b"".join([header_octets(head, value, eol) for value in values])


def comma_header(head: bytes, values: list[bytes], eol: bytes, comments: bool) -> bytes:
    """Return one header with commas between the values, none where there are none."""
    if not values:
        return b""
    for value in values:
        if not value or (_PARTED(value) and comma_spans(value, 0, len(value), comments) != [(0, len(value))]):
            raise Refused
    return header_octets(head, b", ".join(values), eol)


def other_headers(headers: list[bytes], known: frozenset[bytes], eol: bytes) -> bytes:
    """Return headers that nothing names; those that have a name of their own are none of them."""
    lines = []
    for header in headers:
        name, _, value = header.partition(b":")
        if not _NAMED(name) or name.lower() in known:
            raise Refused
        lines.append(header_octets(name + b": ", value, eol))
    return b"".join(lines)


def parameter_map_octets(values: object, form: str) -> bytes:
    """Return a map of parameters as they are written."""
    if not isinstance(values, dict):
        raise Refused
    return parameter_octets(values, form)


def transfer_text(octets: bytes, coding: str | None, charset: str | None) -> bytes:
    """Return a text in a charset and a transfer coding."""
    return transfer_octets(in_charset(octets, charset), coding)
