"""Requirements and rules of two versions: by their number, those without one by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir import plan as p
from art7.interpreter.prepare import all_steps
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level
from art7.prover.changes.plain import Names, plain

_LEVELS = {"must": 3, "should": 2, "may": 1}
_BOTH = (OLD_TO_NEW, NEW_TO_OLD)


def compare_rules(old: p.Record, new: p.Record, names: Names) -> Iterator[Change]:
    """Return what changed in the numbered rules of a record, then in those without a number."""
    conditions = _conditions(old, names), _conditions(new, Names())
    yield from compare_requirements(
        old.requirements, new.requirements, new.name, conditions, (old.span, new.span)
    )
    before, after = Counter(_bare(old, names)), Counter(_bare(new, Names()))
    gone, come = before - after, after - before
    if gone and come:
        what = "a rule without a number says something else"
        yield Change(Level.WIRE, new.name, what, old.span, new.span, _BOTH)
    elif gone or come:
        count = _number(sum((gone or come).values()), "rule")
        what = f"{count} without a number {'gone' if gone else 'added'}"
        expects, weakens = ((NEW_TO_OLD,), "a check is gone") if gone else ((OLD_TO_NEW,), "")
        yield Change(Level.WIRE, new.name, what, old.span, new.span, expects, weakens)


def compare_requirements(
    old: Iterable[p.Requirement],
    new: Iterable[p.Requirement],
    subject: str,
    conditions: tuple[dict[str, Any], dict[str, Any]],
    places: tuple[Span, Span],
) -> Iterator[Change]:
    """Return requirements that are gone, new, weaker, stronger, or say something else."""
    before, after = {each.id: each for each in old}, {each.id: each for each in new}
    for name, one in before.items():
        if name not in after:
            weakens = f"{one.level} {name} is gone" if one.level == "must" else ""
            expects = () if one.manual else (NEW_TO_OLD,)
            yield Change(
                Level.OBLIGATION,
                subject,
                f"{one.level} {name} is gone: {one.text}",
                one.span,
                places[1],
                expects,
                weakens,
                rule=name,
            )
    for name, other in after.items():
        if name not in before:
            expects = () if other.manual else (OLD_TO_NEW,)
            yield Change(
                Level.OBLIGATION,
                subject,
                f"{other.level} {name} is new: {other.text}",
                places[0],
                other.span,
                expects,
                rule=name,
            )
            continue
        yield from _requirement(
            before[name], other, subject, conditions[0].get(name), conditions[1].get(name)
        )


def _requirement(
    one: p.Requirement, other: p.Requirement, subject: str, before: Any, after: Any
) -> Iterator[Change]:
    name = one.id
    if one.level != other.level or one.manual != other.manual:
        weaker = _LEVELS.get(other.level, 0) < _LEVELS.get(one.level, 0) or (other.manual and not one.manual)
        what = f"{name} is {_kind(other)}, was {_kind(one)}"
        weakens = f"{name} binds less" if weaker else ""
        yield Change(
            Level.OBLIGATION,
            subject,
            what,
            one.span,
            other.span,
            (NEW_TO_OLD,) if weaker else (OLD_TO_NEW,),
            weakens,
            rule=name,
        )
    elif before != after:
        yield Change(
            Level.OBLIGATION,
            subject,
            f"{other.level} {name} holds for other messages",
            one.span,
            other.span,
            _BOTH,
            rule=name,
        )
    elif one.text != other.text:
        level = Level.OBLIGATION if one.manual else Level.TEXT
        yield Change(
            level, subject, f"{other.level} {name} says: {other.text}", one.span, other.span, rule=name
        )
    elif (one.refs, one.error) != (other.refs, other.error):
        level = Level.SOURCE if one.error != other.error else Level.TEXT
        yield Change(level, subject, f"{name} gives another error or clause", one.span, other.span, rule=name)


def _kind(requirement: p.Requirement) -> str:
    return requirement.level + (" (manual)" if requirement.manual else "")


def _conditions(record: p.Record, names: Names) -> dict[str, Any]:
    """What each numbered rule tests, and which computed slots are verified by it."""
    found: dict[str, Any] = {}
    for step in all_steps(record.body):
        if isinstance(step, p.Check) and step.fault.requirement is not None:
            found[step.fault.requirement] = (
                *found.get(step.fault.requirement, ()),
                plain(step.condition, record, names),
            )
    return found


def _bare(record: p.Record, names: Names) -> Iterator[Any]:
    for step in all_steps(record.body):
        if isinstance(step, p.Check) and step.fault.requirement is None:
            yield plain(step, record, names)


def _number(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 else "s")
