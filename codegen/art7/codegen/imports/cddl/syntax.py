"""What a CDDL text says, before names are looked up (RFC 8610 Appendix B)."""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text or octets as a type: exactly that value."""

    value: int | float | str | bytes
    span: Span


@dataclass(frozen=True, slots=True)
class Ref:
    """A name, with arguments where its rule is generic; `unwrapped` behind `~`."""

    name: str
    args: tuple[Type, ...]
    span: Span
    unwrapped: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """`low..high`, or `low...high` without the end."""

    low: Type
    high: Type
    includes_end: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Control:
    """`target .operator argument`."""

    target: Type
    operator: str
    argument: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Choice:
    """`a / b`."""

    options: tuple[Type, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Map:
    """`{ group }`."""

    group: Group
    span: Span


@dataclass(frozen=True, slots=True)
class Array:
    """`[ group ]`."""

    group: Group
    span: Span


@dataclass(frozen=True, slots=True)
class Values:
    """`&( group )` or `&groupname`: one of the values in a group."""

    group: Group
    span: Span


@dataclass(frozen=True, slots=True)
class Tag:
    """`#6.n(T)`."""

    number: int | None
    inner: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Major:
    """`#`, `#3`, `#7.25`; `kind` is None for any."""

    kind: int | None
    detail: int | None
    span: Span


Type = Literal | Ref | Range | Control | Choice | Map | Array | Values | Tag | Major


@dataclass(frozen=True, slots=True)
class Entry:
    """`low*high key => value`; `word` is a key that is written as a bare word."""

    low: int
    high: int | None
    key: Type | None
    word: str
    value: Type
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Inline:
    """`low*high ( group )`."""

    low: int
    high: int | None
    group: Group
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives between `//`, each a run of entries."""

    choices: tuple[tuple[Entry | Inline, ...], ...]
    span: Span


@dataclass(slots=True)
class Rule:
    """`name<params> = type` or `name = group`; a group that could be a type alone is in `group` too."""

    name: str
    params: tuple[str, ...]
    type: Type | None
    group: Group | None
    doc: str
    span: Span
