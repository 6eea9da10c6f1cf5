"""Patterns that match one text in two ways: whoever builds a tree of the matches builds two."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Diagnostic
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Record
from art7.interpreter.quoting import brief
from art7.prover.answers import Answer, Standing
from art7.prover.automata import TooLarge, automaton, two_ways
from art7.prover.texts.places import Place, patterns
from art7.prover.texts.trials import Bench
from art7.prover.witnesses import MessageWitness, Outcome

FAMILY = "texts"
QUESTION = "two-ways"

Home = tuple[Record, int]
"""A record and its slot with a pattern."""


def one_way(specification: Specification, module: Module) -> Iterator[Answer]:
    """Yield an answer for each pattern of a module's records that matches a text in two ways, or one for all."""
    homes: dict[str, list[Home]] = {}
    for record in module.records:
        for index, pattern in patterns(record):
            homes.setdefault(pattern, []).append((record, index))
    answers = [_answer(specification, pattern, found) for pattern, found in homes.items()]
    yield from (answer for answer in answers if answer is not None)
    if homes and not any(answers):
        yield Answer(FAMILY, QUESTION, module.name, Standing.PROVED, f"for {len(homes)} patterns")


def _answer(specification: Specification, pattern: str, homes: list[Home]) -> Answer | None:
    record, index = homes[0]
    slot = record.slots[index]
    subject = f"{record.name}.{slot.name}"
    span = slot.span if slot.span.line else record.span
    token = slot.type_text.split("[")[0].split("(")[0] or "its pattern"
    try:
        text = two_ways(automaton(pattern))
    except TooLarge:
        message = f"whether `{token}` matches each text in one way was not decided: it has too many states"
        finding = Diagnostic("A7-L399", message, span, "state smaller bounds")
        return Answer(
            FAMILY, QUESTION, subject, Standing.NOT_PROVEN, "the bound on states was reached", finding
        )
    if text is None:
        return None
    witness = next(
        (x for home in homes if (x := _message(specification, home, pattern, text)) is not None), None
    )
    message = f"`{token}` matches {brief(text)} in two ways"
    advice = "let each alternative begin with what the others cannot begin with"
    if witness is None:
        finding = Diagnostic("A7-L399", f"{message}; no message was found that holds it", span, advice)
        return Answer(FAMILY, QUESTION, subject, Standing.NOT_PROVEN, "without a message", finding)
    finding = Diagnostic("A7-L302", message, span, advice)
    return Answer(FAMILY, QUESTION, subject, Standing.REFUTED, "", finding, witness)


def _message(specification: Specification, home: Home, pattern: str, text: str) -> MessageWitness | None:
    """Return a message in which the text stands, if one can be made."""
    record, index = home
    slot = record.slots[index]
    name = slot.name.strip("_").removesuffix("_item") if not slot.is_api else slot.name
    list_ = next((x for x in record.slots if x.name == name), None)
    if list_ is None or any(param.implicit for param in record.params):
        return None
    bench = Bench(specification, record, Place(list_.index, pattern, not slot.is_api))
    for trial in bench.trials(text):
        if trial.refused is None and trial.outcome.error is None:
            says = f"{brief(text)} in it is matched in two ways"
            return MessageWitness(
                record.name, trial.octets, Outcome(value=trial.outcome.value), says, trial.params
            )
    return None
