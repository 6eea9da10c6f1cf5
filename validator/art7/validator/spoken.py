"""Lengths of time as people write them: `thirty days`, `30 days`, `72 hours`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.validator.manifest.base import MILLISECONDS

MOST_CHARACTERS = 20_000
"""A longer passage is examined up to here."""

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_WORDS = {**{word: n for n, word in enumerate(_ONES, 1)}, **_TENS, "a": 1, "an": 1}
_UNITS = {
    "millisecond": 1,
    "second": MILLISECONDS["s"],
    "minute": MILLISECONDS["min"],
    "hour": MILLISECONDS["h"],
    "day": MILLISECONDS["d"],
    "week": 7 * MILLISECONDS["d"],
}
_SPOKEN = re.compile(
    rf"\b(?P<count>[0-9]{{1,6}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})[ -](?P<unit>{'|'.join(_UNITS)})s?\b",
    re.IGNORECASE,
)


def durations(text: str) -> Iterator[int]:
    """Yield every length of time in a text, in milliseconds; months and years have no fixed length."""
    for found in _SPOKEN.finditer(text[:MOST_CHARACTERS]):
        count = found["count"].lower()
        yield (int(count) if count.isdigit() else _WORDS[count]) * _UNITS[found["unit"].lower()]
