"""Two files of derivations side by side: which values differ, where that begins, and by whose mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.module import Schedule, Specification
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import find_schedule
from art7.interpreter.shared import interpreter_of
from art7.runtime.difference.derivations import Derivation
from art7.runtime.difference.judgement import Judge, Judgement, named_by

SIDES = ("left", "right")

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Side:
    """One side's value, as its file spells it (`None`: not there), and what the schedule says about it."""

    where: str
    value: Any
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs, or that a side makes by a mistake."""

    schedule: str
    name: str
    refs: tuple[str, ...]
    left: Side
    right: Side


@dataclass(slots=True)
class Comparison:
    """What was compared. `differences` are those that begin something; `consequences` counts those that follow from them."""

    derivations: int = 0
    values: int = 0
    consequences: int = 0
    differences: list[Difference] = field(default_factory=list)
    only: list[tuple[str, str, str]] = field(default_factory=list)
    """(side, schedule, where) of derivations without a partner."""
    unknown: set[str] = field(default_factory=set)
    """Schedules that the specification does not hold: their values are compared, nobody is judged."""

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs and everything has a partner."""
        return not self.differences and not self.only and not self.consequences


def compare(
    left: Sequence[Derivation], right: Sequence[Derivation], specification: Specification | None
) -> Comparison:
    """Compare derivations in pairs: the same schedule by the same role, in the order of the files."""
    found = Comparison()
    others: dict[tuple[str, str], list[Derivation]] = defaultdict(list)
    for each in reversed(right):
        others[each.schedule, each.role].append(each)
    for one in left:
        rest = others[one.schedule, one.role]
        if rest:
            _pair(found, one, rest.pop(), specification)
        else:
            found.only.append(("left", one.schedule, one.where))
    for each in right:
        if any(each is other for other in others[each.schedule, each.role]):
            found.only.append(("right", each.schedule, each.where))
    return found


def _pair(
    found: Comparison, left: Derivation, right: Derivation, specification: Specification | None
) -> None:
    found.derivations += 1
    held = _schedule(left.schedule, specification)
    if held is None:
        found.unknown.add(left.schedule)
    judges = None if held is None else (Judge(held[0], held[1], left), Judge(held[0], held[1], right))
    begun = False
    for name in dict.fromkeys((*left.values, *right.values)):
        one, other = left.values.get(name, _ABSENT), right.values.get(name, _ABSENT)
        found.values += 1
        if one == other and type(one) is type(other):
            continue
        sides = tuple(
            Side(where.where, None if value is _ABSENT else value, _judgement(judges, index, name))
            for index, (where, value) in enumerate(((left, one), (right, other)))
        )
        if begun and all(side.judgement.verdict in ("as specified", "not known") for side in sides):
            found.consequences += 1
            continue
        begun = True
        refs = () if held is None else _refs(held[1], name)
        found.differences.append(Difference(left.schedule, name, refs, *sides))


def _judgement(judges: tuple[Judge, Judge] | None, side: int, name: str) -> Judgement:
    return Judgement("not known") if judges is None else judges[side].judge(name)


def _schedule(name: str, specification: Specification | None) -> tuple[Interpreter, Schedule] | None:
    if specification is None:
        return None
    try:
        _, schedule = find_schedule(specification, name)
    except KeyError:
        return None
    return interpreter_of(specification), schedule


def _refs(schedule: Schedule, name: str) -> tuple[str, ...]:
    for step in schedule.steps:
        for named in named_by(step):
            if named.name == name:
                return named.refs or schedule.refs
    return schedule.refs
