"""Records and optional parts within a record in the fast encoder: copied in where small, called otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, If, Test
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import local_name, stands_alone
from art7.codegen.python.encode_plan import choice_to_sink, head_of
from art7.codegen.python.expressions import ATOM, Code, expression, literal, number, truth
from art7.codegen.python.integers import codes_of
from art7.codegen.python.octets_decode import fits
from art7.codegen.python.passes.assume import TRUE, assume
from art7.codegen.python.pieces import Begin, Fixed, Part, Piece, Raw, constant, total
from art7.codegen.python.record_facts import is_checkable, own_identifier
from art7.codegen.python.text_pieces import keep, kept, measured, returns_text, writes_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Kind, Literal, Measure
from art7.grammar.ir.quick import changed

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def open_record(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.CallRecord, record: p.Record
) -> WriteFrame:
    """Open the frame of a record in the one that holds it, its value in a variable."""
    names = EncodeNames(emitter, frame)
    value = local_name(emitter, names.slot(step.slot), frame.record.slots[step.slot].name)
    params = [expression(each, names) for each in step.arguments]
    params = [
        c if c.text.isidentifier() or c.level == ATOM else Code(f"({c.text})", ATOM, c.optional)
        for c in params
    ]
    places = [frame.places[a.index] if a.lifted else _place(frame, a.index) for a in step.places]
    opened = emitter.frame(record, params, places, value)
    opened.tag = step.tag
    return opened


def _place(frame: WriteFrame, index: int) -> Code:
    """Return the offset of a field of a message from its first octet, where it is constant."""
    if frame.record.kind != "message":
        return Code("None")
    offset = 0
    for step in frame.record.body.steps:
        match step:
            case p.Bits(octets=octets):
                offset += octets
            case p.Uint(slot=slot, octets=octets) | p.FloatOctets(slot=slot, octets=octets):
                if slot == index:
                    return Code(str(offset))
                offset += octets
            case p.Take(slot=slot, extent=p.Exact(size=Literal(value=int(size)))):
                if slot == index:
                    return Code(str(offset))
                offset += size
            case p.Verify() | p.Check() | p.View() | p.Domain():
                pass
            case _:
                break
    return Code("None")


def call_record(emitter: EncodeEmitter, frame: WriteFrame, step: p.CallRecord) -> list[Piece]:
    """Copy a small record in, call a function for any other."""
    record = emitter.scope.records[step.record]
    names = EncodeNames(emitter, frame)
    if record.carrier is p.Carrier.TREE:
        function = emitter.scope.function("encode", record.name)
        arguments = [names.slot(step.slot).text, *(expression(each, names).text for each in step.arguments)]
        name = emitter.fresh(frame.record.slots[step.slot].name + "_octets")
        emitter.out.append(Assign([name], f"{function}({', '.join(arguments)})", pure=False))
        frame.octets[step.slot] = Code(f"len({name})")
        return [Raw(name, f"len({name})")]
    if fits(emitter, record) and choice_to_sink(record.body) is None:
        inner = emitter.opened.get(id(step)) or open_record(emitter, frame, step, record)
        pieces = [Begin(inner.number), *emitter.pieces(inner, record.body)]
        frame.octets[step.slot] = total(pieces)
        return pieces
    if record.deferred and record.kind != "message":
        raise Unsupported("fix-up in a call")
    name = emitter.fresh(frame.record.slots[step.slot].name + "_octets")
    if fits(emitter, record):
        inner = open_record(emitter, frame, step, record)
        head = head_of(record)
        if head and not stands_alone(frame, step):
            found = _headed(emitter, inner, head, name)
            frame.octets[step.slot] = total(found)
            return found

        as_text = record.encoding == "text" and writes_text(emitter.scope.records, record.body)

        def finish(pieces: list[Piece]) -> None:
            keep(emitter, name, pieces, as_text)

        emitter.write_record(inner, finish)
    else:
        more = (
            [f"{emitter.depth} - 1" if emitter.depth else str(min(record.limit_depth or 64, 96))]
            if record.recursive
            else []
        )
        arguments = [
            names.slot(step.slot).text,
            *more,
            *(expression(each, names).text for each in step.arguments),
        ]
        function = emitter.scope.function("encode", record.name)
        made = f"{function}({', '.join(arguments)})"
        own = own_identifier(record)
        if step.tag is not None and own is not None:
            made = f"{literal(step.tag).text} + {made}[{len(own)}:]"
        emitter.out.append(Assign([name], made, pure=False))
        as_text = returns_text(emitter.scope.records, record)
    frame.octets[step.slot] = measured(name, as_text)
    return [kept(name, as_text)]


def _headed(emitter: EncodeEmitter, frame: WriteFrame, head: list[p.Bits | p.Uint], body: str) -> list[Piece]:
    """Write a record whose choice decides what follows its head: the head's integers, then `body`, as variables."""
    codes = [codes_of(step.octets, signed=isinstance(step, p.Uint) and step.signed)[0] for step in head]
    variables = [emitter.fresh("head") for _ in head]

    def finish(pieces: list[Piece]) -> None:
        pieces = [piece for piece in pieces if not isinstance(piece, Begin)]
        for step, variable, piece in zip(head, variables, pieces, strict=False):
            assert isinstance(piece, Fixed)
            little = isinstance(step, p.Uint) and step.little
            signed = isinstance(step, p.Uint) and step.signed
            octets = piece.constant
            value = piece.value
            if octets is not None and not piece.same:
                value = number(int.from_bytes(octets, "little" if little else "big", signed=signed))
            emitter.out.append(Assign([variable], value, pure=False))
        emitter.out.append(Assign([body], emitter.octets_of(pieces[len(head) :]), pure=False))

    emitter.write_record(frame, finish)
    little = [isinstance(step, p.Uint) and step.little and step.octets > 1 for step in head]
    found = [Fixed(c, v, None, lit) for c, v, lit in zip(codes, variables, little, strict=True)]
    return [Begin(frame.number), *found, Raw(body, f"len({body})")]


