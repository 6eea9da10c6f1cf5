"""What a `.proto` file says, before names are looked up (protobuf language specification, proto3 and proto2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.grammar.diagnostics import Span

Value = str | int | float | bool | None
"""The value of an option; None for a message in braces."""


@dataclass(frozen=True, slots=True)
class Option:
    """`name = value`, with its text where the value is a name."""

    name: str
    value: Value
    is_word: bool
    span: Span


@dataclass(frozen=True, slots=True)
class FieldLine:
    """`label type name = number [options];`; a map has the types of key and value."""

    label: str
    type: str
    name: str
    number: int
    options: tuple[Option, ...]
    doc: str
    span: Span
    key: str = ""
    oneof: str = ""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """`NAME = number;`"""

    name: str
    number: int
    is_deprecated: bool
    doc: str
    span: Span


@dataclass(slots=True)
class Enumeration:
    """`enum Name { … }`; `path` is the full name with its package."""

    path: str
    doc: str
    span: Span
    values: list[EnumValue] = field(default_factory=list)
    has_aliases: bool = False
    reserved: list[tuple[int, int]] = field(default_factory=list)
    reserved_names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """`message Name { … }`."""

    path: str
    doc: str
    span: Span
    is_nested: bool
    fields: list[FieldLine] = field(default_factory=list)
    oneofs: dict[str, tuple[str, Span]] = field(default_factory=dict)
    reserved: list[tuple[int, int]] = field(default_factory=list)
    reserved_names: list[str] = field(default_factory=list)
    is_deprecated: bool = False


@dataclass(slots=True)
class File:
    """One file."""

    package: str = ""
    is_proto2: bool = False
    imports: list[tuple[str, Span]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    enums: list[Enumeration] = field(default_factory=list)
