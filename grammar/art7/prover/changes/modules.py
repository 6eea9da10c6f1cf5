"""Two versions of one module: declarations paired, compared, and what differs run in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Enum, Module, Specification
from art7.interpreter.prepare import all_steps
from art7.prover.answers import Standing
from art7.prover.changes.attach import attach
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level, Seen
from art7.prover.changes.enums import compare_enums, compare_values, renumbered
from art7.prover.changes.languages import Both, Language
from art7.prover.changes.machines import compare_protocols
from art7.prover.changes.match import Pairs, paired
from art7.prover.changes.others import compare_identities, compare_modules
from art7.prover.changes.plain import plain
from art7.prover.changes.records import compare_records, layout_differs, pair_slots, slots_of
from art7.prover.changes.schedules import compare_schedules, run_both
from art7.prover.changes.wanted import wanted_values
from art7.prover.samples import samples

HOLDERS = 3
"""Messages that hold a changed record, or records that hold a changed enum, that are run too."""


@dataclass(slots=True)
class ModulePair:
    """One module in two versions."""

    old: Module
    new: Module
    both: Both
    enums: Pairs[Enum] = field(default_factory=lambda: Pairs((), (), (), ()))
    records: Pairs[p.Record] = field(default_factory=lambda: Pairs((), (), (), ()))
    changed_enums: set[str] = field(default_factory=set)

    @property
    def differs(self) -> bool:
        """Whether there is anything to compare."""
        return self.old != self.new

    def match(self) -> None:
        """Pair enums and records and note the names that are others."""
        names = self.both.names
        self.enums = paired(
            {names.of(x.name): x for x in self.old.enums}, {x.name: x for x in self.new.enums},
            lambda x: (x.bits, x.text, tuple((y.name, y.low, y.high) for y in x.members)),
        )  # fmt: skip
        names.declared.update((one.name, other.name) for one, other in self.enums.renamed)
        self.both.renumbered |= {
            other.name for one, other in (*self.enums.same, *self.enums.renamed) if renumbered(one, other)
        }
        outer = [[x for x in module.records if x.kind != "inline"] for module in (self.old, self.new)]
        found = paired({names.of(x.name): x for x in outer[0]}, {x.name: x for x in outer[1]}, _members)
        names.declared.update((one.name, other.name) for one, other in found.renamed)
        inner = [{x.name: x for x in module.records if x.kind == "inline"} for module in (self.old, self.new)]
        within = paired({names.of(name): x for name, x in inner[0].items()}, inner[1])
        self.records = Pairs((*found.same, *within.same), found.renamed, found.removed, found.added)

    def changes(self) -> list[Change]:
        """Return every change of the module."""
        names = self.both.names
        found = list(compare_modules(self.old, self.new, names))
        found += compare_values(self.old, self.new)
        found += self._enums()
        for one, other in self.records.renamed:
            what = f"`{_short(one.name)}` is called `{_short(other.name)}`"
            found.append(Change(Level.SOURCE, other.name, what, one.span, other.span))
        found += self._single(self.records.removed, is_old=True)
        found += self._single(self.records.added, is_old=False)
        for one, other in (*self.records.same, *self.records.renamed):
            found += self._record(one, other)
        found += self._schedules()
        protocols = paired(
            {_short(x.name): x for x in self.old.protocols}, {_short(x.name): x for x in self.new.protocols}
        )
        for protocol in (*protocols.removed, *protocols.added):
            word = "gone" if protocol in protocols.removed else "new"
            what = f"the protocol is {word}"
            subject = f"{self.new.name}.{_short(protocol.name)}"
            certain = (OLD_TO_NEW,) if word == "gone" else ()
            found.append(Change(Level.OBLIGATION, subject, what, protocol.span, certain=certain))
        for before, after in protocols.same:
            found += compare_protocols(before, after, f"{self.new.name}.{_short(after.name)}", names)
        return found + list(compare_identities(self.old, self.new, names))

    # ---- enums ----

    def _enums(self) -> Iterator[Change]:
        for enum in (*self.enums.removed, *self.enums.added):
            word = "gone" if enum in self.enums.removed else "new"
            yield Change(Level.SOURCE, enum.name, f"the enum is {word}", enum.span)
        for one, other in self.enums.renamed:
            what = f"`{_short(one.name)}` is called `{_short(other.name)}`"
            yield Change(Level.SOURCE, other.name, what, one.span, other.span)
        for one, other in (*self.enums.same, *self.enums.renamed):
            changes = list(compare_enums(one, other))
            if any(change.expects for change in changes):
                self.changed_enums.add(one.name)
                self._run_enum(one, other, changes)
            yield from changes

    def _run_enum(self, one: Enum, other: Enum, changes: list[Change]) -> None:
        """Run records that hold the enum, with the values that only one version has."""
        ranges = [{(x.name, x.low, x.high) for x in enum.members} for enum in (one, other)]
        values = tuple(dict.fromkeys(each[1] for each in sorted(ranges[0] ^ ranges[1], key=str)))
        users = list(_users(self.both.old, one.name))[:HOLDERS]
        if not users:
            for change in changes:
                change.detail = "no message holds it"
            return
        total = Language()
        for record in users:
            wanted = {slot.name: values for slot in record.slots if one.name in _enums_in(slot.shape)}
            new_name = self.both.names.of(record.name)
            self._run(total, record.name, new_name, wanted)
            if total.is_told_apart:
                break
        attach(changes, total)

    # ---- records ----

    def _single(self, records: tuple[p.Record, ...], *, is_old: bool) -> Iterator[Change]:
        """Messages and structs that only one version has."""
        for record in records:
            word = "gone" if is_old else "new"
            level = Level.WIRE if record.kind == "message" else Level.SOURCE
            places = (record.span,) if is_old else ()
            change = Change(level, record.name, f"the {record.kind} is {word}", *places)
            if not is_old:
                change.new = record.span
            elif level is Level.WIRE:
                sample = next(iter(samples(self.both.old, record.name, most=1, variants=20)), None)
                change.expects = (OLD_TO_NEW,)
                change.standing = Standing.REFUTED if sample else Standing.NOT_PROVEN
                if sample:
                    seen = Seen(
                        record.name, "", sample.octets, None, "no message of that name", dict(sample.params)
                    )
                    change.shown = (seen,)
            yield change

    def _record(self, one: p.Record, other: p.Record) -> list[Change]:
        names = self.both.names
        changes = compare_records(one, other, names)
        if not any(x.level >= Level.WIRE for x in changes) and layout_differs(one, other, names):
            changes += self._unexplained(one, other, changes)
        if any(change.expects for change in changes):
            wanted = _limits(one, other, wanted_values(one, other, pair_slots(one, other, names)))
            found, count = Language(), sum(bool(change.expects) for change in changes)
            self._run(found, one.name, other.name, wanted, None, count)
            if not found.shown or not found.accepted:
                for holder in list(_holders(self.both.old, one.name))[:HOLDERS]:
                    self._run(found, holder, names.of(holder), wanted, one.name, count)
            attach(changes, found)
        return changes

    def _unexplained(self, one: p.Record, other: p.Record, changes: list[Change]) -> list[Change]:
        """A plan that differs where nothing that the text says of the record does: what it mentions changed.

        Where no message tells the versions apart, that they are the same is tested, not proved.
        """
        held = {name for slot in one.slots for name in _enums_in(slot.shape)}
        if held & self.changed_enums:
            return []
        found = Language()
        self._run(found, one.name, other.name, {})
        if not found.shown:
            for change in changes:
                if change.level is Level.SOURCE:
                    change.standing, change.detail = Standing.TESTED, f"with {found.tried} messages"
            return []
        what = "lies otherwise, because of what it mentions"
        return [Change(Level.WIRE, other.name, what, one.span, other.span, (OLD_TO_NEW, NEW_TO_OLD))]

    def _run(
        self,
        total: Language,
        record: str,
        new_record: str,
        wanted: dict[str, tuple[Any, ...]],
        inner: str | None = None,
        changes: int = 1,
    ) -> None:
        """Add what one pair of records shows; what does not show again is left out."""
        found = self.both.compare(record, new_record, wanted, inner, changes)
        total.tried += found.tried
        total.accepted += found.accepted
        total.is_cut = total.is_cut or found.is_cut
        for seen in found.shown:
            if self.both.replays(seen):
                total.add(seen)

    # ---- schedules ----

    def _schedules(self) -> Iterator[Change]:
        names = self.both.names
        pairs = paired(
            {_short(x.name): x for x in self.old.schedules}, {_short(x.name): x for x in self.new.schedules},
            lambda x: (plain(x.inputs), plain(x.steps, None, names)),
        )  # fmt: skip
        for schedule in (*pairs.removed, *pairs.added):
            word = "gone" if schedule in pairs.removed else "new"
            subject = f"{self.new.name}.{_short(schedule.name)}"
            yield Change(Level.SOURCE, subject, f"the schedule is {word}", schedule.span)
        for one, other in pairs.renamed:
            what = f"`{_short(one.name)}` is called `{_short(other.name)}`"
            yield Change(Level.SOURCE, f"{self.new.name}.{_short(other.name)}", what, one.span, other.span)
        for one, other in (*pairs.same, *pairs.renamed):
            qualified = f"{self.old.name}.{_short(one.name)}", f"{self.new.name}.{_short(other.name)}"
            changes = list(compare_schedules(one, other, qualified[1], names))
            run_both(changes, one, other, qualified, (self.both.old, self.both.new))
            yield from changes


def _members(record: p.Record) -> object:
    return (
        record.kind, record.encoding, record.options,
        tuple((slot.name, slot.type_text, slot.optional) for slot in slots_of(record).values()),
    )  # fmt: skip


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _limits(old: p.Record, new: p.Record, wanted: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Add runs that make a message longer than the lower of two limits."""
    limits = sorted(limit for limit in (old.limit_size, new.limit_size) if limit is not None)
    if old.limit_size == new.limit_size or not limits or limits[0] > 1 << 22:
        return wanted
    size = limits[0] + 1
    for slot in slots_of(old).values():
        match slot.shape:
            case s.Octets(maximum=high) if high is None or high >= size:
                wanted[slot.name] = (*wanted.get(slot.name, ()), b"\1" * size)
            case s.Text(maximum=high, pattern=None) if high is None or high >= size:
                wanted[slot.name] = (*wanted.get(slot.name, ()), "a" * size)
            case _:
                pass
    return wanted


