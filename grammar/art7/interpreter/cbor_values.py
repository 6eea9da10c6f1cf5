"""What CBOR has beside the values that Python has: tagged values and simple ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag (RFC 8949 §3.4)."""

    tag: int
    value: Any


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple value that is not false, true or null (RFC 8949 §3.3); 23 is `undefined`."""

    number: int


UNDEFINED = Simple(23)
