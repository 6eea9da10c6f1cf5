"""Both versions run on the same messages: those of either version, and those with the values that a change is about."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import find_enum
from art7.prover.changes.change import Seen
from art7.prover.changes.plain import Names
from art7.prover.changes.tried import changed, declared, directed, sampled

More = Callable[[Specification, str], Iterable[tuple[bytes, Mapping[str, Any]]]]
"""Further messages of a record of a specification: octets and parameters."""

SECONDS, ALL_SECONDS = 3.0, 90.0
PLACES = 12
"""For one record, and for all of a comparison."""
MESSAGES = 3000


@dataclass(slots=True)
class Language:
    """What was found about two versions of one record; at most one message of each kind and place."""

    tried: int = 0
    accepted: int = 0
    found: dict[tuple[str, str], Seen] = field(default_factory=dict)
    is_cut: bool = False
    """Whether the time was used up before anything was tried."""

    def add(self, seen: Seen) -> None:
        """Keep a message that shows something new: another direction, or another place."""
        told = seen.old or seen.new or seen.difference
        self.found.setdefault((" ".join(seen.breaks), told.partition(":")[0].partition(", octet")[0]), seen)

    @property
    def shown(self) -> tuple[Seen, ...]:
        """The messages that tell the versions apart."""
        return tuple(self.found.values())[:PLACES]

    @property
    def is_told_apart(self) -> bool:
        """Whether messages of both directions are known."""
        kinds = {direction for each in self.found.values() for direction in each.breaks}
        return len(kinds) == 2 and any(len(each.breaks) == 1 for each in self.found.values())


@dataclass(slots=True)
class Both:
    """Two versions of a specification and what is called otherwise in the new one."""

    old: Specification
    new: Specification
    names: Names = field(default_factory=Names)
    renumbered: frozenset[str] = frozenset()
    """Enums whose members have other numbers: their values are compared by name."""
    more: More | None = None
    clock: Callable[[], float] = time.monotonic
    end: float | None = None

    def compare(
        self,
        record: str,
        new_record: str,
        wanted: Mapping[str, tuple[Any, ...]],
        inner: str | None = None,
        changes: int = 1,
    ) -> Language:
        """Run messages of both versions in both. `wanted` are values of slots, by name, that must be met; they are slots
        of the old record `inner` where that is one which the record holds. `changes`: how many there are to tell apart."""
        if self.end is None:
            self.end = self.clock() + ALL_SECONDS
        found, end = Language(is_cut=self.clock() > self.end), self.clock() + SECONDS
        if found.is_cut:
            return found
        seen: set[bytes] = set()
        for octets, params in self._messages(record, new_record, wanted, inner):
            if octets in seen:
                continue
            seen.add(octets)
            self._try(found, record, new_record, octets, params)
            if (
                (found.is_told_apart and len(found.found) >= changes)
                or found.tried >= MESSAGES
                or self.clock() > end
            ):
                break
        return found

    def _try(
        self, found: Language, record: str, new_record: str, octets: bytes, params: Mapping[str, Any]
    ) -> None:
        shown = self.outcome(record, new_record, octets, params)
        found.tried += 1
        found.accepted += shown is None or shown.old is None or shown.new is None
        if shown is not None:
            found.add(shown)

    def outcome(self, record: str, new_record: str, octets: bytes, params: Mapping[str, Any]) -> Seen | None:
        """Return how both versions take a message, `None` where it makes no difference."""
        old, old_value = _read(self.old, record, octets, params)
        new, new_value = _read(self.new, new_record, octets, params)
        if old is not None and new is not None:
            return None
        if old is None and new is None:
            one = self._named(self.old, record, old_value, is_old=True)
            other = self._named(self.new, new_record, new_value, is_old=False)
            difference = _difference(one, other, "")
            return (
                Seen(record, new_record, octets, None, None, dict(params), difference) if difference else None
            )
        return Seen(record, new_record, octets, old, new, dict(params))

    def replays(self, shown: Seen) -> bool:
        """Whether a message does again what it shows."""
        again = self.outcome(shown.record, shown.new_record, shown.octets, shown.params)
        return again is not None and (again.old, again.new, again.difference) == (
            shown.old,
            shown.new,
            shown.difference,
        )

    # ---- messages ----

    def _messages(
        self, record: str, new_record: str, wanted: Mapping[str, tuple[Any, ...]], inner: str | None
    ) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
        kept: list[tuple[bytes, Mapping[str, Any]]] = []
        held = inner or record, self.names.of(inner or record)
        sides = ((self.old, record, held[0]), (self.new, new_record, held[1]))
        known = [sampled(specification, name) for specification, name, _ in sides]
        for row in known:
            kept += [(each.octets, each.params) for each in row]
        yield from kept
        for row, (specification, name, target) in zip(known, sides, strict=True):
            yield from directed(specification, name, target, wanted, row)
        yield from declared(self.old, record)
        yield from declared(self.new, new_record)
        yield from (each for one in kept[:8] for each in changed(*one))
        if self.more is not None:
            for specification, name in ((self.old, record), (self.new, new_record)):
                yield from self.more(specification, name)

    def _named(self, specification: Specification, name: str, value: Any, *, is_old: bool) -> Any:
        """A value with the names of the new version, renumbered enums by name, without what is kept as unknown."""
        try:
            record = specification.record(name)
        except KeyError:
            return value
        if not isinstance(value, dict):
            return value
        found = {}
        for slot in record.api():
            if slot.name in value and slot.name != "unknown":
                key = self.names.slot(name, slot.name) if is_old else slot.name
                found[key] = self._shaped(specification, slot.shape, value[slot.name], is_old=is_old)
        return found

    def _shaped(self, specification: Specification, shape: s.Shape, value: Any, *, is_old: bool) -> Any:
        match shape:
            case s.RecordOf(name=name):
                return self._named(specification, name, value, is_old=is_old)
            case s.Sequence(item=item) if isinstance(value, list):
                return [self._shaped(specification, item, each, is_old=is_old) for each in value]
            case s.Nullable(inner=inner):
                return self._shaped(specification, inner, value, is_old=is_old)
            case s.Enumeration(name=name) if (self.names.of(name) if is_old else name) in self.renumbered:
                enum = find_enum(specification, name)
                members = enum.members if enum is not None else ()
                return next((each.name for each in members if each.low == value == each.high), value)
            case _:
                return value


def _read(
    specification: Specification, record: str, octets: bytes, params: Mapping[str, Any]
) -> tuple[str | None, Any]:
    """(refusal, value) of a message."""
    try:
        known = {param.name for param in specification.record(record).params}
        given = {name: value for name, value in params.items() if name in known}
        return None, decode(specification, record, octets, given).value
    except (DecodeError, ValueRefused) as error:
        return str(error), None


def _difference(one: Any, other: Any, path: str) -> str:
    """The first member that both have with different values; what only one version knows is no difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one:
            if key in other and (
                found := _difference(one[key], other[key], f"{path}.{key}" if path else str(key))
            ):
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return next(
            (
                found
                for n, (a, b) in enumerate(zip(one, other, strict=True))
                if (found := _difference(a, b, f"{path}[{n}]"))
            ),
            "",
        )
    if one == other or (one != one and other != other):
        return ""
    return f"`{path or 'the value'}` is {_short(one)} in the old version, {_short(other)} in the new one"


def _short(value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
