"""The `vectors` beside a definition, run against the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.grammar.ir.plan import Param, Record
from art7.grammar.ir.shape import Mapping as MappingShape
from art7.grammar.ir.shape import Nullable, RecordOf, Sequence, Shape, Union
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError, DecodeError, EncodeError
from art7.interpreter.quoting import brief, quote
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.schedules import DeriveError, Trace, find_schedule, run_schedule
from art7.interpreter.values import fits, from_json, record_from_json

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
    if vector.octets is None:
        return _check_value(specification, record, vector, params)
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


def _check_value(
    specification: Specification, record: Record, vector: VectorDeclaration, params: Mapping[str, Any]
) -> str | None:
    """A value without octets: writing takes it, or refuses it as the vector says."""
    value = record_from_json(specification, record, vector.value)
    try:
        octets = encode(specification, record.name, value, params)
    except EncodeError as error:
        return _compare_refusal(vector, error)
    if not vector.accept:
        return f"written, although it must be refused{_with(vector)}"
    try:
        decoded = decode(specification, record.name, octets, params)
    except DecodeError as error:
        return f"written, but refused when read: {error}"
    return _difference(vector.value, decoded.value, specification, record)


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
        return _mismatch("the value", wanted, found)
    shapes = {slot.name: slot.shape for slot in record.api()}
    for name, value in wanted.items():
        if name not in shapes:
            return f"`{name}` is no member of the value"
        member = _by_name(specification, shapes[name], found.get(name))
        try:
            spelled = None if value is None else from_json(specification, shapes[name], value, name)
        except ValueRefused:
            spelled = value
        spelled = _named_by(value, _by_name(specification, shapes[name], spelled))
        if _mismatch(name, value, member) and (told := _mismatch(name, spelled, member)):
            return told
    return None


def _by_name(specification: Specification, shape: Shape, value: Any) -> Any:
    """Return a value with its typed tuples as records, so that members are compared by their names."""
    match shape, value:
        case Nullable(inner=inner), _:
            return _by_name(specification, inner, value)
        case Sequence(item=item), list():
            return [_by_name(specification, item, one) for one in value]
        case MappingShape(value=inner), dict():
            return {key: _by_name(specification, inner, one) for key, one in value.items()}
        case RecordOf(name=name), dict() | tuple():
            api = specification.record(name).api()
            members = (
                value
                if isinstance(value, dict)
                else {slot.name: one for slot, one in zip(api, value, strict=True)}
            )
            shapes = {slot.name: slot.shape for slot in api}
            return {
                key: _by_name(specification, shapes[key], one) if key in shapes else one
                for key, one in members.items()
            }
        case Union(arms=arms), _:
            fitting = (arm.shape for arm in arms if arm.shape and fits(specification, arm.shape, value))
            chosen = next(fitting, None)
            return value if chosen is None else _by_name(specification, chosen, value)
        case _:
            return value


def _named_by(value: Any, spelled: Any) -> Any:
    """Return of `spelled` the members that the vector's own `value` names."""
    if isinstance(value, dict) and isinstance(spelled, dict):
        return {key: _named_by(value[key], one) for key, one in spelled.items() if key in value}
    if isinstance(value, list) and isinstance(spelled, list) and len(value) == len(spelled):
        return [_named_by(*pair) for pair in zip(value, spelled, strict=True)]
    return spelled


def _mismatch(path: str, wanted: Any, found: Any) -> str | None:
    """Return where two values differ first; a record of `wanted` names only some members of `found`."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name not in found and value is not None:
                return f"`{path}.{name}` is no member of the value"
            if told := _mismatch(f"{path}.{name}", value, found.get(name)):
                return told
        return None
    if isinstance(wanted, list) and isinstance(found, list | tuple):
        if len(wanted) != len(found):
            return f"`{path}`: expected {len(wanted)} items, found {len(found)}"
        pairs = enumerate(zip(wanted, found, strict=True))
        told_first = (_mismatch(f"{path}[{i}]", left, right) for i, (left, right) in pairs)
        return next((told for told in told_first if told), None)
    return None if _same(wanted, found) else f"`{path}`: expected {brief(wanted)}, found {brief(found)}"


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, str) and isinstance(found, bytes):
        return wanted.encode() == found  # text stands for its octets, in a union too
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
