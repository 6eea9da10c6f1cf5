"""Representations: how the value of a slot lies on its carrier, beside its shape.

What documentation, diff and exports read: one small tree per slot, free of execution order. The plan's
steps are derived from it; `Record.representations` holds one per slot (`None`: not on the wire).
"""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.plan import Extent
from art7.grammar.ir.quick import quickly_made
from art7.grammar.ir.shape import Shape


@dataclass(frozen=True, slots=True)
class BitWidth:
    """`width` bits of a run that closes on an octet, most significant first."""

    width: int
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer (or truth value) of whole octets."""

    octets: int
    little: bool = False
    signed: bool = False
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """An integer of variable length; see `plan.Varint` for the forms."""

    form: str
    bits: int = 64
    signed: bool = False
    zigzag: bool = False
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class Real:
    """An IEEE 754 number of 4 or 8 octets."""

    octets: int
    little: bool = False


@quickly_made
@dataclass(frozen=True, slots=True)
class Run:
    """Octets, or text in UTF-8, of an extent. Bounds count octets."""

    extent: Extent
    text: bool = False
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Bounded:
    """`inner` fills a region exactly."""

    extent: Extent
    inner: Representation
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A list of items in a row; `count` `None`: up to the end of the region. `skip`: see `plan.Loop`."""

    item: Pair
    count: Expr | None = None
    minimum: int = 0
    maximum: int | None = None
    skip: int | None = None
    skip_to: int = 1
    until: bytes | None = None


@dataclass(frozen=True, slots=True)
class Maybe:
    """An octet 0 or 1, then `inner` if 1."""

    inner: Representation


@dataclass(frozen=True, slots=True)
class Nested:
    """Another record."""

    record: str
    arguments: tuple[Expr, ...] = ()
    nullable: bool = False
    tag: bytes | None = None
    """Identifier octets in place of the record's own; see `plan.CallRecord`."""


@quickly_made
@dataclass(frozen=True, slots=True)
class ChoiceArm:
    """An arm: `inner` `None` for one without a value; `refuse` is the error that it gives instead."""

    name: str
    ranges: tuple[tuple[int, int] | tuple[str, str], ...]
    inner: Representation | None
    refuse: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One arm, chosen by the value of `on`."""

    on: Expr
    arms: tuple[ChoiceArm, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar node of a tree; see `plan.Scalar`."""

    form: str
    minimum: int | None = None
    maximum: int | None = None
    padding: str = "either"
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """Any node of a tree."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An array of a tree."""

    item: Pair
    minimum: int = 0
    maximum: int | None = None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    """An object of a tree used as a map."""

    item: Pair
    key: Shape
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """`inner` under a CBOR tag."""

    number: int
    inner: Representation
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A CBOR octet string that holds `inner`; see `plan.Wrap`."""

    inner: Representation
    empty: bool = False
    nullable: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """An element of XML that holds `inner`; see `plan.Child`."""

    inner: Representation
    single: bool
    text: bool


@dataclass(frozen=True, slots=True)
class ByKind:
    """One of `options` (kind of the node, kind of the value, pair); see `plan.Kinds`."""

    options: tuple[tuple[str, str, Pair], ...]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Numbered:
    """A protobuf field: its number, the wire type written, and one value of it."""

    number: int
    wire: int
    inner: Representation
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """`inner` inside an element of DER; `ordered`: a SET OF; see `plan.Tlv`."""

    identifier: bytes
    inner: Representation
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class DerScalar:
    """An element of DER that holds one value; see `plan.TlvScalar`."""

    form: str
    identifier: bytes
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """The longest text that `pattern` matches; see `plan.Token`."""

    pattern: str
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Decimal:
    """An integer in digits; see `plan.Number`."""

    minimum: int
    maximum: int
    base: int = 10


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A text between double quotes; see `plan.Quoted`."""

    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """Octets or text up to a terminator; see `plan.Upto`."""

    until: bytes
    text: bool = True
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A list that goes on as long as its item's beginning is ahead."""

    item: Pair
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """`inner` among literals, which `before` and `after` are; `line`: all of it fills a line. The group is its value."""

    inner: Representation
    before: tuple[bytes, ...]
    after: tuple[bytes, ...] = ()
    line: bool = False


@dataclass(frozen=True, slots=True)
class Coded:
    """`inner` in octets that a coding spells as text; see `plan.Through`."""

    transform: str
    inner: Representation


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """`inner` in a header; see `plan.Header`."""

    names: tuple[str, ...]
    inner: Representation
    comma: bool = False


@dataclass(frozen=True, slots=True)
class ParameterMap:
    """Parameters behind semicolons; see `plan.Parameters`."""

    form: str


@dataclass(frozen=True, slots=True)
class PartList:
    """Items between boundary lines; see `plan.Parts`."""

    item: Pair
    boundary: Expr
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Transferred:
    """`inner` in a transfer coding; see `plan.Transfer`."""

    coding: Expr | None
    charset: Expr | None
    inner: Representation


Representation = (
    BitWidth
    | Whole
    | Variable
    | Real
    | Run
    | Bounded
    | Many
    | Maybe
    | Nested
    | Choice
    | Leaf
    | Free
    | Listed
    | Keyed
    | Marked
    | Wrapped
    | Inside
    | ByKind
    | Numbered
    | Tagged
    | DerScalar
    | Word
    | Decimal
    | QuotedText
    | Ended
    | Repeated
    | Among
    | Coded
    | HeaderValue
    | ParameterMap
    | PartList
    | Transferred
)
"""Every node."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Pair:
    """A shape and how it is represented. `domain`: what a closed enum or a bounded integer admits."""

    shape: Shape
    representation: Representation
    domain: tuple[tuple[int, int] | tuple[str, str], ...] = ()
    pattern: str | None = None
