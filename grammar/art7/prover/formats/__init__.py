"""Faults of formats: what no message can be, what every message is, sizes that break, views that do not come back.

`layout` walks a record's plan once and raises questions; `decide` answers them; `inverse` asks whether what is written is
read again; `say` puts faults into words and `witness` makes the message or value that shows each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from art7.grammar.diagnostics import Diagnostic
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Enum, Module, Specification
from art7.grammar.passes.finish_records import strong_components
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.formats.codes import CODES
from art7.prover.formats.decide import Decider, Decision
from art7.prover.formats.inverse import inverses
from art7.prover.formats.layout import Layout, Sizes
from art7.prover.formats.say import finding, subject
from art7.prover.formats.schedules import schedule_rules
from art7.prover.formats.translate import Translator
from art7.prover.formats.witness import Shower
from art7.prover.samples import samples

__all__ = ["CODES", "FAMILY", "prove"]

FAMILY = "formats"


@dataclass(frozen=True, slots=True)
class _Room:
    """What the questions about one module share."""

    specification: Specification
    records: Mapping[str, p.Record]
    enums: Mapping[str, Enum]
    sizes: Sizes
    budget: Budget


def prove(specification: Specification, module: Module, budget: Budget) -> Iterator[Answer]:
    """Yield an answer for each question about the records of a module."""
    records = {x.name: x for each in specification.modules.values() for x in each.records}
    enums = {x.name: x for each in specification.modules.values() for x in each.enums}
    room = _Room(specification, records, enums, Sizes(records), budget)
    walked: set[str] = set()
    own = [record for record in module.records if record.kind != "inline"]
    for record in own:
        yield from _record(room, record, walked)
    for record in module.records:
        if record.kind == "inline" and record.name not in walked:
            yield from _record(room, record, walked)
    told: set[tuple[int, int]] = set()
    for decision in schedule_rules(module, Translator(records, enums), budget):
        yield _answer(room, decision, told)


def _record(room: _Room, record: p.Record, walked: set[str]) -> Iterator[Answer]:
    layout = Layout(record, room.records, room.enums, room.sizes)
    flat = Layout(record, room.records, room.enums, room.sizes, is_flat=True)
    walked |= layout.walked
    told: set[tuple[int, int]] = set()
    for decision in (*Decider(layout, room.budget).decisions(), *Decider(flat, room.budget).decisions()):
        yield _answer(room, decision, told)
    yield from _circles(room, record)
    if not told:  # what cannot be at all need not come back
        for decision in inverses(record, layout.translator, room.sizes, room.budget):
            yield _answer(room, decision, told)
    if record.limit_size is not None and record.carrier is p.Carrier.OCTETS:
        yield _size(room, record, layout.least())


def _answer(room: _Room, decision: Decision, told: set[tuple[int, int]]) -> Answer:
    question = decision.question
    about = subject(question)
    place = (question.span.line, question.span.column)
    if decision.sound is None and _is_shown_sound(room, decision):
        detail = "by a message that is accepted"
        return Answer(FAMILY, question.what, about, Standing.PROVED, detail)
    if decision.sound or place in told:
        return Answer(FAMILY, question.what, about, Standing.PROVED)
    told.add(place)
    if decision.sound is None:
        detail = f"within {room.budget.question:g} s"
        return Answer(FAMILY, question.what, about, Standing.NOT_PROVEN, detail, finding(decision))
    witness = Shower(room.specification, decision).witness()
    return Answer(FAMILY, question.what, about, Standing.REFUTED, "", finding(decision), witness)


def _is_shown_sound(room: _Room, decision: Decision) -> bool:
    """Whether a message that is accepted shows what the solver could not tell: that a rule can be met."""
    question = decision.question
    if question.what not in ("contradiction", "impossible-value") or question.guard is not True:
        return False
    return any(True for _ in samples(room.specification, question.scene.record.name, 1))


def _circles(room: _Room, record: p.Record) -> Iterator[Answer]:
    """Say whether a computed member needs itself; on octets the order of emission has settled that."""
    if record.carrier is p.Carrier.OCTETS and record.encoding in ("binary", "tls"):
        return
    needs = {
        slot.index: {x.index for x in e.walk(slot.value) if isinstance(x, e.SlotRef)}
        for slot in record.slots
        if slot.value is not None and slot.role is p.Role.COMPUTED
    }
    graph = {str(n): [str(x) for x in sorted(needs[n]) if x in needs] for n in needs}
    for component in ([int(each) for each in found] for found in strong_components(graph)):
        first = record.slots[min(component)]
        if len(component) == 1 and first.index not in needs[first.index]:
            continue
        names = " and ".join(f"`{record.slots[index].name}`" for index in sorted(component))
        message = f"values that need one another: {names}" if len(component) > 1 else f"{names} needs itself"
        found = Diagnostic("A7-L211", message, first.span, "compute one of them from members that are given")
        witness = Shower.unwritable(room.specification, record)
        yield Answer(
            FAMILY, "depends-on-itself", f"{record.name}.{first.name}", Standing.REFUTED, "", found, witness
        )


def _size(room: _Room, record: p.Record, least: int) -> Answer:
    """Say whether the smallest message fits into the limit."""
    limit = record.limit_size or 0
    if least <= limit:
        return Answer(FAMILY, "too-large", record.name, Standing.PROVED)
    message = f"the least message takes {least} octets, its limit is {limit}"
    advice = f"raise `limit size` to {least} or more"
    found = Diagnostic("A7-L210", message, record.span, advice)
    witness = Shower.unwritable(room.specification, record, "too_large")
    return Answer(FAMILY, "too-large", record.name, Standing.REFUTED, "", found, witness)
