"""Octets, texts and what has a length of its own in the fast encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Line, Test
from art7.codegen.python.encode_names import EncodeNames, WriteFrame
from art7.codegen.python.encode_numbers import integer_pieces, local_name, written
from art7.codegen.python.encode_plan import filled_union, known_front, measured_slots
from art7.codegen.python.expressions import ATOM, COMPARE, Code, expression, literal, number
from art7.codegen.python.integers import codes_of
from art7.codegen.python.pieces import Fixed, Piece, Raw, constant, has_fix_up, total
from art7.codegen.python.record_facts import is_checkable, walk_steps
from art7.codegen.python.text_pieces import is_no_text, measured, text_in, writes_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Call, Expr, Kind, Literal, Measure, SlotRef
from art7.grammar.ir.shape import Octets

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def write_take(emitter: EncodeEmitter, frame: WriteFrame, step: p.Take) -> list[Piece]:
    """Write octets or a text, with the header of their length."""
    slot = frame.record.slots[step.slot]
    exact = emitter.resolved(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    masked = _masked(emitter, frame, step, exact)
    if masked is not None:
        return [masked]
    code = written(emitter, frame, step.slot)
    if frame.known and slot.role is p.Role.COMPUTED and slot.value is not None:
        code = expression(emitter.resolved(frame, slot.value), EncodeNames(emitter, frame))
    if (
        frame.record.encoding == "text"
        and step.text
        and writes_text(emitter.scope.records, p.Block((step,), (0,)))
    ):
        value = local_name(emitter, code, slot.name)
        emitter.out.append(Test(is_no_text(emitter, value)))
        frame.octets[step.slot] = measured(value, True)
        return [text_in(value)]
    sized = (
        step.minimum > 0
        or step.maximum is not None
        or isinstance(step.extent, p.Prefixed)
        or exact is not None
    )
    if step.text:
        name = emitter.fresh(f"{slot.name}_octets")
        # Records have a method of that name too, and what an arm of a union is given may be one.
        arm = any(
            step.slot in each.value_slots
            for each in walk_steps(frame.record.body)
            if isinstance(each, p.Branch)
        )
        call = f"str.encode({code.text})" if arm else f"{code.at(ATOM)}.encode()"
        emitter.out.append(Assign([name], call, pure=False))
        text = name
    elif sized or code.level < ATOM:
        text = local_name(emitter, code, slot.name)
    else:
        text = code.text
    size = f"len({text})"
    if isinstance(exact, Literal) and isinstance(exact.value, int):
        if frame.known.get(Measure("octets", step.slot, Kind.INT)) != exact:
            emitter.out.append(Test(f"{size} != {exact.value}"))
        frame.octets[step.slot] = literal(exact.value)
        return [Fixed(f"{exact.value}s", text)] if exact.value else [Raw(text, "0", given=True)]
    frame.octets[step.slot] = Code(size)
    if exact is not None and is_checkable(exact, frame.unknown):
        _expect(emitter, frame, step.slot, exact, Code(size))
    prefix, size = _prefix(emitter, step.extent, size, step.minimum, step.maximum, slot.name)
    if size != f"len({text})":
        frame.octets[step.slot] = Code(size)
    return [*prefix, Raw(text, size, given=not step.text)]


def _masked(emitter: EncodeEmitter, frame: WriteFrame, step: p.Take, exact: Expr | None) -> Fixed | None:
    """Return given octets under a constant mask as one integer, where they are as many as an integer has."""
    slot = frame.record.slots[step.slot]
    if not isinstance(exact, Literal) or exact.value not in (1, 2, 4, 8) or not emitter.is_message:
        return None
    if slot.role is not p.Role.COMPUTED or slot.value is None or step.slot in frame.deferred:
        return None
    match emitter.resolved(frame, slot.value):
        case Binary(op="^", left=SlotRef() as given, right=right) if given.index in frame.values:
            mask = known_front(right)
        case _:
            return None
    if mask is None or len(mask) != exact.value:
        return None
    text = frame.values[given.index].text
    length = Call("length", (SlotRef(given.index, Kind.BYTES),), Kind.INT)
    if frame.known.get(length) != exact:
        emitter.out.append(Test(f"len({text}) != {exact.value}"))
    frame.octets[step.slot] = literal(exact.value)
    code = codes_of(exact.value)[0]
    value = f"{emitter.scope.unpack(code)}({text})[0] ^ {number(int.from_bytes(mask, 'big'))}"
    return Fixed(code, value, None, natural=True)


def _expect(emitter: EncodeEmitter, frame: WriteFrame, slot: int, wanted: Expr, actual: Code) -> None:
    """What was written must be read back: the size a field says is the size there is."""
    if isinstance(wanted, Measure) and wanted.slot == slot and wanted.what in ("octets", "count"):
        if wanted.what == "octets" or isinstance(frame.record.slots[slot].shape, Octets):
            return
    code = expression(wanted, EncodeNames(emitter, frame))
    if code.text != actual.text:
        emitter.out.append(Test(f"{code.at(COMPARE + 1)} != {actual.at(COMPARE + 1)}"))


def _prefix(
    emitter: EncodeEmitter, where: p.Extent, size: str, minimum: int, maximum: int | None, hint: str
) -> tuple[list[Piece], str]:
    """Emit the bounds of content and its length header; returns the header and how the size is now spelled."""
    if not size.isidentifier() and not size.isdigit():
        tested = minimum > 0 or maximum is not None
        if tested or (isinstance(where, p.Prefixed) and where.form != "uint"):
            name = emitter.integer("size")
            emitter.out.append(Assign([name], size, pure=False))
            size = name
    low, high = 0, None
    if isinstance(where, p.Prefixed):
        high = (1 << 8 * where.octets) - 1 if where.form == "uint" else {"mls": (1 << 30) - 1}.get(where.form)
    above = maximum is not None and (high is None or maximum < high)
    if size.isdigit():
        if int(size) < minimum or (maximum is not None and int(size) > maximum):
            emitter.out.append(Line("raise Refused"))
    elif minimum > low and above:
        emitter.out.append(Test(f"not {minimum} <= {size} <= {maximum}"))
    elif minimum > low:
        emitter.out.append(Test(f"{size} < {minimum}"))
    elif above:
        emitter.out.append(Test(f"{size} > {maximum}"))
    if not isinstance(where, p.Prefixed):
        return [], size
    if where.form == "uint":
        if size.isdigit():
            return [constant(int(size).to_bytes(where.octets, "little" if where.little else "big"))], size
        codes = codes_of(where.octets, where.little)
        return integer_pieces(emitter, size, where.octets, codes[0], little=where.little), size
    limit = 64 if where.form in ("quic", "mls") else 128
    table, write = emitter.scope.support("OCTETS"), emitter.scope.support(f"write_{where.form}")
    more = f"{write}({size})"
    if where.form in ("quic", "mls"):
        # Two octets are common too: signatures, short texts.
        more = f"{emitter.scope.pack('H')}(0x4000 | {size}) if {size} < 16384 else {more}"
    return [Raw(f"{table}[{size}] if {size} < {limit} else {more}", f"len({write}({size}))", 0)], size


def write_constant(emitter: EncodeEmitter, frame: WriteFrame, step: p.Constant) -> list[Piece]:
    """Write octets that are always the same."""
    return [constant(step.octets)]


def write_region(emitter: EncodeEmitter, frame: WriteFrame, step: p.Region) -> list[Piece]:
    """Write what has a length of its own, with the header of the length."""
    slot = frame.record.slots[step.slot]
    inner = emitter.pieces(frame, step.body)
    variable = [piece for piece in inner if isinstance(piece, Raw) and not piece.length.isdigit()]
    if not has_fix_up(inner) and (len(variable) > 1 or any("write_" in piece.length for piece in variable)):
        name = emitter.fresh(f"{slot.name}_octets")
        emitter.out.append(Assign([name], emitter.octets_of(inner), pure=False))
        inner = [Raw(name, f"len({name})")]
    size = total(inner)
    if not size.text.isidentifier() and not size.text.isdigit() and step.slot in measured_slots(frame.record):
        name = emitter.integer("size")
        emitter.out.append(Assign([name], size.text, pure=False))
        size = Code(name)
        if len(variable) == 1 and len(inner) == 1 and isinstance(inner[0], Raw):
            inner = [replace(inner[0], length=name)]
    frame.octets[step.slot] = size
    for union in filled_union(step):
        frame.octets[union] = size
    if (
        len(step.body.steps) == 1
        and isinstance(step.body.steps[0], p.Loop)
        and step.body.steps[0].skip is not None
    ):
        # Filled up to a multiple: what divides by it loses nothing.
        for slot_ in (step.slot, step.body.steps[0].slot):
            octets = Measure("octets", slot_, Kind.INT)
            by = Literal(step.body.steps[0].skip_to, Kind.INT)
            frame.known[Binary("%", octets, by, Kind.INT)] = Literal(0, Kind.INT)
            quotient = Binary("/", octets, by, Kind.INT)
            frame.known[Binary("*", quotient, by, Kind.INT)] = octets
    exact = emitter.resolved(frame, step.extent.size) if isinstance(step.extent, p.Exact) else None
    if exact is not None and is_checkable(exact, frame.unknown):
        _expect(emitter, frame, step.slot, exact, size)
    prefix, _ = _prefix(emitter, step.extent, size.text, step.minimum, step.maximum, slot.name)
    return [*prefix, *inner]
