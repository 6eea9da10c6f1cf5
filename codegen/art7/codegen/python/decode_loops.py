"""Lists of other items in a decoder."""

from __future__ import annotations

from typing import Any

from art7.codegen.python.code import Assign, Body, For, If, Line, Place, Read, Test, While
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_extents import simplified
from art7.codegen.python.decode_lists import batch_code, fill_list, test_count, unpack_list
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_state import note_starts
from art7.codegen.python.expressions import OR, Code, expression, literal, negated
from art7.codegen.python.passes.assume import TRUE
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.rounds import Round, a_round, item_condition, later
from art7.codegen.python.shapes import annotation
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Literal, Position, Quantified, walk
from art7.grammar.ir.intervals import interval, is_natural
from art7.grammar.ir.shape import Sequence as SequenceShape


def loop(emitter: BlockEmitter, frame: Frame, step: p.Loop) -> None:
    """Emit a list."""
    note_starts(emitter, frame, [(step.slot, 0)])
    bound = ""
    if step.slot in frame.facts.spans and step.slot not in frame.spans:
        bound = emitter.keep("bound")
    if step.count is not None:
        _counted(emitter, frame, step)
    else:
        _until_end(emitter, frame, step)
    if bound:
        frame.spans[step.slot] = (bound, emitter.keep("bound"))


def _counted(emitter: BlockEmitter, frame: Frame, step: p.Loop) -> None:
    assert step.count is not None
    size = simplified(frame, step.count)
    code = expression(size, DecodeNames(emitter, frame))
    text = f"{code.at(OR + 1)} or 0" if code.optional else code.text
    natural = is_natural(size, frame.record)
    if isinstance(size, Literal) and isinstance(size.value, int):
        count = text
    elif text.isidentifier():
        count = text
    else:
        count = emitter.fresh("count")
        emitter.out.append(Assign([count], text))
    if not natural:
        emitter.out.append(Test(f"{count} < 0"))
    test_count(emitter, step, count)
    batch = batch_code(step)
    if batch is not None:
        item = step.body.steps[0]
        assert isinstance(item, p.Uint)
        begin = emitter.cursor
        most = step.maximum if step.maximum is not None else interval(size, frame.record)[1]
        value = unpack_list(emitter, batch, count, str(begin), most)
        # An empty list is the usual case where lists are counted by a field.
        value = value if count.isdigit() else f"{value} if {count} else []"
        fill_list(emitter, frame, step, value)
        stop = f"{begin} + {item.octets} * {count}" if item.octets > 1 else f"{begin} + {count}"
        if count.isdigit():
            emitter.move(item.octets * int(count))
        else:
            emitter.out.append(Assign(["o"], stop, pure=False))
            emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
        return
    items, target = open_list(emitter, frame, step.slot)
    emitter.settle()
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    index = _index_name(emitter, step)

    def body() -> None:
        hard = len(emitter.out)
        begin = emitter.fresh("item_start")
        emitter.out.append(Assign([begin], "o"))
        read_item(emitter, frame, step, items)
        if not any(isinstance(each, Read) for each in emitter.out[hard:]):
            emitter.out.append(Test(f"o > {emitter.end}"))
            # As every execution: a count alone must not make work.
            emitter.out.append(Test(f"o == {begin} and len({items}) > 65536"))
        else:
            emitter.out.pop(hard)

    emitter.out.append(For(index or "_", f"range({count})", emitter.nested(body)))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    _finish_list(emitter, frame, step, items, target)


def _index_name(emitter: BlockEmitter, step: p.Loop) -> str:
    wanted = any(
        isinstance(node, Position) and node.word == "index"
        for inner in _all_steps(step.body)
        for expr in _expressions(inner)
        for node in walk(expr)
    )
    if not wanted:
        return ""
    emitter.index = emitter.fresh("i")
    return emitter.index


def _all_steps(block: p.Block) -> list[Any]:
    from art7.codegen.python.record_facts import walk_steps

    return list(walk_steps(block))


def _expressions(step: Any) -> list[Expr]:
    found = []
    for name in ("condition", "on", "count", "expr"):
        value = getattr(step, name, None)
        if value is not None:
            found.append(value)
    size = getattr(getattr(step, "extent", None), "size", None)
    if size is not None:
        found.append(size)
    return [*found, *getattr(step, "arguments", ())]


def open_list(emitter: BlockEmitter, frame: Frame, slot: int) -> tuple[str, str | None]:
    """Make the empty list of a slot; returns its name, and where the slot's value goes."""
    target = emitter.target(frame, slot)
    items = target if target is not None and "." not in target else emitter.fresh(frame.members[slot])
    if items in frame.redirect.values():
        items = emitter.fresh(frame.members[slot])
    shape = annotation(frame.record.slots[slot].shape, emitter.scope)
    emitter.out.append(Assign([f"{items}: {shape}"], "[]", pure=False))
    return items, target


