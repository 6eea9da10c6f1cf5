"""The syntax tree: one frozen dataclass for each construct of the language, nothing resolved.

A tree says what was written, in the order it was written; it may be wrong in every way that does not stop
it from being read. Names are `Name` and `QName` with their place, types and references are not looked up,
numbers are not checked against widths. `span` is the text of the whole construct and takes no part in
comparison, so that two trees are equal when they say the same thing.

Every docstring opens with the source form of its construct; `[x]` is optional, `x*` repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from art7.grammar.diagnostics import Span
from art7.grammar.ir.quick import quickly_made


@dataclass(frozen=True, slots=True)
class Node:
    """What every construct has: its place."""

    span: Span = field(compare=False, repr=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class Name(Node):
    """``word`` or ``` `word` ```: an identifier; back-quotes (not kept) free it from being a keyword."""

    text: str


@quickly_made
@dataclass(frozen=True, slots=True)
class QName(Node):
    """``name.name*``: a possibly qualified name."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The name as written, parts joined by dots."""
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """``ref RFC8489#14.2``: a citation of a standard, with its section where one is given."""

    document: str
    section: str | None = None

    @property
    def text(self) -> str:
        """The citation as written, without the word `ref`."""
        return self.document if self.section is None else f"{self.document}#{self.section}"


@dataclass(frozen=True, slots=True)
class Meta:
    """``"prose"* ref REF*``: documentation and citations of the construct they follow.

    Several strings are one text, joined by a space. `doc` is empty when nothing was written.
    """

    doc: str = ""
    refs: tuple[Ref, ...] = ()


NO_META = Meta()


# ---- expressions ------------------------------------------------------------------------------------------


