"""The lines of a log, in two forms: messages as they were recorded, and traces of `art7 run`.

The form is `spec/art7/spec/schemas/log.schema.json`. A line is untrusted: it is read within a bound, and what is wrong with
it is a `BadLine` with a code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

LINE_LIMIT = 4 << 20
"""Octets of one line; a longer one is passed over to its end."""

NAME_LIMIT = 256

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_REDACTED = "secret of "

TOLD = ("local", "timeout", "state")
PASSED_OVER = ("decode", "derive")


class BadLine(Exception):
    """A line that is no record of a log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One record. `kind`: `message`, `received`, `refused`, `end`, or `local`, `timeout`, `state` of a role.

    `octets` is `None` where secrets were taken out of them. `is_trace`: the log also tells what happens inside the roles.
    """

    number: int
    conversation: str
    kind: str
    at_ms: int | None = None
    sender: str = ""
    receiver: str = ""
    octets: bytes | None = None
    message: str = ""
    role: str = ""
    name: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    is_trace: bool = False
    seen: str = "sent"
    detail: str = ""


def raw_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield (number, octets) of each line that is not empty; `None` for one that is too long."""
    number = 0
    while True:
        octets = file.readline(LINE_LIMIT + 1)
        if not octets:
            return
        number += 1
        if len(octets) > LINE_LIMIT and not octets.endswith(b"\n"):
            while octets and not octets.endswith(b"\n"):
                octets = file.readline(LINE_LIMIT)
            yield number, None
            continue
        octets = octets.strip()
        if octets:
            yield number, octets


class LineReader:
    """Reads lines one after another; a trace whose numbers begin anew is another conversation."""

    def __init__(self) -> None:
        self._runs = 0
        self._last = 0

    def read(self, number: int, octets: bytes | None) -> Line | None:
        """Return the record; `None` for one that says nothing to a monitor. Raises: `BadLine`."""
        if octets is None:
            raise BadLine("A7-R081", f"longer than {LINE_LIMIT} octets")
        try:
            data = json.loads(octets)
        except (ValueError, RecursionError):
            raise BadLine("A7-R080", "not JSON in UTF-8") from None
        if not isinstance(data, dict):
            raise BadLine("A7-R080", "not a JSON object")
        return self._of_trace(number, data) if "kind" in data else _of_log(number, data)

    def _of_trace(self, number: int, data: Mapping[str, Any]) -> Line | None:
        count = data.get("n")
        if type(count) is not int or count < 1:
            raise BadLine("A7-R080", "a line with `kind` needs `n`, which counts from 1")
        if count <= self._last or not self._runs:
            self._runs += 1
        self._last = count
        kind, role = _text(data, "kind"), _text(data, "role")
        if kind in PASSED_OVER:
            return None
        conversation = _text(data, "conversation", f"run {self._runs}")
        common: dict[str, Any] = {"at_ms": _time(data), "role": role, "is_trace": True}
        if kind == "send":
            return Line(
                number, conversation, "message", sender=role, receiver=_text(data, "receiver"),
                octets=_octets(data), message=_text(data, "message", ""), **common,
            )  # fmt: skip
        if kind in ("receive", "refuse", "resume"):
            return _taken(number, conversation, kind, role, data, common)
        if kind not in TOLD:
            raise BadLine("A7-R080", "`kind` is none that a trace has")
        name = _text(data, {"local": "event", "timeout": "timer", "state": "state"}[kind])
        given = data.get("arguments", {})
        if not isinstance(given, dict):
            raise BadLine("A7-R080", "`arguments` is not an object")
        return Line(number, conversation, kind, name=name, given=given, **common)


def _taken(
    number: int, conversation: str, kind: str, role: str, data: Mapping[str, Any], common: dict[str, Any]
) -> Line | None:
    refused = kind == "refuse" or data.get("outcome") == "refused"
    if refused:
        detail = f"{_text(data, 'code', '')}: {_text(data, 'reason', '', limit=4096)}"
        who = "network" if "flipped" in data else _text(data, "blame", "peer")
        return Line(
            number, conversation, "refused", sender=_text(data, "sender", ""), receiver=role,
            message=_text(data, "message", ""), name=who, detail=detail, **common,
        )  # fmt: skip
    if data.get("outcome") == "ignored" and kind == "resume":
        return None
    octets = _octets(data) if kind == "receive" else None
    return Line(
        number, conversation, "received", sender=_text(data, "sender"), receiver=role,
        octets=octets, message=_text(data, "message", ""), name=kind, **common,
    )  # fmt: skip


def _of_log(number: int, data: Mapping[str, Any]) -> Line:
    conversation = _text(data, "conversation", "")
    if data.get("end") is True:
        return Line(number, conversation, "end", at_ms=_time(data))
    seen = _text(data, "seen", "sent")
    if seen not in ("sent", "received"):
        raise BadLine("A7-R080", "`seen` is neither `sent` nor `received`")
    return Line(
        number, conversation, "message", at_ms=_time(data), sender=_text(data, "sender"),
        receiver=_text(data, "receiver"), octets=_octets(data), message=_text(data, "message", ""), seen=seen,
    )  # fmt: skip


def _text(
    data: Mapping[str, Any], name: str, otherwise: str | None = None, *, limit: int = NAME_LIMIT
) -> str:
    value = data.get(name, otherwise)
    if not isinstance(value, str) or len(value) > limit:
        state = "missing" if value is None else f"not a text of at most {limit} characters"
        raise BadLine("A7-R080", f"`{name}` is {state}")
    return value


def _time(data: Mapping[str, Any]) -> int | None:
    value = data.get("at_ms")
    if value is not None and (type(value) not in (int, float) or not abs(value) < 2**53):
        raise BadLine("A7-R080", "`at_ms` is not a number of milliseconds")
    return None if value is None else int(value)


def _octets(data: Mapping[str, Any]) -> bytes | None:
    value = data.get("octets")
    if isinstance(value, str):
        if _REDACTED in value:
            return None
        if len(value) % 2 == 0 and _HEX.fullmatch(value):
            return bytes.fromhex(value)
    raise BadLine("A7-R082", "`octets` is not pairs of lower-case hexadecimal digits")


def read_lines(file: Iterable[tuple[int, bytes | None]]) -> Iterator[Line | tuple[int, BadLine]]:
    """Yield every record of a log, or what is wrong with a line."""
    reader = LineReader()
    for number, octets in file:
        try:
            line = reader.read(number, octets)
        except BadLine as bad:
            yield number, bad
            continue
        if line is not None:
            yield line
