"""What is known only when others are written: fill octets, and octets that the complete message tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, If, Line, Test
from art7.codegen.python.encode_names import EncodeNames, Unsupported, WriteFrame
from art7.codegen.python.encode_numbers import local_name
from art7.codegen.python.expressions import ATOM, Code, expression, literal
from art7.codegen.python.in_order import Before, Cover
from art7.codegen.python.integers import codes_of
from art7.codegen.python.pieces import Begin, Fixed, Later, Now, Piece, Raw, constant, has_fix_up, total
from art7.codegen.python.record_facts import walk_steps
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Literal, is_positional

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def _remainder(pieces: list[Piece], by: int) -> Code:
    """Return text for a number that leaves the same remainder as the number of octets."""
    fixed = sum(piece.octets for piece in pieces if isinstance(piece, Fixed))
    rest = [piece for piece in pieces if not isinstance(piece, Fixed)]
    return total([*rest, constant(bytes(fixed % by))])


def _captures(text: str, emitter: EncodeEmitter, frame: WriteFrame) -> str:
    """Return default parameters that keep the present value of the locals a fix-up mentions."""
    from art7.codegen.python.code import names_in

    mentioned = set(names_in(text))
    found = [code.text for code in (*frame.params, *frame.values.values()) if code.text.isidentifier()]
    kept = [name for name in dict.fromkeys(found) if name in mentioned and name not in ("message", "begin")]
    return "".join(f", {name}={name}" for name in kept)


def _fix_form(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint | p.Take
) -> tuple[str, Callable[[Code], str]]:
    """Return the text of how many octets a fix-up has, and how a value becomes them."""
    if isinstance(step, p.Uint):
        code = codes_of(step.octets, step.little, step.signed)
        if len(code) != 1 or code[0].endswith("s"):
            raise Unsupported("fix-up of odd size")
        pack = emitter.scope.pack(code[0], step.little)
        return str(step.octets), lambda value: f"{pack}({value.text})"
    if not isinstance(step.extent, p.Exact) or step.text or is_positional(step.extent.size):
        raise Unsupported("fix-up of unknown size")
    size = emitter.resolved(frame, step.extent.size)
    if isinstance(size, Literal):
        return str(size.value), lambda value: value.text
    return local_name(
        emitter, expression(size, EncodeNames(emitter, frame)), "size"
    ), lambda value: value.text


def _made_now(emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint | p.Take, octets: str) -> Now:
    """Return what covers the octets before it as a piece that is made when all of its item is known."""
    slot = frame.record.slots[step.slot]
    verifies = (s for s in walk_steps(frame.record.body) if isinstance(s, p.Verify) and s.slot == step.slot)
    guard = next((s.guard for s in verifies), ())
    given = frame.values.get(step.slot)
    if guard and (given is None or isinstance(step, p.Uint)):
        raise Unsupported("guarded integer")

    def write(cover: Cover | Before) -> Piece:
        names = EncodeNames(emitter, frame)
        names.covering = replace(cover, always=not guard)
        assert slot.value is not None
        value = expression(emitter.simplified(frame, slot.value), names).text
        if isinstance(step, p.Uint):
            code = codes_of(step.octets, step.little, step.signed)[0]
            return Fixed(code, value, None, step.little and step.octets > 1)
        name = emitter.fresh(slot.name)
        if guard and given is not None:
            condition = " and ".join(f"{names.param(i).text} is not None" for i in guard)
            emitter.out.append(Line(f"{name}: bytes | None"))
            emitter.out.append(If([(condition, [Assign([name], value)])], [Assign([name], given.text)]))
            emitter.out.append(Test(f"{name} is None or len({name}) != {octets}"))
        else:
            emitter.out.append(Assign([name], value, pure=False))
            emitter.out.append(Test(f"len({name}) != {octets}"))
        return Fixed(f"{octets}s", name) if octets.isdigit() else Raw(name, f"len({name})", given=True)

    return Now("", octets, frame=frame.number, write=write)


def write_deferred(emitter: EncodeEmitter, frame: WriteFrame, step: p.Uint | p.Take) -> list[Piece]:
    """Write zeros and a mark: how the octets are made when the message is complete."""
    slot = frame.record.slots[step.slot]
    assert slot.value is not None
    octets, spell = _fix_form(emitter, frame, step)
    names = EncodeNames(emitter, frame)
    if emitter.in_order is not None or emitter.closing is step:
        return [_made_now(emitter, frame, step, octets)]
    names.covering = ("message", "begin")
    value = expression(emitter.simplified(frame, slot.value), names)
    captured = _captures(value.text, emitter, frame)
    text = f"lambda message, begin{captured}: {spell(value)}"
    verifies = (s for s in walk_steps(frame.record.body) if isinstance(s, p.Verify) and s.slot == step.slot)
    guard = next((s.guard for s in verifies), ())
    fixed = int(octets) if octets.isdigit() else None
    empty = literal(bytes(fixed)).text if fixed is not None else f"bytes({octets})"
    if not guard:
        later = Later(octets, text, "", frame.number)
        return [later, constant(bytes(fixed)) if fixed is not None else Raw(empty, octets)]
    given = frame.values.get(step.slot)
    if given is None or isinstance(step, p.Uint):
        raise Unsupported("guarded integer")
    name = emitter.fresh(slot.name)
    emitter.out.append(Line(f"{name}: bytes | None"))
    condition = " and ".join(f"{names.param(i).text} is not None" for i in guard)
    emitter.out.append(
        If(
            [(condition, [Assign([name], empty)])],
            [Assign([name], given.text), Test(f"{name} is None or len({name}) != {octets}")],
        )
    )
    later = Later(octets, text, condition, frame.number)
    return [
        later,
        Fixed(f"{octets}s", name) if fixed is not None else Raw(name, f"len({name})", given=True),
    ]


def closed(emitter: EncodeEmitter, pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of a message with its last field made of all before it, which is put together for that."""
    step = emitter.closing
    if step is None or not pieces or not isinstance(pieces[-1], Now) or step.slot is None:
        return pieces
    before = [piece for piece in pieces[:-1] if not isinstance(piece, Begin)]
    if has_fix_up(before) or any(isinstance(piece, Now) for piece in before):
        raise Unsupported("what closes a message that is not final")
    name = emitter.fresh("before")
    emitter.out.append(Assign([name], emitter.join(before).text, pure=False))
    return [Raw(name, f"len({name})"), pieces[-1].write(Before(name, step.slot))]


