"""Inputs of schedules, searched: such as come to the end of the schedule, and what stands at the bounds of each.

Every candidate comes from the schedule itself: bounds of its shapes, constants of its expressions, the sizes that keys
have, and the values of its neighbours in the module, so that what one seals another opens. A number of runs bounds the
search, never a clock: same specification, same inputs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from typing import Any

from art7.codegen.vectors.construct import NOTHING, Builder
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Module, Schedule, Specification
from art7.interpreter.schedules import DeriveError, Trace, run_schedule

RUNS = 400
"""How many inputs are tried for one schedule that costs little; one with costly calls gets as many less."""
LEAST = 16
"""How many are tried whatever a run costs."""
COSTLY = re.compile(r"modp_|dsa_|rsa_")
"""Functions that take milliseconds: powers modulo large numbers."""
SIZES = (16, 32, 0, 1, 12, 14, 24, 20, 33, 48, 56, 64)
"""Octets that keys, nonces, salts, tags and points have."""
LONGEST = 300
"""Octets beyond which no input is made."""
PATTERN = 0x0123456789ABCDEF
"""An integer whose octets all differ."""

Given = dict[str, Any]
Score = tuple[bool, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """What inputs came to: how far, and every value named on the way."""

    score: Score
    values: Given


class InputSearch:
    """The search for one schedule's inputs; `shapes` are those of its parameters and inputs by name."""

    def __init__(
        self, spec: Specification, name: str, schedule: Schedule, shapes: Mapping[str, s.Shape]
    ) -> None:
        self.spec = spec
        self.name = name
        self.schedule = schedule
        self.shapes = shapes
        self.sizes = {value.name: value.octets for value in schedule.inputs}
        self.constants = tuple(dict.fromkeys(_constants(schedule)))
        calls = [
            node.function for step in schedule.steps for node in e.walk(step.expr) if isinstance(node, e.Call)
        ]
        self.runs = max(LEAST, RUNS // (1 + sum(COSTLY.match(each) is not None for each in calls)))
        self._draws_not = not any("sign" in each for each in calls)

    def tried(self, given: Given) -> Tried:
        """Run the schedule and tell how far it came."""
        self.runs -= 1
        trace = Trace()
        params = {param.name for param in self.schedule.params}
        try:
            run_schedule(
                self.spec,
                self.name,
                {name: value for name, value in given.items() if name not in params},
                {name: value for name, value in given.items() if name in params},
                trace=trace,
            )
        except DeriveError as error:
            rules = [rule for rule, _, _ in self.schedule.conditions]
            held = rules.index(error.requirement) if error.requirement in rules else 0
            return Tried((False, len(trace.steps) + held), {})
        return Tried((True, 0), {step.name: step.value for step in trace.steps})

    def repeats(self, given: Given) -> bool:
        """Whether the schedule comes to the same on the same inputs, without randomness that a builtin draws."""
        self.runs -= 1
        return self._draws_not or self.tried(given) == self.tried(given)

    def best(self, starts: list[Given], neighbours: list[Given]) -> Given | None:
        """Return inputs that the schedule takes, `None` where the search ends without."""
        pool = [{**start, **_named(self.shapes, known)} for start in starts for known in neighbours]
        scored = [(self.tried(start).score, start) for start in [*starts, *pool[:16]]]
        score, given = max(scored, key=lambda row: row[0], default=((False, 0), None))
        while given is not None and not score[0] and self.runs > 0:
            better = self._better(given, score, neighbours)
            if better is None:
                return None
            score, given = better
        return given if score[0] else None

    def _better(self, given: Given, score: Score, neighbours: list[Given]) -> tuple[Score, Given] | None:
        for change in chain(self._single(given, neighbours), self._pairs()):
            if self.runs <= 0:
                return None
            changed = {**given, **change}
            reached = self.tried(changed).score
            if reached > score:
                return reached, changed
        return None

    def _single(self, given: Given, neighbours: list[Given]) -> Iterator[Given]:
        for name in self.shapes:
            for value in self._wider(name, given, neighbours):
                yield {name: value}

    def _pairs(self) -> Iterator[Given]:
        """Two values at once: a size and the octets that have it."""
        for one, other in combinations(self.shapes, 2):
            for first, second in product(self.candidates(one), self.candidates(other)):
                yield {one: first, other: second}

    def _wider(self, name: str, given: Given, neighbours: list[Given]) -> Iterator[Any]:
        """Values worth a try: those at bounds, then those of neighbours that are of the kind."""
        yield from self.candidates(name)
        kind = type(given.get(name))
        for known in neighbours:
            yield from (value for value in known.values() if kind is bytes and isinstance(value, bytes))

    def candidates(self, name: str) -> list[Any]:
        """Return values of an input or parameter: at its bounds, beside constants, of the sizes that keys have."""
        shape = self.shapes[name]
        inner = shape.inner if isinstance(shape, s.Nullable) else shape
        match inner:
            case s.Integer(minimum=low, maximum=high):
                near = [value + step for value in self.constants for step in (0, 1, -1)]
                beside = [high - value for value in self.constants]
                wanted = [low, high, PATTERN % (high + 1) if high >= 0 else low, *near, *beside]
                return list(dict.fromkeys(value for value in wanted if low <= value <= high))
            case s.Boolean():
                return [True, False]
            case s.Octets(minimum=low, maximum=high):
                return [octets_named(name, size) for size in self._sizes(name, low, high)]
            case s.Text(minimum=low, maximum=high, pattern=None):
                sizes = (low, low + 1, 8 if high is None else min(high, LONGEST))
                return list(dict.fromkeys("abcdefgh"[place % 8] * size for place, size in enumerate(sizes)))
            case s.Enumeration(name=enum):
                return _members(self.spec, enum)
            case _:
                return []

    def _sizes(self, name: str, low: int, high: int | None) -> list[int]:
        exact = self.sizes.get(name)
        if exact is not None:
            return [exact]
        top = LONGEST if high is None else min(high, LONGEST)
        near = [value + step for value in self.constants for step in (0, 1, -1)]
        ends = [low, top] if high is not None and high <= LONGEST else [low]
        return [size for size in dict.fromkeys([*ends, *SIZES, *near]) if low <= size <= top]

    def around(self, base: Given, most: int) -> Iterator[tuple[str, Given]]:
        """Yield (what is changed, inputs) that differ from `base` in one value, at most `most` for each value."""
        for name in self.shapes:
            others = (value for value in self.candidates(name) if value != base.get(name))
            for value in islice(others, most):
                if self.runs <= 0:
                    return
                size = f"{len(value)} octets" if isinstance(value, bytes) else repr(value)[:40]
                yield f"{name}: {size}", {**base, name: value}


def octets_named(name: str, size: int) -> bytes:
    """Return `size` octets made from a name."""
    return hashlib.shake_256(name.encode()).digest(size)


class Neighbours:
    """What the schedules of one module come to on inputs that they take; each is tried once."""

    def __init__(self, spec: Specification, module: Module) -> None:
        self.spec = spec
        self.module = module
        self._values: dict[str, Given | None] = {}

    def of(self, schedule: Schedule, most: int = 8) -> list[Given]:
        """Return the values of schedules that compute what this one asks for, or take what it takes."""
        wanted = set(shapes_of(schedule))
        found: list[Given] = []
        for other in self.module.schedules:
            if other is schedule or not wanted & {*shapes_of(other), *other.outputs} or draws(other):
                continue
            values = self._come_to(other)
            if values is not None:
                found.append(values)
            if len(found) == most:
                break
        return found

    def _come_to(self, schedule: Schedule) -> Given | None:
        if schedule.name not in self._values:
            name = schedule.name if "." in schedule.name else f"{self.module.name}.{schedule.name}"
            search = InputSearch(self.spec, name, schedule, shapes_of(schedule))
            given = search.best([plain(self.spec, schedule)], [])
            self._values[schedule.name] = None if given is None else search.tried(given).values
        return self._values[schedule.name]


def shapes_of(schedule: Schedule) -> dict[str, s.Shape]:
    """Return the shapes of a schedule's parameters and inputs by name."""
    shapes = {param.name: param.shape for param in schedule.params}
    return shapes | {value.name: value.shape for value in schedule.inputs}


def plain(spec: Specification, schedule: Schedule, *, whole: bool = False) -> Given:
    """Return inputs made from their names, those that may be absent if `whole`, and parameters from their shapes."""
    builder = Builder(spec)
    params = {param.name: builder.shape(param.shape, 0, {}, NOTHING, None) for param in schedule.params}
    inputs: Given = {}
    for value in schedule.inputs:
        if value.optional and not whole:
            continue
        shape = value.shape.inner if isinstance(value.shape, s.Nullable) else value.shape
        if isinstance(shape, s.Octets):
            size = (
                value.octets if value.octets is not None else max(shape.minimum, min(32, shape.maximum or 32))
            )
            inputs[value.name] = octets_named(value.name, size)
        else:
            inputs[value.name] = builder.shape(shape, 0, {}, NOTHING, None)
    return {**params, **inputs}


def draws(schedule: Schedule) -> bool:
    """Whether a run asks its caller for randomness or memory."""
    return any(
        isinstance(node, e.Call) and node.function in ("random", "fresh")
        for step in schedule.steps
        for node in e.walk(step.expr)
    )


def _named(shapes: Mapping[str, s.Shape], known: Given) -> Given:
    return {
        name: bytes(value) if isinstance(value, bytes) else value
        for name, value in known.items()
        if name in shapes
    }


def _constants(schedule: Schedule) -> Iterator[int]:
    """Integers that the schedule computes or compares with, small ones alone."""
    expressions = [step.expr for step in schedule.steps] + [rule for _, rule, _ in schedule.conditions]
    for expression in expressions:
        for node in e.walk(expression):
            match node:
                case e.Literal(value=int(value)) if not isinstance(value, bool):
                    yield value
                case e.InRanges(ranges=ranges):
                    yield from (end for range_ in ranges for end in range_ if isinstance(end, int))
                case _:
                    continue


def _members(spec: Specification, name: str) -> list[Any]:
    return [
        member.low
        for module in spec.modules.values()
        for enum in module.enums
        if enum.name == name
        for member in enum.members
    ]
