"""The plan: ordered steps per record. Every order is decided here, once; executors only follow it.

## Records are closed
Lowering lifts: an inline body, or the body of a select arm with more than one member, becomes a record of its own whose
mentions of outer names are parameters. So a step speaks only of slots and parameters of its record.
The members of an *unnamed* `select` are flattened into the enclosing record as optional slots; a *named*
one fills one slot with a union. On octets an arm body of at most one API member is not lifted: its steps stand in the
`Case`, and the one API member's value (`None` without one) is the union's. What lifting hands down are implicit parameters:
the value, size, count or presence of an outer slot, evaluated by the caller as an argument.
`octets`, `count` of an absent slot are 0. Hidden slots (items, padding, what `ignore` reads) begin with `_`.

## Reading
Steps run in order; each either moves the cursor, fills slots or tests. The cursor is an octet offset with
the end of the innermost region (`octets` carrier) or one node (`tree` carrier: JSON, CBOR). At every point
between two wire steps the plan holds what has become known there, in this order: `View`s (textual order, each
before the `Check` that holds it to its type, where no bounds prove that),
`Verify`s that carry a requirement, `Check`s (textual order), other `Verify`s.

## Refusals (the same in every execution)
A refusal is (code, requirement, path, offset, bit). `path` names slots from the root (`attributes[2].mac`);
a list item is `name[i]`; slots whose name starts with `_` do not show. `offset` is from the origin of the root:

| step | refusal | offset | path |
|---|---|---|---|
| any read past the region's end | `truncated` | first octet of that step | the slot being read (first named slot of `Bits`) |
| `Region` prefixed, longer than what is left | `truncated` | first octet of the prefix | the slot |
| `Region` exact, longer than what is left | `truncated` | first octet of the region | the slot |
| `Region` exact, negative size | `negative_size` | cursor | the slot |
| octets left at the end of a region | `trailing_data` | first octet left | the slot of the region |
| octets left after the message | `trailing_data` | first octet left | empty |
| `Varint` longer than need be | `non_minimal` | its first octet | the slot |
| `Varint` too long or too large | `bad_varint` | its first octet | the slot |
| `Domain` | its fault | first octet of the slot | the slot |
| `Take` form text, not UTF-8 | `bad_text` | first bad octet | the slot |
| size bounds of `Take`, `Region`, `Token` | `too_short` / `too_long` | first octet of the content | the slot |
| `Loop` bounds | `too_few` / `too_many` | at the end of the loop / first octet of the item too many | the list |
| `Constant` | its fault (`bad_constant`) | first octet of it | the slot, or the record |
| `Check`, `Verify` | its fault | first octet of `at` (else the record's start) | slot `at`, else the record |
| `Branch` on an arm that refuses | its fault | cursor | the record |
| identifier of `Tlv`, `TlvScalar`, `TlvChoice` | `wrong_tag` | its first octet | the slot, or the record |
| length of an element: longer than need be, indefinite | `not_der` | its first octet | the slot, or the record |
| element longer than what is left | `truncated` | its first octet | the slot, or the record |
| content of a `TlvScalar` | `not_der`, `bad_text`, `out_of_range`, … | first octet of the content | the slot |
| elements of a `Tlv` that do not ascend | `not_der` | first octet of the first one out of order | the slot |
| `TlvOptional` with the default value | `not_der` | its first octet | the slot |
| `Token` that nothing matches, of whose text is not UTF-8 | `bad_characters` | cursor | the slot |
| `Number` without digits, or with needless zeros | `bad_decimal`, in base 16 `bad_coding` | its first octet | the slot |
| `Number` outside its bounds | `out_of_range` | its first octet | the slot |
| `Quoted` | `bad_quoted` | the octet that cannot stand there; without an end: its first octet | the slot |
| `Upto` without its terminator | `truncated` | end of the region | the slot |
| `Line` without its end | `truncated` | end of the region | the record |
| octets left at the end of a `Line` | `trailing_data` | first octet left | the record |
| `Either` of which nothing is ahead | `unknown_value` (at the region's end `truncated`) | cursor | the record |
| `Through` on octets that its coding does not have | `bad_coding` | the first such octet | the slot |
| inside a `Through` | as everywhere | the octet as received that the place came from | as everywhere |
| `limit size` | `too_large` | 0 | empty |
| `limit depth` | `too_deep` | record start | the record |

`Check.at` is the slot the refusal points to (the last slot the condition mentions, in textual order).
On a tree carrier `offset` is the octet at which the node starts in the text (key's value), so every refusal has a place.

## Writing
`Block.emit` is a permutation of the steps such that everything a step needs (sizes and octets of other
slots) has been emitted before; the octets are then joined in step order. Computed slots have their
expression evaluated when their step is emitted. An expression that holds `Covered` cannot be known then: its step writes zeros
and is put on the message's fix-up list, run in wire order when the message is complete (`Verify.deferred`).
Refusals on writing are `EncodeError` with the same codes; `offset` is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.quick import quickly_made
from art7.grammar.ir.shape import Shape

if TYPE_CHECKING:
    from art7.grammar.ir.representation import Representation


class Role(Enum):
    """Who gives a slot its value."""

    GIVEN = "given"
    """API member, settable, written as given."""
    COMPUTED = "computed"
    """`= expr`: computed on writing, verified on reading, not an API member."""
    KEPT = "kept"
    """A computed slot that is also an API member, optional: `lenient` fields and MACs whose key may be absent.
    Read: the wire value (lenient: only when it differs from the computed one, else `None`).
    Written: recomputed when it can be; else the given value; else the refusal `missing_field`."""
    VIEW_INPUT = "view input"
    """`let` mentioned by an `=`: an API member, settable; its wire fields are computed from it."""
    VIEW = "view"
    """`let` that no `=` mentions: a read-only API member; never given on writing."""
    LOCAL = "local"
    """An item variable of a loop, the value of an arm of a named union, or a wire fact nobody sees.

    An arm's slot is given the union's value before the arm is written. One with `Slot.value` (a MAC that
    is its arm's value) is otherwise like `KEPT`: read and verified, recomputed when it can be, else as given.
    """


class Form(Enum):
    """How a record looks in Python."""

    OBJECT = "object"
    TUPLE = "tuple"
    """A plain typed tuple of the API members in order: a `struct` with one or two API members, all required
    scalars (integer, boolean, octets, text, enum), no rules, and only used as a list item."""


class Carrier(Enum):
    """What a record lies on."""

    OCTETS = "octets"
    TREE = "tree"


@quickly_made
@dataclass(frozen=True, slots=True)
class Fault:
    """Why something is refused: the error's name and number, the requirement, the cited clause, a phrase.

    `span` is the condition that the text writes; nothing is there for tests that follow from types.
    """

    code: str
    requirement: str | None = None
    ref: str | None = None
    message: str | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DataTag:
    """What a field says about personal data (`data(...)` in the text)."""

    personal: bool = False
    purpose: str | None = None
    retention_days: int | None = None


_API = (Role.GIVEN, Role.KEPT, Role.VIEW_INPUT, Role.VIEW)


@quickly_made
@dataclass(frozen=True, slots=True)
class Slot:
    """One named value of a record. `name` is the text's; `index` is its position in `Record.slots`."""

    index: int
    name: str
    role: Role
    shape: Shape
    optional: bool = False
    default: Expr | None = None
    value: Expr | None = None
    doc: str = ""
    refs: tuple[str, ...] = ()
    wire_name: str | None = None
    type_text: str = ""
    data: DataTag | None = None
    since: str | None = None
    deprecated: bool = False
    span: Span = NOWHERE

    @property
    def is_api(self) -> bool:
        """Whether the slot is a member of the API value."""
        return self.role in _API


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a record. `nullable`: the caller may not have it (a key); `implicit`: made by lifting."""

    index: int
    name: str
    shape: Shape
    nullable: bool = False
    implicit: bool = False
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A field of an enclosing record that a `Covered` overrides: its absolute offset is handed down."""

    name: str
    octets: int


@dataclass(frozen=True, slots=True)
class PlaceArgument:
    """How a caller supplies a `Place`: from its own slot's offset, or from its own place (`lifted`)."""

    index: int
    lifted: bool


# ---- extents: how a region or a run of octets ends ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exact:
    """`size` octets, an expression over what was read before."""

    size: Expr


@dataclass(frozen=True, slots=True)
class Rest:
    """Up to the end of the innermost region."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Prefixed:
    """A length in octets comes first: `uint` of `octets` octets, or a `varint` form."""

    form: str
    octets: int = 0
    little: bool = False


Extent = Exact | Rest | Prefixed


# ---- steps on octets -------------------------------------------------------------------------------------


@quickly_made
@dataclass(frozen=True, slots=True)
class BitField:
    """Bits `shift … shift+width-1` (from the least significant) of a `Bits` step; `slot` `None`: not stored."""

    slot: int
    width: int
    shift: int
    boolean: bool = False


@quickly_made
@dataclass(frozen=True, slots=True)
class Bits:
    """A big-endian unsigned integer of `octets` octets, split into `fields` (most significant first)."""

    octets: int
    fields: tuple[BitField, ...]


@quickly_made
@dataclass(frozen=True, slots=True)
class Uint:
    """An integer of whole octets (1 to 16)."""

    slot: int
    octets: int
    little: bool = False
    signed: bool = False
    boolean: bool = False
    """A `bool` in one octet: 0 or 1, others `bad_bool`."""


@dataclass(frozen=True, slots=True)
class Varint:
    """`quic` (RFC 9000 §16, minimal), `mls` (as quic without the 8-octet form, RFC 9420 §2.1.2), `leb128`
    (AV1, up to 8 octets, overlong allowed), `protobuf` (base 128, up to 10 octets, overlong allowed;
    `bits` 32 truncates as protobuf does; `signed` two's complement; `zigzag`; `boolean` any non-zero is true)."""

    slot: int
    form: str
    bits: int = 64
    signed: bool = False
    zigzag: bool = False
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class FloatOctets:
    """An IEEE 754 number of 4 or 8 octets."""

    slot: int
    octets: int
    little: bool


@quickly_made
@dataclass(frozen=True, slots=True)
class Take:
    """Octets of an extent, as `bytes` or (`text`) as UTF-8. Bounds count octets."""

    slot: int
    extent: Extent
    text: bool = False
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """Octets that must stand here."""

    octets: bytes
    fault: Fault


@dataclass(frozen=True, slots=True)
class Block:
    """Steps in wire order, and `emit`: the order in which writing must produce them."""

    steps: tuple[Step, ...]
    emit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A bounded stretch: find its end, run the body, nothing may be left. `slot` names it (size, octets, path).

    `later`: reading passes over it, and runs the body where the `Verify` that opens it has held.
    """

    slot: int
    extent: Extent
    body: Block
    minimum: int = 0
    maximum: int | None = None
    later: bool = False


@quickly_made
@dataclass(frozen=True, slots=True)
class Loop:
    """A list: the body fills slot `item`, which is appended to slot `slot`.

    Ends after `count` items, or (`None`) at the region's end. `skip`: an octet of that value before an item is
    padding and passed over; on writing the list is filled with it up to a multiple of `skip_to` octets.
    `until`: octets that end the list when they stand where an item would begin; they are consumed, belong to the
    list's size and are written after the last item; a region that ends without them: `truncated` at its end.
    Every body consumes at least one octet or `count`/`maximum` bounds it. While an item is read or
    written, `Position("index")` is the number of items before it.
    """

    slot: int
    item: int
    body: Block
    count: Expr | None = None
    minimum: int = 0
    maximum: int | None = None
    skip: int | None = None
    skip_to: int = 1
    until: bytes | None = None
    """The list ends where these octets stand before an item; they are read, and written after the last item."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Case:
    """One arm: `ranges` of tag values it takes (empty: the rest); `refuse` instead of a body is its fault."""

    name: str
    ranges: tuple[tuple[int, int] | tuple[str, str], ...]
    body: Block
    refuse: Fault | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class Branch:
    """A choice by value: first case that takes `on` (cases are disjoint or widening). Without a match: the
    refusal `unknown_value`. `slot`: the union slot it fills, or `None` when flattened.

    With `slot`, each case's body fills slot `value_slots[case]` (or nothing: the value is `None`), and that value is the union's.
    """

    on: Expr
    cases: tuple[Case, ...]
    slot: int | None = None
    value_slots: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class KindCase:
    """One alternative of `Kinds`: the `kind` of node that it takes (`text`, `number`, `boolean`, `array`, `object`), that of
    the `value` to be written (`object` also for a record that is an array), and the body that fills `slot`."""

    kind: str
    value: str
    slot: int
    body: Block


@dataclass(frozen=True, slots=True)
class Kinds:
    """A choice by the kind of the node, or of the value to be written; trees only. No two cases take one kind, and
    what none takes is refused with `wrong_kind`. The union slot `slot` has the value of the case's. `nullable`: null
    is taken, too, and is `None`."""

    slot: int
    cases: tuple[KindCase, ...]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """The body is there if `condition`; on writing if slot `given` is present (the condition's own fields are
    computed from it), or by `condition` when `given` is `None`. Octet carriers only: on a tree a `when` is
    an optional entry and a `Check` that it is present exactly if the condition holds."""

    condition: Expr
    body: Block
    given: int | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """`optional<T>`: an octet 0 or 1 (others `bad_bool`), then the body if 1. Written by presence of `slot`."""

    slot: int
    body: Block


@quickly_made
@dataclass(frozen=True, slots=True)
class CallRecord:
    """Another record, in its own scope: `arguments` for its parameters, `places` for its places."""

    slot: int
    record: str
    arguments: tuple[Expr, ...] = ()
    places: tuple[PlaceArgument, ...] = ()
    nullable: bool = False
    """On a tree: a null node is the value `None` and the record is not called."""
    tag: bytes | None = None
    """On DER: identifier octets in place of those of the record's own element (an implicit tag)."""


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One protobuf field. `wire` is the wire type written; a packed repeated scalar is read in both forms."""

    number: int
    wire: int
    slot: int
    body: Block
    """Reads one value into `slot`, or into `item` when repeated. With wire type 2 it reads the length too: a
    `Take` or `Region` with `Prefixed('protobuf')`. A packed run is the concern of `Fields`, not of the body."""
    item: int | None = None
    packed: bool = False
    required: bool = False
    single: bool = False
    """It holds a record, and a second one is refused: readers that join the two and readers that take the last one
    would see different values (Encoding, Last One Wins)."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A protobuf message body: fields in any order up to the region's end; the last of a singular scalar wins.

    `unknown`: `preserve` (octets, tags included, kept in `unknown_slot` and written after the known fields),
    `ignore` or `reject` (refusal `unknown_field`). Field number 0: `bad_tag`; wire type that does not fit:
    `wrong_kind`; missing: `missing_field`; a record again: `duplicate_field`.
    """

    entries: tuple[FieldEntry, ...]
    unknown: str
    unknown_slot: int | None = None


# ---- steps on octets that are DER ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tlv:
    """An element of DER (X.690 §8.1): `identifier` octets, a length in its shortest form, and content that `body`
    fills exactly. The slot's octets are those of the whole element.

    `slot` is `None` for the element that a record is; with `outer` its caller may put another identifier in place
    of `identifier` (`CallRecord.tag`). `ordered`: the elements in the content ascend by their octets (SET OF, X.690
    §11.6), and are sorted on writing. Another identifier: `wrong_tag`; what only BER allows, or another order: `not_der`.
    """

    slot: int | None
    identifier: bytes
    body: Block
    ordered: bool = False
    outer: bool = False


@dataclass(frozen=True, slots=True)
class TlvScalar:
    """An element whose content is one value of `form`, see `passes.pairs_der.FORMS`.

    `minimum`, `maximum`: bounds of integers (`out_of_range`), else of octets, characters or bits (`too_short`,
    `too_long`). `identifier` is empty where the form has more than one: `time`, `any` (any element, as its
    octets) and `elements` (any number of elements up to the region's end, as their octets).
    """

    slot: int
    identifier: bytes
    form: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class TlvOptional:
    """The body is there if the next identifier is one of `first`, which a pass derives from the members; no
    identifier at all in `first` stands for any. `omitted`: DEFAULT, the element of a value that is its default
    is not there (X.690 §11.5): one that is: `not_der`."""

    slot: int
    first: tuple[bytes, ...]
    body: Block
    omitted: bool = False


@dataclass(frozen=True, slots=True)
class TlvCase:
    """One alternative of a CHOICE: taken by the identifiers `first` (none: by any other), fills `slot`."""

    name: str
    slot: int
    first: tuple[bytes, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class TlvChoice:
    """The one alternative that the next identifier tells; without one: `wrong_tag`. On writing the one whose slot
    has a value: without any `missing_field`, with more than one `unknown_field`."""

    cases: tuple[TlvCase, ...]


# ---- steps on octets that are text -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class First:
    """What something can begin with, derived from its steps: one of `literals` (longer ones first), or an octet of
    `octets`. `space` and `comments` are passed over before; what is not ASCII counts as one class, 80 to FF."""

    literals: tuple[bytes, ...] = ()
    octets: tuple[tuple[int, int], ...] = ()
    space: bytes = b""
    comments: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """The longest text at the cursor that `pattern` (see `passes.lower_patterns`) matches, of `maximum` octets at most."""

    slot: int
    pattern: str
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """An integer in the digits of its base (10, or 16 in letters of any case, written small), as many as there are, in
    the shortest form; `-` before it if `minimum` is below 0."""

    slot: int
    minimum: int
    maximum: int
    base: int = 10


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text between double quotes, in which a backslash stands before a character taken as it is. No control
    characters but tabs. Bounds count characters; written with no more backslashes than needed."""

    slot: int
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Upto:
    """Octets, or (`text`) UTF-8, up to the first `until`, which is read and written behind them."""

    slot: int
    until: bytes
    text: bool = True
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """Any of `octets`, and (`comments`) texts in round brackets, which nest; any number of them. Never written."""

    octets: bytes
    comments: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The body fills a line, up to the first `eol`, which is read too. `lenient`: a line feed alone ends a line as
    well, and so does the end of what holds it. Nothing written may hold what ends a line."""

    body: Block
    eol: bytes
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """The body, which fills `slot`, is there if `first` is; on writing if `slot` is present."""

    slot: int
    first: First
    body: Block


@dataclass(frozen=True, slots=True)
class Repeat:
    """A list that goes on as long as `first` is ahead: the body fills `item`, which is appended to `slot`."""

    slot: int
    item: int
    first: First
    body: Block
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class EitherCase:
    """One alternative: taken if `first` is ahead, fills `slot`."""

    name: str
    slot: int
    first: First
    body: Block


@dataclass(frozen=True, slots=True)
class Either:
    """The first alternative that is ahead. On writing the one whose slot has a value: without any `missing_field`,
    with more than one `unknown_field`."""

    cases: tuple[EitherCase, ...]


@dataclass(frozen=True, slots=True)
class Through:
    """The body, which fills `slot`, reads other octets than those of the message: what `transform` makes of them.

    They are the run of octets that its alphabet has (`hex`, `base64`, `base64url`). Each octet it makes comes from a
    place of the message, so refusals inside point there.
    """

    slot: int
    transform: str
    body: Block


@dataclass(frozen=True, slots=True)
class Header:
    """One header of a block: `names` are its long name, as written, and short forms. The body reads one value into
    `slot`, or into `item` where the slot is a list. `comma`: one line may hold values with commas between them
    (outside of quotes, comments, `<>`), which are written so. Bounds are those of a list. No `names`: any other
    header, read from the first octet of its name on."""

    names: tuple[str, ...]
    slot: int
    body: Block
    required: bool = False
    item: int | None = None
    comma: bool = False
    minimum: int = 0
    maximum: int | None = None

    @property
    def is_verbatim(self) -> bool:
        """Whether a value is all that stands there, round brackets too (RFC 5322 §3.2.5)."""
        steps = self.body.steps
        return len(steps) == 1 and isinstance(steps[0], Take) and isinstance(steps[0].extent, Rest)


@dataclass(frozen=True, slots=True)
class Headers:
    """Lines `Name: value` in any order, up to an empty line, which is read and written too (RFC 5322 §2.2).

    Names have any case. A line that begins with white space goes on with the value before it: bodies read it with
    one space for the end of the line and that white space, without white space around it, and `space` and `comments`
    are passed over on both sides; comments belong to a value that `is_verbatim`. Refusals lie in the message as
    received. `lenient`: as `Line` has it; the end of the region stands for the empty line then. `other`: what keeps
    headers that no entry names (`unknown`: `preserve`, `ignore`, or `reject`: `unknown_field`). Written in the order of
    the entries, the others after them.

    No line of this form: `bad_header`, at the octet that is wrong; a second one where the slot is no list:
    `duplicate_field`, at its first octet; none: `missing_field` at the block's first octet.
    """

    entries: tuple[Header, ...]
    unknown: str
    other: Header | None
    eol: bytes
    lenient: bool
    space: bytes = b""
    comments: bool = False

    def every(self) -> tuple[Header, ...]:
        """Return the entries, with the one that keeps others."""
        return self.entries if self.other is None else (*self.entries, self.other)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Any number of `;name=value` or `;name`, white space around each sign: a map from names, in small letters, to
    texts, or null without a value. A value is a run of characters, or a text between double quotes; written bare
    where it is a token (`form` `sip`: or holds `[`, `]`, `:`). `form` `mime` puts parts and charsets of RFC 2231
    together. No name or value where one must stand: `bad_characters`; a name twice: `duplicate_field`."""

    slot: int
    form: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Items between lines `--boundary`, up to the line `--boundary--`, in all that is left of the region (RFC 2046
    §5.1). What stands before the first and behind the last line is passed over. Without these lines, or with a
    boundary that is not 1 to 70 characters: `bad_boundary`, at the cursor, without the last at the region's end."""

    slot: int
    item: int
    boundary: Expr
    body: Block
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """The body reads what is left of the region without its transfer coding (RFC 2045 §6), named by an expression:
    `7bit`, `8bit`, `binary`, `quoted-printable` or `base64`, in any case; null is `7bit`. With `charset` the value
    is a text in that charset; null is `us-ascii`. Refusals lie in the message as received: octets, or a name, that
    no coding has: `bad_coding`; an unknown charset: `bad_charset`; octets that it does not have: `bad_text`."""

    slot: int
    coding: Expr | None
    charset: Expr | None
    body: Block


# ---- steps on a tree (JSON, CBOR) ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scalar:
    """The node as a scalar: `integer`, `number`, `text`, `boolean`, `null`, or a text holding octets as
    `base64`, `base64url` (both unpadded or padded as `padding` says) or `hex`. XML has `decimal` and `truth`,
    integers and truth values spelled as text, `spaced64`, base64 with white space in it, and `flag`, an element
    that is there. CBOR has `octets`, `float` and `label` (an integer or a text) instead of the last four.

    Other kinds of node: `wrong_kind`; outside the bounds: `out_of_range` (integers) or `too_short`/`too_long`
    (characters of texts, octets of octet strings); bad coding: `bad_text`.
    """

    slot: int
    form: str
    minimum: int | None = None
    maximum: int | None = None
    padding: str = "either"
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class AnyNode:
    """The node as it is."""

    slot: int


@dataclass(frozen=True, slots=True)
class Items:
    """An array: the body reads each element into `item`, appended to `slot`."""

    slot: int
    item: int
    body: Block
    minimum: int = 0
    maximum: int | None = None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """An object used as a map: each value is read into `item`; keys are of the shape `key`, texts in JSON."""

    slot: int
    item: int
    body: Block
    key: Shape
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of an object, read by `body` when there. A required one that is absent: `missing_field`
    (offset and path of the object, path extended by the member). Keys may be integers in CBOR."""

    key: str | int
    slot: int
    body: Block
    required: bool


@dataclass(frozen=True, slots=True)
class SpreadCase:
    """Members that an object also has when the tag is in `ranges` (empty: otherwise)."""

    ranges: tuple[tuple[int, int] | tuple[str, str], ...]
    entries: tuple[Entry, ...]
    refuse: Fault | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Spread:
    """`select` inside an object: which further members there are depends on `on`."""

    on: Expr
    cases: tuple[SpreadCase, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """The node as an object: entries in declared order, then spreads, then unknown members.

    `unknown`: `preserve` (kept in `unknown_slot`, a dict, written after the known ones), `ignore`, `reject`
    (`unknown_field`). Duplicate keys are refused by the reader of the text (`duplicate_field`).
    """

    entries: tuple[Entry, ...]
    spreads: tuple[Spread, ...] = ()
    unknown: str = "ignore"
    unknown_slot: int | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """The node as an array of fixed places (a record as an array); `entries` by position, keys unused.

    `spreads`, one at most, say which further places there are behind those of `entries`.
    """

    entries: tuple[Entry, ...]
    spreads: tuple[Spread, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """A CBOR node under tag `number`; the body reads what it marks into `slot`. Another tag, or none: `wrong_tag`."""

    slot: int
    number: int
    body: Block
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Wrap:
    """A CBOR octet string that holds one CBOR value, which the body reads into `slot`.

    `empty`: no octets at all stand for a map without members, and such a map is written so (RFC 9052 §3).
    `kept`: the slot, optional, that has the octets as read; they are written again where they hold what is written
    (in any form or order), else `bad_value`.
    """

    slot: int
    body: Block
    empty: bool = False
    nullable: bool = False
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """An element inside an element of XML, which the body reads into `slot`.

    `single`: the node is the list of all elements of that name, and holds one: a second is `duplicate_field`, at its
    first octet. Else the node is the element, an item. `text`: the body reads its characters, nothing else of it.
    """

    slot: int
    single: bool
    text: bool
    body: Block


# ---- steps on any carrier --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Domain:
    """The value of slot `slot` must lie in `ranges` (closed enum, bounds of an integer)."""

    slot: int
    ranges: tuple[tuple[int, int] | tuple[str, str], ...]
    fault: Fault


@dataclass(frozen=True, slots=True)
class View:
    """Slot `slot` := `expr` on reading. On writing it is given (`VIEW_INPUT`) or not needed."""

    slot: int
    expr: Expr


@dataclass(frozen=True, slots=True)
class Verify:
    """A computed slot was read and must equal `Slot.value`.

    `implied`: proved true by how the wire was read: executors skip it. `guard`: nullable parameters the expression
    needs; if one is `None` the slot is *not verified*, which the decoded message says (`unverified`).
    `constant_time`: compare without leaking (MACs). `deferred`: known only when the message is complete
    (fix-up on writing). A slot that is absent (inside a `When` or an arm not taken) is not verified at all.
    `opens`: slots of regions whose bodies are read right behind the test, whether it could be made or not.
    """

    slot: int
    fault: Fault
    implied: bool = False
    guard: tuple[int, ...] = ()
    constant_time: bool = False
    deferred: bool = False
    opens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A rule. `level`: `must` refuses; `should` and `may` are notes on the decoded tree, never refusals."""

    condition: Expr
    fault: Fault
    level: str = "must"
    at: int | None = None
    on_writing: bool = True


@dataclass(frozen=True, slots=True)
class Align:
    """Fill octets (`octet`) up to a multiple of `to`, counted from the record's start. Kept in `slot` when it
    differs from the fill (so that what was read is written again; a `KEPT` slot without `value`; on writing
    an absent one, or one of another length than needed, means the fill), refused never."""

    to: int
    octet: int
    slot: int | None = None


Step = (
    Bits
    | Uint
    | Varint
    | FloatOctets
    | Take
    | Constant
    | Region
    | Loop
    | Branch
    | Kinds
    | When
    | Present
    | CallRecord
    | Fields
    | Tlv
    | TlvScalar
    | TlvOptional
    | TlvChoice
    | Token
    | Number
    | Quoted
    | Upto
    | Space
    | Line
    | Ahead
    | Repeat
    | Either
    | Through
    | Headers
    | Parameters
    | Parts
    | Transfer
    | Scalar
    | AnyNode
    | Items
    | Members
    | Object
    | Array
    | Tag
    | Wrap
    | Child
    | Domain
    | View
    | Verify
    | Check
    | Align
)
"""Every step; each back end has one row for each (a test fails on a missing one)."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered sentence of the specification. `condition` `None`: manual, a row of the conformance statement."""

    id: str
    level: str
    text: str
    refs: tuple[str, ...]
    error: str | None
    manual: bool
    span: Span = NOWHERE


@quickly_made
@dataclass(frozen=True, slots=True)
class Record:
    """One message, struct or lifted body with its plan.

    `name` is qualified (`ietf.stun.Attribute`; lifted: `ietf.stun.Attribute.message_integrity`); generic
    instances spell their arguments (`ietf.mls.Pair<u8,ietf.mls.Leaf>`). `origin`: the record needs the offset of the enclosing
    message's first octet (it holds a `Covered`, an `OctetAt` or a `Position` other than `remaining`, or calls one that does).
    """

    name: str
    kind: str
    """`message`, `struct` or `inline`."""
    encoding: str
    options: tuple[tuple[str, str | bool], ...]
    carrier: Carrier
    form: Form
    params: tuple[Param, ...]
    places: tuple[Place, ...]
    slots: tuple[Slot, ...]
    body: Block
    requirements: tuple[Requirement, ...] = ()
    limit_size: int | None = None
    limit_depth: int | None = None
    origin: bool = False
    deferred: bool = False
    """Whether it, or a record it calls, has a fix-up."""
    guarded: bool = False
    """Whether it, or a record it calls, may leave something *not verified*."""
    recursive: bool = False
    """Whether it can contain itself: executors count depth."""
    representations: tuple[Representation | None, ...] = ()
    """How each slot lies on the wire (`None`: it does not), for pages, exports and diff; plans do not read it."""
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE

    def slot(self, name: str) -> Slot:
        """Return the slot called `name`; raises `KeyError`."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        raise KeyError(name)

    def api(self) -> tuple[Slot, ...]:
        """Return the API members, in textual order."""
        return tuple(slot for slot in self.slots if slot.is_api)
