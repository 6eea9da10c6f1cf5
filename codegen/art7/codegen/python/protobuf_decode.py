"""Protobuf message bodies in the fast decoder: fields in any order, the last of a singular scalar wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, If, Line, Place, Read, Test, While
from art7.codegen.python.expressions import Code, expression, literal
from art7.codegen.python.shapes import annotation, optional
from art7.grammar.ir.plan import Block, FieldEntry, Fields, FloatOctets, Form, Uint, Varint
from art7.grammar.ir.shape import Sequence

if TYPE_CHECKING:
    from art7.codegen.python.decode_blocks import BlockEmitter
    from art7.codegen.python.decode_names import Frame

VARINT, FIXED64, DELIMITED, GROUP, END_GROUP, FIXED32 = range(6)


def natural_wire_type(body: Block) -> int:
    """Return the wire type of one value that `body` reads."""
    for step in body.steps:
        if isinstance(step, Varint):
            return VARINT
        if isinstance(step, Uint | FloatOctets):
            return FIXED64 if step.octets == 8 else FIXED32
    return DELIMITED


def fields(emitter: BlockEmitter, frame: Frame, step: Fields) -> None:
    """Emit defaults, the loop over the fields, and the tests for required ones."""
    emitter.tighten()
    tag, at = emitter.names.claim("tag"), emitter.names.claim("at")
    seen = {
        each.number: emitter.names.claim(f"has_{each.number}")
        for each in step.entries
        if each.required or each.single
    }
    _defaults(emitter, frame, step)
    known = _unknown_start(emitter, seen, step)
    emitter.settle()
    end = emitter.end
    arms: list[tuple[str, Body]] = []
    for entry in step.entries:
        arms += _entry(emitter, frame, entry, tag, seen)
    otherwise = emitter.nested(lambda: _unknown(emitter, step, known, tag, at))
    body: Body = []
    if known:
        body.append(Assign([at], "o", pure=False))
    body += [
        Read(Place("o"), ["B"], [tag]),
        Line("o += 1"),
        If(
            [
                (
                    f"{tag} > 127",
                    [Line(f"{tag}, o = {emitter.scope.support('read_protobuf')}({tag}, {emitter.data}, o)")],
                )
            ]
        ),
        If(arms, otherwise) if arms else Line("pass"),
    ]
    if not arms:
        body[-1:] = otherwise
    emitter.out.append(While(f"o < {end}", body))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    _finish(emitter, frame, step, known, seen)


def _target(emitter: BlockEmitter, frame: Frame, index: int) -> str:
    """Return the one place a field's value lies in, whichever octets came."""
    slot = frame.record.slots[index]
    if index in frame.redirect:
        return frame.redirect[index]
    if slot.is_api and frame.record.form is Form.OBJECT and index not in frame.facts.lenient:
        frame.redirect[index] = f"{frame.target}.{frame.members[index]}"
    else:
        name = frame.redirect[index] = emitter.fresh(frame.members[index])
        emitter.out.append(Line(f"{name}: {optional(annotation(slot.shape, emitter.scope))}"))
    return frame.redirect[index]


def _defaults(emitter: BlockEmitter, frame: Frame, step: Fields) -> None:
    from art7.codegen.python.decode_names import DecodeNames

    for entry in step.entries:
        slot = frame.record.slots[entry.slot]
        if entry.item is not None:
            name = emitter.fresh(frame.members[entry.slot])
            emitter.out.append(Assign([f"{name}: {annotation(slot.shape, emitter.scope)}"], "[]", pure=False))
            emitter.out.append(Assign([_target(emitter, frame, entry.slot)], name))
            frame.values[entry.slot] = Code(name)
            continue
        default = (
            literal(None) if slot.default is None else expression(slot.default, DecodeNames(emitter, frame))
        )
        target = _target(emitter, frame, entry.slot)
        if not entry.required:
            emitter.out.append(Assign([target], default.text, pure=False))


def _unknown_start(emitter: BlockEmitter, seen: dict[int, str], step: Fields) -> str:
    """Start what is kept of unknown fields; returns the variable, or nothing."""
    for name in seen.values():
        emitter.out.append(Assign([name], "False", pure=False))
    if step.unknown_slot is None or step.unknown != "preserve":
        return ""
    name = emitter.fresh("kept")
    emitter.out.append(Assign([name], 'b""', pure=False))
    return name


