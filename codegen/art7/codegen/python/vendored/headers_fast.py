"""Headers and bodies of text written at once, for fast encoders: they only say yes or no.

Text of generated projects.
"""

from __future__ import annotations

import re

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.text_bodies import (
    comma_spans,
    in_charset,
    parameter_text,
    transfer_octets,
)

_NAMED = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_PLAIN_NAMES = re.compile(r"[!#$&+\-.^_`|~0-9a-z]*").fullmatch
_PLAIN_SIP = re.compile(r"(?:;[!#$&+\-.^_`|~0-9a-z]+(?:=[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]:]+)?)*").fullmatch
_PLAIN_TOKENS = re.compile(r"(?:;[!#$&+\-.^_`|~0-9a-z]+(?:=[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?)*").fullmatch
"""Parameters that need no quotes, their names in small letters."""


def is_broken(value: str) -> bool:
    """Whether something in the value of a header ends it, or is lost at its ends."""
    return "\n" in value or "\r" in value or "\0" in value or value.strip(" \t") != value


def listed_headers(head: str, values: list[str], eol: str) -> str:
    """Return a header for each value."""
    if any(map(is_broken, values)):
        raise Refused
    return "".join([f"{head}{value}{eol}" for value in values])


def comma_header(head: str, values: list[str], eol: str, comments: bool) -> str:
    """Return one header with commas between the values."""
    for value in values:
        if not value or is_broken(value) or ("," in value and not _is_one_value(value.encode(), comments)):
            raise Refused
    return f"{head}{', '.join(values)}{eol}"


def _is_one_value(value: bytes, comments: bool) -> bool:
    return comma_spans(value, 0, len(value), comments) == [(0, len(value))]


def other_headers(headers: list[str], known: frozenset[str], eol: str) -> str:
    """Return headers that nothing names; those that have a name of their own are none of them."""
    lines = []
    for header in headers:
        name, _, value = header.partition(":")
        if not _NAMED(name) or name.lower() in known or is_broken(value):
            raise Refused
        lines.append(f"{name}: {value}{eol}")
    return "".join(lines)


def parameter_map_text(values: object, form: str) -> str:
    """Return a map of parameters as it is written."""
    if not isinstance(values, dict):
        raise Refused
    if not values:
        return ""
    rows = values.items()
    text = "".join([";" + name if value is None else ";" + name + "=" + value for name, value in rows])
    plain = _PLAIN_SIP if form == "sip" else _PLAIN_TOKENS
    if plain(text) and text.count(";") == len(values) and _PLAIN_NAMES("".join(values)):
        return text
    return parameter_text(values, form)


def transfer_text(octets: bytes, coding: str | None, charset: str | None) -> bytes:
    """Return a text in a charset and a transfer coding."""
    return transfer_octets(in_charset(octets, charset), coding)
