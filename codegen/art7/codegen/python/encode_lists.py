"""Lists in the fast encoder: batches of integers, items joined from parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, For, If, Line, Test
from art7.codegen.python.encode_names import EncodeNames, WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.encode_plan import choice_to_sink, expressions_of
from art7.codegen.python.encode_records import open_record
from art7.codegen.python.expressions import ATOM, COMPARE, Code, expression, literal, negated
from art7.codegen.python.in_order import add_item
from art7.codegen.python.octets_decode import DEEPEST, LISTED, batch_code, fits
from art7.codegen.python.pieces import Finish, Piece, Raw, has_fix_up, is_no_list, separate
from art7.codegen.python.record_facts import is_checkable, walk_steps
from art7.codegen.python.text_pieces import encoded, kept, measured, text_of, writes_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Kind, Measure, SlotRef, walk

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def tuple_record(emitter: EncodeEmitter, loop: p.Loop) -> p.Record | None:
    """Return the record of a list's items where they are plain tuples."""
    record = _item_record(emitter, loop)
    return record if record is not None and record.form is p.Form.TUPLE else None


def write_loop(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop) -> list[Piece]:
    """Write a list."""
    slot = frame.record.slots[step.slot]
    items = local_name(emitter, written(emitter, frame, step.slot), slot.name)
    emitter.out.append(Test(is_no_list(items, emitter.scope)))
    count = f"len({items})"
    if step.minimum:
        emitter.out.append(Test(f"{count} < {step.minimum}"))
    if step.maximum is not None:
        emitter.out.append(Test(f"{count} > {step.maximum}"))
    frame.values[step.slot] = Code(items)
    if step.count is not None:
        wanted = emitter.resolved(frame, step.count)
        if is_checkable(wanted, frame.unknown) and wanted != Measure("count", step.slot, Kind.INT):
            code = expression(wanted, EncodeNames(emitter, frame))
            emitter.out.append(Test(f"{code.at(COMPARE + 1)} != {count}"))
    batch = batch_code(step)
    if batch is not None:
        return _batch(emitter, frame, step, items, batch)
    name = emitter.fresh(f"{slot.name}_octets")
    if step.until is None and step.skip is None and writes_text(emitter.scope.records, step.body):
        _texts(emitter, frame, step, items, name)
        frame.octets[step.slot] = measured(name, True)
        return [kept(name, True)]
    _items(emitter, frame, step, items, name)
    if step.skip is not None:
        fills = ", ".join(literal(bytes([step.skip]) * (-i % step.skip_to)).text for i in range(step.skip_to))
        table = emitter.scope.constant(f"_fill_{step.skip}_to_{step.skip_to}", f"({fills})")
        mask = f"& {step.skip_to - 1}" if step.skip_to & step.skip_to - 1 == 0 else f"% {step.skip_to}"
        if step.skip_to > 1:
            emitter.out.append(Line(f"{name} += {table}[len({name}) {mask}]"))
    if step.until is not None:
        emitter.out.append(Line(f"{name} += {literal(step.until).text}"))
    frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def _texts(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, items: str, name: str) -> None:
    """Emit the loop that writes every item of a list as text; `name` then holds them all."""
    parts, target = emitter.fresh("parts"), emitter.fresh("item")
    names = item_names(emitter, step)
    values, known, index = dict(frame.values), frame.known, frame.index
    indexed = asks_index(step)
    frame.index = emitter.fresh("i") if indexed else index

    def body() -> None:
        frame.values[step.item] = Code(target)
        write_item(
            emitter,
            frame,
            step,
            lambda pieces: emitter.out.append(Line(f"{parts}.append({text_of(pieces)})")),
            names,
        )

    shown = target if names is None else ", ".join(names) + ("," if len(names) == 1 else "")
    shown = f"{frame.index}, {f'({shown})' if names is not None else shown}" if indexed else shown
    loop = For(shown, f"enumerate({items})" if indexed else items, emitter.nested(body))
    frame.values, frame.known, frame.index = values, known, index
    made: Body = [
        Assign([f"{parts}: list[str]"], "[]", pure=False),
        loop,
        Assign([name], f'"".join({parts})', pure=False),
    ]
    if (each := _one_expression(loop, parts)) is not None:
        made = [Assign([name], f'"".join({_every(each, loop)})', pure=False)]
    # Nothing is the commonest list.
    emitter.out += made if step.minimum else [If([(items, made)], [Assign([name], '""', pure=False)])]


def _every(each: str, loop: For) -> str:
    """Return what a round makes, for all items."""
    function, bracket, argument = each.partition("(")
    if function.isidentifier() and bracket and argument == f"{loop.target})":
        return f"map({function}, {loop.iterable})"
    return f"[{each} for {loop.target} in {loop.iterable}]"


def _batch(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, items: str, code: str) -> list[Piece]:
    inner = step.body.steps[0]
    assert isinstance(inner, p.Uint)
    count = emitter.integer("count")
    emitter.out.append(Assign([count], f"len({items})", pure=False))
    frame.counts[step.slot] = Code(count)
    struct = emitter.scope.standard("struct")
    table = emitter.scope.constant(
        f"_list_packs_of_{code}", f'[struct.Struct(f">{{i}}{code}").pack for i in range({LISTED})]'
    )
    text = f'{table}[{count}](*{items}) if {count} < {LISTED} else {struct}.pack(f">{{{count}}}{code}", *{items})'
    if step.count is not None:
        text = f'({text}) if {count} else b""'
    size = count if inner.octets == 1 else f"{inner.octets} * {count}"
    frame.octets[step.slot] = Code(size, ATOM if inner.octets == 1 else 10)
    return [Raw(text, size, 0, filled=count)]


