"""Whether every record ends: limits of messages, no type that holds itself, no list without progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.passes.build_pairs import MOST
from art7.grammar.passes.check_growth import check_growth
from art7.grammar.passes.check_lengths import check_lengths
from art7.grammar.passes.check_numbers import check_numbers
from art7.grammar.passes.check_writing import check_writing
from art7.grammar.passes.static_sizes import block_size, record_size
from art7.grammar.passes.step_tree import walk_steps

STARTS = 100
"""From how many records of a ring the shortest one is looked for."""

MOST_EMPTY = 0xFFFF
"""Items that may take no octets: more of them would cost time that no octet of a message has paid for."""

MOST_NAMES = 60
"""Names of a ring that are shown."""


def check_endings(
    module: Any,
    records: Sequence[p.Record],
    graph: Mapping[str, Sequence[str]],
    components: Sequence[Sequence[str]],
) -> None:
    """Report messages without limits, infinite types and lists that need not consume."""
    by_name = {record.name: record for record in records}
    deep = _recursive_reach(by_name, graph, components, module)
    _infinite(module, by_name, components)
    for record in records:
        if record.kind == "message":
            _limits(module, record, record.name in deep)
        check_growth(module, record)
        check_numbers(module, record)
        if record.carrier is p.Carrier.OCTETS:
            check_lengths(module, record)
            _size(module, record)
            _progress(module, record)
    check_writing(module, records, {**module.imported, **by_name})


def _recursive_reach(
    records: Mapping[str, p.Record],
    graph: Mapping[str, Sequence[str]],
    components: Sequence[Sequence[str]],
    module: Any,
) -> set[str]:
    """Return the records that contain, or are, one that can contain itself."""
    deep: set[str] = {name for name, record in module.imported.items() if record.recursive}
    for component in components:
        reached = any(records[name].recursive for name in component)
        reached = reached or any(callee in deep for name in component for callee in graph[name])
        if reached:
            deep.update(component)
    return deep


def _limits(module: Any, record: p.Record, deep: bool) -> None:
    name = record.name.rpartition(".")[2]
    if record.limit_size is None:
        message = f"message `{name}` has no size limit"
        module.findings.add("A7-L041", message, record.span, "write `limit size = …` (octets) in its body")
    if deep and record.limit_depth is None:
        message = f"message `{name}` can nest without end"
        module.findings.add("A7-L042", message, record.span, "write `limit depth = …` in its body")


def _infinite(module: Any, records: Mapping[str, p.Record], components: Sequence[Sequence[str]]) -> None:
    """Report rings of records that always hold one another."""
    for component in components:
        members = set(component)
        if len(component) == 1 and not records[component[0]].recursive:
            continue
        always = {name: _always(records[name].body, members) for name in component}
        loop = _ring(always)
        if loop is not None:
            names = [f"`{name.rpartition('.')[2]}`" for name in [*loop, loop[0]]]
            if len(names) > MOST_NAMES:
                names[MOST_NAMES - 5 : -5] = [f"{len(names) - MOST_NAMES} others"]
            chain = " holds ".join(names)
            span = records[loop[0]].span
            module.findings.add(
                "A7-L040", f"a type without end: {chain}", span, "make one of them optional, or a list"
            )


def _always(block: p.Block, members: set[str]) -> list[str]:
    """Return the records of the component that every value holds."""
    found: list[str] = []
    for step in block.steps:
        match step:
            case p.CallRecord(record=name, nullable=False) if name in members:
                found.append(name)
            case p.TlvChoice(cases=choices):
                ways = [set(_always(choice.body, members)) for choice in choices]
                found += sorted(set.intersection(*ways)) if ways else []
            case (
                p.Tlv(body=body)
                | p.Region(body=body)
                | p.Child(body=body)
                | p.Tag(body=body, nullable=False)
                | p.Wrap(body=body, nullable=False)
            ):
                found += _always(body, members)
            case p.Either(cases=either):
                ways = [set(_always(choice.body, members)) for choice in either]
                found += sorted(set.intersection(*ways)) if ways else []
            case p.Line(body=body) | p.Through(body=body) | p.Transfer(body=body):
                found += _always(body, members)
            case p.Headers(entries=headers):
                for header in headers:
                    found += _always(header.body, members) if header.required or header.minimum else []
            case (
                p.Loop(body=body, minimum=minimum)
                | p.Repeat(body=body, minimum=minimum)
                | p.Parts(body=body, minimum=minimum)
            ) if minimum > 0:
                found += _always(body, members)
            case p.Branch(cases=cases):
                arms = [set(_always(case.body, members)) for case in cases if case.refuse is None]
                found += sorted(set.intersection(*arms)) if arms else []
            case p.Kinds(cases=kinds, nullable=False):
                found += sorted(set.intersection(*(set(_always(case.body, members)) for case in kinds)))
            case p.Fields(entries=fields):
                for field in fields:
                    found += _always(field.body, members) if field.required else []
            case p.Object(entries=entries) | p.Array(entries=entries):
                for entry in entries:
                    found += _always(entry.body, members) if entry.required else []
            case _:
                pass
    return found


def _ring(always: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Return a shortest ring of records, each of which always holds the next."""
    best: list[str] | None = None
    for start, _ in zip(always, range(STARTS), strict=False):
        found = _ring_through(start, always)
        if found is not None and (best is None or len(found) < len(best)):
            best = found
    return best


