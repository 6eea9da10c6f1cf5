"""The door: two specifications compared module by module, every difference run in both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import Module, Specification
from art7.prover.changes.change import OLD_TO_NEW, Change, Level
from art7.prover.changes.languages import Both, More
from art7.prover.changes.match import paired
from art7.prover.changes.modules import ModulePair
from art7.prover.changes.plain import Names, plain


@dataclass(slots=True)
class Comparison:
    """All changes, those that take away protection first, then those that break, by level and place."""

    changes: list[Change] = field(default_factory=list)

    @property
    def level(self) -> Level | None:
        """The highest level, `None` where nothing changed."""
        return max((change.level for change in self.changes), default=None)


def compare(
    old: Specification,
    new: Specification,
    names: tuple[Iterable[str], Iterable[str]],
    more: More | None = None,
) -> Comparison:
    """Compare the modules `names` of two specifications; `more` makes further messages of a record."""
    before, after = (
        {name: one.modules[name] for name in given} for one, given in zip((old, new), names, strict=True)
    )
    changes: list[Change] = []
    pairs = paired(before, after, _declares)
    for one in pairs.removed:
        what = "the module is gone, and nothing reads its messages"
        changes.append(Change(Level.OBLIGATION, one.name, what, _head(one), certain=(OLD_TO_NEW,)))
    for one in pairs.added:
        changes.append(Change(Level.OBLIGATION, one.name, "the module is new", new=_head(one)))
    for one, other in pairs.renamed:
        what = f"the module `{one.name}` is called `{other.name}`"
        changes.append(Change(Level.SOURCE, other.name, what, _head(one), _head(other)))
    both = Both(old, new, Names({one.name: other.name for one, other in pairs.renamed}), more=more)
    worked = [ModulePair(one, other, both) for one, other in (*pairs.same, *pairs.renamed)]
    worked = [each for each in worked if each.differs]
    for each in worked:
        each.match()
    for each in worked:
        changes += each.changes()
    return Comparison(sorted(changes, key=_rank))


def _declares(module: Module) -> object:
    """What a module declares, by the names inside it."""
    start = len(module.name) + 1
    return (
        tuple((record.name[start:], record.encoding) for record in module.records),
        tuple(enum.name[start:] for enum in module.enums),
        tuple(schedule.name for schedule in module.schedules),
        tuple(protocol.name for protocol in module.protocols),
        plain(module.constants) if not module.records else None,
    )


def _head(module: Module) -> Span:
    return Span(module.file, 1, 1, 1, 1)


def _rank(change: Change) -> tuple[object, ...]:
    place = change.place
    return (
        not change.weakens, not change.breaks, -change.level, place.file, place.line, place.column, change.subject
    )  # fmt: skip
