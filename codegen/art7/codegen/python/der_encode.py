"""DER in the fast encoder: every element is made when its content is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, If
from art7.codegen.python.encode_names import EncodeNames, WriteFrame
from art7.codegen.python.encode_numbers import written
from art7.codegen.python.expressions import Code, expression, literal, number, quoted
from art7.codegen.python.pieces import Piece, Raw
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter

TEXTS = ("utf8", "numeric", "printable", "teletex", "ia5", "visible", "universal", "bmp")


def write_tlv(emitter: EncodeEmitter, frame: WriteFrame, step: p.Tlv) -> list[Piece]:
    """Write an element around what it holds."""
    content = emitter.octets_of(emitter.pieces(frame, step.body))
    tag = frame.tag if step.outer and frame.tag is not None else step.identifier
    arguments = f"({literal(tag).text}, {content})"
    made = f"{emitter.scope.support('tlv')}{arguments}"
    items = frame.values.get(step.slot) if step.ordered and step.slot is not None else None
    if items is not None:
        # Most sets have one element, which needs no order.
        sort = f"{emitter.scope.support('tlv_set')}{arguments}"
        made = f"{sort} if len({items.text}) > 1 else {made}"
    elif step.ordered:
        made = f"{emitter.scope.support('tlv_set')}{arguments}"
    return [_made(emitter, frame, step.slot, made)]


def _made(emitter: EncodeEmitter, frame: WriteFrame, slot: int | None, text: str) -> Raw:
    hint = "element" if slot is None else f"{frame.record.slots[slot].name}_element"
    name = emitter.fresh(hint)
    emitter.out.append(Assign([name], text, pure=False))
    if slot is not None:
        frame.octets[slot] = Code(f"len({name})")
    return Raw(name, f"len({name})")


def write_tlv_scalar(emitter: EncodeEmitter, frame: WriteFrame, step: p.TlvScalar) -> list[Piece]:
    """Write an element that holds one value."""
    value = written(emitter, frame, step.slot).text
    return [_made(emitter, frame, step.slot, _element(emitter, frame, step, value))]


def _element(emitter: EncodeEmitter, frame: WriteFrame, step: p.TlvScalar, value: str) -> str:
    use = emitter.scope.support
    form, tag = step.form, literal(step.identifier).text
    low = number(step.minimum or 0)
    high = "None" if step.maximum is None else number(step.maximum)
    if form in ("integer", "enumerated"):
        limits = f", {number(step.minimum)}, {high}" if step.minimum is not None else ""
        return f"{use('tlv_integer')}({tag}, {value}{limits})"
    if form in ("octets", "bitstring"):
        unused = ', b"\\x00"' if form == "bitstring" else ""
        return f"{use('tlv_octets')}({tag}, {value}, {low}, {high}{unused})"
    if form == "bits":
        return f"{use('tlv_bits')}({tag}, {value}, {low}, {high})"
    if form == "flags":
        return f"{use('tlv_flags')}({tag}, {value}, {high})"
    if form in ("utf8", "printable") and step.minimum is None and step.maximum is None:
        return f"{use(f'tlv_{form}')}({tag}, {value})"
    if form in TEXTS:
        return f"{use('tlv_text')}({tag}, {value}, {quoted(form)}, {low}, {high})"
    if form in ("any", "elements"):
        return f"{use(f'tlv_{form}')}({value})"
    if form == "relative_oid":
        return f"{use('tlv_oid')}({tag}, {value}, True)"
    return f"{use(f'tlv_{form}')}({tag}, {value})"


def write_tlv_optional(emitter: EncodeEmitter, frame: WriteFrame, step: p.TlvOptional) -> list[Piece]:
    """Write what may be absent: nothing for what is not given, or is the default."""
    value = written(emitter, frame, step.slot)
    default = frame.record.slots[step.slot].default
    name = emitter.fresh("part")
    inner = replace(frame, values=dict(frame.values))
    inner.values[step.slot] = replace(value, optional=False)

    def body() -> None:
        octets = emitter.octets_of(emitter.pieces(inner, step.body))
        if step.omitted and default is not None:
            usual = expression(default, EncodeNames(emitter, frame)).text
            local = emitter.fresh("element")
            emitter.out.append(Assign([local], octets, pure=False))
            octets = f'b"" if {value.text} == {usual} else {local}'
        emitter.out.append(Assign([name], octets, pure=False))

    absent: Body = [Assign([name], 'b""', pure=False)]
    emitter.out.append(If([(f"{value.text} is None", absent)], emitter.nested(body)))
    frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]
