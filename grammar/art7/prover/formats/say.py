"""Findings about formats in words: what is wrong, with which values, what else is involved, and what to do."""

from __future__ import annotations

from art7.grammar.diagnostics import Diagnostic, Related
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.passes.kinds import bare
from art7.prover.formats.decide import Decision
from art7.prover.formats.layout import Question
from art7.prover.solver import terms as t

QUESTIONS = {
    "contradiction": "A7-L200",
    "impossible-value": "A7-L201",
    "dead-field": "A7-L202",
    "dead-arm": "A7-L203",
    "always-true": "A7-L204",
    "always-there": "A7-L205",
    "negative-size": "A7-L206",
    "overflowing-size": "A7-L207",
    "view-not-inverse": "A7-L208",
    "size-not-inverse": "A7-L209",
}
"""Question → code of its fault."""

NOT_PROVEN = "A7-L299"


def finding(decision: Decision) -> Diagnostic:
    """Return the finding of a decision that is a fault, or none at all."""
    question = decision.question
    if decision.sound is None:
        message = f"it could not be proved that {_ASKED[question.what]} ({subject(question)})"
        advice = "simplify the expression, give it more time, or install the extra `prove` (z3)"
        return Diagnostic(NOT_PROVEN, message, question.span, advice)
    related = tuple(
        Related(f"excludes it: {_rule(fact.rule)}", fact.span)
        for fact in decision.core
        if fact.rule is not None and fact.span is not None
    )
    code = QUESTIONS[question.what]
    return Diagnostic(code, _message(decision), question.span, _ADVICE[question.what], related=related)


def _rule(step: p.Check | p.Verify | None) -> str:
    if step is None:
        return "a type"
    if step.fault.requirement is not None:
        return f"rule `{step.fault.requirement}`"
    return "this rule" if isinstance(step, p.Check) else "this computed value"


def subject(question: Question) -> str:
    """Return what a question is about: a record with its member."""
    record = question.scene.record
    name = record.slots[question.slot].name if question.slot is not None else None
    return record.name if name is None else f"{record.name}.{name}"


def values(decision: Decision) -> str:
    """Return the values of a solution that belong to named members, as `count` is 7 and `size` is 3."""
    scene = decision.question.scene
    named = []
    for index, term in sorted(scene.values.items()):
        slot = scene.record.slots[index]
        if not slot.name.startswith("_") and term in decision.model:
            value = decision.model[term]
            is_flag = isinstance(bare(slot.shape), s.Boolean)
            named.append(f"`{slot.name}` is {str(bool(value)).lower() if is_flag else value}")
    return " and ".join(named[:4])


def _message(decision: Decision) -> str:
    question = decision.question
    rule = getattr(getattr(question.step, "fault", None), "requirement", None)
    rule = f"rule `{rule}`" if rule else "this rule"
    slot = question.scene.record.slots[question.slot].name if question.slot is not None else "this"
    others = "the rules before it" if decision.core else "the types of what it mentions"
    match question.what:
        case "contradiction":
            return f"no message meets {rule}: it contradicts {others}"
        case "impossible-value":
            return f"no message has the value that `{slot}` is computed to be"
        case "dead-field":
            return f"`{slot}` is never there: {_why(decision)}"
        case "dead-arm":
            why = "other arms take its values, or its tag never has them"
            return f"this arm is never taken: {_why(decision) if decision.core else why}"
        case "always-true":
            return f"{rule} excludes nothing: it holds of every value"
        case "always-there":
            return f"`{slot}` is always there: its condition is true of every value"
        case "negative-size":
            where = values(decision)
            return f"the size of `{slot}` can be negative" + (f": where {where}" if where else "")
        case "overflowing-size":
            where = values(decision)
            return f"the size of `{slot}` can be 2^64 or more" + (f": where {where}" if where else "")
        case "view-not-inverse":
            given, again = _terms(decision)
            return f"`{slot}` is not read as it was given: {given} comes back as {again}"
        case _:
            given, again = _terms(decision)
            return f"`{slot}` of {given} octets gets a length that says {again}"


def _terms(decision: Decision) -> tuple[int | None, int | None]:
    given, again = decision.question.terms or (0, 0)
    return t.evaluate(given, decision.model), t.evaluate(again, decision.model)


def _why(decision: Decision) -> str:
    return "a rule refuses what leads to it" if decision.core else "no value that its types allow leads to it"


_ASKED = {
    "contradiction": "a message meets this rule",
    "impossible-value": "a message has the value that is computed here",
    "dead-field": "this member can be there",
    "dead-arm": "this arm can be taken",
    "always-true": "this rule excludes anything",
    "always-there": "this condition is ever false",
    "negative-size": "this size is never negative",
    "overflowing-size": "this size fits into 64 bits",
    "view-not-inverse": "what is given is read again",
    "size-not-inverse": "what is written has the size that is read",
}
_ADVICE = {
    "contradiction": "correct this rule, or one that it contradicts",
    "impossible-value": "correct the expression, or the size that is read by it",
    "dead-field": "remove it, or correct its condition or the rule that excludes it",
    "dead-arm": "remove it, or correct its cases or the rule that excludes them",
    "always-true": "remove it, or correct what it compares",
    "always-there": "remove the condition, or correct what it compares",
    "negative-size": "add a rule before it that excludes such values",
    "overflowing-size": "bound what it is made of by narrower types or a rule before it",
    "view-not-inverse": "let the `let` undo what the computed fields do, or narrow its type",
    "size-not-inverse": "make the length and the size inverse, or demand whole units by a rule",
}

__all__ = ["NOT_PROVEN", "QUESTIONS", "finding", "subject", "values"]