@quickly_made
@dataclass(frozen=True, slots=True)
class Int(Node):
    """``12``, ``0x1F``, ``0b101``: an integer; `text` keeps the spelling."""

    value: int
    text: str = field(compare=False, default="")
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Version(Node):
    """``1.7`` or ``1.7.2``: a version number, as written."""

    text: str
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """``250ms``, ``60s``, ``5min``, ``24h``, ``30d``: a length of time."""

    milliseconds: int
    text: str = field(compare=False, default="")
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Chars(Node):
    r"""``'data'``: characters on the wire, with the escapes ``\r \n \t \0 \\ \' \xHH \u{H…}`` resolved."""

    value: str
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Hex(Node):
    """``x'80 60'``: octets; white space inside means nothing."""

    value: bytes
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Bool(Node):
    """``true`` or ``false``."""

    value: bool
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Null(Node):
    """``null``."""

    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class NameRef(Node):
    """``name``: a word used as a value (field, parameter, constant, enum, function; not looked up)."""

    name: str
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Attr(Node):
    """``base.name``."""

    base: Expr
    name: Name
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``base[index]``."""

    base: Expr
    index: Expr
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """``value`` or ``label: value``, in calls, encodings, tags and type parameters."""

    label: Name | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(args)``."""

    function: Expr
    args: tuple[Argument, ...]
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``-x``, ``~x``, ``not x``."""

    op: str
    operand: Expr
    height: int = field(compare=False, repr=False, default=1)


@quickly_made
@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left op right`` with op one of ``or and == != < <= > >= | & ^ << >> + - ++ * / %``."""

    op: str
    left: Expr
    right: Expr
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class MemberOf(Node):
    """``value in low..high``, both ends included, or ``value in list`` (then `high` is None)."""

    value: Expr
    low: Expr
    high: Expr | None
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``if test then value else otherwise``."""

    test: Expr
    value: Expr
    otherwise: Expr
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``every name in source satisfies (body)``, or ``some …``."""

    kind: Literal["every", "some"]
    name: Name
    source: Expr
    body: Expr
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class ListExpr(Node):
    """``[a, b]``."""

    items: tuple[Expr, ...]
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Pair(Node):
    """``name: value`` or ``'name': value`` inside a record."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Record(Node):
    """``{ name: value, … }``."""

    pairs: tuple[Pair, ...]
    height: int = field(compare=False, repr=False, default=1)


Expr: TypeAlias = (
    Int
    | Version
    | Duration
    | Chars
    | Hex
    | Bool
    | Null
    | NameRef
    | Attr
    | Index
    | Call
    | Unary
    | Binary
    | MemberOf
    | Conditional
    | Quantified
    | ListExpr
    | Record
)


# ---- extents ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Natural(Node):
    """``[]`` or ``[max n]``: the vector that the encoding itself delimits."""

    max: Expr | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Count(Node):
    """``[n]``, ``[low..high]`` or ``[low..]``: how many elements; ``[n]`` has `ranged` false."""

    low: Expr
    high: Expr | None = None
    ranged: bool = False
    max: Expr | None = None


@dataclass(frozen=True, slots=True)
class AtMost(Node):
    """``[..high]``: no more than so many elements."""

    high: Expr
    max: Expr | None = None


@dataclass(frozen=True, slots=True)
class Octets(Node):
    """``[size n]``, ``[size low..high]``, ``[size ..high]``: how many octets the elements fill together.

    ``[size n]`` has `ranged` false; an end that was not written is None.
    """

    low: Expr | None
    high: Expr | None = None
    ranged: bool = False
    max: Expr | None = None


@dataclass(frozen=True, slots=True)
class Prefix(Node):
    """``[prefix u16]``: the elements follow their own length in octets, of the named type."""

    type: Type
    max: Expr | None = None


@dataclass(frozen=True, slots=True)
class Until(Node):
    """``[until '\\r\\n']``: elements up to and with the terminator."""

    terminator: Expr
    max: Expr | None = None


@dataclass(frozen=True, slots=True)
class Rest(Node):
    """``[rest]`` or ``[rest skip 0 to 4]``: elements to the end of what encloses them.

    `skip`: an octet of that value where an element could begin is padding; written up to a multiple of `to`.
    """

    max: Expr | None = None
    skip: Int | None = None
    to: Int | None = None


Extent: TypeAlias = Natural | Count | AtMost | Octets | Prefix | Until | Rest


# ---- types ------------------------------------------------------------------------------------------------


@quickly_made
@dataclass(frozen=True, slots=True)
class Named(Node):
    """``name[<type, …>][(args)][{ members }]``: a type by name, e.g. ``Pair<u8, Leaf>(key: key)``.

    `members` is None unless a body was written (``bitstring { … }``).
    """

    name: QName
    type_args: tuple[Type, ...] = ()
    args: tuple[Argument, ...] = ()
    members: tuple[Member, ...] | None = None
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Inline(Node):
    """``{ members }``: a record without a name of its own."""

    members: tuple[Member, ...]
    height: ClassVar[int] = 1


@quickly_made
@dataclass(frozen=True, slots=True)
class SelectType(Node):
    """``select value { arms }`` used as the type of a field."""

    value: Expr
    arms: tuple[Arm, ...]
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class LineType(Node):
    """``line { members }`` used as the type of a field."""

    members: tuple[Member, ...]
    height: ClassVar[int] = 1


@quickly_made
@dataclass(frozen=True, slots=True)
class Extended(Node):
    """``type[extent][extent]*``: many of a type; the last extent is the outermost."""

    base: Named | Inline | SelectType | LineType
    extents: tuple[Extent, ...]
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Variants(Node):
    """``type | type``: one of several, told apart by their form."""

    options: tuple[Type, ...]
    height: int = field(compare=False, repr=False, default=1)


Type: TypeAlias = Named | Inline | SelectType | LineType | Extended | Variants


# ---- clauses of a field -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value(Node):
    """``= expr``: computed when writing, verified when reading."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Default(Node):
    """``default expr``: what an absent field means."""

    value: Expr


