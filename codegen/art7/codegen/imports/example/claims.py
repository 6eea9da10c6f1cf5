"""What comments claim of the values beside them: instants, heads of CBOR, texts, characters, names of numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from art7.codegen.imports.example.heads import Head, heads_of
from art7.codegen.imports.example.parts import Comment, Item, Line, Printed
from art7.codegen.imports.faults import Faults
from art7.codegen.imports.scan import shown

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"(?<![\w.:-])(\d{9,19})(?![\w.:-])")
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATER = re.compile(r"(\d+) (second|minute|hour|day|week)s? (?:after|later)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_CLAIM = re.compile(r"\b(unsigned|negative|bytes|text|array|map|tag|primitive|simple)\((-?\d{1,20})\)")
_KINDS = {
    "unsigned": 0,
    "negative": 1,
    "bytes": 2,
    "text": 3,
    "array": 4,
    "map": 5,
    "tag": 6,
    "primitive": 7,
    "simple": 7,
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"$')
_POINT = re.compile(r"\bU\+([0-9A-Fa-f]{4,6})\b")
_NAMED = re.compile(r"([A-Za-z][\w ]{0,40}?) ?= ?([A-Za-z][\w-]*)")
_NEAR = 60


def tell_wrong_instants(printed: Printed, faults: Faults) -> None:
    """A number of (milli-, micro-, nano-)seconds since 1970 and the instant beside it must be the same."""
    sent: float | None = None
    for comment in printed.comments:
        owner = _owner(printed, comment)
        text = printed.source.text[comment.start : comment.end]
        numbers = [(found.start(), found.end(), int(found.group())) for found in _NUMBER.finditer(text)]
        for found in _INSTANT.finditer(text):
            near = [
                each
                for each in numbers
                if min(abs(found.start() - each[1]), abs(each[0] - found.end())) < _NEAR
            ]
            value = near[0][2] if near else owner
            instant = _seconds(found)
            if value is None or instant is None:
                continue
            sent = value / _unit(value) if sent is None else sent
            _tell_instant(printed, comment, found, value, instant, faults)
    for item in printed.every_item():
        _tell_dated(printed, item, faults)
        _tell_later(printed, item, sent, faults)


def _owner(printed: Printed, comment: Comment) -> int | None:
    """The number that a comment is about, where it looks like one since 1970."""
    for item in printed.every_item():
        if (
            item.label == comment.text
            and item.kind == "integer"
            and isinstance(item.value, int)
            and item.value > 10**8
        ):
            return item.value
    return None


def _tell_dated(printed: Printed, item: Item, faults: Faults) -> None:
    """Tag 0 holds an instant as text, and its comment may say the number."""
    if item.kind == "tag" and item.value == 0 and item.children and isinstance(item.children[0].value, str):
        found = _INSTANT.fullmatch(item.children[0].value)
        instant = _seconds(found) if found else None
        number = _NUMBER.search(item.label or item.children[0].label)
        if found is None or instant is None or found.group(4) is None:
            faults.mistake(
                "A7-P209", f"{shown(item.children[0].value)} under tag 0 is no instant",
                printed.source.span(item.start, item.end), "write it as RFC 3339 says, with its zone",
            )  # fmt: skip
        elif number is not None and not _agrees(int(number.group()), instant, found):
            _tell(printed, item.start, item.end, int(number.group()), instant, found.group(), faults)


def _tell_later(printed: Printed, item: Item, sent: float | None, faults: Faults) -> None:
    """`10 minutes after it was sent` against the instant that the example gives for the message."""
    found = _LATER.search(item.label)
    if found is None or sent is None or item.kind != "integer" or not isinstance(item.value, int):
        return
    claimed = int(found.group(1)[:9]) * _SECONDS[found.group(2)]
    actual = item.value / _unit(item.value) - sent
    if item.value > 10**8 and abs(actual - claimed) > 1.5:
        faults.mistake(
            "A7-P209",
            f"`{found.group()}` disagrees with the value, which is {actual:.0f} seconds after",
            printed.source.span(item.start, item.end),
            "correct the value or the comment",
        )


def _tell_instant(
    printed: Printed, comment: Comment, found: re.Match[str], value: int, instant: datetime, faults: Faults
) -> None:
    if not _agrees(value, instant, found):
        start = comment.start + found.start()
        _tell(printed, start, comment.start + found.end(), value, instant, found.group(), faults)


def _tell(
    printed: Printed, start: int, end: int, value: int, instant: datetime, text: str, faults: Faults
) -> None:
    right = _EPOCH + timedelta(microseconds=value * 1_000_000 // _unit(value))
    gap = abs((instant - right).total_seconds())
    zone = " (the local time of another zone?)" if gap and gap % 900 == 0 and gap <= 14 * 3600 else ""
    spelled = right.isoformat(timespec="milliseconds" if _unit(value) > 1 else "seconds").replace(
        "+00:00", "Z"
    )
    faults.mistake(
        "A7-P209",
        f"`{text}` disagrees with {value}, which is {spelled}: {timedelta(seconds=gap)} apart{zone}",
        printed.source.span(start, end),
        f"write `{spelled}`, or correct the number",
    )


def _unit(value: int) -> int:
    """How many a second has in the unit that brings a number nearest to our days: 10^9 to 10^10 seconds."""
    return next((unit for unit in reversed(_UNITS) if value // unit >= 10**8), 1)


def _agrees(value: int, instant: datetime, found: re.Match[str]) -> bool:
    digits = len(found.group(3) or "")
    gap = abs((instant - _EPOCH).total_seconds() - value / _unit(value))
    return gap <= 10.0**-digits + 1e-6 if digits < 3 else gap < 0.002


def _seconds(found: re.Match[str]) -> datetime | None:
    day, time, fraction, zone = found.groups()
    text = f"{day}T{time}.{(fraction or '0')[:6]:0<6}{(zone or 'Z').upper().replace('Z', '+00:00')}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def tell_wrong_claims(printed: Printed, faults: Faults) -> None:
    """Heads and texts of annotated hex, characters by number, and names that stand for two numbers."""
    heads = heads_of(printed.octets) if printed.octets is not None and printed.lines else {}
    text_at: Head | None = None
    for line in printed.lines:
        head = heads.get(line.offset) if line.octets else None
        text_at = head or text_at
        _tell_head(printed, line, head, faults)
        _tell_quoted(printed, line, text_at, faults)
    for item in printed.every_item():
        found = _POINT.search(item.label)
        text = item.value.decode("utf-8", "replace") if isinstance(item.value, bytes) else item.value
        if (
            found
            and isinstance(text, str)
            and text
            and chr(min(int(found.group(1), 16), 0x10FFFF)) not in text
        ):
            here = " ".join(f"U+{ord(each):04X}" for each in text[:4])
            faults.mistake(
                "A7-P209", f"the comment says {found.group()}, the text has {here}",
                printed.source.span(item.start, item.end), "correct the text or the comment",
            )  # fmt: skip
    _tell_two_numbers(printed, faults)


def _tell_two_numbers(printed: Printed, faults: Faults) -> None:
    """`kind = picture` behind 2 in one place and behind 3 in another."""
    known: dict[tuple[str, str], int] = {}
    for item in printed.every_item():
        found = _NAMED.fullmatch(item.label)
        if found is None or item.kind != "integer" or not isinstance(item.value, int):
            continue
        first = known.setdefault((found.group(1), found.group(2)), item.value)
        if first != item.value:
            faults.mistake(
                "A7-P209", f"`{item.label}` stands for {item.value} here and for {first} before",
                printed.source.span(item.start, item.end), "correct the value or the comment",
            )  # fmt: skip


def _tell_head(printed: Printed, line: Line, head: Head | None, faults: Faults) -> None:
    found = _CLAIM.search(line.comment)
    if found is None or not line.octets:
        return
    major, number = _KINDS[found.group(1)], int(found.group(2))
    if head is None:
        faults.mistake(
            "A7-P209", f"`{found.group()}` stands beside octets that begin no value",
            printed.source.span(line.start, line.end), "put it beside the head that it is about",
        )  # fmt: skip
    elif (head.major, head.number) != (major, number) and not (
        head.major == major == 1 and -1 - head.number == number
    ):
        faults.mistake(
            "A7-P209", f"`{found.group()}` disagrees with its octets, which are `{head}`",
            printed.source.span(line.start, line.end), "correct the octets or the comment",
        )  # fmt: skip


def _tell_quoted(printed: Printed, line: Line, head: Head | None, faults: Faults) -> None:
    """A text in quotes is what the octets on its line spell; of octet strings only where they are plain text."""
    found = _QUOTED.search(line.comment)
    if found is None or head is None or head.major not in (2, 3) or _CLAIM.search(line.comment):
        return
    try:
        text = line.octets.decode("utf-8")
    except UnicodeDecodeError:
        return
    said = found.group(1)
    if "\\" in said or not text.isprintable() or said.endswith(("...", "…")):
        return
    if said != text or (not line.octets and head.number):
        faults.mistake(
            "A7-P209", f"{shown(found.group())} disagrees with its octets, which spell {shown(text)}",
            printed.source.span(line.start, line.end), "correct the octets or the comment",
        )  # fmt: skip
