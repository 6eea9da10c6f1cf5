"""Flows executed: what a finding says of a schedule or a role machine must come out when the interpreter computes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.module import Schedule, Specification
from art7.interpreter.errors import DecodeError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Known, find_schedule
from art7.interpreter.shared import interpreter_of
from art7.prover.secrets.lives import read_names
from art7.prover.secrets.samples import compute, names_of, values_of
from art7.prover.secrets.values import parts_of
from art7.prover.witnesses import Flow


def shown(flow: Flow, specification: Specification) -> str | None:
    """Return `None` when the flow shows what it claims, else what came out instead."""
    if not flow.path:
        return "a flow without a place"
    if not flow.claim:
        return None if all(place.span.line for place in flow.path) else "a place that is nowhere"
    if flow.claim == "matches":
        return _matches(specification, flow)
    if flow.claim == "flows":
        return _flows(flow)
    interpreter = interpreter_of(specification)
    schedule = find_schedule(specification, flow.subject)[1]
    match flow.claim:
        case "unused":
            return _unused(schedule, flow.held)
        case "left":
            settled = {*schedule.outputs, *schedule.keep, *schedule.erase}
            return f"`{flow.held}` is settled" if flow.held in settled else None
        case "differ":
            return _differ(interpreter, schedule, flow)
        case "unsized":
            return _unsized(interpreter, schedule, flow)
    results = [value for run in flow.runs or ({},) for value in _computed(interpreter, schedule, flow, run)]
    return _compare(flow.claim, results)


def _matches(specification: Specification, flow: Flow) -> str | None:
    """One text must be an identifier of both kinds."""
    identities = {x.name: x for module in specification.modules.values() for x in module.identities}
    for name in flow.subject.split(", "):
        if re.fullmatch(identities[name].pattern, flow.held) is None:
            return f"'{flow.held}' is no `{name}`"
    return None


def _flows(flow: Flow) -> str | None:
    """Another value of the name gives another value of the expression."""
    expr = flow.expressions[0]
    results = [compute(expr, names_of(expr, {flow.held: number})) for number in (1, 2)]
    return None if results[0] != results[1] else f"`{flow.held}` changes nothing"


def _computed(interpreter: Interpreter, schedule: Schedule, flow: Flow, run: Mapping[str, Any]) -> list[Any]:
    known = Known(interpreter, schedule.name, values_of(interpreter, schedule, run))
    return [known.compute(expr) for expr in flow.expressions]


def _compare(claim: str, results: list[Any]) -> str | None:
    if len(results) < 2:
        return f"{len(results)} values to compare"
    first, *others = results
    if claim == "equal":
        return None if all(one == first for one in others) else f"{_hex(first)} and {_hex(others[0])} differ"
    if claim == "prefix":
        begins = all(one.startswith(first) or first.startswith(one) for one in others)
        return None if begins else f"neither {_hex(first)} nor {_hex(others[0])} begins the other"
    return f"a claim of another kind: {claim}"


def _hex(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes) else repr(value)


def _differ(interpreter: Interpreter, schedule: Schedule, flow: Flow) -> str | None:
    """Another secret must give another public value."""
    before = values_of(interpreter, schedule, {})
    secret = before.get(flow.held)
    if not isinstance(secret, bytes) or not secret:
        return None if " " in flow.held else f"`{flow.held}` has no octets"
    other = {flow.held: bytes(octet ^ 0x55 for octet in secret)}
    after = Known(interpreter, schedule.name, {**before, **other})
    first = Known(interpreter, schedule.name, before).compute(flow.expressions[0])
    return None if first != after.compute(flow.expressions[0]) else "both secrets give the same"


def _unsized(interpreter: Interpreter, schedule: Schedule, flow: Flow) -> str | None:
    """Computing is refused, or comes to another size than is declared."""
    try:
        made = _computed(interpreter, schedule, flow, {})[0]
    except DecodeError:
        return None
    for step in schedule.steps:
        parts = parts_of(step)
        if parts[0].name == flow.held and len(made) != sum(part.octets or 0 for part in parts):
            return None
    return f"{len(made)} octets come out"


def _unused(schedule: Schedule, name: str) -> str | None:
    needed = {*schedule.outputs}
    exprs = {}
    for step in schedule.steps:
        for part in parts_of(step):
            exprs[part.name] = step.expr
    stack = [exprs[one] for one in needed if one in exprs] + [x for _, x, _ in schedule.conditions]
    while stack:
        for one in read_names(schedule, stack.pop()) - needed:
            needed.add(one)
            stack += [exprs[one]] if one in exprs else []
    return f"`{name}` reaches an output or a rule" if name in needed else None
