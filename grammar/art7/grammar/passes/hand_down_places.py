"""Fields of enclosing records that a covered range overrides: found at the callers, handed down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.passes.simplify import rebuild
from art7.grammar.passes.step_tree import change_steps, walk_steps


def hand_down_places(
    module: Any, records: dict[str, p.Record], components: Sequence[Sequence[str]]
) -> dict[str, p.Record]:
    """Return the records with their places, and what callers supply for them."""
    needed = {
        name: [place.name for place in record.places] for name, record in records.items() if record.places
    }
    imported = {name: [x.name for x in r.places] for name, r in module.imported.items() if r.places}
    if not needed and not imported:
        return records
    wants: dict[str, list[str]] = {name: list(places) for name, places in needed.items()}
    _spread(records, components, wants, imported)
    octets = _octets(records, wants, imported, module)
    result: dict[str, p.Record] = {}
    for name, record in records.items():
        result[name] = _supplied(record, wants, imported, octets, module)
    _report_roots(module, result)
    return result


def _own_slot(record: p.Record, place: str, before: int) -> tuple[int, int] | None:
    """Return (slot, octets) of the fixed-width integer of that name which comes before slot `before`."""
    for slot in record.slots:
        if slot.name == place and slot.index < before:
            for step in record.body.steps:
                if isinstance(step, p.Uint) and step.slot == slot.index:
                    return slot.index, step.octets
    return None


def _spread(
    records: dict[str, p.Record],
    components: Sequence[Sequence[str]],
    wants: dict[str, list[str]],
    imported: dict[str, list[str]],
) -> None:
    """Ask callers for what they do not have themselves; callees come first, rings are gone round again."""
    for component in components:
        for _ in range(len(component) + 1 if len(component) > 1 else 2):
            for name in component:
                record = records[name]
                for step in walk_steps(record.body):
                    if not isinstance(step, p.CallRecord):
                        continue
                    for place in wants.get(step.record) or imported.get(step.record) or ():
                        if _own_slot(record, place, step.slot) is None and place not in wants.setdefault(
                            name, []
                        ):
                            wants[name].append(place)


def _octets(
    records: dict[str, p.Record], wants: dict[str, list[str]], imported: dict[str, list[str]], module: Any
) -> dict[tuple[str, str], int]:
    """Return how wide the field behind each place is, told by the callers that own it."""
    widths: dict[tuple[str, str], int] = {}
    edges: list[tuple[str, str, str]] = []
    for name, record in records.items():
        for step in walk_steps(record.body):
            if isinstance(step, p.CallRecord):
                for place in wants.get(step.record) or imported.get(step.record) or ():
                    own = _own_slot(record, place, step.slot)
                    if own is None:
                        edges.append((name, step.record, place))
                        continue
                    known = widths.setdefault((step.record, place), own[1])
                    if known != own[1]:
                        message = f"`{place}` is {known} octets wide for one caller and {own[1]} for another"
                        module.findings.add("A7-L024", message, record.span, "make the fields alike")
    for _ in range(len(records) + 1):
        before = len(widths)
        for caller, callee, place in edges:
            if (caller, place) in widths:
                widths.setdefault((callee, place), widths[caller, place])
        if len(widths) == before:
            break
    return widths


def _supplied(
    record: p.Record,
    wants: dict[str, list[str]],
    imported: dict[str, list[str]],
    octets: dict[tuple[str, str], int],
    module: Any,
) -> p.Record:
    """Return the record with its places, widths and the arguments of its calls."""
    own = wants.get(record.name, [])
    places = tuple(p.Place(place, octets.get((record.name, place), 0)) for place in own)

    def widen(expr: e.Expr) -> e.Expr | None:
        if not isinstance(expr, e.Covered) or not any(o.lifted for o in expr.overrides):
            return None
        overrides = tuple(
            replace(o, octets=places[o.place].octets) if o.lifted else o for o in expr.overrides
        )
        return e.Covered(expr.until, overrides)

    def supply(step: p.Step) -> p.Step:
        if isinstance(step, p.View | p.Check) and places:
            if isinstance(step, p.View):
                return replace(step, expr=rebuild(step.expr, widen))
            return replace(step, condition=rebuild(step.condition, widen))
        if not isinstance(step, p.CallRecord):
            return step
        wanted = wants.get(step.record) or imported.get(step.record)
        if not wanted:
            return step
        arguments = []
        for place in wanted:
            found = _own_slot(record, place, step.slot)
            arguments.append(
                p.PlaceArgument(found[0], False) if found else p.PlaceArgument(own.index(place), True)
            )
        return replace(step, places=tuple(arguments))

    slots = record.slots
    if places:
        slots = tuple(
            replace(x, value=rebuild(x.value, widen)) if x.value is not None else x for x in record.slots
        )
    return replace(record, slots=slots, places=places, body=change_steps(record.body, supply))


def _report_roots(module: Any, records: dict[str, p.Record]) -> None:
    for record in records.values():
        if record.kind == "message" and record.places:
            name = record.places[0].name
            message = f"no field `{name}` before this one, here or in a caller"
            module.findings.add(
                "A7-L024", message, record.span, "override a field of whole octets that comes before"
            )


CODES = {
    "A7-L023": (
        "`self` or a covered field out of reach",
        "A body that was lifted into a record of its own cannot point into another one.",
        "Give the body a name as a `struct`.",
    ),
    "A7-L024": (
        "override without a field",
        "`with:` writes over an integer of whole octets that comes before, in the record or its callers.",
        "Name such a field.",
    ),
}
"""Code → title, explanation, next step."""
