"""The `vectors` beside a definition, run against the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.grammar.ir.plan import Param, Record
from art7.grammar.ir.shape import Shape
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError, DecodeError, EncodeError
from art7.interpreter.quoting import brief, quote
from art7.interpreter.schedules import DeriveError, Trace, find_schedule, run_schedule
from art7.interpreter.values import ValueRefused, from_json

FAILED = "A7-D001"
CODES = {
    FAILED: (
        "a vector beside a definition does not hold",
        "A vector says what octets mean, or that they must be refused. Where the definition says otherwise one of "
        "the two is wrong, and an implementer who follows the other will not interoperate.",
        "Change the vector or the definition, whichever is wrong.",
    ),
}


def check_vectors(specification: Specification, module: Module, report: Report) -> int:
    """Run every vector of `module`, report those that do not hold, and return how many ran."""
    for vector in module.vectors:
        try:
            fault = _check(specification, module, vector)
        except KeyError:
            fault = f"`{vector.subject}` is neither a record nor a schedule"
        except ValueRefused as refusal:
            fault = (
                f"the vector's value at `{refusal.path}`: expected {refusal.expected}, found {refusal.got}"
            )
        if fault is not None:
            report.add(
                FAILED, fault, vector.span, help="change the vector or the definition, whichever is wrong"
            )
    return len(module.vectors)


def _check(specification: Specification, module: Module, vector: VectorDeclaration) -> str | None:
    name = vector.subject if "." in vector.subject else f"{module.name}.{vector.subject}"
    try:
        record = specification.record(name)
    except KeyError:
        return _check_schedule(specification, name, vector)
    params = _given(specification, record.params, vector.given)
    try:
        decoded = decode(specification, name, vector.octets, params)
    except DecodeError as error:
        return _compare_refusal(vector, error)
    if not vector.accept:
        return f"accepted, although it must be refused{_with(vector)}"
    if vector.value is not None:
        difference = _difference(vector.value, decoded.value, specification, record)
        if difference is not None:
            return f"read with another value: {difference}"
    return _check_writing(specification, name, vector, decoded.value, params)


def _check_writing(
    specification: Specification, name: str, vector: VectorDeclaration, value: Any, params: Mapping[str, Any]
) -> str | None:
    """What was read must be written so that it is read alike; the octets may be another spelling."""
    try:
        octets = encode(specification, name, value, params)
        again = decode(specification, name, octets, params)
    except (EncodeError, DecodeError) as error:
        return f"read, but refused when written again: {error}"
    return None if again.value == value else "read, but another value after being written again"


def _compare_refusal(vector: VectorDeclaration, error: CodecError) -> str | None:
    if vector.accept:
        return f"refused with `{error}`, although it must be accepted"
    if vector.error is not None and error.code != vector.error:
        return f"refused with `{error.code}` instead of `{vector.error}`"
    return None


def _with(vector: VectorDeclaration) -> str:
    return f" with `{vector.error}`" if vector.error else ""


def _given(
    specification: Specification, params: tuple[Param, ...], given: Mapping[str, Any]
) -> dict[str, Any]:
    shapes: dict[str, Shape] = {param.name: param.shape for param in params}
    return {
        name: value
        if value is None or name not in shapes
        else from_json(specification, shapes[name], value, name)
        for name, value in given.items()
    }


def _difference(wanted: Any, found: Any, specification: Specification, record: Record) -> str | None:
    """Compare the members that the vector names; others are free."""
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return None if _same(wanted, found) else f"expected {brief(wanted)}, found {brief(found)}"
    slots = {slot.name: slot for slot in record.api()}
    for name, value in wanted.items():
        if name not in slots:
            return f"{quote(name)} is no member"
        member = found.get(name)
        if _partly_same(value, member):
            continue
        try:
            spelled = None if value is None else from_json(specification, slots[name].shape, value, name)
        except ValueRefused:
            spelled = value
        if not _partly_same(spelled, member):
            return f"`{name}`: expected {brief(value)}, found {brief(member)}"
    return None


def _partly_same(wanted: Any, found: Any) -> bool:
    """Equality in which a record of `wanted` names only some members of `found`."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(_partly_same(value, found.get(name)) for name, value in wanted.items())
    if isinstance(wanted, dict) and isinstance(found, tuple):
        return _partly_same(list(wanted.values()), found)
    if isinstance(wanted, list) and isinstance(found, list | tuple):
        return len(wanted) == len(found) and all(map(_partly_same, wanted, found))
    return _same(wanted, found)


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return bool(wanted == found)


def _check_schedule(specification: Specification, name: str, vector: VectorDeclaration) -> str | None:
    """A schedule's vector gives inputs and parameters together and names values of its trace."""
    _, schedule = find_schedule(specification, name)
    params = {param.name for param in schedule.params}
    trace = Trace()
    try:
        given = dict(vector.given)
        run_schedule(
            specification,
            name,
            {key: value for key, value in given.items() if key not in params},
            {key: value for key, value in given.items() if key in params},
            trace=trace,
        )
    except DeriveError as error:
        return _compare_refusal(vector, error)
    if not vector.accept:
        return f"accepted, although it must be refused{_with(vector)}"
    wanted = vector.value if isinstance(vector.value, dict) else {}
    for key, value in wanted.items():
        try:
            found = trace.value(key)
        except KeyError:
            return f"{quote(key)} is no value of the schedule"
        if not _same(value, found):
            return f"`{key}`: expected {brief(value)}, found {brief(found)}"
    return None
