"""Rules of schedules: those that nothing meets, and those that exclude nothing. Values are what their names say alone."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import NOWHERE
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Module, Schedule
from art7.prover.budget import Budget
from art7.prover.formats.decide import Decision
from art7.prover.formats.layout import Question
from art7.prover.formats.scene import Ledger, Scene
from art7.prover.formats.translate import Translator
from art7.prover.solver import terms as t
from art7.prover.solver.ask import ask
from art7.prover.solver.search import UNKNOWN, UNSAT
from art7.prover.solver.terms import Formula


def schedule_rules(module: Module, translator: Translator, budget: Budget) -> Iterator[Decision]:
    """Yield how it ended for each rule of each schedule of a module."""
    for schedule in module.schedules:
        yield from _rules(schedule, translator, budget)


def _rules(schedule: Schedule, translator: Translator, budget: Budget) -> Iterator[Decision]:
    scene = Scene(_record(schedule), schedule.name, Ledger())
    known: list[Formula] = []
    for (name, condition, error), written in zip(schedule.conditions, schedule.rules, strict=False):
        formula = translator.truth(condition, scene)
        rule = p.Check(condition, p.Fault(error or "rule_broken", name or None, span=written.span))
        around = [*(fact.formula for fact in scene.ledger.facts), *known]
        for what, wanted in (("contradiction", formula), ("always-true", t.opposite(formula))):
            question = Question(what, scene, written.span, True, wanted, 0, rule)
            found = ask([*around, wanted], budget)
            sound = None if found.standing == UNKNOWN else found.standing != UNSAT
            yield Decision(question, sound, found.model)
        if ask([*around, formula], budget).standing != UNSAT:
            known.append(formula)


def _record(schedule: Schedule) -> p.Record:
    """Return a record without members that has the parameters of a schedule."""
    return p.Record(
        schedule.name,
        "struct",
        "binary",
        (),
        p.Carrier.OCTETS,
        p.Form.OBJECT,
        schedule.params,
        (),
        (),
        p.Block((), ()),
        span=schedule.span or NOWHERE,
    )
