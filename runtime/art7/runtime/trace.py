"""What happened, as data: one JSON object a line.

The same trace feeds the ladder, the report, the log page and blame. Secrets appear only in sandbox mode;
elsewhere they are replaced by their size and the first four octets of their SHA-256, so two logs can still be compared.
The form is `spec/art7/spec/schemas/trace.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.runtime.redact import Secrets, scrubbed

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `number` counts from 1, `at_ms` is virtual time, `kind` says what `data` holds."""

    number: int
    at_ms: int
    role: str
    kind: str
    data: Mapping[str, Json]

    def as_json(self) -> str:
        """Return the line, keys in a fixed order, without its end."""
        head: dict[str, Json] = {"n": self.number, "at_ms": self.at_ms, "role": self.role, "kind": self.kind}
        return json.dumps(head | dict(self.data), ensure_ascii=True, separators=(",", ":"))


@dataclass(slots=True)
class Trace:
    """Entries in order. `sandbox` shows secrets: keys made for the run, which protect nothing."""

    sandbox: bool = True
    entries: list[Entry] = field(default_factory=list)
    forgotten: int = 0
    """How many entries there were before the first of `entries`."""

    @property
    def count(self) -> int:
        """How many entries there were in all: the number of the newest."""
        return self.forgotten + len(self.entries)

    def since(self, number: int) -> list[Entry]:
        """Return the entries after this number, as far as they are still known."""
        return self.entries[max(0, number - self.forgotten) :]

    def forget(self) -> None:
        """Drop every entry; those that follow are numbered on."""
        self.forgotten = self.count
        self.entries.clear()

    def add(self, at_ms: int, role: str, kind: str, **data: Json) -> Entry:
        """Append one entry and return it."""
        entry = Entry(self.count + 1, at_ms, role, kind, data)
        self.entries.append(entry)
        return entry

    def conceal(self, secrets: Secrets) -> None:
        """Replace every secret in every entry, whatever it is spelled like."""
        replacements = secrets.replacements()
        self.entries = [
            Entry(
                e.number, e.at_ms, e.role, e.kind, {k: _concealed(v, replacements) for k, v in e.data.items()}
            )
            for e in self.entries
        ]

    def lines(self) -> str:
        """Return the whole trace as JSON lines."""
        return "".join(entry.as_json() + "\n" for entry in self.entries)

    def digest(self) -> str:
        """Return the SHA-256 of the trace: equal for equal seeds."""
        return hashlib.sha256(self.lines().encode()).hexdigest()


def _concealed(value: Json, replacements: list[tuple[str, str]]) -> Json:
    if isinstance(value, str):
        return scrubbed(value, replacements)
    if isinstance(value, list):
        return [_concealed(item, replacements) for item in value]
    if isinstance(value, dict):
        return {key: _concealed(item, replacements) for key, item in value.items()}
    return value
