"""What leaves `decode` and `encode` when they refuse, and what they say beside a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir.shape import Shape


class CodecError(Exception):
    """A refusal.

    `code` and `number` name the error, `requirement` the rule that was broken and `ref` its clause. `path` names
    slots from the root, `offset` and `bit` (from the most significant) where it lies, counted from the message's
    first octet; `offset` is `None` when there is no place (writing). `expected` and `got` are phrases, `partial`
    the value as far as it was read.
    """

    def __init__(
        self,
        code: str,
        number: int,
        *,
        requirement: str | None = None,
        path: str = "",
        offset: int | None = None,
        bit: int = 0,
        expected: str = "",
        got: str = "",
        ref: str | None = None,
        partial: Any = None,
        message: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.number = number
        self.requirement = requirement
        self.path = path
        self.offset = offset
        self.bit = bit
        self.expected = expected
        self.got = got
        self.ref = ref
        self.partial = partial
        self.message = message

    def __str__(self) -> str:
        place = f" at {self.path or 'the message'}"
        octet = (
            "" if self.offset is None else f", octet {self.offset}" + (f" bit {self.bit}" if self.bit else "")
        )
        found = f": expected {self.expected}" if self.expected else ""
        found += f", found {self.got}" if self.got else ""
        rule = f" ({self.requirement})" if self.requirement else ""
        return f"{self.code}{rule}{place}{octet}{found}"


class DecodeError(CodecError):
    """Octets that are not a message of the type; `tree` is every field read before, made when asked for."""

    retrace: Callable[[], FieldNode] | None = None

    @property
    def tree(self) -> FieldNode | None:
        """The fields read before the refusal."""
        return self.retrace() if self.retrace else None


class EncodeError(CodecError):
    """A value that cannot be written as the type."""


UNREAD = "not read"
"""The note of the field at which a reading ended."""


@dataclass(slots=True)
class FieldNode:
    """One field on the wire, computed ones and constants included.

    `name` is the field's (an item's `list[2]`), `path` the way from the root; `octets` counts whole octets it
    touches; `bit` and `width` place a field of single bits. `value` is `None` for what has only children.
    """

    name: str
    path: str
    offset: int
    octets: int = 0
    bit: int = 0
    width: int | None = None
    value: Any = None
    note: str = ""
    requirement: str | None = None
    refs: tuple[str, ...] = ()
    type_text: str = ""
    record: str = ""
    secret: bool = False
    span: Span = NOWHERE
    shape: Shape | None = None
    children: list[FieldNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Note:
    """A `should` or `may` that does not hold, or a form other than the one we write."""

    level: str
    requirement: str | None
    path: str
    offset: int
    message: str


@dataclass(slots=True)
class Decoded:
    """A message as read.

    `value` as `art7.grammar.ir.shape` says, records as `dict`; `consumed` counts octets; `unverified` holds the
    requirement ids (or names of members) of what could not be checked for want of a key.
    """

    value: Any
    consumed: int
    unverified: tuple[str, ...]
    notes: tuple[Note, ...]
    retrace: Callable[[], FieldNode]

    @property
    def tree(self) -> FieldNode:
        """Every field on the wire, made when asked for by reading once more."""
        return self.retrace()
