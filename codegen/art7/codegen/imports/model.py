"""What every source format is imported into: declarations with their meaning, ready to be printed as a module.

Expressions are text of the language already; importers make them with `spelling` only, never of what a source says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A type by its name: `u8`, `map<text, any>`, `tagged<T>(1)`, `Inner(kind: kind)`."""

    name: str
    types: tuple[Type, ...] = ()
    given: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A list, or octets and text with an extent. Bounds count items (octets, characters), or octets of all items.

    `exactly` is an expression in place of the bounds, `prefix` the type of a length in octets before them.
    """

    item: Type
    low: int | None = None
    high: int | None = None
    in_octets: bool = False
    exactly: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """One of several types."""

    options: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Members in braces, as a type or as the target of an arm."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A member. `tag` is a key on the wire (text), a number, or a number with a word: `4(unpacked)`."""

    name: str
    type: Type
    tag: str | int | None = None
    tag_word: str = ""
    optional: bool = False
    value: str = ""
    default: str = ""
    doc: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A plain check, or a numbered requirement with its level (`must`, `should`)."""

    condition: str
    doc: str = ""
    level: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """`cases` as they are spelled (none: otherwise), and members or a policy."""

    cases: tuple[str, ...]
    target: Body | Field | str


@dataclass(frozen=True, slots=True)
class Select:
    """Members by the value of an expression; also a type."""

    on: str
    arms: tuple[Arm, ...]


Type = Name | Run | Either | Body | Select
Member = Field | Rule | Select


@dataclass(frozen=True, slots=True)
class Record:
    """A message or a part of one. `options` are those of its encoding; `params` name and type."""

    name: str
    members: tuple[Member, ...]
    encoding: str = ""
    options: tuple[tuple[str, str], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    unknown: str = ""
    doc: str = ""
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an enum, or a range of them."""

    name: str
    low: int | str
    high: int | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Enum:
    """Named values."""

    name: str
    base: str
    items: tuple[Item, ...]
    is_open: bool = True
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Const:
    """A named value; `value` is an expression."""

    name: str
    type: str
    value: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Messages that `record`, which another module declares, must read: octets and prose."""

    record: str
    accepted: tuple[tuple[bytes, str], ...]


Declaration = Record | Enum | Const | Vectors


@dataclass(frozen=True, slots=True)
class Module:
    """All of an imported source."""

    name: str
    declarations: tuple[Declaration, ...]
    uses: tuple[str, ...] = ()
    doc: str = ""
