"""An assessment as JUnit XML: a suite for each paragraph of the law, a case for each duty."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element

from art7.validator.output.model import AssessmentView, VerdictView
from art7.validator.output.xml_text import child, document

OUTCOMES = {
    "partly met": "failure",
    "not met": "failure",
    "undetermined": "error",
    "argued": "skipped",
    "not yet due": "skipped",
    "extended": "skipped",
}
"""verdict → the element of a case; a duty that is met has none. What awaits a person or a date is no pass."""


def render_junit(shown: AssessmentView) -> str:
    """Return the document, with a line end."""
    root = Element("testsuites", {"name": "art7", **_counts(shown["verdicts"])})
    frames = {each["id"]: each["frame"] for each in shown["findings"]}
    for paragraph, group in groupby(shown["verdicts"], key=_paragraph):
        rows = list(group)
        suite = child(root, "testsuite", name=paragraph, timestamp=f"{shown['on']}T00:00:00", **_counts(rows))
        for row in rows:
            _case(suite, row, frames)
    return document(root)


def _paragraph(row: VerdictView) -> str:
    """Return the paragraph that the first clause of a duty stands in."""
    return row["clause"].split(",")[0].split("(a)")[0].split("(b)")[0].split("(c)")[0]


def _counts(rows: list[VerdictView]) -> dict[str, str]:
    kinds = [OUTCOMES.get(row["verdict"]) for row in rows]
    named = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    return {"tests": str(len(rows)), **{name: str(kinds.count(kind)) for name, kind in named}}


def _case(suite: Element, row: VerdictView, frames: dict[str, str]) -> None:
    case = child(suite, "testcase", classname=row["clause"], name=f"{row['obligation']} {row['title']}")
    kind = OUTCOMES.get(row["verdict"])
    if kind is not None:
        text = "\n\n".join(frames[name] for name in row["findings"])
        commands = "\n".join(f"{each['kind']}: {each['command']}" for each in row["missing"])
        child(
            case,
            kind,
            text or commands or None,
            message=f"{row['verdict']}: {row['reason']}",
            type=row["verdict"],
        )
