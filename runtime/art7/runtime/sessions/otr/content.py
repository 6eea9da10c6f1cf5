"""What data messages of OTR say once they are opened: words, and records behind them (OTR3#data-message)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.state import refusing

PADDING, DISCONNECTED, STEP_1, STEP_2, STEP_3, STEP_4, ABORT, STEP_1_ASKING, EXTRA_KEY = range(9)
"""Kinds of records (OTR3#tlv-record-types)."""

LARGEST_WORDS = 65536
_RULE = "OTR3#data-message"


class Contents:
    """Writes and reads what is sealed."""

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._plain = face.record("otr.content.PlainText")
        self._recorded = face.record("otr.content.PlainTextWithRecords")
        names = ("Record", "Numbers", "Number", "Question", "ExtraKey")
        self._parts = {name: face.record(f"otr.content.{name}") for name in names}

    def write(self, words: str, records: Sequence[Any] = ()) -> bytes:
        """Return the octets to seal. Raises: `SessionRefused` for a zero octet in the words, and too many of them."""
        with refusing(self._failures, _RULE):
            plain: bytes = self._plain(words=words).encode()
            if not records:
                return plain
            octets: bytes = self._recorded(octets=list(plain), records=list(records)).encode()
        return octets

    def read(self, opened: bytes) -> tuple[str, list[Any]]:
        """Return the words and the records. Raises: `SessionRefused`."""
        with refusing(self._failures, _RULE):
            if 0 not in opened:
                return self._plain.decode(opened).words, []
            found = self._recorded.decode(opened)
        return found.words, list(found.records)

    def bare(self, kind: int) -> Any:
        """Return a record without a value."""
        return self._parts["Record"](kind=kind, value=b"")

    def step(self, kind: int, numbers: Sequence[bytes], question: str = "") -> Any:
        """Return a step of the proof of a shared secret; `question` goes with `STEP_1_ASKING`."""
        value = self._parts["Numbers"](numbers=[self._parts["Number"](value=each) for each in numbers])
        if kind == STEP_1_ASKING:
            value = self._parts["Question"](octets=list(question.encode()), step=value)
        return self._parts["Record"](kind=kind, value=value)

    def extra_key(self, purpose: int, details: bytes) -> Any:
        """Return the record that says what the extra key is for."""
        value = self._parts["ExtraKey"](purpose=purpose, details=details)
        return self._parts["Record"](kind=EXTRA_KEY, value=value)


def numbers_of(step: Any) -> list[bytes]:
    """Return the numbers of a step."""
    return [each.value for each in step.numbers]
