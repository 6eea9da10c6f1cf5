"""What is known of the slots of one record while its plan is walked: terms for values, sizes and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.grammar.diagnostics import Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Enum
from art7.grammar.passes.kinds import bare
from art7.prover.solver import terms as t
from art7.prover.solver.terms import Formula, Term, Var

WIDE = 1 << 256
"""Beyond any number that a text writes: what has no bound of its own."""
MOST_OCTETS = 1 << 62
"""Beyond any message."""


@dataclass(slots=True)
class Fact:
    """What holds of every message read so far; `rule` is the test that makes it so, nothing for types and places."""

    formula: Formula
    rule: p.Check | p.Verify | None = None
    span: Span | None = None
    scene: Scene | None = None
    in_force: bool = True


@dataclass(slots=True)
class Ledger:
    """Facts in the order of reading, and names for what is not known."""

    facts: list[Fact] = field(default_factory=list)
    literals: dict[object, int] = field(default_factory=dict)
    made: int = 0

    def fresh(self, what: str, low: int, high: int) -> Var:
        """Return a variable of which nothing is known."""
        self.made += 1
        return Var(f"{what}#{self.made}", low, high)

    def flag(self, what: str) -> Formula:
        """Return a truth value of which nothing is known."""
        return t.within(self.fresh(what, 0, 1), 1, 1)

    def code(self, literal: object) -> int:
        """Return the number that stands for a text or octets."""
        return self.literals.setdefault((type(literal), literal), len(self.literals))

    def know(self, guard: Formula, formula: Formula) -> None:
        """Note what holds under `guard` by types and places."""
        fact = t.implies(guard, formula)
        if fact is not True:
            self.facts.append(Fact(fact))


@dataclass(slots=True)
class Cursor:
    """Where reading stands: both count from the origin of the message."""

    offset: Term
    end: Term


class Scene:
    """One record under execution. `outer` has the arguments of a body that was lifted out of it."""

    def __init__(
        self,
        record: p.Record,
        name: str,
        ledger: Ledger,
        outer: tuple[Scene, tuple[e.Expr, ...]] | None = None,
    ) -> None:
        self.record, self.name, self.ledger, self.outer = record, name, ledger, outer
        self.values: dict[int, Term] = {}
        self.present: dict[int, Formula] = {}
        self.octets: dict[int, Term] = {}
        self.counts: dict[int, Term] = {}
        self.inner: dict[int, Scene] = {}
        self.start: Term = 0
        self.cursor = Cursor(0, 0)
        self.opaque: dict[object, Var] = {}

    def unknown(self, key: object, low: int, high: int) -> Var:
        """Return the variable that stands for `key`, the same each time."""
        if key not in self.opaque:
            self.opaque[key] = self.ledger.fresh(self.name, low, high)
        return self.opaque[key]

    def is_present(self, slot: int) -> Formula:
        """Return whether a slot is there."""
        if not self.record.slots[slot].optional:
            return True
        if slot not in self.present:
            return t.within(self.unknown(("present", slot), 0, 1), 1, 1)
        return self.present[slot]

    def has_value(self, slot: int) -> Formula:
        """Return whether a slot is there and not null."""
        if not isinstance(self.record.slots[slot].shape, s.Nullable):
            return self.is_present(slot)
        null = t.within(self.unknown(("null", slot), 0, 1), 1, 1)
        return t.both(self.is_present(slot), t.opposite(null))

    def size(self, slot: int) -> Term:
        """Return how many octets a slot takes; of an absent one 0."""
        return self._measure(self.octets, "octets", slot)

    def count(self, slot: int) -> Term:
        """Return how many items a slot has; of an absent one 0."""
        return self._measure(self.counts, "count", slot)

    def _measure(self, known: Mapping[int, Term], what: str, slot: int) -> Term:
        found = known.get(slot)
        if found is None:
            found = self.unknown((what, slot), 0, MOST_OCTETS)
        there = self.has_value(slot)
        if there is True:
            return found
        key = (what, slot, "where present", there)
        is_new = key not in self.opaque
        measured = self.unknown(key, 0, MOST_OCTETS)
        if is_new:
            self.ledger.know(there, t.compare("==", measured, found))
            self.ledger.know(t.opposite(there), t.compare("==", measured, 0))
        return measured


def shape_bounds(shape: s.Shape | None, enums: Mapping[str, Enum]) -> tuple[int, int]:
    """Return between which integers a value of a shape lies; texts and the like are numbers of their own."""
    shape = bare(shape)
    match shape:
        case s.Integer(minimum=low, maximum=high):
            return low, high
        case s.Boolean():
            return 0, 1
        case s.Enumeration(name=name) if (enum := enums.get(name)) is not None and not enum.text:
            return enum.limits if enum.bits else (-WIDE, WIDE)
        case _:
            return -WIDE, WIDE
