"""How the fast encoder puts a whole message together, split where a part may be absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, If, Line
from art7.codegen.python.encode_plan import measured_slots
from art7.codegen.python.expressions import SUM
from art7.codegen.python.pieces import Begin, Fixed, Part, Piece, Raw, decided, has_fix_up
from art7.codegen.python.record_facts import filled_slots
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


def _fuses(pieces: list[Piece], at: int) -> bool:
    """Whether the pieces of a part join a head that stands before it, an empty list between them at most."""
    part = pieces[at]
    inner = [each for each in part.inner if not isinstance(each, Begin)] if isinstance(part, Part) else []
    before = [each for each in pieces[:at] if not isinstance(each, Begin)]
    lists = [each for each in before if isinstance(each, Raw)]
    if not inner or not isinstance(inner[0], Fixed) or len(lists) > 1 or not before:
        return False
    if lists and (not lists[0].filled or before[-1] is not lists[0]):
        return False
    return isinstance(before[0], Fixed)


def _asked(part: Part, record: p.Record, measured: set[int]) -> bool:
    """Whether anything else needs the octets of a part, or how many there are."""
    steps = [step for step in record.body.steps if isinstance(step, p.When)]
    return any(index in measured for step in steps for index in filled_slots(step.body))


def assemble_message(emitter: EncodeEmitter, record: p.Record, pieces: list[Piece]) -> None:
    """Put a message together in `octets`: its last part by itself, one other where its head can take it in."""
    if any(isinstance(step, p.Align) for step in record.body.steps) or has_fix_up(pieces):
        emitter.out.append(Assign(["octets"], emitter.join(pieces).text, pure=False))
        return
    if emitter.in_order is not None and emitter.in_order.whole:
        text = f"{emitter.in_order.whole} or {emitter.join(pieces).text}"
        emitter.out.append(Assign(["octets"], text, pure=False))
        return
    if any(isinstance(piece, Part) for piece in pieces):
        pieces = emitter.tested(pieces)
    measured = measured_slots(record)
    free = {
        id(piece)
        for piece in pieces
        if isinstance(piece, Part)
        and any(piece.made is each for each in emitter.out)
        and not _asked(piece, record, measured)
    }
    tail: Part | None = None
    if isinstance(pieces[-1], Part) and id(pieces[-1]) in free and len(pieces) > 1:
        tail = pieces[-1]
        pieces = pieces[:-1]
    at = next((i for i, each in enumerate(pieces) if id(each) in free and _fuses(pieces, i)), None)
    if at is None:
        emitter.out.append(Assign(["octets"], emitter.join(pieces).text, pure=False))
    else:
        _split(emitter, pieces, at)
    if tail is not None and tail.made is not None:
        _drop(emitter, tail.made)
        inner = emitter.join(tail.inner).at(SUM)
        ((test, body),) = tail.made.arms
        emitter.out.append(If([(test, [*body[:-1], Line(f"octets += {inner}")])]))


def _drop(emitter: EncodeEmitter, made: If) -> None:
    """Take a statement out of the block."""
    emitter.out[:] = [each for each in emitter.out if each is not made]


def _split(emitter: EncodeEmitter, pieces: list[Piece], at: int) -> None:
    """Write the message with a part and without it."""
    part = pieces[at]
    assert isinstance(part, Part) and part.made is not None
    _drop(emitter, part.made)
    ((test, body),) = part.made.arms
    before = decided(pieces[:at], test, True)
    whole = [*before, *part.inner, *pieces[at + 1 :]]
    statement: Line | If | Assign = Assign(["octets"], emitter.join(whole).text, pure=False)
    lists = [i for i, each in enumerate(before) if isinstance(each, Raw)]
    if lists:
        last = before[lists[0]]
        assert isinstance(last, Raw)
        short = emitter.join([each for each in whole if each is not last]).text
        statement = If([(last.filled, [statement])], [Assign(["octets"], short, pure=False)])
    rest = [*decided(pieces[:at], test, False), *pieces[at + 1 :]]
    emitter.out.append(
        If(
            [(test, [*body[:-1], statement])],
            [Assign(["octets"], emitter.join(rest).text, pure=False)],
        )
    )
