"""An assessment for the terminal: a table of duties, what each rests on, and the findings as frames."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.frames import RED, RESET, visible
from art7.validator.output.model import AssessmentView, DecisionView, ExhibitView, FindingView, VerdictView

WIDTH = 100
_CLAUSE_WIDTH = 22
_WORD_WIDTH = 14


def render_text(shown: AssessmentView, *, colour: bool = False) -> str:
    """Return the report; nothing of the offer reaches it unescaped."""
    lines = [*_head(shown), "", *_table(shown), "", *_details(shown), *_summary(shown), ""]
    for finding in shown["findings"]:
        if finding["open"]:
            lines += [*finding["frame"].split("\n"), ""]
    lines += [*_questions(shown), *_foot(shown)]
    return "".join(f"{_tinted(visible(line), colour)}\n" for line in lines)


def _tinted(line: str, colour: bool) -> str:
    """Return a line with the word that it begins with in red, where it begins a finding and colours are wanted."""
    head, bracket, rest = line.partition("]")
    return f"{RED}{head}{bracket}{RESET}{rest}" if colour and line.startswith("error[") and bracket else line


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
    items = _Items(
        {each["id"]: each for each in shown["findings"]},
        {each["id"]: each for each in shown["exhibits"]},
        {each["id"]: each for each in shown["decisions"]},
    )
    for row in shown["verdicts"]:
        if row["verdict"] not in ("met", "not yet due"):
            yield from _detail(row, items)
            yield ""


@dataclass(frozen=True, slots=True)
class _Items:
    """What verdicts name by id."""

    findings: dict[str, FindingView]
    exhibits: dict[str, ExhibitView]
    decisions: dict[str, DecisionView]


def _detail(row: VerdictView, items: _Items) -> Iterator[str]:
    cause = f" ({row['cause']})" if row["cause"] else ""
    yield f"{row['obligation']} {row['clause']}, {row['title']}: {row['verdict']}{cause}"
    yield from _wrapped(row["reason"], "  because  ")
    for finding in (items.findings[name] for name in row["findings"]):
        place = finding["place"]
        where = f"{place['file']}:{place['line']}:{place['column']}" if place["line"] else place["file"]
        yield from _wrapped(f"{finding['code']} {where} {finding['message']}", "  finding  ")
    for finding in (items.findings[name] for name in row["waived"]):
        waiver = finding["waiver"]
        if waiver:
            text = f"{finding['code']} by {waiver['owner']} until {waiver['until']}: {waiver['reason']}"
            yield from _wrapped(text, "  waived   ")
    for exhibit in (items.exhibits[name] for name in row["exhibits"]):
        text = f"{exhibit['kind']} {exhibit['subject']} {exhibit['outcome']}: {exhibit['detail']}"
        yield from _wrapped(text, "  exhibit  ")
    for missing in row["missing"]:
        yield from _wrapped(f"{missing['kind']}: {missing['command']}", "  to run   ")
    if row["left_to_judge"]:
        yield from _wrapped(row["left_to_judge"], "  to judge ")
    if row["decision"]:
        made = items.decisions[row["decision"]]
        text = f"{made['decision']}, by {made['by']} on {made['on']}: {made['reason']}"
        yield from _wrapped(text, "  decided  ")


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


def _questions(shown: AssessmentView) -> Iterator[str]:
    if shown["questions"]:
        yield "Questions to the gatekeeper"
        for each in shown["questions"]:
            yield from _wrapped(f"({each['clause']}) {each['text']}", f"{each['id']:>5}  ")
        yield ""


def _foot(shown: AssessmentView) -> Iterator[str]:
    yield from _wrapped(shown["closing"], "")
    yield ""
    for name, value in shown["provenance"].items():
        yield f"{name:<9} {value}"
    for name, value in shown["inputs"].items():
        yield f"{'input':<9} {value} {name}"
    yield f"{'dossier':<9} {shown['seal']['root']} ({shown['seal']['edition']} edition)"