def _finish_list(emitter: BlockEmitter, frame: Frame, step: p.Loop, items: str, target: str | None) -> None:
    most = step.maximum if step.count is None else None
    store_list(emitter, frame, step.slot, items, target, step.minimum, most)


def store_list(
    emitter: BlockEmitter,
    frame: Frame,
    slot: int,
    items: str,
    target: str | None,
    minimum: int,
    maximum: int | None,
) -> None:
    """Test how many items a list has, and give it to its slot."""
    if minimum:
        emitter.out.append(Test(f"len({items}) < {minimum}"))
    if maximum is not None:
        emitter.out.append(Test(f"len({items}) > {maximum}"))
    if target is None:
        return
    if target != items:
        emitter.out.append(Assign([target], items))
    frame.values[slot] = Code(items)
    if target == items:
        emitter.stored(frame, slot, items)


def _until_end(emitter: BlockEmitter, frame: Frame, step: p.Loop) -> None:
    emitter.tighten()
    items, target = open_list(emitter, frame, step.slot)
    emitter.settle()
    # `o` is another in every round.
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    index = _index_name(emitter, step)
    if index:
        emitter.out.append(Assign([index], "0", pure=False))

    def body() -> None:
        if step.skip is not None:
            word = emitter.fresh("octet")
            emitter.out.append(Read(Place("o"), ["B"], [word]))
            passed: Body = [Line("o += 1"), Line("continue")]
            emitter.out.append(If([(f"not {word}" if step.skip == 0 else f"{word} == {step.skip}", passed)]))
            emitter.peeked = (Place("o"), word)
        begin = len(emitter.out)
        bounded = None if index else step.maximum is not None
        read_item(emitter, frame, step, items, bounded=bounded)
        if step.maximum is not None and not any(isinstance(each, Read) for each in emitter.out[begin:]):
            emitter.out.append(Test(f"len({items}) > {step.maximum}"))
        if index:
            emitter.out.append(Line(f"{index} += 1"))

    condition = f"o < {emitter.end}"
    if step.until is not None:
        mark = literal(step.until).text
        condition = f"{emitter.data}[o : o + {len(step.until)}] != {mark}"
        inner = body

        def body() -> None:
            emitter.out.append(Test(f"o >= {emitter.end}"))
            inner()

    emitter.out.append(While(condition, emitter.nested(body)))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    if step.until is not None:
        emitter.cursor_state = emitter.cursor_state.at("o", loose=True, offset=len(step.until))
    _finish_list(emitter, frame, step, items, target)


def read_item(
    emitter: BlockEmitter, frame: Frame, step: p.Loop | p.Repeat, items: str, *, bounded: bool | None = None
) -> None:
    """Emit one round: the item is read, rules over every item are tested, it is appended.

    `bounded`: what `Round` wants to know where arms may end the round.
    """
    outer = {index: frame.values.pop(index) for index in _inner_slots(step) if index in frame.values}
    redirects, level, known = dict(frame.redirect), frame.level, frame.known
    frame.known, frame.proved = dict(known), {}
    frame.level = emitter.level
    for index in [step.item, *_inner_slots(step)]:
        frame.redirect.pop(index, None)
    before = len(emitter.inlined)
    frame.extra.add(step.item)

    def leave() -> None:
        value = frame.values.get(step.item, literal(None))
        inner = list(emitter.inlined.values())[-1] if len(emitter.inlined) > before else None
        for check in emitter.sunk.pop(id(step), []):
            _sunk_check(emitter, frame, check, value, inner)
        emitter.out.append(Line(f"{items}.append({value.text})"))
        emitter.settle()

    made = None if bounded is None else Round(emitter.level, emitter.out, bounded, len(emitter.constants))
    with a_round(emitter, made), later(emitter, frame, leave):
        emitter.block(frame, step.body)
        leave()
    frame.level, frame.redirect, frame.known, frame.proved = level, redirects, known, {}
    for index in _inner_slots(step):
        frame.values.pop(index, None)
    frame.values.update(outer)
    for owner, condition in emitter.settled:
        owner.known[condition] = TRUE
    emitter.settled.clear()


def _inner_slots(step: p.Loop | p.Repeat) -> list[int]:
    return filled_slots(step.body)


def _sunk_check(
    emitter: BlockEmitter, frame: Frame, check: p.Check, value: Code, inner: Frame | None
) -> None:
    condition = check.condition
    assert isinstance(condition, Quantified)
    names = DecodeNames(emitter, frame)
    item = inner if inner is not None and inner.target == value.text else None
    shape = frame.shapes.shape(condition.source)
    frame.shapes.locals[condition.variable] = shape.item if isinstance(shape, SequenceShape) else None
    names.bind_item(condition.variable, value, item, f"{emitter.cursor} >= {emitter.end}")
    body = condition.body if item is None else item_condition(condition, item.known, item.record)
    if not (isinstance(body, Literal) and body.value):
        emitter.out.append(Test(negated(body, names).at(OR)))
    emitter.settled.append((frame, condition))
