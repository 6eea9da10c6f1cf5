"""Values that CBOR has and Python lacks.

Text of generated projects.
"""

from __future__ import annotations

from typing import Any


class Tagged:
    """A value under a tag (RFC 8949 §3.4)."""

    __slots__ = ("tag", "value")

    def __init__(self, tag: int, value: Any) -> None:
        self.tag = tag
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagged) and self.tag == other.tag and self.value == other.value

    def __hash__(self) -> int:
        return hash((self.tag, self.value))

    def __repr__(self) -> str:
        return f"Tagged(tag={self.tag!r}, value={self.value!r})"


class Simple:
    """A simple value other than false, true and null (RFC 8949 §3.3); 23 is `undefined`."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Simple) and self.number == other.number

    def __hash__(self) -> int:
        return hash((Simple, self.number))

    def __repr__(self) -> str:
        return f"Simple(number={self.number!r})"
