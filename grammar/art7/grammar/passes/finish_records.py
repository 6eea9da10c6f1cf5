"""What is known of records only together: order, recursion, places, forms, flags, and whether they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.late_values import kept_late
from art7.grammar.passes.check_codings import check_codings
from art7.grammar.passes.check_endings import check_endings
from art7.grammar.passes.derive_firsts import derive_firsts
from art7.grammar.passes.derive_text_firsts import derive_text_firsts
from art7.grammar.passes.hand_down_places import hand_down_places
from art7.grammar.passes.prove_implied import prove_implied
from art7.grammar.passes.static_sizes import record_size
from art7.grammar.passes.step_tree import walk_steps


def static_size(module: Any, record: p.Record) -> tuple[int, int | None]:
    """Return how many octets a record takes, at least and at most."""
    return record_size(module, record)


def finish_records(module: Any, records: Mapping[str, p.Record]) -> list[p.Record]:
    """Return the records, callees before callers, with places, proofs, forms and flags."""
    calls = {name: _calls(record) for name, record in records.items()}
    graph = {name: [c for c in dict.fromkeys(found) if c in records] for name, found in calls.items()}
    components = strong_components(graph)
    known = derive_text_firsts(module, derive_firsts(module, records))
    changed = hand_down_places(module, known, components)
    module.sizes.clear()
    done: dict[str, p.Record] = {}
    tuples = _tuples(module, changed)
    for component in components:
        for record in _flagged(module, [changed[name] for name in component], graph, done, tuples):
            done[record.name] = record
    result = list(done.values())
    module.records = done
    check_endings(module, result, graph, components)
    check_codings(module, result)
    return result


def _calls(record: p.Record) -> list[str]:
    return [step.record for step in walk_steps(record.body) if isinstance(step, p.CallRecord)]


def strong_components(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return the strongly connected components, callees first (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    result: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    result.append(_component(node, stack, on_stack))
    return result


def _component(node: str, stack: list[str], on_stack: set[str]) -> list[str]:
    found: list[str] = []
    while True:
        name = stack.pop()
        on_stack.discard(name)
        found.append(name)
        if name == node:
            return found[::-1]


def _flagged(
    module: Any,
    component: list[p.Record],
    graph: Mapping[str, Sequence[str]],
    done: Mapping[str, p.Record],
    tuples: set[str],
) -> list[p.Record]:
    """Return the records of one component with their flags; what one of them may do, all may."""
    names = {record.name for record in component}
    recursive = len(component) > 1 or component[0].name in graph[component[0].name]
    origin = deferred = guarded = False
    for record in component:
        own = _own_flags(record)
        origin, deferred, guarded = origin or own[0], deferred or own[1], guarded or own[2]
        for name in _calls(record):
            callee = done.get(name) or module.imported.get(name)
            if callee is None or name in names:
                continue
            origin = origin or (callee.origin and callee.kind != "message")
            deferred, guarded = deferred or callee.deferred, guarded or callee.guarded
    result = []
    for record in component:
        form = p.Form.TUPLE if record.name in tuples and not recursive else p.Form.OBJECT
        body = prove_implied(record, module)
        result.append(
            replace(
                record,
                body=body,
                form=form,
                origin=origin,
                deferred=deferred,
                guarded=guarded,
                recursive=recursive,
            )
        )
    return result


def _own_flags(record: p.Record) -> tuple[bool, bool, bool]:
    """Return (origin, deferred, guarded) as far as the record itself says."""
    tested = {step.slot for step in walk_steps(record.body) if isinstance(step, p.Verify)}
    origin, deferred, guarded = bool(record.places), bool(kept_late(record, tested)), False
    for step in walk_steps(record.body):
        if isinstance(step, p.Verify):
            deferred = deferred or step.deferred
            guarded = guarded or bool(step.guard)
    if not origin:
        origin = any(_needs_origin(expr) for expr in expressions_of(record))
    return origin, deferred, guarded


def _needs_origin(expr: e.Expr) -> bool:
    for node in e.walk(expr):
        if isinstance(node, e.Covered | e.OctetAt):
            return True
        if isinstance(node, e.Position) and node.word != "remaining":
            return True
    return False


def expressions_of(record: p.Record) -> list[e.Expr]:
    """Return every expression of a record."""
    found: list[e.Expr] = [slot.value for slot in record.slots if slot.value is not None]
    for step in walk_steps(record.body):
        match step:
            case p.Check(condition=expr) | p.View(expr=expr) | p.When(condition=expr) | p.Branch(on=expr):
                found.append(expr)
            case p.Take(extent=p.Exact(size=expr)) | p.Region(extent=p.Exact(size=expr)):
                found.append(expr)
            case p.CallRecord(arguments=arguments):
                found.extend(arguments)
            case p.Loop(count=count) if count is not None:
                found.append(count)
            case p.Parts(boundary=boundary):
                found.append(boundary)
            case p.Transfer(coding=coding, charset=charset):
                found += [expr for expr in (coding, charset) if expr is not None]
            case _:
                pass
    return found


_SCALARS = (s.Integer, s.Boolean, s.Octets, s.Text, s.Enumeration)


def _tuples(module: Any, records: Mapping[str, p.Record]) -> set[str]:
    """Return the structs that are plain tuples: few required scalars, no rules, only ever items of a list."""
    items: set[str] = set()
    elsewhere: set[str] = set()
    for record in records.values():
        looped: set[int] = set()
        for step in walk_steps(record.body):
            if isinstance(step, p.Loop):
                looped.add(step.item)
            elif isinstance(step, p.CallRecord):
                (items if step.slot in looped else elsewhere).add(step.record)
    return {name for name in items - elsewhere if name in records and _is_flat(records[name])}


def _is_flat(record: p.Record) -> bool:
    if record.kind != "struct" or record.encoding not in ("binary", "tls") or record.requirements:
        return False
    if any(isinstance(step, p.Check) for step in walk_steps(record.body)):
        return False
    api = record.api()
    return 1 <= len(api) <= 2 and all(
        slot.role is p.Role.GIVEN and not slot.optional and isinstance(slot.shape, _SCALARS) for slot in api
    )
