"""Worked examples and vectors of an offer, and the codec that is handed in to check them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

MAX_EXAMPLE_OCTETS = 1 << 20


@dataclass(frozen=True, slots=True)
class Refused:
    """A codec's no: code, octet, field path, what was expected and found."""

    code: str
    offset: int | None = None
    path: str = ""
    detail: str = ""


class Codec(Protocol):
    """Decoding and encoding by the offer's own modules; handed in, so that rules stay free of execution."""

    def decode(self, message: str, octets: bytes, params: Mapping[str, object]) -> object | Refused:
        """Return the value of `octets` as JSON-like data, or why not."""
        ...

    def encode(self, message: str, value: object, params: Mapping[str, object]) -> bytes | Refused:
        """Return the octets of a JSON-like value, or why not."""
        ...


class BadForm(ValueError):
    """A printed form that does not even follow its own notation."""


def read_octets(kind: str, content: bytes) -> bytes:
    """Return the octets that a printed form stands for; raises `BadForm`."""
    if len(content) > MAX_EXAMPLE_OCTETS:
        raise BadForm(f"{len(content)} octets, expected at most {MAX_EXAMPLE_OCTETS}")
    if kind == "octets":
        return content
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadForm(f"a character that is not ASCII at octet {error.start}") from None
    if kind == "hex":
        return _read_hex(text)
    try:
        return base64.b64decode("".join(text.split()).replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadForm(f"not base64: {error}") from None


def _read_hex(text: str) -> bytes:
    digits = "".join(line.partition("#")[0] for line in text.splitlines())
    digits = re.sub(r"[\s:]", "", digits)
    if (bad := re.search(r"[^0-9A-Fa-f]", digits)) is not None:
        raise BadForm(f"the character {ascii(bad[0])} after {bad.start()} hexadecimal digits")
    if len(digits) % 2:
        raise BadForm(f"{len(digits)} hexadecimal digits, expected an even number")
    return bytes.fromhex(digits)


def read_value(content: bytes) -> object:
    """Return the value of a JSON form; raises `BadForm`."""
    if len(content) > MAX_EXAMPLE_OCTETS:
        raise BadForm(f"{len(content)} octets, expected at most {MAX_EXAMPLE_OCTETS}")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadForm(f"not JSON: {str(error)[:80]}") from None


def comparable(value: object) -> object:
    """Return JSON-like data in the one spelling of vectors: octets as lower-case hex, absent members left out.

    Unknown fields that were kept are a member too; where none were, nobody prints it.
    """
    match value:
        case bytes() | bytearray():
            return bytes(value).hex()
        case dict():
            return {
                str(key): comparable(item)
                for key, item in value.items()
                if item is not None and not (key == "unknown" and not item)
            }
        case list() | tuple():
            return [comparable(item) for item in value]
        case bool():
            return value
        case int() if abs(value) >= 1 << 53:
            return str(value)
        case str():
            return value
        case _:
            return value


def first_difference(left: object, right: object, path: str = "") -> str | None:
    """Return the path at which two values differ first, or None."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            below = f"{path}.{key}" if path else str(key)
            if (key in left) != (key in right):
                return below
            if (found := first_difference(left[key], right[key], below)) is not None:
                return found
        return None
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return next((found for n, (a, b) in pairs if (found := first_difference(a, b, f"{path}[{n}]"))), None)
    return None if left == right and type(left) is type(right) else path or "the whole value"