def asks_index(step: p.Loop) -> bool:
    """Whether an expression of the items asks how many there are before."""
    return any(
        getattr(node, "word", "") == "index"
        for inner in walk_steps(step.body)
        for expr in expressions_of(inner)
        for node in walk(expr)
    )


def _items(emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, items: str, name: str) -> None:
    """Emit the loop that writes every item; `name` then holds their octets."""
    parts = emitter.fresh("parts")
    rules = emitter.rules.pop(id(step), [])
    broken = [emitter.fresh("ended") for _ in rules]
    for flag in broken:
        emitter.out.append(Assign([flag], "False", pure=False))
    plan = emitter.in_order if emitter.in_order is not None and emitter.in_order.loop is step else None
    if plan is not None:
        plan.body = name
        emitter.out.append(Assign([name], 'b""', pure=False))
    first: Assign = Assign([f"{parts}: list[bytes]"], "[]", pure=False)
    target = emitter.fresh(f"item_of_{frame.record.slots[step.slot].name}" if step.item is None else "item")
    names = item_names(emitter, step)
    outer_values, outer_known = dict(frame.values), frame.known
    outer_index = frame.index
    indexed = asks_index(step)
    iterable = items
    if indexed:
        frame.index = emitter.fresh("i")
        iterable = f"enumerate({items})"

    def body() -> None:
        frame.values[step.item] = Code(target)
        item_names = EncodeNames(emitter, frame)
        flagged = [(flag, variable, kept) for flag, (variable, kept) in zip(broken, rules, strict=True)]
        for flag, variable, _ in flagged:
            item_names.bind_item(variable, target, SlotRef(step.slot, Kind.LIST))
            emitter.out.append(Test(flag))
        record = _item_record(emitter, step)
        chosen = record is not None and fits(emitter, record) and choice_to_sink(record.body) is not None
        if record is not None and chosen and emitter.level < DEEPEST:
            emitter.item_rules = (record, flagged, item_names)
        else:
            for flag, _, kept in flagged:
                emitter.out.append(Assign([flag], negated(kept, item_names).text, pure=False))

        def finish(pieces: list[Piece]) -> None:
            if plan is not None:
                add_item(emitter, plan, pieces)
                return
            emitter.note_fix_ups(pieces, f"len({parts})")
            if has_fix_up(pieces) and parts not in emitter.part_lists:
                emitter.part_lists.append(parts)
            emitter.out.append(Line(append_parts(parts, pieces, emitter)))

        write_item(emitter, frame, step, finish, names)
        assert emitter.item_rules is None, "the choice in the item was not sunk"

    shown = target if names is None else ", ".join(names) + ("," if len(names) == 1 else "")
    shown = f"{frame.index}, {f'({shown})' if names is not None else shown}" if indexed else shown
    loop = For(shown, iterable, emitter.nested(body))
    frame.values, frame.known, frame.index = {**outer_values}, outer_known, outer_index
    last = Assign([name], f'b"".join({parts})', pure=False)
    if plan is not None:
        emitter.out += [Assign([plan.whole], 'b""', pure=False), loop] if plan.whole else [loop]
        return
    asked = parts in emitter.part_lists or emitter.has_fix_ups
    made: Body = [first, loop, last]
    if not asked and (each := _one_expression(loop, parts)) is not None:
        made = [Assign([name], f'b"".join([{each} for {loop.target} in {iterable}])', pure=False)]
    if step.minimum or asked:
        emitter.out += made
    else:
        # Nothing is the commonest list.
        emitter.out.append(If([(items, made)], [Assign([name], 'b""', pure=False)]))


def _one_expression(loop: For, parts: str) -> str | None:
    """Return what a round makes, where that is all that it does."""
    match loop.body:
        case [Assign(targets=[target], value=value), Line(text=text)] if text == f"{parts}.append({target})":
            return value
        case _:
            return None


def append_parts(parts: str, pieces: list[Piece], emitter: EncodeEmitter) -> str:
    """Return the statement that adds an item to the parts: whole where its place is asked for, else in pieces."""
    if has_fix_up(pieces) or parts in emitter.part_lists or emitter.has_fix_ups:
        return f"{parts}.append({emitter.join(pieces).text})"
    texts = separate(encoded(pieces), emitter.scope)
    if len(texts) < 3:
        return f"{parts}.append({emitter.join(pieces).text})"
    emitter.test_kinds(pieces)
    return f"{parts} += ({', '.join(texts)})"


def _item_record(emitter: EncodeEmitter, step: p.Loop) -> p.Record | None:
    if len(step.body.steps) == 1 and isinstance(step.body.steps[0], p.CallRecord):
        return emitter.scope.records[step.body.steps[0].record]
    return None


def item_names(emitter: EncodeEmitter, step: p.Loop) -> list[str] | None:
    """Return the names of the members of a list's items where they are plain tuples."""
    record = _item_record(emitter, step)
    if record is None or record.form is not p.Form.TUPLE:
        return None
    return [emitter.fresh(slot.name) for slot in record.api()]


def write_item(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Loop, finish: Finish, names: list[str] | None
) -> None:
    """Emit the writing of one item, whose members `names` holds where it is a plain tuple."""
    call = step.body.steps[0] if len(step.body.steps) == 1 else None
    if isinstance(call, p.CallRecord):
        record = emitter.scope.records[call.record]
        if record.carrier is p.Carrier.OCTETS and (fits(emitter, record) or names is not None):
            inner = open_record(emitter, frame, call, record)
            if names is not None:
                for slot, name in zip(record.api(), names, strict=True):
                    inner.values[slot.index] = Code(name)
            emitter.write_record(inner, finish)
            return
    emitter.write_block(frame, step.body, finish)