def _records(specification: Specification) -> Iterator[p.Record]:
    for module in specification.modules.values():
        yield from module.records


def _users(specification: Specification, enum: str) -> Iterator[p.Record]:
    """Records that hold an enum, those without parameters first."""
    found = [x for x in _records(specification) if any(enum in _enums_in(slot.shape) for slot in x.slots)]
    yield from sorted(found, key=lambda x: (len(x.params), x.kind != "message", x.name))


def _enums_in(shape: Any) -> set[str]:
    match shape:
        case s.Enumeration(name=name):
            return {name}
        case s.Sequence(item=inner) | s.Nullable(inner=inner) | s.Mapping(value=inner):
            return _enums_in(inner)
        case s.Union(arms=arms):
            return {name for arm in arms if arm.shape is not None for name in _enums_in(arm.shape)}
        case _:
            return set()


def _holders(specification: Specification, record: str) -> Iterator[str]:
    """Messages that hold a record, the nearest first."""
    callers: dict[str, list[p.Record]] = {}
    for each in _records(specification):
        for step in all_steps(each.body):
            for called in (getattr(step, "record", None),):
                if isinstance(called, str):
                    callers.setdefault(called, []).append(each)
    seen, waiting = {record}, [record]
    while waiting:
        for caller in callers.get(waiting.pop(0), ()):
            if caller.name not in seen:
                seen.add(caller.name)
                waiting.append(caller.name)
                if caller.kind == "message":
                    yield caller.name