@dataclass(frozen=True, slots=True)
class When(Node):
    """``when expr``: the field is there exactly if the condition holds."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class Within(Node):
    """``within expr``: the one value fills exactly so many octets."""

    octets: Expr


@dataclass(frozen=True, slots=True)
class Purpose(Node):
    """``for kdf.root``: the one purpose a key may serve."""

    purpose: QName


@dataclass(frozen=True, slots=True)
class Since(Node):
    """``since 1.7``: the version that brought the field."""

    version: str


@dataclass(frozen=True, slots=True)
class Lenient(Node):
    """``lenient``: written as stated, not verified when reading."""


@dataclass(frozen=True, slots=True)
class Deprecated(Node):
    """``deprecated``: readers accept it, writers should not write it."""


@dataclass(frozen=True, slots=True)
class DataTags(Node):
    """``data(personal: true, purpose: 'abuse-prevention', retention: 30d)``: its place in data law."""

    args: tuple[Argument, ...]


Clause: TypeAlias = Value | Default | When | Within | Purpose | Since | Lenient | Deprecated | DataTags


# ---- policies for what is unknown -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reject(Node):
    """``reject error``."""

    error: QName


@dataclass(frozen=True, slots=True)
class Ignore(Node):
    """``ignore``: read and dropped."""


@dataclass(frozen=True, slots=True)
class Preserve(Node):
    """``preserve``: kept as read and written again."""


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """``empty``: nothing is there."""


Policy: TypeAlias = Reject | Ignore | Preserve | Empty


# ---- rules ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Manual(Node):
    """``manual``: the condition of a requirement that no machine can decide."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Requirement(Node):
    """``must ID: condition [else error] meta*``; `should` and `may` likewise."""

    level: Literal["must", "should", "may"]
    id: Name
    condition: Expr | Manual
    error: QName | None = None
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Check(Node):
    """``check condition [else error] meta*``: a test without a requirement of its own."""

    condition: Expr
    error: QName | None = None
    meta: Meta = NO_META


# ---- members of a message ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberTag(Node):
    """``@3`` or ``@3(unpacked)``: a field number or an integer key; `form` is how a list of numbers is written."""

    number: int
    form: Name | None = None


@dataclass(frozen=True, slots=True)
class CharsTag(Node):
    """``@'m.relates_to'``: a key spelled otherwise than the field."""

    value: str


@dataclass(frozen=True, slots=True)
class NamedTag(Node):
    """``@attr``, ``@explicit(0)``, ``@element('origin-id', ns: 'urn:…')``."""

    name: Name
    args: tuple[Argument, ...] = ()


Tag: TypeAlias = NumberTag | CharsTag | NamedTag


@quickly_made
@dataclass(frozen=True, slots=True)
class Field(Node):
    """``name [tag][?]: type clause* meta*``; clauses in the order written."""

    name: Name
    tag: Tag | None
    optional: bool
    type: Type
    clauses: tuple[Clause, ...] = ()
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class LiteralMember(Node):
    """``'a='`` or ``x'0D0A'`` as a member: fixed characters or octets."""

    value: str | bytes


