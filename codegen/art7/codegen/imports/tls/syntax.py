"""What a text in the TLS presentation language says, before names are looked up (RFC 8446 §3)."""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.diagnostics import Span

Bound = int | str
"""A number, or a name that stands for one: a constant, a member or a parameter."""


@dataclass(frozen=True, slots=True)
class Vector:
    """`[n]`, `<low..high>` or `<V>` behind a member; `is_variable` for the last (RFC 9420 §2.1.2)."""

    low: Bound = 0
    high: Bound = 0
    is_fixed: bool = False
    is_variable: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """`Type name vector = value;`"""

    type: str
    name: str
    vector: Vector | None
    value: int | str | None
    is_optional: bool
    doc: str
    span: Span
    body: tuple[Part, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """`case a: case b: members`, or `default:` without labels."""

    labels: tuple[tuple[str, Span], ...]
    members: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`select (path) { … } name;`"""

    path: tuple[str, ...]
    cases: tuple[Case, ...]
    name: str
    span: Span


Part = Member | Choice


@dataclass(frozen=True, slots=True)
class Struct:
    """`struct { … } Name;`"""

    name: str
    parts: tuple[Part, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Value:
    """`name(1)` or `name(1..9)`."""

    name: str
    low: int
    high: int
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Enumeration:
    """`enum { … (255) } Name;`"""

    name: str
    values: tuple[Value, ...]
    largest: int
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Alias:
    """`Type Name vector;` outside of any struct: another name for a type."""

    name: str
    member: Member
    span: Span


@dataclass(frozen=True, slots=True)
class Constant:
    """`Type name = 5;` outside of any struct."""

    name: str
    type: str
    value: int
    doc: str
    span: Span


Declaration = Struct | Enumeration | Alias | Constant
