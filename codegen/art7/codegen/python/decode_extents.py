"""Where content of a decoder lies, and octets and text taken from there."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Line, Place, Read, Test, sliced
from art7.codegen.python.cursor import Measured
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_numbers import read_integer, read_varint
from art7.codegen.python.decode_state import is_wanted, note_span, note_starts
from art7.codegen.python.expressions import OR, SUM, Code, expression
from art7.codegen.python.passes.assume import simplify, split_sum
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Expr, Kind, Literal, Measure, Position
from art7.grammar.ir.intervals import interval, is_natural


def simplified(frame: Frame, expr: Expr) -> Expr:
    """Return `expr` with what the branch knows, and with measures of earlier slots by their size."""
    known = dict(frame.known)
    for index, size in frame.sizes.items():
        known[Measure("octets", index, Kind.INT)] = size
        if not _is_text(frame.record.slots[index]):
            known[Measure("count", index, Kind.INT)] = size
    if not known:
        return expr
    return simplify(simplify(expr, known), known)


def _is_text(slot: p.Slot) -> bool:
    from art7.grammar.ir.shape import Octets

    return not isinstance(slot.shape, Octets)


def extent(emitter: BlockEmitter, frame: Frame, where: p.Extent, end: str) -> tuple[Place, str, int | None]:
    """Find where content lies; returns its first octet, the text of its end, and its size when constant.

    The end may lie past the region's: the cursor that goes there is loose.
    """
    if emitter.cursor.base == end and not (isinstance(where, p.Prefixed) and where.form != "uint"):
        end = "o"
    match where:
        case p.Rest():
            emitter.tighten()
            return emitter.cursor, emitter.end, None
        case p.Prefixed(form="uint", octets=octets, little=little):
            word = read_integer(emitter, octets, hint="k", little=little)
            begin = emitter.cursor
            emitter.out.append(Assign([end], _plus(begin, word), pure=_is_own(end)))
            return begin, end, None
        case p.Prefixed(form=form):
            word = "k"
            read_varint(emitter, form, word)
            emitter.out.append(Assign([end], f"o + {word}", pure=False))
            return Place("o"), end, None
        case p.Exact(size=size):
            return _exact(emitter, frame, simplified(frame, size), end)


def _plus(begin: Place, text: str) -> str:
    return text if str(begin) == "0" else f"{begin} + {text}"


def _exact(emitter: BlockEmitter, frame: Frame, size: Expr, end: str) -> tuple[Place, str, int | None]:
    if isinstance(size, Literal) and isinstance(size.value, int) and size.value >= 0:
        begin = emitter.cursor
        return begin, str(begin.moved(size.value)), size.value
    names = DecodeNames(emitter, frame)
    remaining = Position("remaining")
    if size == remaining:
        emitter.tighten()
        return emitter.cursor, emitter.end, None
    if (
        isinstance(size, Binary)
        and size.op == "-"
        and size.left == remaining
        and is_natural(size.right, frame.record)
    ):
        emitter.tighten()
        taken = expression(size.right, names)
        begin = emitter.cursor
        if not emitter.is_proved(frame, Binary("<=", size.right, remaining, Kind.BOOL)):
            emitter.out.append(
                Test(
                    f"{taken.at(SUM)} > {emitter.end} - {begin.base or begin.offset}"
                    if not (begin.base and begin.offset)
                    else f"{begin} + {taken.at(SUM + 1)} > {emitter.end}"
                )
            )
        emitter.out.append(Assign([end], f"{emitter.end} - {taken.at(SUM + 1)}", pure=False))
        return begin, end, None
    base, extra = split_sum(size)
    if extra > 0 and is_natural(base, frame.record) and not isinstance(base, Literal):
        code = expression(base, names)
        if not code.optional:
            begin = emitter.cursor
            emitter.out.append(Assign([end], _plus(begin.moved(extra), code.at(SUM)), pure=_is_own(end)))
            _measure(emitter, end, begin, code, extra)
            return begin, end, None
    code = expression(size, names)
    begin = emitter.cursor
    if code.optional:
        code = Code(f"{code.at(OR + 1)} or 0", OR)
    if not is_natural(size, frame.record):
        if not code.text.isidentifier():
            name = emitter.fresh("size")
            emitter.out.append(Assign([name], code.text))
            code = Code(name)
        emitter.out.append(Test(f"{code.text} < 0"))
    emitter.out.append(Assign([end], _plus(begin, code.at(SUM)), pure=_is_own(end)))
    _measure(emitter, end, begin, code, 0)
    return begin, end, None


def _is_own(end: str) -> bool:
    """Whether the variable of a region's end serves no other region."""
    return end not in ("e", "o")


def _measure(emitter: BlockEmitter, end: str, begin: Place, code: Code, extra: int) -> None:
    """Note the length of a region whose end has a variable of its own."""
    if _is_own(end) and code.text.isidentifier() and not code.optional:
        emitter.measured[end] = Measured(emitter.cursor_state.mark, begin, code.text, extra)


