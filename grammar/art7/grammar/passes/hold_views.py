"""Views are held to their types: a test behind each view, except where bounds of what it is made of prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.intervals import Interval, interval
from art7.grammar.passes import simplify
from art7.grammar.passes.check_arms import merged
from art7.grammar.passes.drafts import Draft, Ranges
from art7.grammar.passes.kinds import bare

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What a record's slots and parameters hold, while it is being lowered."""

    slots: list[Draft]
    params: list[p.Param]


def held(record: RecordLowering, draft: Draft, on_writing: bool, at: int | None) -> p.Check | None:
    """Return the test that a view has a value of its type; `None` where that is proved, or nothing is bounded."""
    value = draft.value
    if value is None:
        return None
    view = e.SlotRef(draft.index, record.module.kind(draft.shape))
    tested = _test(record, draft, view, value)
    if tested is None:
        return None
    condition, fault = tested
    if draft.optional or isinstance(draft.shape, s.Nullable) or _may_be_absent(value, record):
        absent = e.Binary("==", view, Literal(None, Kind.NULL), Kind.BOOL)
        condition = simplify.binary("or", absent, condition, Kind.BOOL)
    return p.Check(condition, fault, "must", at, on_writing)


def _test(record: RecordLowering, draft: Draft, view: e.SlotRef, value: Expr) -> tuple[Expr, p.Fault] | None:
    """Return the condition, and what breaking it is called."""
    bounds = _Bounds(record.drafts, record.params)
    shape = bare(draft.shape)
    match shape:
        case s.Integer(minimum=low, maximum=high):
            if _within(interval(value, bounds), low, high):
                return None
            message = f"`{draft.name}` is within {low}..{high}"
            return e.InRanges(view, ((low, high),)), p.Fault("out_of_range", None, None, message)
        case s.Enumeration(name=name):
            return _named(record, draft, view, interval(value, bounds), name)
        case s.Octets(minimum=low, maximum=high) | s.Text(minimum=low, maximum=high) if (
            low or high is not None
        ):
            return _sized(record, draft, view, value, low, high)
        case _:
            return None


def _within(found: Interval, low: int, high: int) -> bool:
    return found[0] is not None and found[1] is not None and low <= found[0] and found[1] <= high


def _named(
    record: RecordLowering, draft: Draft, view: e.SlotRef, found: Interval, name: str
) -> tuple[Expr, p.Fault] | None:
    """A view of an enum holds a value that fits its width or, when the enum is closed, one that it names."""
    enum = record.module.enum(name)
    if enum is None or (enum.text and enum.open):
        return None
    if enum.open:
        low, high = enum.limits
        if _within(found, low, high):
            return None
        fault = p.Fault("out_of_range", None, None, f"`{draft.name}` is within {low}..{high}")
        return e.InRanges(view, ((low, high),)), fault
    ranges: Ranges = tuple(e.bounds(member.low, member.high) for member in enum.members)
    if not enum.text:
        ranges = tuple(merged(ranges))
    values = _outcomes(draft.value)
    if values and all(any(e.lies_in(x, range_) for range_ in ranges) for x in values):
        return None
    if any(
        isinstance(low, int) and isinstance(high, int) and _within(found, low, high) for low, high in ranges
    ):
        return None
    fault = p.Fault("unknown_value", None, None, f"`{draft.name}` is named by `{name}`")
    return e.InRanges(view, ranges), fault


def _outcomes(expr: Expr | None) -> list[int | str]:
    """Return every value of a choice between constants, nothing for anything else."""
    match expr:
        case Literal(value=int() | str() as value):
            return [value]
        case e.Conditional(yes=yes, no=no):
            a, b = _outcomes(yes), _outcomes(no)
            return [*a, *b] if a and b else []
        case _:
            return []


def _sized(
    record: RecordLowering, draft: Draft, view: e.SlotRef, value: Expr, low: int, high: int | None
) -> tuple[Expr, p.Fault] | None:
    """A view of octets or a text has as many as its type allows."""
    text = isinstance(bare(draft.shape), s.Text)
    found = _length(value, record, text)
    if (
        found[0] is not None
        and found[0] >= low
        and (high is None or (found[1] is not None and found[1] <= high))
    ):
        return None
    measured: Expr = view
    if text and not record.on_tree:
        measured = e.Call("utf8", (view,), Kind.BYTES)
    length = e.Call("length", (measured,), Kind.INT)
    what = "characters" if text and record.on_tree else "octets"
    if high is None:
        condition: Expr = e.Binary(">=", length, Literal(low, Kind.INT), Kind.BOOL)
        return condition, p.Fault("too_short", None, None, f"`{draft.name}` has at least {low} {what}")
    fault = p.Fault("out_of_range", None, None, f"`{draft.name}` has {low} to {high} {what}")
    return e.InRanges(length, ((low, high),)), fault


def _length(expr: Expr, record: RecordLowering, text: bool) -> Interval:
    """Return bounds of the length of octets or of a text."""
    match expr:
        case Literal(value=bytes(value)):
            return len(value), len(value)
        case Literal(value=str(value)):
            size = len(value) if record.on_tree else len(value.encode("utf-8", "surrogatepass"))
            return size, size
        case e.SlotRef(index=index) | e.ParamRef(index=index):
            slot = record.drafts[index] if isinstance(expr, e.SlotRef) else record.params[index]
            shape = bare(slot.shape)
            if isinstance(shape, s.Text if text else s.Octets):
                return shape.minimum, shape.maximum
            return 0, None
        case e.Conditional(yes=yes, no=no):
            (a, b), (c, d) = _length(yes, record, text), _length(no, record, text)
            return min(a or 0, c or 0), None if b is None or d is None else max(b, d)
        case e.Binary(op="^", left=left, right=right):
            (a, b), (c, d) = _length(left, record, text), _length(right, record, text)
            return max(a or 0, c or 0), min((x for x in (b, d) if x is not None), default=None)
        case e.Binary(op="++", left=left, right=right):
            (a, b), (c, d) = _length(left, record, text), _length(right, record, text)
            return (a or 0) + (c or 0), None if b is None or d is None else b + d
        case e.Call(function="first" | "last" | "zeros", arguments=(*_, count)):
            low, high = interval(count, _Bounds(record.drafts, record.params))
            return max(low or 0, 0), high
        case _:
            return 0, None


def _may_be_absent(expr: Expr, record: RecordLowering) -> bool:
    """Whether an expression may have no value: operators have one, members need not."""
    match expr:
        case e.SlotRef(index=index):
            return record.drafts[index].optional or isinstance(record.drafts[index].shape, s.Nullable)
        case e.ParamRef(index=index):
            param = record.params[index]
            return param.nullable or param.implicit or isinstance(param.shape, s.Nullable)
        case e.Conditional(yes=yes, no=no):
            return _may_be_absent(yes, record) or _may_be_absent(no, record)
        case Literal(value=value):
            return value is None
        case e.Binary() | e.Unary() | e.Measure() | e.Position() | e.OctetAt() | e.InRanges() | e.Call():
            return False
        case _:
            return True
