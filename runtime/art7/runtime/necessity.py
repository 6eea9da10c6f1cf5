"""What a flow does without a datum: the same scenario, with nothing told where a field stood.

Every role encodes the field as a blank: left out where it may be absent, else the emptiest value that its type and the
rules of its message allow. Roles read and derive as before. A scenario that comes true all the same has not shown that
the datum is needed; one that fails has shown where. That is evidence for a person, never a verdict: a scenario may be
too short to need what operation needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Protocol, RoleMachine, Scenario, Specification
from art7.grammar.ir.plan import Slot
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Session
from art7.runtime.endpoint import Endpoint, Refusal
from art7.runtime.entropy import SeededRandom
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator, InterpreterSchedules
from art7.runtime.machine import MachineEndpoint
from art7.runtime.network import Faults
from art7.runtime.play import Cast, Performance, perform


@dataclass(slots=True)
class Watch:
    """What one run did: the fields that messages carried, how often the removed one was blank, and where it could not be."""

    removed: str | None = None
    carried: set[str] = field(default_factory=set)
    blanked: int = 0
    kept: int = 0


def play_without(
    specification: Specification,
    interpreter: Interpreter,
    found: tuple[str, Protocol, Scenario],
    removed: str | None,
    seed: int,
) -> tuple[Performance, Watch]:
    """Play a scenario on a calm network by interpreted roles that tell nothing in the field `removed`; None removes none."""
    module, protocol, scenario = found
    watch = Watch(removed)

    def make(protocol: Protocol, machine: RoleMachine, seed: int) -> Endpoint:
        session = Session(draw=SeededRandom(seed, f"endpoint {machine.name}").octets)
        return MachineEndpoint(
            machine,
            BlankingCodec(interpreter, watch),
            InterpreterSchedules(interpreter, session),
            InterpreterEvaluator(interpreter, session),
            session.seen,
        )

    cast = Cast("interpreter", {role.name: make for role in protocol.roles})
    played = perform(specification, interpreter, module, protocol, scenario, cast, faults=Faults(), seed=seed)
    return played, watch


class BlankingCodec(InterpreterCodec):
    """Writes records without what one field says, and notes which fields were written at all."""

    def __init__(self, interpreter: Interpreter, watch: Watch) -> None:
        super().__init__(interpreter)
        self._specification = interpreter.specification
        self._watch = watch

    def encode(self, record: str, members: Mapping[str, Any]) -> bytes:
        """Return the octets. Raises: `Refusal`, as for the same members unblanked."""
        self._watch.carried.update(_carried(self._specification, record, members))
        removed = self._watch.removed
        if removed is None or removed not in self._watch.carried:
            return super().encode(record, members)
        is_kept = False
        for blanked in _without(self._specification, record, members, removed):
            is_kept = True
            try:
                octets = super().encode(record, blanked)
            except Refusal:
                continue
            self._watch.blanked += 1
            return octets
        self._watch.kept += is_kept  # what arrived blank already, and is passed on, keeps nothing
        return super().encode(record, members)


def _carried(specification: Specification, record: str, members: Mapping[str, Any]) -> set[str]:
    """Return the fields that these members fill, those of records inside included."""
    found = set()
    for slot in specification.record(record).api():
        value = members.get(slot.name)
        if value is not None:
            found.add(f"{record}.{slot.name}")
            for inner, part in _inner(slot.shape, value):
                found |= _carried(specification, inner, part)
    return found


def _inner(shape: s.Shape, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    match shape:
        case s.RecordOf(name) if isinstance(value, Mapping):
            yield name, value
        case s.Nullable(inner) if value is not None:
            yield from _inner(inner, value)
        case s.Sequence(item=item) if isinstance(value, list | tuple):
            for each in value:
                yield from _inner(item, each)
        case _:
            return


def _without(
    specification: Specification, record: str, members: Mapping[str, Any], removed: str
) -> Iterator[Mapping[str, Any]]:
    """Yield members with the field blank, the emptiest first; nothing where they do not hold it, or hold nothing in it."""
    choices: dict[str, list[Any]] = {}
    for slot in specification.record(record).api():
        value = members.get(slot.name)
        if value is None:
            continue
        if f"{record}.{slot.name}" == removed:
            choices[slot.name] = list(_blanks(slot, value))
        else:
            choices[slot.name] = list(_inside(specification, slot.shape, value, removed))
    for blanked in _together(choices):
        yield {**members, **blanked}


def _together(choices: Mapping[Any, list[Any]]) -> Iterator[dict[Any, Any]]:
    """Yield the first choices of all, then the second ones, and so on; who has fewer keeps its last."""
    for number in range(max(map(len, choices.values()), default=0)):
        yield {name: each[min(number, len(each) - 1)] for name, each in choices.items() if each}


def _inside(specification: Specification, shape: s.Shape, value: Any, removed: str) -> Iterator[Any]:
    match shape:
        case s.RecordOf(name) if isinstance(value, Mapping):
            yield from _without(specification, name, value, removed)
        case s.Nullable(inner):
            yield from _inside(specification, inner, value, removed)
        case s.Sequence(item=item) if isinstance(value, list | tuple):
            parts = {n: list(_inside(specification, item, each, removed)) for n, each in enumerate(value)}
            for blanked in _together(parts):
                yield [blanked.get(n, each) for n, each in enumerate(value)]
        case _:
            return


def _blanks(slot: Slot, value: Any) -> Iterator[Any]:
    """Yield what can stand for nothing in a field, other than what stands there."""
    if slot.optional:
        yield None
    yield from (blank for blank in _of_shape(slot.shape, value) if blank != value)


def _of_shape(shape: s.Shape, value: Any) -> Iterator[Any]:
    match shape:
        case s.Nullable(inner):
            yield None
            yield from _of_shape(inner, value)
        case s.Text(minimum=least):
            yield from (letter * least for letter in "0a")
            if isinstance(value, str):
                yield "".join(map(_neutral, value))
        case s.Octets(minimum=least):
            yield bytes(least)
            if isinstance(value, bytes | bytearray):
                yield bytes(len(value))
        case s.Integer(minimum=least, maximum=most):
            yield min(max(0, least), most)
        case s.Boolean():
            yield False
        case s.Float():
            yield 0.0
        case s.Sequence(minimum=0):
            yield []
        case s.Mapping(minimum=0):
            yield {}
        case _:
            return


def _neutral(character: str) -> str:
    """Return what keeps the form of a text and tells nothing: `+49 17` becomes `+00 00`."""
    if character.isdigit():
        return "0"
    return ("A" if character.isupper() else "a") if character.isalpha() else character