def write_when(emitter: EncodeEmitter, frame: WriteFrame, step: p.When) -> list[Piece]:
    """Write a part that is there on a condition."""
    names = EncodeNames(emitter, frame)
    given = step.given
    condition = emitter.resolved(frame, step.condition)
    if given is not None and frame.record.slots[given].role not in (
        p.Role.GIVEN,
        p.Role.VIEW_INPUT,
        p.Role.LOCAL,
    ):
        given = None
    if given is None:
        if isinstance(condition, Literal):
            return emitter.pieces(frame, step.body) if condition.value else []
        test = truth(condition, names).text
        known = assume(condition, True)
    else:
        value = frame.values[given]
        test = f"{value.text} is not None"
        known = {Measure("present", given, Kind.BOOL): TRUE}
        present = Measure("present", given, Kind.BOOL)
        if condition != present and is_checkable(condition, frame.unknown):
            emitter.out.append(Test(f"({test}) != bool({truth(condition, names).text})"))
    name = emitter.fresh("part")
    inner = changed(frame, values=dict(frame.values), known={**frame.known, **known})
    if given is not None:
        inner.values[given] = changed(frame.values[given], optional=False)

    found: list[Piece] = []

    def body() -> None:
        found.extend(emitter.tested(emitter.pieces(inner, step.body)))
        emitter.out.append(Assign([name], emitter.octets_of(found), pure=False))

    made = If([(test, emitter.nested(body))], [Assign([name], 'b""', pure=False)])
    emitter.out.append(made)
    for index, code in inner.octets.items():
        frame.octets.setdefault(index, Code(f"len({name})") if len(step.body.steps) == 1 else code)
    return [Part(name, f"len({name})", test=test, made=made, inner=tuple(found))]


def write_present(emitter: EncodeEmitter, frame: WriteFrame, step: p.Present) -> list[Piece]:
    """Write an octet that says whether a part follows, and the part."""
    value = frame.values[step.slot]
    name = emitter.fresh("part")
    inner = changed(frame, values=dict(frame.values))
    inner.values[step.slot] = changed(value, optional=False)

    def body() -> None:
        pieces = [constant(b"\1"), *emitter.pieces(inner, step.body)]
        emitter.out.append(Assign([name], emitter.octets_of(pieces), pure=False))

    emitter.out.append(
        If([(f"{value.text} is None", [Assign([name], 'b"\\x00"', pure=False)])], emitter.nested(body))
    )
    return [Raw(name, f"len({name})")]
