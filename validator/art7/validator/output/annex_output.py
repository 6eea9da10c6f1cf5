"""The skeleton of the compliance report under Art. 11: one annex for each obligation, with what the dossier knows.

What only the undertaking can say is asked for in its place. Markdown; the fields are data (`report-template.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from art7.grammar.frames import visible
from art7.validator.output.model import AssessmentView, PlaceView, VerdictView

OPEN = "**To be written by the undertaking:**"


def render_annex(shown: AssessmentView) -> str:
    """Return the skeleton; texts of the offer are quoted as code, so that none is read as Markdown."""
    lines = [*_head(shown)]
    for number, row in enumerate(shown["verdicts"], 1):
        lines += _annex(number, row, shown)
    return "".join(f"{line}\n" for line in lines)


@cache
def _fields() -> tuple[dict[str, Any], ...]:
    text = files("art7.spec").joinpath("obligations", "report-template.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["field"])


def _head(shown: AssessmentView) -> Iterator[str]:
    offer, law = shown["offer"], shown["law"]
    yield "# Compliance report under Article 11: annexes on Article 7"
    yield ""
    yield f"- Undertaking: {_code(offer['gatekeeper'])}"
    yield f"- Core platform service: {_code(offer['service'])}"
    yield f"- Reference offer: {_code(offer['id'])}, version {_code(offer['version'])}"
    yield f"- State of: {shown['on']}, {law['act']}, edition {law['edition']} of the obligations"
    yield f"- Offer read: {_code(shown['provenance']['offer'])}"
    yield f"- Dossier: {_code(shown['seal']['root'])}, {shown['seal']['edition']} edition"
    yield ""
    yield "This is a skeleton. It states what a program found in the offer and leaves open what only the undertaking knows."
    yield shown["closing"]


def _annex(number: int, row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    yield ""
    yield f"## Annex {number}: {row['clause']}, {row['title']} ({row['obligation']})"
    for position, field in enumerate(_fields(), 1):
        yield ""
        yield f"### {number}.{position} {field['title']}"
        yield ""
        known = [line for source in field["from"] for line in SOURCES[source](row, shown)]
        yield from known
        if known:
            yield ""
        yield f"{OPEN} {field['asks']}."


def _verdict(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    yield f"- On {shown['on']}, verdict of the program: {row['verdict']}"
    yield f"- Reason: {_code(row['reason'])}"


def _scope(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    if row["due"]:
        yield f"- Owed from: {row['due']}"


def _statements(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    for each in shown["statements"]:
        if each["id"] in row["statements"]:
            yield f"- {_code(each['path'])} at {_place(each['place'])}"


def _findings(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    for each in shown["findings"]:
        if each["id"] in row["findings"]:
            yield f"- Open finding {each['code']} at {_place(each['place'])}: {_code(each['message'])}"


def _exhibits(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    for each in shown["exhibits"]:
        if each["id"] in row["exhibits"]:
            yield f"- {each['kind']} {_code(each['subject'])} {each['outcome']}: {_code(each['detail'])}"


def _requests(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    if row["clause"].startswith("DMA Art. 7(5)") and shown["requests"]:
        done = sum(1 for each in shown["requests"] if each["operational"])
        yield f"- Requests received: {len(shown['requests'])}, operational: {done}"


def _changes(row: VerdictView, shown: AssessmentView) -> Iterator[str]:
    yield f"- To be compared with annex {row['obligation']} of the last report; `art7 diff OLD NEW` lists changes of the offer"


SOURCES: dict[str, Callable[[VerdictView, AssessmentView], Iterator[str]]] = {
    "verdict": _verdict,
    "scope": _scope,
    "statements": _statements,
    "findings": _findings,
    "exhibits": _exhibits,
    "requests": _requests,
    "changes": _changes,
}
"""`from` of a field → what the dossier holds about it."""


def _place(place: PlaceView) -> str:
    return _code(f"{place['file']}:{place['line']}" if place["line"] else place["file"] or "the bundle")


def _code(text: str) -> str:
    """Return text as a code span on one line, whatever back-quotes it holds."""
    flat = " ".join(visible(line) for line in text.split("\n"))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    gap = " " if flat.startswith("`") or flat.endswith("`") or not flat else ""
    return f"{fence}{gap}{flat}{gap}{fence}"
