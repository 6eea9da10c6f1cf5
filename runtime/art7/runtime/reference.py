"""Does a party do what the offer prescribes? Its events are given to an endpoint of the interpreter, made anew.

The reference draws the same randomness, so both must do the same, octet for octet. The first event on which they do not is
where the party leaves the offer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from art7.runtime.endpoint import (
    Decoded,
    Deferred,
    Derived,
    Effect,
    Endpoint,
    Entered,
    Ignored,
    Refusal,
    Resumed,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.simulator import Told

MakeReference = Callable[[str], Endpoint]
"""role → an endpoint that does what the offer prescribes."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """The first event on which a party does something else than the offer prescribes."""

    told: Told
    done: str
    prescribed: str


def deviations(history: Sequence[Told], make: MakeReference) -> list[Deviation]:
    """Return the first deviation of each role, in order of time."""
    references: dict[str, Endpoint] = {}
    found: dict[str, Deviation] = {}
    for told in history:
        if told.role in found or told.kind == "send" or not told.name:
            continue
        if told.role not in references:
            references[told.role] = make(told.role)
        done, prescribed = course_of(told.effects, told.refusal), _prescribed(references[told.role], told)
        if done != prescribed:
            found[told.role] = Deviation(told, *_first_difference(done, prescribed))
    return list(found.values())


def _prescribed(reference: Endpoint, told: Told) -> list[tuple[str, Any]]:
    try:
        if told.kind == "local":
            return course_of(reference.local(told.name, told.given), None)
        if told.kind == "timeout":
            return course_of(reference.timeout(told.name), None)
        sender = told.delivery.sender if told.delivery is not None else ""
        return course_of(reference.receive(told.name, told.given, sender), None)
    except Refusal as refusal:
        return course_of((), refusal)


def course_of(effects: Sequence[Effect], refusal: Refusal | None) -> list[tuple[str, Any]]:
    """Return what was done as (phrase, what must be equal)."""
    if refusal is not None:
        learnt = [_step(each) for each in refusal.learnt]
        return [*learnt, (f"refuses with {refusal.code}", refusal.code)]
    return [_step(effect) for effect in effects]


def _step(effect: Effect) -> tuple[str, Any]:
    match effect:
        case Transmit(message=message, octets=octets, receiver=receiver):
            return f"sends {message} to {receiver}", (octets,)
        case Derived(schedule=schedule, values=values, inputs=inputs):
            return f"runs {schedule}", (*inputs, *values)
        case Decoded(message=message, octets=octets):
            return f"reads {message}", octets
        case Entered(state=state):
            return f"enters {state}", state
        case StartTimer(timer=timer, after_ms=after_ms):
            return f"starts {timer}", after_ms
        case StopTimer(timer=timer):
            return f"stops {timer}", None
        case Ignored(message=message):
            return f"ignores {message}", None
        case Deferred(message=message):
            return f"defers {message}", None
        case Resumed(message=message, refusal=refusal):
            return f"takes up {message}", refusal.code if refusal is not None else None


def _first_difference(done: list[tuple[str, Any]], prescribed: list[tuple[str, Any]]) -> tuple[str, str]:
    place = next(
        (i for i, (one, other) in enumerate(zip(done, prescribed, strict=False)) if one != other),
        min(len(done), len(prescribed)),
    )
    mine = done[place] if place < len(done) else ("does nothing more", None)
    right = prescribed[place] if place < len(prescribed) else ("do nothing more", None)
    if mine[0] == right[0] and isinstance(mine[1], tuple) and isinstance(right[1], tuple):
        return f"{mine[0]} with another {_what(mine[1], right[1])}", f"{right[0]} as the text has it"
    if mine[0] == right[0] and isinstance(mine[1], int):
        return f"{mine[0]} ({mine[1]})", f"{right[0]} ({right[1]})"
    return mine[0], right[0]


def _what(mine: tuple[Any, ...], right: tuple[Any, ...]) -> str:
    """Name the first value that differs: of a schedule by its name, of a message by its octet."""
    for one, other in zip(mine, right, strict=False):
        if one == other:
            continue
        if isinstance(one, tuple):
            return f"`{one[0]}`"
        length = min(len(one), len(other))
        return f"octet {next((i for i in range(length) if one[i] != other[i]), length)}"
    return "number of values"