def _length(emitter: BlockEmitter, begin: Place, end: str) -> str:
    """Return the text of the octets from `begin`, where the cursor stands, to the variable `end`."""
    measured = emitter.measured.get(end)
    more = measured.from_place(begin, emitter.cursor_state.mark) if measured is not None else None
    if measured is not None and more == 0:
        return measured.length
    if begin.base and not begin.offset:
        return f"{end} - {begin.base}"
    return end if str(begin) == "0" else f"{end} - {f'({begin})' if begin.base else begin}"


def test_bounds(
    emitter: BlockEmitter,
    begin: Place,
    end: str,
    minimum: int,
    maximum: int | None,
    frame: Frame,
    where: p.Extent,
) -> None:
    """Test the bounds of a size, where the extent does not imply them."""
    low, high = size_bounds(where, frame)
    below = minimum > 0 and minimum > low
    above = maximum is not None and (high is None or maximum < high)
    if not below and not above:
        return
    length = _length(emitter, begin, end)
    if below and above:
        emitter.out.append(Test(f"not {minimum} <= {length} <= {maximum}"))
    elif below:
        emitter.out.append(Test(f"{length} < {minimum}"))
    else:
        emitter.out.append(Test(f"{length} > {maximum}"))


def size_bounds(where: p.Extent, frame: Frame) -> tuple[int, int | None]:
    """Return the fewest and the most octets an extent can have."""
    match where:
        case p.Prefixed(form="uint", octets=octets):
            return 0, (1 << 8 * octets) - 1
        case p.Prefixed(form="mls"):
            return 0, (1 << 30) - 1
        case p.Exact(size=size):
            low, high = interval(simplified(frame, size), frame.record)
            return max(low or 0, 0), high
        case _:
            return 0, None


def take(emitter: BlockEmitter, frame: Frame, step: p.Take) -> None:
    """Take octets or text."""
    note_starts(emitter, frame, [(step.slot, 0)])
    size = simplified(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    if isinstance(size, Literal) and isinstance(size.value, int) and 0 <= size.value <= 4096:
        _take_fixed(emitter, frame, step, size.value)
        return
    if size is not None:
        frame.sizes[step.slot] = size
    begin, end, fixed = extent(emitter, frame, step.extent, "e")
    if fixed is None:
        test_bounds(emitter, begin, end, step.minimum, step.maximum, frame, step.extent)
    elif fixed < step.minimum or (step.maximum is not None and fixed > step.maximum):
        emitter.out.append(Test("True"))
    if is_wanted(frame, step.slot):
        first = "" if str(begin) == "0" else str(begin)
        # A slice to the end of the data needs no end.
        last = "" if emitter.cursor_state.whole and end == emitter.end else end
        value = sliced(emitter.data, first, last)
        _store_octets(emitter, frame, step, value)
    elif step.text:
        emitter.out.append(Line(f"{sliced(emitter.data, str(begin), end)}.decode()"))
    _arrive(emitter, end, rest=end == emitter.end, fixed=fixed, begin=begin)
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _arrive(emitter: BlockEmitter, end: str, *, rest: bool, fixed: int | None, begin: Place) -> None:
    """Put the cursor at the end of content."""
    state = emitter.cursor_state
    if rest:
        emitter.cursor_state = state.at(end, loose=False)
    elif fixed is not None:
        moved = begin.moved(fixed)
        emitter.cursor_state = state.at(moved.base, loose=True, offset=moved.offset)
    else:
        emitter.cursor_state = state.at(end, loose=True)


def _store_octets(emitter: BlockEmitter, frame: Frame, step: p.Take, value: str) -> None:
    if step.text:
        value = f"{value}.decode()"
    target = emitter.target(frame, step.slot)
    if target is None:
        emitter.out.append(Line(value))
        return
    emitter.out.append(Assign([target], value, pure=not step.text))
    emitter.stored(frame, step.slot, target)


def _take_fixed(emitter: BlockEmitter, frame: Frame, step: p.Take, octets: int) -> None:
    """A constant run of octets joins the unpack of its neighbours."""
    if octets < step.minimum or (step.maximum is not None and octets > step.maximum):
        emitter.out.append(Line("raise Refused"))
        return
    begin = emitter.cursor
    frame.sizes[step.slot] = Literal(octets, Kind.INT)
    if not step.text:
        target = emitter.target(frame, step.slot)
        emitter.out.append(Read(begin, [f"{octets}s"], [target]))
        emitter.move(octets)
        if target is not None:
            emitter.stored(frame, step.slot, target)
    else:
        word = emitter.fresh("octets")
        emitter.out.append(Read(begin, [f"{octets}s"], [word]))
        emitter.move(octets)
        if is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, Code(f"{word}.decode()"))
            if frame.values[step.slot].text == f"{word}.decode()":
                name = emitter.fresh(frame.members[step.slot])
                emitter.out.append(Assign([name], f"{word}.decode()", pure=False))
                frame.values[step.slot] = Code(name)
        else:
            emitter.out.append(Line(f"{word}.decode()"))
    note_span(emitter, frame, step.slot, begin, emitter.cursor)
