"""Values that tell the guards of one event apart: for each thing they compare, one of every kind that matters.

Guards compare things with literals and with each other. For integers the literals and their neighbours are enough (as many
to either side as there are things compared), for texts and octets the literals and as many others as there are things: what
guards of that form say of any values at all, they say of some of these. A guard of another form is not decided here, but for
a single integer of few values, which are all tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Enum

MOST = 40_000
"""Combinations of values that are tried for the guards of one event."""

SWEPT = 1024
"""Values of one integer that are all tried where a guard computes with it."""

LONGEST = 64
"""Octets or characters of a made-up value."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What guards compare: an expression without parts that matter, its shape where known, whether it may be missing."""

    expr: e.Expr
    shape: s.Shape | None
    nullable: bool = False

    @property
    def name(self) -> str:
        """Return what stands for it."""
        return spelled(self.expr)


def spelled(expr: e.Expr) -> str:
    """Return a thing as a text has it, shortened where it computes."""
    match expr:
        case e.LocalRef(name=name):
            return name
        case e.Attribute(base=base, name=name):
            return f"{spelled(base)}.{name}"
        case e.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(spelled(each) for each in arguments)})"
        case e.Literal(value=value):
            return repr(value) if isinstance(value, str | bytes) else str(value).lower()
        case _:
            return "…"


def leaves(guard: e.Expr) -> list[e.Expr]:
    """Return the things that a guard compares, each once."""
    found: dict[e.Expr, None] = {}
    waiting = [guard]
    while waiting:
        node = waiting.pop()
        match node:
            case e.Literal():
                continue
            case e.Binary() | e.InRanges() | e.Conditional() | e.Unary(op="not"):
                waiting += e.children(node)
            case e.Call(function="length", arguments=(e.LocalRef() | e.Attribute() as inner,)):
                found[inner] = None
            case _:
                found[node] = None
    return list(found)


def renamed(expr: e.Expr, names: Mapping[e.Expr, str]) -> e.Expr:
    """Return `expr` with each thing of `names` as a variable of that name."""
    if expr in names:
        return e.LocalRef(names[expr], getattr(expr, "kind", e.Kind.ANY))
    match expr:
        case e.Binary(left=left, right=right):
            return replace(expr, left=renamed(left, names), right=renamed(right, names))
        case e.Unary(operand=operand) | e.InRanges(operand=operand):
            return replace(expr, operand=renamed(operand, names))
        case e.Conditional(test=test, yes=yes, no=no):
            return replace(expr, test=renamed(test, names), yes=renamed(yes, names), no=renamed(no, names))
        case e.Call(arguments=arguments):
            return replace(expr, arguments=tuple(renamed(each, names) for each in arguments))
        case _:
            return expr


def is_plain(guard: e.Expr) -> bool:
    """Whether a guard only compares, so that samples decide it."""
    arithmetic = False
    for node in e.walk(guard):
        match node:
            case e.Binary(op="+" | "-", right=e.Literal()):
                continue
            case e.Binary(op="and" | "or" | "==" | "!=" | "<" | "<=" | ">" | ">="):
                continue
            case e.Binary():
                arithmetic = True
            case _:
                continue
    return not arithmetic


def assignments(
    things: Sequence[Thing], guards: Sequence[e.Expr], enums: Mapping[str, Enum]
) -> Iterator[tuple[Any, ...]] | None:
    """Return the combinations of values to try, `None` where they would be too many or would not decide.

    In `guards` things are variables `#0`, `#1` … in the order of `things`.
    """
    swept = not all(is_plain(guard) for guard in guards)
    groups = compared_together(len(things), guards)
    columns = []
    for place, thing in enumerate(things):
        members, literals = groups[place]
        sizes = sorted({_least(things[each].shape) for each in members} - {0})
        columns.append(
            _values(thing, place, sorted(literals, key=repr), len(members), enums, swept, guards, sizes)
        )
    if any(column is None for column in columns):
        return None
    count = 1
    for column in columns:
        count *= len(column or ())
    return product(*(column or () for column in columns)) if count <= MOST else None


def compared_together(count: int, guards: Sequence[e.Expr]) -> list[tuple[set[int], set[Any]]]:
    """Return for each thing all that it is compared with, over how many corners so ever: things and literals."""
    groups: list[tuple[set[int], set[Any]]] = [({place}, set()) for place in range(count)]
    for comparison in (node for guard in guards for node in e.walk(guard)):
        if not isinstance(comparison, e.InRanges) and not (
            isinstance(comparison, e.Binary) and comparison.op not in ("and", "or")
        ):
            continue
        below = e.walk(comparison)
        places = [int(n.name[1:]) for n in below if isinstance(n, e.LocalRef) and n.name[:1] == "#"]
        literals = {n.value for n in below if isinstance(n, e.Literal)}
        if isinstance(comparison, e.InRanges):
            literals |= {bound for pair in comparison.ranges for bound in pair}
        for place in places:
            mine, other = groups[places[0]], groups[place]
            if mine is not other:
                mine[0].update(other[0])
                mine[1].update(other[1])
                for each in other[0]:
                    groups[each] = mine
            mine[1].update(literals)
    return groups


