"""The questions of a layout asked, one after the other: what is refuted stays out of what is known afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from art7.prover.budget import Budget
from art7.prover.formats.layout import Layout, Question
from art7.prover.formats.scene import Fact
from art7.prover.solver import terms as t
from art7.prover.solver.ask import ask
from art7.prover.solver.search import SAT, UNKNOWN, UNSAT, Result
from art7.prover.solver.terms import Formula, Var

WANTED_FALSE = frozenset({"negative-size", "overflowing-size"})
"""A question with a solution is a fault; of all others one without."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A question's end: `sound` is `None` when nothing could tell. `model` has values: of the fault, or of its absence."""

    question: Question
    sound: bool | None
    model: t.Model
    core: tuple[Fact, ...] = ()


class Decider:
    """Decides the questions of one layout."""

    def __init__(self, layout: Layout, budget: Budget) -> None:
        self.layout, self.budget = layout, budget
        self.variables: dict[int, frozenset[Var]] = {}

    def decisions(self) -> Iterator[Decision]:
        """Yield how every question ended."""
        for question in self.layout.questions:
            yield self._decide(question)
        for question in self.layout.later:
            question.facts = len(self.layout.ledger.facts)
            yield self._decide(question)

    def _decide(self, question: Question) -> Decision:
        known = self.layout.ledger.facts[: question.facts]
        wanted = t.both(question.guard, question.formula)
        found = self.solve(known, wanted)
        if found.standing == UNKNOWN:
            return Decision(question, None, {})
        if question.what in WANTED_FALSE:
            return Decision(question, found.standing == UNSAT, found.model)
        if found.standing == SAT:
            return Decision(question, True, found.model)
        return self._refuted(question, known, wanted)

    def _refuted(self, question: Question, known: Sequence[Fact], wanted: Formula) -> Decision:
        """Nothing can be so: unless what stands around it cannot be either, that is a fault."""
        if not question.what.startswith("dead"):
            around = self.solve(known, question.guard)
            if around.standing != SAT:
                return Decision(question, True if around.standing == UNSAT else None, {})
        if question.fact is not None:
            question.fact.in_force = False
        core = self._core(known, wanted)
        return Decision(question, False, self._almost(question, known, wanted, core), core)

    def _almost(
        self, question: Question, known: Sequence[Fact], wanted: Formula, core: Sequence[Fact]
    ) -> t.Model:
        """Return values that keep all rules but the one at fault, for a message that shows it."""
        if core and question.what.startswith("dead"):
            core[0].in_force = False
            found = self.solve(known, wanted)
            core[0].in_force = True
            if found.standing == SAT:
                return found.model
        return ask(self.related(known, wanted), self.budget).model

    def _core(self, known: Sequence[Fact], wanted: Formula) -> tuple[Fact, ...]:
        """Return rules without any of which it could be so, as few as leaving them out one by one shows."""
        rules = [fact for fact in known if fact.rule is not None and fact.in_force]
        kept = list(rules)
        for rule in reversed(rules):
            rule.in_force = False
            if self.solve(known, wanted).standing != UNSAT:
                rule.in_force = True
            else:
                kept.remove(rule)
        for rule in rules:
            rule.in_force = True
        return tuple(kept)

    def solve(self, known: Sequence[Fact], wanted: Formula) -> Result:
        """Return whether `wanted` can hold with the facts that speak of the same variables, directly or not."""
        return ask([*self.related(known, wanted), wanted], self.budget)

    def related(self, known: Sequence[Fact], wanted: Formula) -> list[Formula]:
        """Return the facts in force that are tied to `wanted` by variables."""
        names = set(t.variables(wanted))
        left = [fact for fact in known if fact.in_force]
        found: list[Formula] = []
        while True:
            near = [fact for fact in left if not names.isdisjoint(self._variables(fact))]
            if not near:
                return found
            chosen = set(map(id, near))
            left = [fact for fact in left if id(fact) not in chosen]
            for fact in near:
                found.append(fact.formula)
                names |= self._variables(fact)

    def _variables(self, fact: Fact) -> frozenset[Var]:
        key = id(fact)
        if key not in self.variables:
            self.variables[key] = frozenset(t.variables(fact.formula))
        return self.variables[key]
