"""Numbered questions to the gatekeeper: one for each open finding, failed run, unmet duty and point left to judge.

They are made from the view alone, so that a public edition asks nothing that was withheld. The order is that of the
dossier; a number is the place in it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from art7.grammar.frames import visible
from art7.validator.output.model import AssessmentView, ExhibitView, FindingView, QuestionView, VerdictView


def questions(shown: AssessmentView) -> Iterator[QuestionView]:
    """Yield the questions that a dossier gives rise to, numbered from one."""
    clauses = {row["obligation"]: row["clause"] for row in shown["verdicts"]}
    asked = [*(_about_finding(each, clauses) for each in shown["findings"] if each["open"])]
    asked += [_about_exhibit(each, shown) for each in shown["exhibits"] if each["outcome"] != "passed"]
    asked += [_about_verdict(row) for row in shown["verdicts"] if _asks_more(row)]
    for number, each in enumerate(asked, 1):
        each["id"] = f"Q-{number}"
        yield each


def _about_finding(finding: FindingView, clauses: dict[str, str]) -> QuestionView:
    place = finding["place"]
    where = f"{place['file']}:{place['line']}" if place["line"] else place["file"] or "the bundle"
    step = f" We would expect you to: {finding['help']}." if finding["help"] else ""
    return {
        "id": "",
        "about": "finding",
        "obligations": finding["obligations"],
        "clause": finding["clause"] or _clause(finding["obligations"], clauses),
        "text": f"At {where}, {finding['message']}. How is this to be read, and when will it be mended?{step}",
        "counterexample": finding["frame"],
        "evidence": [finding["id"]],
    }


def _about_exhibit(exhibit: ExhibitView, shown: AssessmentView) -> QuestionView:
    resting = [row for row in shown["verdicts"] if exhibit["id"] in row["exhibits"]]
    what = f"The {exhibit['kind']} `{exhibit['subject']}`"
    if exhibit["kind"] == "necessity":
        return _about_necessity(exhibit, resting)
    said = "does not work as the offer says" if exhibit["outcome"] == "failed" else "gives no answer"
    return {
        "id": "",
        "about": "run",
        "obligations": [row["obligation"] for row in resting],
        "clause": resting[0]["clause"] if resting else "",
        "text": f"{what} {said}: {exhibit['detail']}. What does the offer mean here?",
        "counterexample": f"{exhibit['detail']}\nrun again: {exhibit['command']}",
        "evidence": [exhibit["id"]],
    }


def _about_necessity(exhibit: ExhibitView, resting: list[VerdictView]) -> QuestionView:
    """Return the question about a datum or a measure that the flows do without: a question, and no fault."""
    kind, _, name = exhibit["subject"].partition(":")
    what = f"the measure `{name}`" if kind == "measure" else f"the personal datum `{name}`"
    return {
        "id": "",
        "about": "run",
        "obligations": [row["obligation"] for row in resting],
        "clause": resting[0]["clause"] if resting else "",
        "text": f"No run shows that {what} is strictly necessary: {exhibit['detail']}. What is it needed for?",
        "counterexample": f"{exhibit['detail']}\nrun again: {exhibit['command']}",
        "evidence": [exhibit["id"]],
    }


def _asks_more(row: VerdictView) -> bool:
    """Whether a verdict leaves something open that no finding and no run asks about."""
    if row["verdict"] == "argued":
        return not row["decision"]
    return row["verdict"] == "not met" and not row["findings"] and not row["exhibits"]


def _about_verdict(row: VerdictView) -> QuestionView:
    if row["verdict"] == "argued" and row["left_to_judge"]:
        text = f"On “{row['title']}”: which facts and reasons show {row['left_to_judge']}?"
    else:
        text = f"On “{row['title']}”: {row['reason']}. Where does the offer show {row['evidence_wanted']}?"
    return {
        "id": "",
        "about": "judgement" if row["verdict"] == "argued" else "duty",
        "obligations": [row["obligation"]],
        "clause": row["clause"],
        "text": text,
        "counterexample": "",
        "evidence": [*row["waived"], *row["statements"]],
    }


def render_questions(shown: AssessmentView) -> str:
    """Return the questions as a letter's annex in plain text, ready to be sent."""
    offer = shown["offer"]
    head = f"Questions on the reference offer {offer['id']} {offer['version']} of {offer['gatekeeper']}"
    lines = [head, f"{shown['law']['act']}, state of {shown['on']}, offer {shown['provenance']['offer']}", ""]
    for each in shown["questions"]:
        duties = ", ".join(each["obligations"])
        lines.append(f"{each['id'].removeprefix('Q-')}. {each['clause']} ({duties})")
        lines += textwrap.wrap(each["text"], 96, initial_indent="   ", subsequent_indent="   ")
        if each["counterexample"]:
            lines += ["", *(f"      {line}" for line in each["counterexample"].split("\n"))]
        lines.append("")
    if not shown["questions"]:
        lines += ["Nothing is left to ask.", ""]
    return "".join(f"{visible(line)}\n" for line in lines)


def _clause(obligations: list[str], clauses: dict[str, str]) -> str:
    return next((clauses[duty] for duty in obligations if duty in clauses), "")
