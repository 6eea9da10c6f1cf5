"""What `art7 init` asks: one row a question; the same names in a file of answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import toml_strict
from art7.grammar.untrusted.refusal import shown
from art7.validator.law import load_law

CODES = {
    "A7-V920": (
        "an answer is not one that the question takes",
        "Answers become statements of the manifest, which have their forms: days, names, points of Article 7(2).",
        "Give the answer in the form that the question shows; `art7 init --questions` lists all.",
    ),
    "A7-V921": (
        "an answer to no question",
        "The file of answers has a name that `art7 init` does not ask for.",
        "Correct the name; `art7 init --questions` lists all.",
    ),
    "A7-V922": (
        "a question without an answer",
        "Without it no manifest can be begun.",
        "Add the answer to the file, or run `art7 init` on a terminal.",
    ),
}

ANSWERS = "answers"
MOST_CHARACTERS = 400

Check = Callable[[str], str | None]
"""Answer → what is wrong with it, or None."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `field` is the statement of the manifest that `art7 explain` has a page of."""

    name: str
    text: str
    form: str
    field: str
    check: Check
    default: str | None = None


def questions() -> tuple[Question, ...]:
    """Return every question, in the order of asking."""
    return _QUESTIONS


def read_answers(content: bytes, file: str, report: Report) -> dict[str, str] | None:
    """Return the answers in a TOML file, or report what is wrong with each."""
    document = toml_strict.loads(content, report, file=file)
    if document is None:
        return None
    known = {each.name: each for each in _QUESTIONS}
    found: dict[str, str] = {}
    for name, value in document.value.items():
        place = document.positions.nearest((name,))
        where = place.key or place.value
        if name not in known:
            report.add("A7-V921", f"{shown(name)} answers no question", where, help=CODES["A7-V921"][2])
            continue
        text = _text(value)
        fault = "expected a text, a day or a list of texts" if text is None else known[name].check(text)
        if text is None or fault is not None:
            report.add("A7-V920", f"`{name}`: {fault}", place.value, help=f"give {known[name].form}")
        else:
            found[name] = text
    missing = [each for each in _QUESTIONS if each.name not in document.value and each.default is None]
    for each in missing:
        report.add(
            "A7-V922", f"`{each.name}` has no answer", Span(file, 1, 1, 1, 1), help=f"give {each.form}"
        )
    return None if report.has_errors else {**_defaults(), **found}


def _defaults() -> dict[str, str]:
    return {each.name: each.default for each in _QUESTIONS if each.default is not None}


def _text(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else None


def points_of(answer: str) -> list[str]:
    """Return the points of Art. 7(2) in an answer, in the order of the law."""
    named = set(answer.replace(",", " ").split())
    return [point for point in load_law().functions if point in named]


def _phrase(answer: str) -> str | None:
    if not answer.strip():
        return "expected some words"
    if len(answer) > MOST_CHARACTERS:
        return f"expected at most {MOST_CHARACTERS} characters"
    return None if answer.isprintable() else "expected visible characters alone"


def _matches(form: str, words: str) -> Check:
    pattern = re.compile(form)
    return lambda answer: None if pattern.fullmatch(answer) else f"expected {words}"


def _day(answer: str) -> str | None:
    try:
        found = date.fromisoformat(answer)
    except ValueError:
        return "expected a day, as 2026-08-02"
    return None if 1990 <= found.year < 2200 else "expected a day from 1990 to 2199"


def _points(answer: str) -> str | None:
    named = set(answer.replace(",", " ").split())
    unknown = sorted(named - set(load_law().functions))
    if unknown:
        return f"{shown(unknown[0])} is no point of Article 7(2)"
    return None if named else "expected one point or more"


def _choice(*choices: str) -> Check:
    return lambda answer: None if answer in choices else f"expected one of {', '.join(choices)}"


ENCODINGS = ("json", "cbor", "protobuf")

_QUESTIONS = (
    Question("gatekeeper", "Who is the gatekeeper?", "a name", "gatekeeper.name", _phrase),
    Question(
        "service", "Which service is listed in its designation?", "a name", "gatekeeper.service", _phrase
    ),
    Question(
        "decision",
        "What is the reference of the designation decision?",
        "a reference",
        "gatekeeper.decision",
        _phrase,
    ),
    Question(
        "designated",
        "On which day was it designated?",
        "a day, as 2026-02-02",
        "gatekeeper.decision.date",
        _day,
    ),
    Question(
        "id",
        "By which identifier is the offer known?",
        "letters, digits, `.`, `-`, as examplechat-2026",
        "offer.id",
        _matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", "letters, digits, `.`, `-`, at most 80"),
    ),
    Question(
        "version",
        "Which edition is it?",
        "three numbers, as 1.0.0",
        "offer.version",
        _matches(r"[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}", "three numbers, as 1.0.0"),
        "1.0.0",
    ),
    Question("published", "On which day is it published?", "a day, as 2026-08-02", "offer.published", _day),
    Question("location", "Where will it be published?", "an address", "offer.public_location", _phrase),
    Question(
        "functions",
        "Which points of Article 7(2) does it offer?",
        "points, as 7(2)(a)(i)",
        "function.point",
        _points,
    ),
    Question(
        "module",
        "What is the module of its formats called?",
        "a small word, as chat",
        "function.provides",
        _matches(r"[a-z][a-z0-9]{0,30}", "a small letter, then small letters and digits"),
        "chat",
    ),
    Question(
        "encoding",
        "How are messages written?",
        f"one of {', '.join(ENCODINGS)}",
        "function.provides.messages",
        _choice(*ENCODINGS),
        "json",
    ),
    Question("contact", "Whom do access seekers ask?", "an address", "support.contact", _phrase),
)