def _values(
    thing: Thing, place: int, literals: Sequence[Any], things: int, enums: Mapping[str, Enum], swept: bool,
    guards: Sequence[e.Expr], sizes: Sequence[int],
) -> list[Any] | None:  # fmt: skip
    lengths = [*_measured(f"#{place}", guards), *sizes]
    shape = thing.shape.inner if isinstance(thing.shape, s.Nullable) else thing.shape
    found = _of_shape(shape, thing, literals, things, enums, swept, lengths)
    if found is not None and (thing.nullable or isinstance(thing.shape, s.Nullable)):
        found = [*found, None]
    return found


def _least(shape: s.Shape | None) -> int:
    """Return the length that values of a text or of octets are made of: what is compared with them may be as long."""
    shape = shape.inner if isinstance(shape, s.Nullable) else shape
    if not isinstance(shape, s.Text | s.Octets):
        return 0
    return _sizes(shape.minimum, shape.maximum, [])[0]


def _of_shape(
    shape: s.Shape | None, thing: Thing, literals: Sequence[Any], things: int, enums: Mapping[str, Enum],
    swept: bool, lengths: Sequence[int],
) -> list[Any] | None:  # fmt: skip
    kind = getattr(thing.expr, "kind", e.Kind.ANY)
    match shape:
        case s.Boolean():
            return [False, True]
        case s.Integer(minimum=low, maximum=high):
            return _integers(low, high, literals, things, swept)
        case s.Enumeration(name=name) if name in enums:
            return _members(enums[name], literals, things)
        case s.Text(minimum=low, maximum=high):
            return _texts(literals, things, low, high, lengths)
        case s.Octets(minimum=low, maximum=high):
            return _octets(literals, things, low, high, lengths)
    if swept:
        return None
    match kind:
        case e.Kind.BOOL:
            return [False, True]
        case e.Kind.INT:
            return _integers(None, None, literals, things, swept)
        case e.Kind.TEXT:
            return _texts(literals, things, 0, None, lengths)
        case e.Kind.BYTES:
            return _octets(literals, things, 0, None, lengths)
        case _:
            return None


def _integers(
    low: int | None, high: int | None, literals: Sequence[Any], things: int, swept: bool
) -> list[Any] | None:
    if swept:
        if low is None or high is None or high - low >= SWEPT or things > 1:
            return None
        return list(range(low, high + 1))
    near = {0, *(each for each in literals if type(each) is int)}
    found = {each + off for each in near for off in range(-things, things + 1)}
    return sorted(each for each in found if (low is None or each >= low) and (high is None or each <= high))


def _members(enum: Enum, literals: Sequence[Any], things: int) -> list[Any] | None:
    listed: set[Any] = set()
    for member in enum.members:
        listed |= {member.low, member.high}
    if enum.open and enum.text:
        return sorted(listed) + _texts([], things, 1, None, [])
    if enum.open:
        low, high = enum.limits
        near = [*literals, *listed]
        return _integers(low, high, near, things, False)
    return sorted(listed)


def _measured(name: str, guards: Sequence[e.Expr]) -> list[int]:
    """Return the lengths that matter where guards ask for the length of a thing; none where they do not."""
    nodes = [node for guard in guards for node in e.walk(guard)]
    measures = [n for n in nodes if isinstance(n, e.Binary) and _measures(n.left, name)]
    if not measures and not any(_measures(n, name) for n in nodes):
        return []
    sizes = {
        0,
        1,
        *(n.right.value for n in measures if isinstance(n.right, e.Literal) and type(n.right.value) is int),
    }
    return sorted({size + off for size in sizes for off in (-1, 0, 1) if size + off >= 0})


def _measures(node: e.Expr, name: str) -> bool:
    """Whether `node` is the length of thing `name`."""
    return (
        isinstance(node, e.Call)
        and node.function == "length"
        and any(isinstance(each, e.LocalRef) and each.name == name for each in node.arguments)
    )


def _texts(
    literals: Sequence[Any], things: int, low: int, high: int | None, lengths: Sequence[int]
) -> list[Any]:
    found = [each for each in dict.fromkeys(literals) if isinstance(each, str)]
    sizes = _sizes(low, high, lengths)
    made = [chr(97 + turn % 26) * size for turn in range(things) for size in sizes]
    return list(dict.fromkeys(found + made))


def _octets(
    literals: Sequence[Any], things: int, low: int, high: int | None, lengths: Sequence[int]
) -> list[Any]:
    found = [each for each in dict.fromkeys(literals) if isinstance(each, bytes)]
    sizes = _sizes(low, high, lengths)
    made = [bytes([161 + turn % 80]) * size for turn in range(things) for size in sizes]
    return list(dict.fromkeys(found + made))


def _sizes(low: int, high: int | None, lengths: Sequence[int]) -> list[int]:
    """Return lengths to make values of: those that matter, and the least that leaves room to differ."""
    wanted = {min(max(low, 1), LONGEST if high is None else max(high, 1)), *lengths}
    return [size for size in sorted(wanted) if size >= low and (high is None or size <= high)] or [low]