def _entry(
    emitter: BlockEmitter, frame: Frame, entry: FieldEntry, tag: str, seen: dict[int, str]
) -> list[tuple[str, Body]]:
    wire = natural_wire_type(entry.body)
    arms = [
        (f"{tag} == {entry.number << 3 | wire}", emitter.nested(lambda: _one(emitter, frame, entry, seen)))
    ]
    if entry.item is not None and wire != DELIMITED:
        packed = emitter.nested(lambda: _packed(emitter, frame, entry, seen))
        arms.append((f"{tag} == {entry.number << 3 | DELIMITED}", packed))
    return arms


def _one(emitter: BlockEmitter, frame: Frame, entry: FieldEntry, seen: dict[int, str]) -> None:
    """Read one value of a field at `o`."""
    state = emitter.cursor_state
    emitter.cursor_state = state.at("o", loose=True)
    values, level, known, proved = dict(frame.values), frame.level, frame.known, frame.proved
    frame.level, frame.known, frame.proved = emitter.level, dict(known), {}
    slot = entry.slot if entry.item is None else entry.item
    if entry.item is not None:
        frame.redirect.pop(entry.item, None)
        frame.extra.add(entry.item)
    if entry.single:
        emitter.out.append(Test(seen[entry.number]))
    emitter.block(frame, entry.body)
    if entry.item is not None:
        value = frame.values.get(slot, literal(None))
        emitter.out.append(Line(f"{values[entry.slot].text}.append({value.text})"))
    if entry.number in seen:
        emitter.out.append(Assign([seen[entry.number]], "True", pure=False))
    emitter.settle()
    frame.values, frame.level, frame.known, frame.proved = values, level, known, proved
    emitter.cursor_state = state


def _packed(emitter: BlockEmitter, frame: Frame, entry: FieldEntry, seen: dict[int, str]) -> None:
    from art7.codegen.python.decode_numbers import read_varint

    state = emitter.cursor_state
    emitter.cursor_state = state.at("o", loose=True)
    read_varint(emitter, "protobuf", "k")
    end = emitter.fresh("packed_end")
    emitter.out.append(Assign([end], "o + k", pure=False))
    emitter.out.append(Test(f"{end} > {state.end}"))
    inner = emitter.cursor_state
    emitter.cursor_state = type(inner)(Place("o"), end, False, False, inner.least)
    emitter.out.append(While(f"o < {end}", emitter.nested(lambda: _one(emitter, frame, entry, seen))))
    emitter.out.append(Test(f"o != {end}"))
    emitter.cursor_state = state


def _unknown(emitter: BlockEmitter, step: Fields, known: str, tag: str, at: str) -> None:
    """Refuse a bad tag or a known field of another wire type; keep, skip or refuse what is not known."""
    if step.unknown == "reject":
        emitter.out.append(Line("raise Refused"))
        return
    numbers = sorted(entry.number for entry in step.entries)
    if numbers:
        listed = ", ".join(map(str, numbers)) + ("," if len(numbers) == 1 else "")
        emitter.out.append(Test(f"{tag} >> 3 in ({listed})"))
    emitter.out.append(
        Assign(["o"], f"{emitter.scope.support('skip_field')}({emitter.data}, o, {tag})", pure=False)
    )
    if known:
        emitter.out.append(Line(f"{known} += {emitter.data}[{at}:o]"))


def _finish(emitter: BlockEmitter, frame: Frame, step: Fields, known: str, seen: dict[int, str]) -> None:
    from art7.codegen.python.decode_state import is_wanted

    for entry in step.entries:
        if entry.item is not None:
            _count(emitter, frame, entry)
            continue
        if entry.required:
            emitter.out.append(Test(f"not {seen[entry.number]}"))
        slot = frame.record.slots[entry.slot]
        maybe = slot.default is None and not entry.required
        frame.values[entry.slot] = Code(_target(emitter, frame, entry.slot), optional=maybe)
    if step.unknown_slot is not None and is_wanted(frame, step.unknown_slot):
        emitter.fill(frame, step.unknown_slot, Code(known or 'b""'))


def _count(emitter: BlockEmitter, frame: Frame, entry: FieldEntry) -> None:
    """A list has as many items as its type says, however its fields were spelled."""
    shape = frame.record.slots[entry.slot].shape
    if isinstance(shape, Sequence):
        name = frame.values[entry.slot].text
        if shape.minimum:
            emitter.out.append(Test(f"len({name}) < {shape.minimum}"))
        if shape.maximum is not None:
            emitter.out.append(Test(f"len({name}) > {shape.maximum}"))
