"""Values as the trace may show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Record
from art7.runtime.redact import Secrets, redacted
from art7.runtime.trace import Json

SAFE_INTEGER = 2**53
DEEPEST = 64
"""Nesting that is shown; a limit of depth in the specification is far below."""


@dataclass(slots=True)
class Shower:
    """Turns values into JSON and notices secrets on the way; those are redacted unless `sandbox`."""

    specification: Specification
    sandbox: bool
    silent: bool = False
    """Nobody looks: a value of any kind is shown as nothing."""
    secrets: Secrets = field(default_factory=Secrets)
    _records: dict[str, Record | None] = field(default_factory=dict)
    _clauses: dict[str, list[Json]] = field(default_factory=dict)

    def value(self, value: Any, secret: bool = False) -> Json:
        """Return a value as JSON: octets as hex, large integers as decimal text."""
        if isinstance(value, bytes | bytearray):
            if secret:
                self.secrets.add(bytes(value))
            return redacted(bytes(value)) if secret and not self.sandbox else bytes(value).hex()
        if isinstance(value, bool) or value is None or isinstance(value, str | float):
            return value
        if isinstance(value, int):
            return value if -SAFE_INTEGER < value < SAFE_INTEGER else str(value)
        if isinstance(value, list | tuple):
            return [self.value(item, secret) for item in value]
        if isinstance(value, Mapping):
            return {str(name): self.value(item, secret) for name, item in value.items()}
        return str(value)

    def record(self, name: str, value: Any) -> Json:
        """Return the members of a record, secret ones redacted at any depth."""
        return None if self.silent else self._record(name, value, 0)

    def shaped(self, shape: s.Shape | None, value: Any) -> Json:
        """Return a value of this shape, secret parts redacted."""
        return None if self.silent else self._shaped(shape, value, 0)

    def derived(self, name: str, secret: bool, value: Any) -> Json:
        """Return one named value of a schedule."""
        return None if self.silent else {"name": name, "secret": secret, "value": self.value(value, secret)}

    def clauses(self, name: str) -> list[Json]:
        """Return the clauses that a record or schedule cites."""
        if name not in self._clauses:
            self._clauses[name] = self._cited(name)
        return list(self._clauses[name])

    def _cited(self, name: str) -> list[Json]:
        record = self._known(name)
        if record is not None:
            return list(record.refs)
        for module in self.specification.modules.values():
            for schedule in module.schedules:
                if name in (schedule.name, f"{module.name}.{schedule.name}"):
                    return list(schedule.refs)
        return []

    def _known(self, name: str) -> Record | None:
        if name not in self._records:
            try:
                self._records[name] = self.specification.record(name)
            except KeyError:
                self._records[name] = None
        return self._records[name]

    def _record(self, name: str, value: Any, depth: int) -> Json:
        record = self._known(name)
        if not isinstance(value, Mapping) or record is None or depth > DEEPEST:
            return self.value(value)
        shapes = {slot.name: slot.shape for slot in record.slots}
        return {str(key): self._shaped(shapes.get(key), item, depth + 1) for key, item in value.items()}

    def _shaped(self, shape: s.Shape | None, value: Any, depth: int) -> Json:
        match shape:
            case s.Octets(secret=secret):
                return self.value(value, secret)
            case s.RecordOf(name=name):
                return self._record(name, value, depth)
            case s.Nullable(inner=inner):
                return self._shaped(inner, value, depth)
            case s.Sequence(item=item) if isinstance(value, list | tuple) and depth <= DEEPEST:
                return [self._shaped(item, each, depth + 1) for each in value]
            case s.Mapping(value=item) if isinstance(value, Mapping) and depth <= DEEPEST:
                return {str(key): self._shaped(item, each, depth + 1) for key, each in value.items()}
            case s.Union(arms=arms):
                return self.value(value, any(_has_secret(arm.shape) for arm in arms))
            case _:
                return self.value(value)


def _has_secret(shape: s.Shape | None) -> bool:
    """Whether a shape is secret octets, or a list of such; what is inside records is found when they are shown."""
    return any(isinstance(each, s.Octets) and each.secret for each in _within(shape))


def _within(shape: s.Shape | None) -> Iterator[s.Shape | None]:
    yield shape
    match shape:
        case s.Nullable(inner=inner) | s.Sequence(item=inner) | s.Mapping(value=inner):
            yield from _within(inner)
        case _:
            return
