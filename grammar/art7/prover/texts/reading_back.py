"""Texts that cannot be told from what stands around them: beginnings, ends of lines, separators, white space."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Diagnostic, Span
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification
from art7.interpreter.prepare import all_steps
from art7.interpreter.quoting import brief
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.texts.places import Place, beginnings, places
from art7.prover.texts.trials import Bench, never_written, not_read_back, text_with
from art7.prover.witnesses import Witness

FAMILY = "texts"
SPECIAL = (" ", "\t", "(a)", '"', "\\", ":", ";", "\r\n ", "\n")
"""Signs that some encoding or other gives a meaning."""


def read_back(specification: Specification, record: p.Record, budget: Budget) -> Iterator[Answer]:
    """Yield an answer for each text of a record that is not read back as it was written, or one for all."""
    found = False
    for place in _different(places(record)):
        if budget.left <= 0:
            yield _given_up(record)
            return
        bench = Bench(specification, record, place)
        answer = _line_end(bench) or _separator(bench) or _beginning(bench) or _special(bench)
        if answer is not None:
            found = True
            yield answer
    if not found:
        yield Answer(
            FAMILY, "read-back", record.name, Standing.PROVED, "for texts with signs of the encoding in them"
        )


def _different(found: Iterator[Place]) -> Iterator[Place]:
    seen: set[Place] = set()
    for place in found:
        if place not in seen:
            seen.add(place)
            yield place


def _line_end(bench: Bench) -> Answer | None:
    name = bench.record.slots[bench.place.slot].name
    for end in bench.place.ends if bench.place.pattern is not None else ():
        text = text_with(bench.place, end)
        if text is not None:
            message = f"the token of `{name}` may hold {brief(end)}, which ends its line: {brief(text)} is never written"
            advice = "leave the characters of the line's end out of the token"
            answer = _unwritten(bench, "terminator-inside", "A7-L303", text, message, advice)
            if answer is not None:
                return answer
    return None


def _separator(bench: Bench) -> Answer | None:
    """A comma within an item; where the item may hold quotes, too, those protect it (RFC 9110 §5.6.1)."""
    place = bench.place
    if not place.comma or place.pattern is None or text_with(place, '"') is not None:
        return None
    text = text_with(place, ",")
    if text is None:
        return None
    name = bench.record.slots[place.slot].name
    message = (
        f"an item of `{name}` may hold a comma, which parts it from the next: {brief(text)} is never written"
    )
    advice = "leave the comma out of the item's token"
    return _unwritten(bench, "separator-inside", "A7-L304", text, message, advice)


def _unwritten(bench: Bench, question: str, code: str, text: str, message: str, advice: str) -> Answer | None:
    """Return an answer where a text of a place's own pattern is refused when written."""
    record, place = bench.record, bench.place
    slot = record.slots[place.slot]
    says = f"{brief(text)} is one of the texts of `{slot.name}`, and cannot stand there"
    witness = never_written(bench, text, says)
    if witness is not None:
        return _refuted(record, place, question, code, message, advice, witness)
    if bench.sound():
        return None  # a rule refuses it, or it does no harm
    finding = Diagnostic(
        "A7-L399", f"{message}; no message was found that shows it", _span(slot.span, record), advice
    )
    return Answer(
        FAMILY, question, f"{record.name}.{slot.name}", Standing.NOT_PROVEN, "without a message", finding
    )


def _beginning(bench: Bench) -> Answer | None:
    record, place = bench.record, bench.place
    for literal in beginnings(record):
        texts = [
            x for x in (text_with(place, literal, False, behind) for behind in (False, True)) if x is not None
        ]
        name = record.slots[place.slot].name
        says = f"`{name}` begins as another member does"
        found = not_read_back(bench, texts, says)
        if found is not None:
            message = (
                f"`{name}` may begin with {brief(literal)}, which begins another member too: {brief(found[0])} is not "
                "read back as it was written"
            )
            advice = "let the other member begin with what this one cannot begin with"
            return _refuted(record, place, "token-overlap", "A7-L301", message, advice, found[1])
    return None


def _special(bench: Bench) -> Answer | None:
    record, place = bench.record, bench.place
    for sign in SPECIAL if _has_signs(record) else ():
        forms = ((True, True), (False, True), (True, False), (False, False))
        texts = [x for x in (text_with(place, sign, *form) for form in forms) if x is not None]
        name = record.slots[place.slot].name
        says = f"`{name}` is not read back as it was written"
        found = not_read_back(bench, texts, says, 1)
        if found is not None:
            message = f"{brief(found[0])} is written as `{name}` and not read back: {brief(sign)} means something here"
            advice = "leave that character out, write a rule against it, or quote the text"
            return _refuted(record, place, "not-read-back", "A7-L306", message, advice, found[1])
    return None


def _has_signs(record: p.Record) -> bool:
    """Whether anything is passed over or folded, so that signs may get lost."""
    return any(isinstance(step, p.Space | p.Headers | p.Parameters) for step in all_steps(record.body))


def _refuted(
    record: p.Record, place: Place, question: str, code: str, message: str, advice: str, witness: Witness
) -> Answer:
    slot = record.slots[place.slot]
    finding = Diagnostic(code, message, _span(slot.span, record), advice)
    return Answer(FAMILY, question, f"{record.name}.{slot.name}", Standing.REFUTED, "", finding, witness)


def _span(span: Span, record: p.Record) -> Span:
    return span if span.line else record.span


def _given_up(record: p.Record) -> Answer:
    message = f"whether the texts of `{record.name.rpartition('.')[2]}` are read back was not decided in time"
    finding = Diagnostic("A7-L399", message, record.span, "split the record, or give the check more time")
    return Answer(FAMILY, "read-back", record.name, Standing.NOT_PROVEN, "the budget was used up", finding)
