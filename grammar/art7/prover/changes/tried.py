"""Messages that are tried: those of the modules, known ones with the values that a change is about, changed octets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from art7.interpreter.refused_values import ValueRefused
from art7.prover.changes.placed import placed
from art7.prover.sample_values import Maker
from art7.prover.samples import Sample, made_up_params, samples

_REFUSALS = (EncodeError, ValueRefused, RecursionError, KeyError, TypeError)
_FLIPPED = 96
"""Octets of a message that are changed one by one."""


@dataclass(frozen=True, slots=True)
class Count:
    """A list of so many items, to be made up."""

    items: int


def sampled(specification: Specification, name: str) -> list[Sample]:
    """Return messages of a record: those of its vectors, and made up ones."""
    try:
        return list(samples(specification, name, most=10, variants=40))
    except (KeyError, RecursionError):
        return []


def declared(specification: Specification, name: str) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Octets that the modules declare as accepted or refused."""
    for module in specification.modules.values():
        for vector in module.vectors:
            subject = vector.subject if "." in vector.subject else f"{module.name}.{vector.subject}"
            if subject == name and vector.octets is not None:
                yield vector.octets, dict(vector.given)


class _Forced(Maker):
    """Makes values in which one slot of one record has a given value."""

    def __init__(
        self, specification: Specification, variant: int, target: str, slot: str, value: Any
    ) -> None:
        super().__init__(specification, variant)
        self.target, self.slot_name, self.forced = target, slot, value

    def record(self, record: p.Record, depth: int = 0, fixed: Mapping[int, Any] | None = None) -> Any:
        """Return a value of a record; the target has the value."""
        if record.name != self.target:
            return super().record(record, depth, fixed)
        slot = record.slot(self.slot_name)
        return super().record(
            record, depth, {**(fixed or {}), slot.index: _filled(self, slot.shape, self.forced)}
        )


def directed(
    specification: Specification,
    name: str,
    target: str,
    wanted: Mapping[str, tuple[Any, ...]],
    known: list[Sample],
) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Messages that hold the values which a change is about: known ones with another member, else made up."""
    try:
        record, holder = specification.record(name), specification.record(target)
    except KeyError:
        return
    for slot in holder.slots:
        for value in wanted.get(slot.name, ()):
            made = _with_member(specification, record, holder, slot, value, known)
            yield from made or _made_up(specification, record, holder, slot, value)


def _with_member(
    specification: Specification,
    record: p.Record,
    holder: p.Record,
    slot: p.Slot,
    value: Any,
    known: list[Sample],
) -> list[tuple[bytes, Mapping[str, Any]]]:
    found: list[tuple[bytes, Mapping[str, Any]]] = []
    for sample in known:
        maker = Maker(specification, len(found))
        try:
            new = _filled(maker, slot.shape, value)
            changed = placed(specification, record, sample.value, holder.name, slot.name, new)
            if changed is not None:
                found.append((encode(specification, record.name, changed, sample.params), sample.params))
        except _REFUSALS:
            continue
        if len(found) == 2:
            break
    return found


def _made_up(
    specification: Specification, record: p.Record, holder: p.Record, slot: p.Slot, value: Any
) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    params = made_up_params(specification, record)
    for variant in range(6):
        maker = _Forced(specification, variant, holder.name, slot.name, value)
        try:
            octets = encode(specification, record.name, maker.record(record), params)
        except _REFUSALS:
            continue
        yield octets, params
        return


def _filled(maker: Maker, shape: s.Shape, value: Any) -> Any:
    """A value as it is, or a list of as many items as it says."""
    inner = shape.inner if isinstance(shape, s.Nullable) else shape
    if isinstance(value, Count):
        return (
            [maker.value(inner.item) for _ in range(value.items)] if isinstance(inner, s.Sequence) else None
        )
    return value


def changed(octets: bytes, params: Mapping[str, Any]) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """A message with single octets changed, cut, and prolonged."""
    for at in range(min(len(octets), _FLIPPED)):
        for value in (octets[at] ^ 1, (octets[at] + 1) & 255, 0, 0x41, 0xFF):
            yield octets[:at] + bytes([value]) + octets[at + 1 :], params
    yield octets[:-1], params
    yield octets + b"\0", params