@dataclass(frozen=True, slots=True)
class LineMember(Node):
    """``line { members }``: the members, then the end of the line."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class NameCase(Node):
    """``priority`` or ``AttributeType.priority``: an enum member (or a constant)."""

    name: QName


@dataclass(frozen=True, slots=True)
class NumberCase(Node):
    """``0xBEDE``, ``-1`` or ``0x1000..0x100F``; `high` is None unless a range was written."""

    low: Int
    high: Int | None = None


@dataclass(frozen=True, slots=True)
class CharsCase(Node):
    """``'m.text'``."""

    value: str


@dataclass(frozen=True, slots=True)
class BoolCase(Node):
    """``true`` or ``false``."""

    value: bool


Case: TypeAlias = NameCase | NumberCase | CharsCase | BoolCase


@quickly_made
@dataclass(frozen=True, slots=True)
class Arm(Node):
    """``case, case => member``, ``… => { members }``, ``… => policy``; no cases means `otherwise`."""

    cases: tuple[Case, ...]
    target: Member | Inline | Policy


@dataclass(frozen=True, slots=True)
class Select(Node):
    """``select value { arms }`` as a member: the chosen arm's members take its place."""

    value: Expr
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Let(Node):
    """``let name: type = expr meta*``: a view, not on the wire."""

    name: Name
    type: Type
    value: Expr
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Align(Node):
    """``align 4 [fill expr]``: padding to a multiple of so many octets."""

    octets: Int
    fill: Expr | None = None


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """``limit size = 1500``, ``limit depth = 8``."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """``unknown preserve[max 100]``: what to do with members that the text does not name, and how many are kept."""

    policy: Policy
    most: Expr | None = None


Member: TypeAlias = (
    Field | LiteralMember | LineMember | Select | Let | Align | Limit | Unknown | Requirement | Check
)


# ---- declarations -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use(Node):
    """``use ietf.rtp [as rtp]``."""

    module: QName
    alias: Name | None = None


@dataclass(frozen=True, slots=True)
class Const(Node):
    """``const name: type = expr meta*``."""

    name: Name
    type: Type
    value: Expr
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class ErrorDecl(Node):
    """``bad_length = 202 meta*`` inside ``errors { … }``."""

    name: Name
    number: Int
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Errors(Node):
    """``errors { error_decl* }``."""

    items: tuple[ErrorDecl, ...]


@dataclass(frozen=True, slots=True)
class EnumItem(Node):
    """``name = value`` or ``name = low..high``, meta*; `high` is None unless a range was written."""

    name: Name
    low: Expr
    high: Expr | None = None
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Enum(Node):
    """``enum name: base [open|closed] meta* { enum_item* }``; `openness` is None when not written."""

    name: Name
    base: QName
    openness: Literal["open", "closed"] | None
    meta: Meta
    items: tuple[EnumItem, ...]


@dataclass(frozen=True, slots=True)
class Extend(Node):
    """``extend Enum { enum_item* }``."""

    enum: QName
    items: tuple[EnumItem, ...]


@dataclass(frozen=True, slots=True)
class Param(Node):
    """``name: type``."""

    name: Name
    type: Type


@dataclass(frozen=True, slots=True)
class Function(Node):
    """``function name(params) -> type = expr meta*``: pure, one expression."""

    name: Name
    params: tuple[Param, ...]
    result: Type
    value: Expr
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Encoding(Node):
    """``tls(vector: 'varint')``: after ``as``, or after ``encoding`` at the head of a module."""

    name: Name
    args: tuple[Argument, ...] = ()


@quickly_made
@dataclass(frozen=True, slots=True)
class Struct(Node):
    """``message|struct name[<A, B>][(params)] [as encoding] meta* { members }``.

    `encoding` is None when not written: the module's own then applies.
    """

    kind: Literal["message", "struct"]
    name: Name
    generics: tuple[Name, ...]
    params: tuple[Param, ...]
    encoding: Encoding | None
    meta: Meta
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Bind(Node):
    """``bind rtp.RtpPacket.payload to OpusPacket [when expr] meta*``."""

    place: QName
    type: QName
    condition: Expr | None = None
    meta: Meta = NO_META


# ---- text patterns ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CharsPattern(Node):
    """``'text'``, or ``'a'..'z'`` for one character of a range (then `high` is not None)."""

    low: str
    high: str | None = None
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class SubPattern(Node):
    """``Digits``: another token."""

    name: QName
    height: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    """``p?``, ``p*``, ``p+``, ``p{2}``, ``p{1,}``, ``p{1,5}``; `high` None means without end."""

    item: Pattern
    low: int
    high: int | None
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """``p q r``: one after the other; always two or more."""

    items: tuple[Pattern, ...]
    height: int = field(compare=False, repr=False, default=1)


@dataclass(frozen=True, slots=True)
class Alternatives(Node):
    """``p | q``: one of two or more."""

    options: tuple[Pattern, ...]
    height: int = field(compare=False, repr=False, default=1)


Pattern: TypeAlias = CharsPattern | SubPattern | Repeat | Sequence | Alternatives


@dataclass(frozen=True, slots=True)
class Token(Node):
    """``token name = pattern meta*``."""

    name: Name
    pattern: Pattern
    meta: Meta = NO_META


# ---- identity and resolution ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form(Node):
    """``pattern p``: how the identifier is written."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Canonical(Node):
    """``canonical expr``: its one normal form, from `value`."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Property(Node):
    """``property scope = 'global'``."""

    name: Name
    value: Expr


IdentityItem: TypeAlias = Form | Canonical | Property | Requirement | Check


@dataclass(frozen=True, slots=True)
class Identity(Node):
    """``identity name meta* { items }``."""

    name: Name
    meta: Meta
    items: tuple[IdentityItem, ...]


@dataclass(frozen=True, slots=True)
class Require(Node):
    """``require expr else error meta*``."""

    condition: Expr
    error: QName
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Route(Node):
    """``route name [when expr] => expr meta*``."""

    name: Name
    condition: Expr | None
    value: Expr
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Order(Node):
    """``order first``: which route wins."""

    name: Name


@dataclass(frozen=True, slots=True)
class Cache(Node):
    """``cache 24h``: how long an answer holds."""

    duration: Expr


@dataclass(frozen=True, slots=True)
class Otherwise(Node):
    """``otherwise error``: what no route means."""

    error: QName


ResolveItem: TypeAlias = Let | Require | Route | Order | Cache | Otherwise | Requirement | Check


@dataclass(frozen=True, slots=True)
class Resolve(Node):
    """``resolve name(params) -> type meta* { items }``."""

    name: Name
    params: tuple[Param, ...]
    result: QName
    meta: Meta
    items: tuple[ResolveItem, ...]


# ---- key schedules ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input(Node):
    """``input name: type clause*``."""

    name: Name
    type: Type
    clauses: tuple[Clause, ...] = ()
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Derive(Node):
    """``derive name: type = expr clause*``; the expression is the `Value` clause."""

    name: Name
    type: Type
    clauses: tuple[Clause, ...] = ()
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Split(Node):
    """``split expr into name: type, …``."""

    source: Expr
    parts: tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class Output(Node):
    """``output name, …``."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Erase(Node):
    """``erase name, …``."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Keep(Node):
    """``keep name, …``."""

    names: tuple[Name, ...]


ScheduleItem: TypeAlias = Input | Derive | Split | Output | Erase | Keep | Requirement | Check


@dataclass(frozen=True, slots=True)
class Schedule(Node):
    """``schedule name[(params)] meta* { items }``."""

    name: Name
    params: tuple[Param, ...]
    meta: Meta
    items: tuple[ScheduleItem, ...]


# ---- role protocols ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Roles(Node):
    """``roles caller, callee``."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Ordered(Node):
    """``ordered`` or ``unordered``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Lossy(Node):
    """``lossy``."""


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """``bound 4``: how many messages may be under way."""

    count: Int


@dataclass(frozen=True, slots=True)
class Carries(Node):
    """``carries Offer, Answer``."""

    messages: tuple[QName, ...]


ChannelProperty: TypeAlias = Ordered | Lossy | Bound | Carries


@dataclass(frozen=True, slots=True)
class Channel(Node):
    """``channel caller -> callee property*``, or ``<->`` for both ways."""

    sender: Name
    receiver: Name
    two_way: bool
    properties: tuple[ChannelProperty, ...] = ()


@dataclass(frozen=True, slots=True)
class Var(Node):
    """``var name: type [= expr]``."""

    name: Name
    type: Type
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Timer(Node):
    """``timer ring = 60s``."""

    name: Name
    duration: Expr


@dataclass(frozen=True, slots=True)
class Receive(Node):
    """``Answer, Busy from callee [as m]``."""

    messages: tuple[QName, ...]
    source: Name
    alias: Name | None = None


@dataclass(frozen=True, slots=True)
class TimeoutEvent(Node):
    """``timeout ring``."""

    timer: Name


@dataclass(frozen=True, slots=True)
class LocalEvent(Node):
    """``local dial[(params)]``: what the user or the program above does."""

    name: Name
    params: tuple[Param, ...] = ()


Event: TypeAlias = Receive | TimeoutEvent | LocalEvent


@dataclass(frozen=True, slots=True)
class Send(Node):
    """``send Offer(call: id) to callee``."""

    message: Named
    to: Name


@dataclass(frozen=True, slots=True)
class SetVar(Node):
    """``set call = id``."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class StartTimer(Node):
    """``start ring``."""

    timer: Name


