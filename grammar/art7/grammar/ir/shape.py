"""Shapes: what a value is, whatever carries it.

The Python value of each shape is the same in the interpreter and in a generated SDK:

| shape | value |
|---|---|
| `Integer`, `Enumeration` over integers | `int` |
| `Boolean` | `bool` |
| `Octets` | `bytes` |
| `Text`, `Enumeration` over texts | `str` |
| `Float` | `float` |
| `Sequence` | `list` |
| `Mapping` | `dict` |
| `Label` | `int` or `str` |
| `RecordOf` | an object with the API members as attributes (interpreter: `dict`), or a tuple (`plan.Form`) |
| `Union` | the value of the arm its tag selects; `None` for an empty arm |
| `Anything` | `None`, `bool`, `int`, `float`, `str`, `list`, `dict`; of CBOR also `bytes`, `Tagged`, `Simple` |
"""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.ir.quick import quickly_made


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer within closed bounds."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Float:
    """An IEEE 754 binary64."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Octets:
    """An octet string of `minimum` to `maximum` octets (`None`: bounded by the message alone)."""

    minimum: int = 0
    maximum: int | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A Unicode text; bounds count octets of UTF-8 on an octet carrier, characters on a tree carrier
    and in DER.

    `pattern`: the regular expression (RE2 syntax, for a full match) of the token or identity that it is."""

    minimum: int = 0
    maximum: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A value of the enum `name` (qualified). Open enums keep unknown values as read."""

    name: str


@quickly_made
@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of `minimum` to `maximum` items."""

    item: Shape
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """An integer, or a text of `minimum` to `maximum` characters: what CBOR maps have for keys."""

    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Texts to values; on CBOR also integers, or labels, to values."""

    key: Shape
    value: Shape
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A value of the record `name` (qualified, see `plan.Record.name`)."""

    name: str


@quickly_made
@dataclass(frozen=True, slots=True)
class UnionArm:
    """One alternative. `name` labels it for people; `shape` is `None` for an arm without a value."""

    name: str
    cases: tuple[tuple[int, int] | tuple[str, str], ...]
    shape: Shape | None


@dataclass(frozen=True, slots=True)
class Union:
    """A tagged union; the tag is another slot, named `tag`. An arm without cases is `otherwise`.

    Without a tag (an empty text) the kind of the value tells which arm it is of; no arm has cases then.
    """

    tag: str
    arms: tuple[UnionArm, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or an explicit null; `None` stands for null (an absent member is the slot's affair)."""

    inner: Shape


@dataclass(frozen=True, slots=True)
class Anything:
    """Any tree of the carrier, kept as read; `dialect` is the encoding that it lies in."""

    dialect: str = "json"


Shape = (
    Integer
    | Boolean
    | Float
    | Octets
    | Text
    | Enumeration
    | Sequence
    | Label
    | Mapping
    | RecordOf
    | Union
    | Nullable
    | Anything
)
