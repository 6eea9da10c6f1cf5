"""Values to run a schedule with: octets that differ from each other, numbers and texts that fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Derive, Module, Schedule, Specification
from art7.interpreter.errors import DecodeError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Known
from art7.interpreter.shared import interpreter_of
from art7.prover.secrets.values import parts_of

_DEFAULT = 32


def sample(name: str, shape: s.Shape) -> Any:
    """Return a value of a shape; octets are made of the name."""
    match shape:
        case s.Nullable(inner=inner):
            return sample(name, inner)
        case s.Octets(minimum=low, maximum=high):
            size = low or min(_DEFAULT, high if high is not None else _DEFAULT)
            return hashlib.shake_128(name.encode()).digest(size)
        case s.Integer(minimum=low, maximum=high):
            return max(low, min(1, high))
        case s.Boolean():
            return True
        case s.Text():
            return "sha256"
        case s.Sequence():
            return []
    return None


def values_of(interpreter: Interpreter, schedule: Schedule, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every named value of a run with samples and what is `given`; a step that is refused is sampled too."""
    found = {param.name: sample(param.name, param.shape) for param in schedule.params}
    found |= {value.name: sample(value.name, value.shape) for value in schedule.inputs}
    found |= given
    for step in schedule.steps:
        parts = parts_of(step)
        if all(part.name in given for part in parts):
            continue
        try:
            made = Known(interpreter, schedule.name, found).compute(step.expr)
        except DecodeError:
            made = None
        start = 0
        for part in parts:
            size = part.octets or 0
            whole = made if isinstance(step, Derive) or made is None else made[start : start + size]
            found.setdefault(part.name, sample(part.name, part.shape) if whole is None else whole)
            start += size
    return found


def names_of(expr: Expr, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return a value for every name in an expression of a role machine, made of the name and its number (0 without)."""
    found: dict[str, Any] = {}
    for node in e.walk(expr):
        if isinstance(node, e.Attribute) and isinstance(node.base, e.LocalRef):
            members = found.setdefault(node.base.name, {})
            if isinstance(members, dict):
                members[node.name] = _of_kind(
                    node.kind, f"{node.base.name}.{node.name}", numbers.get(node.base.name, 0)
                )
        elif isinstance(node, e.LocalRef) and node.kind is not Kind.RECORD:
            found.setdefault(node.name, _of_kind(node.kind, node.name, numbers.get(node.name, 0)))
    return found


def _of_kind(kind: Kind, name: str, number: int) -> Any:
    match kind:
        case Kind.INT:
            return number
        case Kind.BOOL:
            return True
        case Kind.TEXT:
            return f"{name} {number}"
        case Kind.LIST:
            return []
    return hashlib.shake_128(f"{name} {number}".encode()).digest(_DEFAULT)


def compute(expr: Expr, names: Mapping[str, Any]) -> Any:
    """Return what an expression of names gives; raises `DecodeError` where it is refused."""
    shell = Schedule("flow.Shell", (), (), (), (), (), ())
    interpreter = interpreter_of(Specification({"flow": Module("flow", "1.0", "", (), schedules=(shell,))}))
    return Known(interpreter, shell.name, names).compute(expr)
