"""Rounds of a list that end inside the arm of a choice.

An arm that has found how long its item is knows what the rest of the round does: no padding, no rule for other
kinds. It does that itself and begins the next round, so the rest of the round serves the other arms alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Body, If, Line, Read
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.passes.assume import simplify
from art7.codegen.python.passes.words import COMPOUND, bodies
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Attribute, Expr, Literal, LocalRef, Quantified, SlotRef, walk

if TYPE_CHECKING:
    from art7.codegen.python.decode_blocks import BlockEmitter

FEW = 4
"""The most steps that are printed once more in an arm."""
LIGHT = (p.Align, p.Check, p.View, p.Verify, p.Domain)
"""Steps that are."""
_FRAME = ("values", "known", "proved", "redirect", "starts", "spans", "sizes", "dropped", "extra")
_EMITTER = ("inlined", "sunk", "settled", "measured", "constants", "closers")


@dataclass(slots=True)
class Later:
    """What is left to do in a round after the step under construction; `light`: fit to be printed again."""

    frame: Frame
    run: Callable[[], None]
    light: bool = True


@dataclass(slots=True)
class Round:
    """A round of a list under construction: its block, how deep that stands, what is left to do in it."""

    level: int
    out: Body
    bounded: bool
    """Whether the list's length is tested in each round where nothing is read."""
    known: int
    """How many lengths were known before."""
    later: list[Later] = field(default_factory=list)


@contextmanager
def alone(emitter: BlockEmitter) -> Iterator[None]:
    """Let nothing of an enclosing round be put into arms of what is emitted inside."""
    peeked, emitter.peeked = emitter.peeked, None
    try:
        with a_round(emitter, None):
            yield
    finally:
        emitter.peeked = peeked


@contextmanager
def a_round(emitter: BlockEmitter, made: Round | None) -> Iterator[None]:
    """Let arms end the round `made`, or no round at all."""
    outer, emitter.round = emitter.round, made
    try:
        yield
    finally:
        emitter.round = outer


@contextmanager
def later(
    emitter: BlockEmitter, frame: Frame, run: Callable[[], None], *, light: bool = True
) -> Iterator[None]:
    """Note what is left to do after the step under construction."""
    made = emitter.round
    if made is None:
        yield
        return
    made.later.append(Later(frame, run, light))
    try:
        yield
    finally:
        made.later.pop()


def later_steps(emitter: BlockEmitter, frame: Frame, steps: tuple[Any, ...]) -> Later:
    """Return that `steps` are left to do."""
    light = len(steps) <= FEW and all(isinstance(step, LIGHT) for step in steps)
    return Later(frame, lambda: emitter.run_steps(frame, steps), light)


def end_round(emitter: BlockEmitter) -> bool:
    """End the round in the arm under construction, if the arm knows the length of its item; whether it did."""
    made = emitter.round
    if made is None or emitter.level != made.level + 1 or len(emitter.constants) <= made.known:
        return False
    if not all(each.light for each in made.later):
        return False
    if made.bounded and not any(isinstance(each, Read) for each in made.out):
        return False
    frames = [each.frame for each in made.later]
    kept = [{name: type(value)(value) for name, value in _state(frame, _FRAME)} for frame in frames]
    mine = {name: type(value)(value) for name, value in _state(emitter, _EMITTER)}
    cursor, peeked, steps = emitter.cursor_state, emitter.peeked, emitter.steps
    for each in reversed(made.later):
        each.run()
    emitter.out.append(Line("continue"))
    for frame, state in zip(frames, kept, strict=True):
        for name, value in state.items():
            setattr(frame, name, value)
    for name, value in mine.items():
        setattr(emitter, name, value)
    emitter.cursor_state, emitter.peeked, emitter.steps = cursor, peeked, steps
    return True


def _state(owner: Any, names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(name, getattr(owner, name)) for name in names]


def item_condition(condition: Quantified, known: Mapping[Expr, Expr], record: p.Record) -> Expr:
    """Return a rule over every item for one item, with what is `known` about that item's slots put in."""
    members: dict[Expr, Expr] = {}
    for node in walk(condition.body):
        match node:
            case Attribute(base=LocalRef(name=name), name=member) if name == condition.variable:
                members[SlotRef(record.slot(member).index, node.kind)] = node
            case _:
                pass
    about = {
        simplify(expr, members): value
        for expr, value in known.items()
        if isinstance(value, Literal) and any(node in members for node in walk(expr))
    }
    return simplify(condition.body, about) if about else condition.body


def drop_dead(body: Body) -> Body:
    """Return `body` without what stands after a statement that always leaves."""
    kept: Body = []
    for statement in body:
        kind = type(statement)
        if kind in COMPOUND:
            for inner in bodies(statement):
                inner[:] = drop_dead(inner)
        kept.append(statement)
        if (kind is If or kind is Line) and leaves([statement]):
            break
    return kept


def leaves(body: Body) -> bool:
    """Whether a block always ends in a refusal or in the next round."""
    match body[-1] if body else None:
        case Line(text="raise Refused" | "continue"):
            return True
        case If(arms=arms, otherwise=list(otherwise)):
            return leaves(otherwise) and all(leaves(inner) for _, inner in arms)
        case _:
            return False
