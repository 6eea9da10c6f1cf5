"""Text in the fast encoder: every value is spelled by one call, every line made when its content is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, If, Test
from art7.codegen.python.encode_choices import write_given
from art7.codegen.python.encode_lists import write_loop
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.expressions import Code, expression, literal, quoted
from art7.codegen.python.pieces import Piece, Raw, Text, constant
from art7.codegen.python.text_lists import holds_none, listed_words, write_words
from art7.codegen.python.text_pieces import (
    is_no_number,
    is_no_text,
    keep,
    kept,
    measured,
    nothing,
    text_in,
    writes_text,
)
from art7.codegen.python.text_runs import whole_text
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def _made(emitter: EncodeEmitter, frame: WriteFrame, slot: int | None, text: str, hint: str) -> list[Piece]:
    """Put octets into a variable; returns them as a piece."""
    name = emitter.fresh(hint if slot is None else f"{frame.record.slots[slot].name}_{hint}")
    emitter.out.append(Assign([name], text, pure=False))
    if slot is not None:
        frame.octets[slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]


def _value(emitter: EncodeEmitter, frame: WriteFrame, slot: int) -> str:
    return written(emitter, frame, slot).text


def _variable(emitter: EncodeEmitter, frame: WriteFrame, slot: int) -> str:
    """Return the variable of a value."""
    return local_name(emitter, written(emitter, frame, slot), frame.record.slots[slot].name)


def _spelled(emitter: EncodeEmitter, frame: WriteFrame, slot: int, text: Text) -> list[Piece]:
    frame.octets[slot] = Code(text.length)
    return [text]


def write_token(emitter: EncodeEmitter, frame: WriteFrame, step: p.Token) -> list[Piece]:
    """Write a text that a pattern takes."""
    value = _variable(emitter, frame, step.slot)
    if octets_pattern(step.pattern) is None:
        found = f"not {emitter.scope.support('matches')}({value}, {quoted(step.pattern)})"
    else:
        found = f"{whole_text(emitter.scope, step.pattern)}({value}) is None"
    emitter.out.append(Test(f"{is_no_text(emitter, value)} or {found}"))
    pieces = _spelled(emitter, frame, step.slot, text_in(value))
    if step.maximum is not None:
        emitter.out.append(Test(f"{frame.octets[step.slot].text} > {step.maximum}"))
    return pieces


def write_number(emitter: EncodeEmitter, frame: WriteFrame, step: p.Number) -> list[Piece]:
    """Write a number in digits."""
    value = _variable(emitter, frame, step.slot)
    emitter.out.append(Test(is_no_number(value, step)))
    shown = f"{{{value}:{'x' if step.base == 16 else 'd'}}}"
    return _spelled(emitter, frame, step.slot, Text(f'f"{shown}"', f'len(f"{shown}")', shown=shown))


def write_quoted(emitter: EncodeEmitter, frame: WriteFrame, step: p.Quoted) -> list[Piece]:
    """Write a text between double quotes."""
    name = emitter.fresh(f"{frame.record.slots[step.slot].name}_in_quotes")
    arguments = f"{_value(emitter, frame, step.slot)}, {step.minimum}, {step.maximum}"
    call = f"{emitter.scope.support('in_quotes')}({arguments})"
    emitter.out.append(Assign([name], call, pure=False))
    return _spelled(emitter, frame, step.slot, text_in(name))


def write_upto(emitter: EncodeEmitter, frame: WriteFrame, step: p.Upto) -> list[Piece]:
    """Write what stands before a mark, and the mark."""
    if not step.text or not step.until.isascii() or step.until[:1] in step.until[1:]:
        rest = f"{literal(step.until).text}, {step.minimum}, {step.maximum}, {step.text}"
        spelled = f"{emitter.scope.support('upto_octets')}({_value(emitter, frame, step.slot)}, {rest})"
        return _made(emitter, frame, step.slot, spelled, "run")
    value = _variable(emitter, frame, step.slot)
    emitter.out.append(Test(f"{is_no_text(emitter, value)} or {quoted(step.until.decode())} in {value}"))
    size = f"len({value}.encode())"
    for bound, sign in ((step.minimum or None, "<"), (step.maximum, ">")):
        if bound is not None:
            emitter.out.append(Test(f"{size} {sign} {bound}"))
    frame.octets[step.slot] = Code(size)
    return [text_in(value), constant(step.until)]


def write_space(emitter: EncodeEmitter, frame: WriteFrame, step: p.Space) -> list[Piece]:
    """Write nothing: white space is for reading."""
    return []


def write_line(emitter: EncodeEmitter, frame: WriteFrame, step: p.Line) -> list[Piece]:
    """Write a line around what it holds."""
    pieces = emitter.pieces(frame, step.body)
    signs = step.eol[-1:] if step.lenient and step.eol != b"\n" else step.eol
    if holds_none(emitter.scope.records, step.body, signs):
        return [*pieces, constant(step.eol)]
    if writes_text(emitter.scope.records, step.body):
        line = emitter.fresh("line")
        keep(emitter, line, pieces, True)
        ends = [quoted(signs.decode())]
        test = f"{ends[0]} in {line}"
        if step.lenient and step.eol == b"\n":
            test += f' or {line}[-1:] == "\\r"'
        emitter.out.append(Test(test))
        return [text_in(line), constant(step.eol)]
    content = emitter.octets_of(pieces)
    make = emitter.scope.support("lenient_octets" if step.lenient else "line_octets")
    return _made(emitter, frame, None, f"{make}({content}, {literal(step.eol).text})", "line")


def write_ahead(emitter: EncodeEmitter, frame: WriteFrame, step: p.Ahead) -> list[Piece]:
    """Write what may be absent: nothing for what is not given, or is the default."""
    slot = frame.record.slots[step.slot]
    if slot.role is p.Role.COMPUTED:
        raise Unsupported("a computed member that may be absent")
    _refuse_empty(emitter, step.body)
    value = written(emitter, frame, step.slot)
    name = emitter.fresh(f"{slot.name}_part")
    inner = replace(frame, values=dict(frame.values))
    inner.values[step.slot] = replace(value, optional=False)
    absent = f"{value.text} is None"
    if slot.default is not None:
        absent += f" or {value.text} == {expression(slot.default, EncodeNames(emitter, frame)).text}"

    as_text = writes_text(emitter.scope.records, step.body)

    def body() -> None:
        keep(emitter, name, emitter.pieces(inner, step.body), as_text)

    empty: Body = [Assign([name], nothing(as_text), pure=False)]
    emitter.out.append(If([(absent, empty)], emitter.nested(body)))
    frame.octets[step.slot] = measured(name, as_text)
    return [kept(name, as_text)]


def _refuse_empty(emitter: EncodeEmitter, body: p.Block) -> None:
    """Leave to the careful encoder a record without members, whose value nothing here would look at."""
    for step in body.steps:
        if isinstance(step, p.CallRecord) and not emitter.scope.records[step.record].api():
            raise Unsupported("a record without members")


def write_repeat(emitter: EncodeEmitter, frame: WriteFrame, step: p.Repeat) -> list[Piece]:
    """Write a list: what ends it when it is read is not written."""
    _refuse_empty(emitter, step.body)
    mark, pattern = listed_words(step)
    if pattern is not None:
        return write_words(emitter, frame, step, mark, pattern)
    return write_loop(
        emitter, frame, p.Loop(step.slot, step.item, step.body, None, step.minimum, step.maximum)
    )


def write_through(emitter: EncodeEmitter, frame: WriteFrame, step: p.Through) -> list[Piece]:
    """Write octets in the characters of a coding."""
    content = emitter.octets_of(emitter.pieces(frame, step.body))
    encode = emitter.scope.support(f"encode_{step.transform}")
    name = emitter.fresh(f"{frame.record.slots[step.slot].name}_coded")
    emitter.out.append(Assign([name], f"{encode}({content})", pure=False))
    return _spelled(emitter, frame, step.slot, text_in(name))


ROWS: dict[type, Callable[[Any, WriteFrame, Any], list[Piece]]] = {
    p.Token: write_token,
    p.Number: write_number,
    p.Quoted: write_quoted,
    p.Upto: write_upto,
    p.Space: write_space,
    p.Line: write_line,
    p.Ahead: write_ahead,
    p.Repeat: write_repeat,
    p.Either: write_given,
    p.Through: write_through,
}
"""One row for each step of text."""
