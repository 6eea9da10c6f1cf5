"""What a broken rule says: what it expects, and the values it speaks of."""

from __future__ import annotations

from collections.abc import Callable

from art7.grammar.ir.expression import Expr, Measure, ParamRef, Position, SlotRef, walk
from art7.grammar.ir.plan import Check
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import Frame
from art7.interpreter.prepare import PreparedRecord
from art7.interpreter.quoting import brief
from art7.interpreter.spelled import spell

MOST_FACTS = 5
"""The most values that a broken rule quotes."""


def rule_text(step: Check, prepared: PreparedRecord) -> str:
    """Return what a rule expects: its condition, then its sentence."""
    spelled = spell(step.condition, prepared.record.slots, prepared.record.params)
    sentence = step.fault.message or ""
    return f"{spelled} ({sentence})" if spelled and sentence else spelled or sentence


def describe(condition: Expr, prepared: PreparedRecord) -> Callable[[Frame], str]:
    """Return what tells, for a frame, the values that a condition speaks of; used on a refusal only."""
    found: dict[str, Expr] = {}
    for node in walk(condition):
        if isinstance(node, SlotRef | Measure):
            name = prepared.record.slots[node.index if isinstance(node, SlotRef) else node.slot].name
            word = f"{node.what}({name})" if isinstance(node, Measure) else name
            found.setdefault(word, node)
        elif isinstance(node, ParamRef):
            # The value of a key is nobody's business: only whether there is one.
            continue
        elif isinstance(node, Position):
            found.setdefault(node.word, node)
    shown = list(found.items())[:MOST_FACTS]

    def facts(frame: Frame) -> str:
        values = (
            (word, prepare(node, prepared.scope)(frame)) for word, node in shown if not word.startswith("_")
        )
        return ", ".join(f"{word} {brief(value)}" for word, value in values)

    return facts
