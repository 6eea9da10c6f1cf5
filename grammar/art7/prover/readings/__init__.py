"""What the words of a specification leave open, each shown by two readings and a message they read differently.

A point is open where the language asks for words that are missing (an order of octets, a policy, a default, a selection
rule) or where prose is all there is and does not say. Both readings are whole texts, made by changing the author's own
in that place alone; both are loaded, and a message is looked for that they take for different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from art7.grammar.diagnostics import Diagnostic
from art7.grammar.ir.module import Module, Specification
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.readings.codes import CODES
from art7.prover.readings.folds import cases
from art7.prover.readings.layout import byte_orders, charsets, unknown_members
from art7.prover.readings.meaning import absences, proto_defaults, rules_on_absence, truth_defaults
from art7.prover.readings.prose import deferrals, units
from art7.prover.readings.scene import Point, Scene
from art7.prover.readings.selection import layers, messages
from art7.prover.readings.show import shown

__all__ = ["CODES", "FAMILY", "prove"]

FAMILY = "readings"

FINDERS: tuple[tuple[str, Callable[[Scene], Iterator[Point]]], ...] = (
    ("byte-order", byte_orders),
    ("unknown-members", unknown_members),
    ("absence", absences),
    ("absence", proto_defaults),
    ("absence", truth_defaults),
    ("rule-on-absence", rules_on_absence),
    ("case", cases),
    ("unit", units),
    ("charset", charsets),
    ("two-layers", layers),
    ("like-messages", messages),
    ("deferral", deferrals),
)
"""Question and what finds points of it; an answer for a module without any says that it is settled."""


def prove(specification: Specification, module: Module, budget: Budget) -> Iterator[Answer]:
    """Yield an answer for each open point of a module, and one for each question that has none."""
    scene = Scene.of(specification, module)
    if scene is None:
        return
    for question, finder in FINDERS:
        points = list(finder(scene))
        if not points:
            yield Answer(FAMILY, question, module.name, Standing.PROVED, "by what the text says")
        for point in points:
            yield _answer(scene, point, budget)


def _answer(scene: Scene, point: Point, budget: Budget) -> Answer:
    witness = shown(scene, point, budget)
    finding = Diagnostic(point.code, point.message, point.span, point.help, related=point.related)
    if witness is not None:
        return Answer(FAMILY, point.question, point.subject, Standing.REFUTED, "", finding, witness)
    message = f"{point.message}; no message was found that shows it"
    open_ = Diagnostic("A7-L499", message, point.span, point.help, related=point.related)
    return Answer(FAMILY, point.question, point.subject, Standing.NOT_PROVEN, "by two readings", open_)
