"""What vectors ought to reach: the requirements and the errors of a record and of all it calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.codegen.vectors.conditions import all_steps
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Literal, walk
from art7.grammar.ir.module import Specification


@dataclass(frozen=True, slots=True)
class Goals:
    """Names in the order in which the plan mentions them."""

    requirements: tuple[str, ...]
    errors: tuple[str, ...]


def goals_of(spec: Specification, record: p.Record) -> Goals:
    """Return the executable `must` requirements and the error codes that reading `record` can give."""
    requirements: dict[str, None] = {}
    errors: dict[str, None] = {}
    for each in reachable(spec, record):
        for step in all_steps(each.body):
            for fault in _faults(step):
                errors[fault.code] = None
                if fault.requirement is not None:
                    requirements[fault.requirement] = None
    return Goals(tuple(requirements), tuple(errors))


def constants_of(spec: Specification, record: p.Record) -> list[int | str | bytes]:
    """Return the constants of every rule that reading `record` tests, integers with their neighbours."""
    found: dict[int | str | bytes, None] = {}
    for each in reachable(spec, record):
        for step in all_steps(each.body):
            for node in walk(step.condition) if isinstance(step, p.Check) else ():
                if not isinstance(node, Literal) or isinstance(node.value, bool | None):
                    continue
                found[node.value] = None
                if isinstance(node.value, int):
                    found |= {node.value + 1: None, node.value - 1: None}
    return list(found)[:200]


def reachable(spec: Specification, record: p.Record) -> list[p.Record]:
    """Return `record` and every record it calls, in order of mention."""
    found = {record.name: record}
    queue = [record]
    while queue:
        for step in all_steps(queue.pop(0).body):
            if isinstance(step, p.CallRecord) and step.record not in found:
                found[step.record] = spec.record(step.record)
                queue.append(found[step.record])
    return list(found.values())


def _faults(step: p.Step) -> Iterator[p.Fault]:
    match step:
        case p.Check(level="must", fault=fault) | p.Domain(fault=fault) | p.Constant(fault=fault):
            yield fault
        case p.Verify(implied=False, fault=fault):
            yield fault
        case p.Branch(cases=cases):
            yield from (case.refuse for case in cases if case.refuse is not None)
        case p.Object(spreads=spreads) | p.Array(spreads=spreads):
            yield from (case.refuse for spread in spreads for case in spread.cases if case.refuse is not None)
        case _:
            return
