"""Lists of plain integers, which a decoder reads at once."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.python.code import Assign, Body, If, Line, Place, Test, code_octets, sliced
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_extents import size_bounds
from art7.codegen.python.decode_names import Frame, difference
from art7.codegen.python.decode_numbers import read_varint
from art7.codegen.python.integers import codes_of
from art7.grammar.ir import plan as p

LISTED = 64
"""Item counts up to which unpackers of integer lists are prebuilt."""


def plain_list(body: p.Block) -> p.Loop | None:
    """Return the loop of a region that is nothing but a list of plain integers."""
    if len(body.steps) != 1 or not isinstance(body.steps[0], p.Loop):
        return None
    loop = body.steps[0]
    return loop if batch_code(loop) is not None and loop.count is None else None


def batch_code(loop: p.Loop) -> str | None:
    """Return the `struct` code of a list's items when they are plain integers of one size."""
    if len(loop.body.steps) != 1 or loop.skip is not None or loop.until is not None:
        return None
    step = loop.body.steps[0]
    if (
        not isinstance(step, p.Uint)
        or step.boolean
        or step.slot != loop.item
        or (step.little and step.octets > 1)
    ):
        return None
    codes = codes_of(step.octets, step.little, step.signed)
    return codes[0] if len(codes) == 1 and not codes[0].endswith("s") else None


def is_unbounded(frame: Frame, step: p.Region, loop: p.Loop) -> bool:
    """Whether a region has a variable-length size and a list of integers of two octets or more, without bounds."""
    where, item = step.extent, loop.body.steps[0]
    assert isinstance(item, p.Uint)
    return (
        isinstance(where, p.Prefixed)
        and where.form != "uint"
        and item.octets > 1
        and not (step.minimum or loop.minimum or loop.maximum is not None)
        and (step.maximum is None or step.maximum >= (size_bounds(where, frame)[1] or 1 << 64))
        and step.slot not in frame.facts.spans
        and step.slot not in frame.facts.starts
    )


def read_list(emitter: BlockEmitter, frame: Frame, step: p.Region, loop: p.Loop) -> None:
    """Emit a list of integers: the short one, whose size is one octet, apart from all others."""
    item, code = loop.body.steps[0], batch_code(loop)
    assert isinstance(step.extent, p.Prefixed) and isinstance(item, p.Uint) and code is not None
    outer, shift = emitter.cursor_state, item.octets.bit_length() - 1
    odd, count, end = f"k & {item.octets - 1}", f"k >> {shift}", Assign(["e"], "o + k", pure=False)
    read_varint(emitter, step.extent.form, "k")
    longer = emitter.out.pop()
    target = emitter.target(frame, loop.slot)
    short = f"[*{_unpackers(emitter, code)}[{count}]({emitter.data}, o)] if k else []"
    general = _unpack_octets(emitter, code, "k", count, "o")
    few: Body = [end, _listed(target, short)]
    many: Body = [longer, replace(end), Test(odd), _listed(target, general)]
    limit = 64 if step.extent.form in ("quic", "mls") else 128
    emitter.out.append(If([(f"k < {limit} and not {odd}", few)], many))
    if target is not None:
        emitter.stored(frame, loop.slot, target)
    emitter.cursor_state = Cursor(Place("e"), outer.end, True, outer.whole, outer.least)


def _listed(target: str | None, value: str) -> Assign | Line:
    return Line(value) if target is None else Assign([target], value, pure=False)


def unpack_list(emitter: BlockEmitter, code: str, count: str, at: str, most: int | None = None) -> str:
    """Return text for the list of `count` integers (at most `most`) at a place."""
    scope = emitter.scope
    struct = scope.standard("struct")
    if count.isdigit():
        return f"[*{scope.unpack(f'{count}{code}' if count != '0' else '0B')}({emitter.data}, {at})]"
    table = _unpackers(emitter, code)
    few = f"{table}[{count}]({emitter.data}, {at})"
    if most is not None and most < LISTED:
        return f"[*{few}]"
    many = f'{struct}.unpack_from(f">{{{count}}}{code}", {emitter.data}, {at})'
    return f"[*({few} if {count} < {LISTED} else {many})]"


def _unpack_octets(emitter: BlockEmitter, code: str, octets: str, count: str, at: str) -> str:
    """Return text for the list of integers in so many octets: none, few, or many."""
    table = _unpackers(emitter, code)
    struct = emitter.scope.standard("struct")
    most = LISTED * code_octets(code)
    few = f"[*{table}[{count}]({emitter.data}, {at})]"
    many = f'[*{struct}.unpack_from(f">{{{count}}}{code}", {emitter.data}, {at})]'
    return f"({few} if {octets} < {most} else {many}) if {octets} else []"


def _unpackers(emitter: BlockEmitter, code: str) -> str:
    return emitter.scope.constant(
        f"_lists_of_{code}", f'[struct.Struct(f">{{i}}{code}").unpack_from for i in range({LISTED})]'
    )


def read_batch(
    emitter: BlockEmitter,
    frame: Frame,
    loop: p.Loop,
    begin: Place,
    end: str,
    fixed: int | None,
    known: str = "",
) -> None:
    """Read a list of plain integers that fills its region."""
    step = loop.body.steps[0]
    assert isinstance(step, p.Uint)
    code = batch_code(loop)
    assert code is not None
    count = emitter.fresh("count")
    length = known or _distance(end, begin)
    if step.octets == 1 and code == "B":
        emitter.out.append(Assign([count], length))
        value = f"[*{sliced(emitter.data, str(begin), end)}]"
    else:
        size = step.octets
        octets = length
        if not octets.isidentifier():
            octets = emitter.fresh("octets")
            emitter.out.append(Assign([octets], length))
        emitter.out.append(Test(f"{octets} & {size - 1}"))
        whole = f"{octets} >> {size.bit_length() - 1}"
        if loop.minimum or loop.maximum is not None:
            emitter.out.append(Assign([count], whole))
            value = unpack_list(emitter, code, count, str(begin))
        else:
            value = _unpack_octets(emitter, code, octets, whole, str(begin))
    test_count(emitter, loop, count)
    fill_list(emitter, frame, loop, value)


def fill_list(emitter: BlockEmitter, frame: Frame, loop: p.Loop, value: str) -> None:
    """Store a list."""
    target = emitter.target(frame, loop.slot)
    if target is None:
        emitter.out.append(Line(value))
        return
    emitter.out.append(Assign([target], value, pure=False))
    emitter.stored(frame, loop.slot, target)


def test_count(emitter: BlockEmitter, loop: p.Loop, count: str) -> None:
    """Test the bounds of how many items a list has."""
    if loop.minimum:
        emitter.out.append(Test(f"{count} < {loop.minimum}"))
    if loop.maximum is not None:
        emitter.out.append(Test(f"{count} > {loop.maximum}"))


def _distance(end: str, begin: Place) -> str:
    return difference(end, str(begin)).text