def write_align(emitter: EncodeEmitter, frame: WriteFrame, step: p.Align, before: list[Piece]) -> list[Piece]:
    """Write fill octets up to a multiple, those that were read where they are as many."""
    length = _remainder(before, step.to)
    kept = frame.values.get(step.slot) if step.slot is not None else None
    if length.text.isdigit():
        octets = -int(length.text) % step.to
        if not octets:
            return []
        if kept is None:
            return [constant(bytes([step.octet]) * octets)]
        usual = literal(bytes([step.octet]) * octets).text
        name = emitter.fresh("fill")
        emitter.out.append(Assign([name], kept.text))
        emitter.out.append(If([(f"{name} is None or len({name}) != {octets}", [Assign([name], usual)])]))
        return [Raw(name, str(octets))]
    fills = tuple(bytes([step.octet]) * (-i % step.to) for i in range(step.to))
    rows = ", ".join(literal(each).text for each in fills)
    table = emitter.scope.constant(f"_fill_{step.octet}_to_{step.to}", f"({rows})")
    index = (
        f"{length.at(ATOM)} & {step.to - 1}"
        if step.to & step.to - 1 == 0
        else f"{length.at(ATOM)} % {step.to}"
    )
    if kept is None:
        return [Raw(f"{table}[{index}]", f"len({table}[{index}])")]
    name = emitter.fresh("fill")
    emitter.out.append(Assign([name], f"{table}[{index}]"))
    emitter.out.append(
        If(
            [
                (
                    f"{kept.text} is not None and len({kept.text}) == len({name})",
                    [Assign([name], kept.text)],
                )
            ]
        )
    )
    return [Raw(name, f"len({name})")]
