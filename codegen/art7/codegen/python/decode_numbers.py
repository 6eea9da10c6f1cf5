"""Steps of a decoder that read numbers and constants."""

from __future__ import annotations

from art7.codegen.python.code import Assign, If, Line, Read, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_state import is_wanted, note_span, note_starts
from art7.codegen.python.expressions import BIT_AND, COMPARE, SHIFT, SUM, Code, literal, number
from art7.codegen.python.integers import codes_of, combine
from art7.grammar.ir import plan as p


def bits(emitter: BlockEmitter, frame: Frame, step: p.Bits) -> None:
    """Read the fields of a word of bits."""
    wanted = [f for f in step.fields if f.slot is not None and is_wanted(frame, f.slot)]
    note_starts(emitter, frame, [(f.slot, (8 * step.octets - f.shift - f.width) // 8) for f in step.fields])
    if not wanted:
        emitter.out.append(Read(emitter.cursor, [f"{step.octets}x"], [None]))
        emitter.move(step.octets)
        return
    word = read_integer(emitter, step.octets, hint="bits")
    for field in wanted:
        code = bit_field(word, field, 8 * step.octets)
        emitter.fill(frame, field.slot, code, cheap=emitter.level == frame.level)


def bit_field(word: str, field: p.BitField, width: int) -> Code:
    """Return one field of a word; a flag's truth value needs no comparison."""
    mask = (1 << field.width) - 1
    top = field.shift + field.width == width
    if field.boolean:
        if top:
            return Code(f"{word} > {number((1 << width - 1) - 1)}", COMPARE)
        bit = number(1 << field.shift)
        return Code(f"{word} & {bit} != 0", COMPARE, truth=f"{word} & {bit}")
    if top and not field.shift:
        return Code(word)
    if top:
        return Code(f"{word} >> {field.shift}", SHIFT)
    if not field.shift:
        return Code(f"{word} & {number(mask)}", BIT_AND)
    return Code(f"{word} >> {field.shift} & {number(mask)}", BIT_AND)


def read_integer(
    emitter: BlockEmitter, octets: int, *, hint: str, little: bool = False, signed: bool = False
) -> str:
    """Read an integer into a local variable; returns its name."""
    at = emitter.cursor
    if octets == 1 and not signed and emitter.peeked is not None and emitter.peeked[0] == at:
        word = emitter.peeked[1]
        emitter.peeked = None
        emitter.move(1)
        return word
    codes = codes_of(octets, little, signed)
    word = emitter.fresh(hint)
    if len(codes) == 1:
        emitter.out.append(Read(at, codes, [word], little))
        if codes[0].endswith("s"):
            order = "little" if little else "big"
            flag = ", signed=True" if signed else ""
            emitter.out.append(Assign([word], f'int.from_bytes({word}, "{order}"{flag})'))
    else:
        parts = [emitter.fresh(f"{hint}_{i}") for i in range(len(codes))]
        emitter.out.append(Read(at, codes, list(parts), little))
        emitter.out.append(Assign([word], combine(parts, codes, little)))
    emitter.move(octets)
    return word


def uint(emitter: BlockEmitter, frame: Frame, step: p.Uint) -> None:
    """Read an integer of a fixed size."""
    note_starts(emitter, frame, [(step.slot, 0)])
    codes = codes_of(step.octets, step.little, step.signed)
    begin = emitter.cursor
    if step.boolean:
        word = read_integer(emitter, 1, hint=frame.members[step.slot])
        emitter.out.append(Test(f"{word} > 1"))
        if is_wanted(frame, step.slot):
            emitter.fill(frame, step.slot, Code(f"{word} == 1", COMPARE, truth=word), cheap=True)
    elif len(codes) == 1 and not codes[0].endswith("s") and emitter.peeked is None:
        target = emitter.target(frame, step.slot)
        emitter.out.append(Read(begin, codes, [target], step.little))
        emitter.move(step.octets)
        if target is not None:
            emitter.stored(frame, step.slot, target)
    else:
        word = read_integer(
            emitter, step.octets, hint=frame.members[step.slot], little=step.little, signed=step.signed
        )
        emitter.fill(frame, step.slot, Code(word))
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def varint(emitter: BlockEmitter, frame: Frame, step: p.Varint) -> None:
    """Read an integer of a variable length."""
    note_starts(emitter, frame, [(step.slot, 0)])
    begin = emitter.keep("bound") if step.slot in frame.facts.spans and step.slot not in frame.spans else ""
    word = read_varint(emitter, step.form, emitter.fresh(frame.members[step.slot]))
    limit = {"quic": 62, "mls": 30, "leb128": 56, "protobuf": 64}[step.form]
    if step.form != "protobuf" and step.bits < limit:
        emitter.out.append(Test(f"{word} > {number((1 << step.bits) - 1)}"))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, varint_value(step, word))
    if begin:
        frame.spans[step.slot] = (begin, emitter.keep("bound"))


def varint_value(step: p.Varint, word: str) -> Code:
    """Return the field's value from the unsigned wire value."""
    if step.boolean:
        return Code(f"{word} != 0", COMPARE, truth=word)
    if step.form != "protobuf":
        return Code(word)
    mask, sign = number((1 << step.bits) - 1), number(1 << (step.bits - 1))
    kept = f"{word} & {mask}" if step.bits < 64 else word
    if step.zigzag:
        return (
            Code(f"({kept}) >> 1 ^ -({word} & 1)", BIT_AND - 1)
            if step.bits < 64
            else Code(f"{word} >> 1 ^ -({word} & 1)", BIT_AND - 1)
        )
    if step.signed:
        inner = f"({kept} ^ {sign})" if step.bits == 64 else f"({kept} ^ {sign})"
        return Code(f"{inner} - {sign}", SUM)
    return Code(kept, BIT_AND) if step.bits < 64 else Code(word)


def read_varint(emitter: BlockEmitter, form: str, word: str) -> str:
    """Read a variable-length integer into `word`, its one-octet form inline; the cursor is then `o`."""
    limit = 64 if form in ("quic", "mls") else 128
    helper = emitter.scope.support(f"read_{form}")
    at = emitter.cursor
    emitter.out.append(Read(at, ["B"], [word]))
    if at.base == "o":
        emitter.out.append(Line(f"o += {at.offset + 1}"))
    else:
        emitter.out.append(Assign(["o"], str(at.moved(1)), pure=False))
    emitter.out.append(
        If([(f"{word} >= {limit}", [Line(f"{word}, o = {helper}({word}, {emitter.data}, o)")])])
    )
    emitter.cursor_state = emitter.cursor_state.at("o", loose=True)
    return word


def float_octets(emitter: BlockEmitter, frame: Frame, step: p.FloatOctets) -> None:
    """Read a floating-point number."""
    note_starts(emitter, frame, [(step.slot, 0)])
    begin = emitter.cursor
    target = emitter.target(frame, step.slot)
    emitter.out.append(Read(begin, ["f" if step.octets == 4 else "d"], [target], step.little))
    emitter.move(step.octets)
    if target is not None:
        emitter.stored(frame, step.slot, target)
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def constant(emitter: BlockEmitter, frame: Frame, step: p.Constant) -> None:
    """Read octets that must be these."""
    octets = len(step.octets)
    if octets in (1, 2, 4, 8):
        word = read_integer(emitter, octets, hint="mark")
        emitter.out.append(Test(f"{word} != {number(int.from_bytes(step.octets, 'big'))}"))
        return
    word = emitter.fresh("mark")
    emitter.out.append(Read(emitter.cursor, [f"{octets}s"], [word]))
    emitter.out.append(Test(f"{word} != {literal(step.octets).text}"))
    emitter.move(octets)
