"""Phrases that weaken a text, and documents that anybody can read: patterns from `obligations/references.toml`.

All patterns are ours, bounded and without nested repetition, so that a hostile document costs linear time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

MOST_CHARACTERS = 4000
"""A longer line of prose is examined up to here."""


def _load() -> dict[str, Any]:
    return tomllib.loads(files("art7.spec").joinpath("obligations", "references.toml").read_text("utf-8"))


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_TABLE = _load()
DEFERRALS = _any_of([rf"\b{pattern}" for pattern in _TABLE["deferrals"]])
MODIFICATIONS = _any_of([rf"\b{pattern}" for pattern in _TABLE["modifications"]])
EQUIVALENTS = _any_of([rf"\b{pattern}" for pattern in _TABLE["equivalents"]])
LOCATIONS = _any_of([rf"\b{pattern}" for pattern in _TABLE["locations"]])
FEES = _any_of(_TABLE["fees"])
POWERS = _any_of([rf"\b{pattern}" for pattern in _TABLE["powers"]])
REQUESTER = re.compile(r"\b(requester|access seeker|user|person)s? (may|can)\b", re.IGNORECASE)
INSECURE = _any_of(_TABLE["insecure"])

_BINDING = _any_of([rf"\b{word}\b" for word in _TABLE["binding"]])
_DOCUMENT = _any_of(_TABLE["documents"])
_LINK = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]{1,253})[^\s)>\]\"'`]{0,500}")


def public_document(name: str) -> bool:
    """Whether a citation names a document that anybody can read."""
    return _DOCUMENT.fullmatch(name) is not None


_DENIAL = re.compile(r"\b(no|not|never|nor|neither|without|nobody|nothing|free)\b", re.IGNORECASE)


def denied(line: str, start: int) -> bool:
    """Whether the clause that leads up to `start` says that something is not so."""
    clause = re.split(r"[.;:!?]", line[max(0, start - 200) : start])[-1]
    return _DENIAL.search(clause) is not None


def normative_links(line: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, host) of links that a line makes binding and that lead to no publisher of standards."""
    line = line[:MOST_CHARACTERS]
    if not _BINDING.search(line):
        return
    for link in _LINK.finditer(line):
        host = link["host"].lower().rstrip(".")
        if not any(host == known or host.endswith("." + known) for known in _TABLE["hosts"]):
            yield link.start(), link.end(), host
