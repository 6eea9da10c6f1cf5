"""Resolved expressions: closed, typed, without host code.

Names are gone: a reference is a slot of the record under execution, one of its parameters, or a
variable bound by a quantifier. Arithmetic is on unbounded integers; `/` is floor division and, like
`%`, refuses a zero divisor with `division_by_zero`. Octet strings and texts are never mixed.

Two groups are *positional*: they speak of octets under the cursor and exist only on an octet carrier
(`Position`, `OctetAt`, `Covered`). A check that holds one is skipped on writing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from art7.grammar.ir.quick import quickly_made


class Kind(Enum):
    """What an expression yields."""

    INT = "int"
    BOOL = "bool"
    BYTES = "bytes"
    TEXT = "text"
    LIST = "list"
    MAP = "map"
    RECORD = "record"
    ANY = "any"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; enum members are their integer or text."""

    value: int | bool | bytes | str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class SlotRef:
    """The value of slot `index` of the record under execution (`None` when absent)."""

    index: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class ParamRef:
    """The value of parameter `index`. A secret parameter may be `None`: see `plan.Verify.guard`."""

    index: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class LocalRef:
    """The variable bound by the enclosing `Quantified` with that `name`; in schedules, a named value."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Attribute:
    """Member `name` of a record value; `None` when that member is absent or `base` is `None`."""

    base: Expr
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Element:
    """Item `position` of a list or octet string; out of range refuses with `out_of_range`."""

    base: Expr
    position: Expr
    kind: Kind


@dataclass(frozen=True, slots=True)
class Unary:
    """`op` is `-`, `~` or `not`."""

    op: str
    operand: Expr
    kind: Kind


@quickly_made
@dataclass(frozen=True, slots=True)
class Binary:
    """`op`: `+ - * / % & | ^ << >> ++ == != < <= > >= and or`.

    `and`/`or` stop early. `++` joins octets or texts; `^` on octets of equal length is bytewise.
    A shift above 1,024 bits is refused when lowering.
    """

    op: str
    left: Expr
    right: Expr
    kind: Kind


Bounds = tuple[int, int] | tuple[str, str]
"""The lowest and the highest of a range of integers, or of one text twice."""


def bounds(low: int | str, high: int | str) -> Bounds:
    """Return the range from `low` to `high`, which are of one kind."""
    if isinstance(low, int) and isinstance(high, int):
        return low, high
    return str(low), str(high)


def lies_in(value: object, range_: Bounds) -> bool:
    """Return whether a value is of the kind of a range and lies in it."""
    if isinstance(range_[0], int):
        return type(value) is int and range_[0] <= value <= int(range_[1])
    return isinstance(value, str) and value == range_[0]


@dataclass(frozen=True, slots=True)
class InRanges:
    """Whether `operand` lies in one of the closed `ranges` (integers) or equals one (texts, `low == high`)."""

    operand: Expr
    ranges: tuple[Bounds, ...]
    kind: Kind = Kind.BOOL


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if test then yes else no`; only the chosen arm is evaluated."""

    test: Expr
    yes: Expr
    no: Expr
    kind: Kind


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`: a list made of its items. Only in role machines and resolutions, never in a record."""

    items: tuple[Expr, ...]
    kind: Kind = Kind.LIST


@dataclass(frozen=True, slots=True)
class Call:
    """A pure builtin of `builtins.FUNCTIONS`, arguments in the order of its signature."""

    function: str
    arguments: tuple[Expr, ...]
    kind: Kind


@quickly_made
@dataclass(frozen=True, slots=True)
class Measure:
    """A fact about a slot: `octets` (wire size, without its own length prefix; of an element of DER the whole),
    `count` (items, octets of a byte string, characters of a text) or `present`."""

    what: str
    slot: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Position:
    """`remaining` (octets from the cursor to the end of the innermost region), `end` (offset of that end),
    `offset` (the cursor), `start` (first octet of this record). Offsets count from the origin: the first
    octet of the innermost enclosing *message*. `index` is the number of items before this one in the innermost
    list (known on writing too, so not positional in the sense of `is_positional`)."""

    word: str
    kind: Kind = Kind.INT


@dataclass(frozen=True, slots=True)
class OctetAt:
    """The octet at an offset counted from the origin; outside the region: `truncated`."""

    offset: Expr
    kind: Kind = Kind.INT


@dataclass(frozen=True, slots=True)
class Override:
    """In a `Covered`: the field whose place is `place` reads as `value` (`octets` wide, big-endian).

    `place` is an index into `plan.Record.places` when the field belongs to an enclosing record
    (lifted), else the slot index of a field of this record; `lifted` says which.
    """

    place: int
    lifted: bool
    octets: int
    value: Expr


@dataclass(frozen=True, slots=True)
class Covered:
    """`octets_before(x, with: …)`: the octets from the origin up to the first octet of slot `until`
    (`None`: of this record), with `overrides` written over their fields.

    On writing it is known only when everything before it has its final octets: a fix-up.
    """

    until: int | None
    overrides: tuple[Override, ...]
    kind: Kind = Kind.BYTES


@dataclass(frozen=True, slots=True)
class EncodedSlot:
    """`octets_of(x)`: the wire octets of slot `slot`, without its own length prefix; in DER the whole element."""

    slot: int
    kind: Kind = Kind.BYTES


@dataclass(frozen=True, slots=True)
class Quantified:
    """`every`/`some` `variable` in `source` satisfies `body`; `every` of nothing is true."""

    every: bool
    variable: str
    source: Expr
    body: Expr
    kind: Kind = Kind.BOOL


@dataclass(frozen=True, slots=True)
class IsLast:
    """Whether the item bound to `variable` is the last of the list its quantifier runs over."""

    variable: str
    kind: Kind = Kind.BOOL


Expr = (
    Literal
    | SlotRef
    | ParamRef
    | LocalRef
    | Attribute
    | Element
    | Unary
    | Binary
    | InRanges
    | Conditional
    | ListOf
    | Call
    | Measure
    | Position
    | OctetAt
    | Covered
    | EncodedSlot
    | Quantified
    | IsLast
)
"""Every expression node; a back end has one row for each (a test fails on a missing one)."""

POSITIONAL = (Position, OctetAt, Covered)


LEAVES = frozenset((Literal, SlotRef, ParamRef, LocalRef, Measure, Position, EncodedSlot, IsLast))
"""Nodes without operands."""


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct operands of `expr`, in evaluation order."""
    operands = _OPERANDS.get(type(expr))
    return () if operands is None else operands(expr)


_OPERANDS: dict[type, Callable[[Any], tuple[Expr, ...]]] = {
    Attribute: lambda node: (node.base,),
    Element: lambda node: (node.base, node.position),
    Unary: lambda node: (node.operand,),
    InRanges: lambda node: (node.operand,),
    Binary: lambda node: (node.left, node.right),
    Conditional: lambda node: (node.test, node.yes, node.no),
    Call: lambda node: node.arguments,
    ListOf: lambda node: node.items,
    OctetAt: lambda node: (node.offset,),
    Covered: lambda node: tuple(override.value for override in node.overrides),
    Quantified: lambda node: (node.source, node.body),
}
"""One row for each node with operands."""


def walk(expr: Expr) -> tuple[Expr, ...]:
    """Return `expr` and everything below it, parents first."""
    if type(expr) in LEAVES:
        return (expr,)
    found = [expr]
    for node in found:
        found.extend(children(node))
    return tuple(found)


def is_positional(expr: Expr) -> bool:
    """Whether `expr` speaks of octets under the cursor."""
    return any(isinstance(node, POSITIONAL) and not _is_index(node) for node in walk(expr))


def _is_index(expr: Expr) -> bool:
    return isinstance(expr, Position) and expr.word == "index"