@dataclass(frozen=True, slots=True)
class StopTimer(Node):
    """``stop ring``."""

    timer: Name


@dataclass(frozen=True, slots=True)
class Run(Node):
    """``run RatchetStep(root_key: k) [as step]``: a key schedule."""

    schedule: Named
    alias: Name | None = None


@dataclass(frozen=True, slots=True)
class RaiseError(Node):
    """``raise wrong_call``."""

    error: QName


Action: TypeAlias = Send | SetVar | StartTimer | StopTimer | Run | RaiseError | Check


@dataclass(frozen=True, slots=True)
class Transition(Node):
    """``on event [when expr] [=> State] [{ actions }] meta*``; no target means: stay."""

    event: Event
    condition: Expr | None
    target: Name | None
    actions: tuple[Action, ...]
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class IgnoreEvents(Node):
    """``ignore Answer, Busy [from callee]``."""

    messages: tuple[QName, ...]
    source: Name | None = None


@dataclass(frozen=True, slots=True)
class DeferEvents(Node):
    """``defer Answer, Busy [from callee]``."""

    messages: tuple[QName, ...]
    source: Name | None = None


StateItem: TypeAlias = Transition | IgnoreEvents | DeferEvents
StateKind: TypeAlias = Literal["start", "final", "hot"]


