"""Values of structures that lie inside the declared vectors of a module.

What an author wrote down once as a whole message holds values of its parts that no search would come upon: an algorithm
with its parameters, a date with a zone, a key of the right type.
"""

from __future__ import annotations

from typing import Any

from art7.codegen.vectors.construct import arm_with, held_by
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json

MOST = 6
"""Values of one structure."""

Values = dict[str, list[Any]]


def values_inside(spec: Specification, module: Module) -> Values:
    """Return different values of records by name, in the order in which the declared vectors of `module` hold them."""
    found: Values = {}
    for declaration in module.vectors:
        name = declaration.subject if "." in declaration.subject else f"{module.name}.{declaration.subject}"
        if declaration.accept and declaration.octets is not None:
            value = _read(spec, name, declaration)
            if value is not None:
                _walk(spec, s.RecordOf(name), value, {}, found)
    return found


def _read(spec: Specification, name: str, declaration: VectorDeclaration) -> Any:
    try:
        record = spec.record(name)
        shapes = {param.name: param.shape for param in record.params}
        given = {
            key: from_json(spec, shapes[key], value, key) if key in shapes else value
            for key, value in declaration.given.items()
        }
        return decode(spec, name, declaration.octets or b"", given).value
    except (DecodeError, ValueRefused, KeyError):
        return None


def _walk(
    spec: Specification, shape: s.Shape | None, value: Any, holder: dict[str, Any], found: Values
) -> None:
    match shape:
        case s.RecordOf(name=name):
            _record(spec, name, value, found)
        case s.Nullable(inner=inner) if value is not None:
            _walk(spec, inner, value, holder, found)
        case s.Sequence(item=item) if isinstance(value, list | tuple):
            for each in value:
                _walk(spec, item, each, {}, found)
        case s.Mapping(value=inner) if isinstance(value, dict):
            for each in value.values():
                _walk(spec, inner, each, {}, found)
        case s.Union():
            arm = arm_with(shape, value, holder)
            if arm is not None:
                _walk(spec, held_by(arm), value, holder, found)


def _record(spec: Specification, name: str, value: Any, found: Values) -> None:
    slots = spec.record(name).api()
    members = value if isinstance(value, dict) else None
    if isinstance(value, tuple) and len(value) == len(slots):
        members = {slot.name: each for slot, each in zip(slots, value, strict=True)}
    if members is None:
        return
    known = found.setdefault(name, [])
    if value not in known and len(known) < MOST:
        known.append(value)
    for slot in slots:
        if slot.name in members:
            _walk(spec, slot.shape, members[slot.name], members, found)
