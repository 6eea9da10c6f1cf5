"""What is said of a recording: who was wrong, against which rule, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from art7.runtime.codes import CODES as RUN_CODES
from art7.runtime.interop.codes import CODES as OWN_CODES
from art7.runtime.monitor.codes import CODES as MONITOR_CODES

_PAGES = {**RUN_CODES, **MONITOR_CODES, **OWN_CODES}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first fault of a conversation.

    `side`: a role, `network`, `log` or `specification`. `entry` counts lines of the recording from 1; `octet` counts from 0
    in the message as it was on the wire, `member` is the path of the field in the message.
    """

    conversation: str
    side: str
    code: str
    reason: str
    entry: int
    message: str = ""
    error: str = ""
    rule: str = ""
    clause: tuple[str, ...] = ()
    place: str = ""
    member: str = ""
    octet: int | None = None

    @property
    def next_step(self) -> str:
        """What the side that was wrong does now."""
        page = _PAGES.get(self.code)
        return page.next_step if page is not None else "Look at the entry and at the rule named."


def as_mapping(verdict: Verdict) -> Mapping[str, Any]:
    """Return a verdict as JSON-able data."""
    return {**asdict(verdict), "clause": list(verdict.clause), "next_step": verdict.next_step}


def as_lines(verdict: Verdict) -> list[str]:
    """Return a verdict as lines to read."""
    where = ", ".join(part for part in (verdict.rule, *verdict.clause, verdict.place) if part)
    field = verdict.member + ("" if verdict.octet is None else f", octet {verdict.octet}")
    rows = (
        ("WRONG", f"{verdict.side}: {verdict.conversation}, line {verdict.entry} ({verdict.code})"),
        ("  why", verdict.reason),
        ("  message", verdict.message),
        ("  field", field.lstrip(", ")),
        ("  clause", where),
        ("  next", verdict.next_step),
    )
    return [f"{label:<12}{text}" for label, text in rows if text]