@dataclass(frozen=True, slots=True)
class State(Node):
    """``[start] [final] [hot] state name meta* [{ items }]``."""

    kinds: tuple[StateKind, ...]
    name: Name
    meta: Meta
    items: tuple[StateItem, ...] = ()


RoleItem: TypeAlias = Var | Timer | State | Requirement | Check


@dataclass(frozen=True, slots=True)
class Role(Node):
    """``role caller meta* { items }``."""

    name: Name
    meta: Meta
    items: tuple[RoleItem, ...]


@dataclass(frozen=True, slots=True)
class Sends(Node):
    """``caller -> callee: Offer``."""

    sender: Name
    receiver: Name
    message: QName


@dataclass(frozen=True, slots=True)
class Acts(Node):
    """``caller local dial[(args)]``."""

    role: Name
    event: Name
    args: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Expires(Node):
    """``caller timeout ring``."""

    role: Name
    timer: Name


@dataclass(frozen=True, slots=True)
class Expects(Node):
    """``bob expect inbox == 'hello'``: holds over the variables of the role."""

    role: Name
    condition: Expr


Step: TypeAlias = Sends | Acts | Expires | Expects


@dataclass(frozen=True, slots=True)
class Scenario(Node):
    """``scenario name meta* { steps }``."""

    name: Name
    meta: Meta
    steps: tuple[Step, ...]


ProtocolItem: TypeAlias = Roles | Channel | Role | Scenario | Requirement | Check


@dataclass(frozen=True, slots=True)
class Protocol(Node):
    """``protocol name meta* { items }``."""

    name: Name
    meta: Meta
    items: tuple[ProtocolItem, ...]


# ---- vectors ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accept(Node):
    """``accept [x'…' | '…'] [given { … }] [as { … }] meta*``.

    `data` is bytes for ``x'…'``, text for ``'…'`` and None where the target has no wire form (a schedule).
    `given` are parameters or inputs, `value` what decoding or deriving must give.
    """

    data: bytes | str | None
    given: Record | None
    value: Record | None
    meta: Meta = NO_META


@dataclass(frozen=True, slots=True)
class Refuse(Node):
    """``refuse [x'…' | '…'] [given { … }] [as { … }] with error meta*``.

    With `data` it is decoding that must fail; with `value` alone it is encoding.
    """

    data: bytes | str | None
    given: Record | None
    value: Record | None
    error: QName
    meta: Meta = NO_META


Vector: TypeAlias = Accept | Refuse


@dataclass(frozen=True, slots=True)
class Vectors(Node):
    """``vectors target { vector* }``."""

    target: QName
    vectors: tuple[Vector, ...]


# ---- the module -------------------------------------------------------------------------------------------

Item: TypeAlias = (
    Use
    | Const
    | Errors
    | Enum
    | Extend
    | Token
    | Function
    | Struct
    | Bind
    | Identity
    | Resolve
    | Schedule
    | Protocol
    | Vectors
    | Requirement
    | Check
)


@dataclass(frozen=True, slots=True)
class Module(Node):
    """``a7 1 module name version 1.0 meta* [encoding tls(…)] item*``.

    `encoding` is the default for structs without ``as``. Items keep their textual order.
    """

    language: int
    name: QName
    version: str
    meta: Meta
    encoding: Encoding | None
    items: tuple[Item, ...]
