"""An assessment for the terminal: a table of duties, what each rests on, and the findings as frames."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from art7.grammar.frames import render_diagnostic, visible
from art7.validator.assess import Assessment
from art7.validator.output.view import AssessmentView, VerdictView, view

WIDTH = 100
_CLAUSE_WIDTH = 22
_WORD_WIDTH = 14


def render_text(assessment: Assessment, *, colour: bool = False) -> str:
    """Return the report; nothing of the offer reaches it unescaped."""
    shown = view(assessment)
    lines = [*_head(shown), "", *_table(shown), "", *_details(shown), *_summary(shown)]
    safe = "".join(f"{visible(line)}\n" for line in lines)
    frames = "\n".join(
        render_diagnostic(each.diagnostic, assessment.sources, colour=colour)
        for each in assessment.validation.found
        if each.is_open(assessment.on)
    )
    foot = "".join(f"{visible(line)}\n" for line in _foot(shown))
    return f"{safe}\n{frames}\n{foot}" if frames else f"{safe}\n{foot}"


def _head(shown: AssessmentView) -> Iterator[str]:
    offer, law = shown["offer"], shown["law"]
    yield f"Assessment of {offer['id']} {offer['version']}: {offer['service']} by {offer['gatekeeper']}"
    yield f"{law['act']}, edition {law['edition']}, on {shown['on']}"


def _table(shown: AssessmentView) -> Iterator[str]:
    yield f"{'duty':<5} {'clause':<{_CLAUSE_WIDTH}} {'due':<10}   {'verdict':<{_WORD_WIDTH}} title"
    for row in shown["verdicts"]:
        clause = row["clause"].removeprefix("DMA ")
        verdict = f"{row['symbol']} {row['verdict']:<{_WORD_WIDTH}}"
        yield f"{row['obligation']:<5} {clause:<{_CLAUSE_WIDTH}} {row['due'] or '-':<10} {verdict} {row['title']}"


def _details(shown: AssessmentView) -> Iterator[str]:
    for row in shown["verdicts"]:
        if row["verdict"] not in ("met", "not yet due"):
            yield from _detail(row, shown)
            yield ""


def _detail(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    cause = f" ({row['cause']})" if row["cause"] else ""
    yield f"{row['obligation']} {row['clause']}, {row['title']}: {row['verdict']}{cause}"
    yield from _wrapped(row["reason"], "  because  ")
    for index in row["findings"]:
        finding = shown["findings"][index]
        place = finding["place"]
        where = f"{place['file']}:{place['line']}:{place['column']}" if place["line"] else place["file"]
        yield from _wrapped(f"{finding['code']} {where} {finding['message']}", "  finding  ")
    for index in row["waived"]:
        finding = shown["findings"][index]
        waiver = finding["waiver"]
        if waiver:
            text = f"{finding['code']} by {waiver['owner']} until {waiver['until']}: {waiver['reason']}"
            yield from _wrapped(text, "  waived   ")
    for exhibit in row["exhibits"]:
        text = f"{exhibit['kind']} {exhibit['subject']} {exhibit['outcome']}: {exhibit['detail']}"
        yield from _wrapped(text, "  exhibit  ")
    for missing in row["missing"]:
        yield from _wrapped(f"{missing['kind']}: {missing['command']}", "  to run   ")
    if row["left_to_judge"]:
        yield from _wrapped(row["left_to_judge"], "  to judge ")


def _wrapped(text: str, lead: str) -> list[str]:
    indent = " " * len(lead)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(shown: AssessmentView) -> Iterator[str]:
    counts = [f"{count} {name}" for name, count in shown["summary"].items() if count]
    yield f"{len(shown['verdicts'])} duties: {', '.join(counts)}"


def _foot(shown: AssessmentView) -> Iterator[str]:
    yield from _wrapped(shown["closing"], "")
    yield ""
    for name, value in shown["provenance"].items():
        yield f"{name:<9} {value}"