def _ring_through(start: str, always: Mapping[str, Sequence[str]]) -> list[str] | None:
    before: dict[str, str] = {}
    queue = [start]
    for name in queue:
        for following in always[name]:
            if following == start:
                path = [name]
                while path[-1] != start:
                    path.append(before[path[-1]])
                return path[::-1]
            if following not in before:
                before[following] = name
                queue.append(following)
    return None


def _size(module: Any, record: p.Record) -> None:
    """Report a record that never fits: fields of fixed sizes that add up to more than any limit allows."""
    least, _ = record_size(module, record)
    if least <= MOST:
        return
    calls = [step.record for step in walk_steps(record.body) if isinstance(step, p.CallRecord)]
    callees = [module.records.get(name) or module.imported.get(name) for name in calls]
    if any(callee is not None and record_size(module, callee)[0] > MOST for callee in callees):
        return
    shown = least if least < 1 << 128 else "a number of many digits of"
    message = f"`{record.name.rpartition('.')[2]}` takes at least {shown} octets"
    module.findings.add("A7-L009", message, record.span, f"state sizes that add up to at most {MOST}")


def _progress(module: Any, record: p.Record) -> None:
    """Each item of a list takes at least one octet, unless a count bounds the list."""
    for step in walk_steps(record.body):
        if not isinstance(step, p.Loop) or (step.maximum is not None and step.maximum <= MOST_EMPTY):
            continue
        if step.count is not None and _counts_little(step, record):
            continue
        if block_size(module, step.body, 0)[0] == 0:
            slot = record.slots[step.slot]
            message = f"an item of `{slot.name}` may take no octets, and nothing keeps their number small"
            module.findings.add(
                "A7-L043", message, slot.span, "add `max n`, or let an item take at least one octet"
            )


def _counts_little(step: p.Loop, record: p.Record) -> bool:
    """Whether the count is a field of at most 16 bits, so that the list is bounded by its type."""
    from art7.grammar.ir import expression as e
    from art7.grammar.ir import shape as s

    if isinstance(step.count, e.SlotRef):
        shape = record.slots[step.count.index].shape
    elif isinstance(step.count, e.ParamRef):
        shape = record.params[step.count.index].shape
    else:
        return False
    return isinstance(shape, s.Integer) and shape.maximum <= MOST_EMPTY


CODES = {
    "A7-L040": (
        "type without end",
        "Records that always hold one another have no finite value.",
        "Make one of them optional, or a list.",
    ),
    "A7-L041": (
        "message without a size limit",
        "Whoever reads a message must know how much to take at most.",
        "State `limit size`.",
    ),
    "A7-L042": (
        "message without a depth limit",
        "A message that can contain itself must state how deep.",
        "State `limit depth`.",
    ),
    "A7-L043": (
        "list without progress",
        "A list of items that may be empty can be endless.",
        "Bound it, or let items take octets.",
    ),
}
"""Code → title, explanation, next step."""
