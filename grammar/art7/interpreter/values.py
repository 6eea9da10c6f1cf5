"""Values in JSON, by shape: for vectors, adapters and the command line.

| shape | JSON |
|---|---|
| octets | lower-case hexadecimal |
| integers beyond ±2^53 | a text of decimal digits |
| enums | their number or text; a member's name is also read |
| floats that JSON lacks | the texts `nan`, `inf`, `-inf` |
| records | an object of their API members, absent ones left out; a typed tuple is an array |
| labels | their integer or text |
| maps whose keys are not texts alone | an array of pairs, key and value |
| `any` | the same tree; of CBOR see `cbor_json` |
"""

from __future__ import annotations

import math
import re
from typing import Any

from art7.grammar.ir.module import Enum, Specification
from art7.grammar.ir.plan import Form, Record, Slot
from art7.grammar.ir.shape import (
    Anything,
    Boolean,
    Enumeration,
    Float,
    Integer,
    Label,
    Mapping,
    Nullable,
    Octets,
    RecordOf,
    Sequence,
    Shape,
    Text,
    Union,
)
from art7.interpreter.cbor_json import cbor_from_json, cbor_key, cbor_to_json
from art7.interpreter.quoting import brief, quote
from art7.interpreter.refused_values import ValueRefused

_DECIMAL = re.compile(r"-?[0-9]+")

SAFE = 1 << 53
"""Integers beyond it, and below its negative, are spelled as texts."""


def to_json(specification: Specification, shape: Shape, value: Any) -> Any:
    """Return `value` of `shape` as JSON holds it."""
    match shape, value:
        case _, None:
            return None
        case RecordOf(name=name), _:
            return record_to_json(specification, specification.record(name), value)
        case Sequence(item=item), list() | tuple():
            return [to_json(specification, item, one) for one in value]
        case Mapping(key=Text(), value=inner), dict():
            return {key: to_json(specification, inner, one) for key, one in value.items()}
        case Mapping(value=inner), dict():
            return [[cbor_to_json(key), to_json(specification, inner, one)] for key, one in value.items()]
        case Label(), _:
            return value
        case Nullable(inner=inner), _:
            return to_json(specification, inner, value)
        case Union(), _:
            return _union_to_json(specification, shape, value)
        case Anything(dialect="cbor"), _:
            return cbor_to_json(value)
        case Anything(), _:
            return _tree_to_json(value)
        case _:
            return scalar_to_json(value)


def record_to_json(specification: Specification, record: Record, value: Any) -> Any:
    """Return a record's value as JSON."""
    api = record.api()
    if isinstance(value, tuple | list):
        return [to_json(specification, slot.shape, one) for slot, one in zip(api, value, strict=True)]
    found = {}
    for slot in api:
        if slot.name not in value:
            continue
        member = value[slot.name]
        # An explicit null is told from an absent member only where both can be.
        if member is not None or (slot.optional and isinstance(slot.shape, Nullable)):
            found[slot.name] = to_json(specification, _arm_by_tag(slot.shape, value), member)
    return found


def _arm_by_tag(shape: Shape, members: dict[str, Any]) -> Shape:
    """Return the shape that a member has where the tag of its union stands beside it; else its own."""
    union = shape.inner if isinstance(shape, Nullable) else shape
    tag = members.get(union.tag) if isinstance(union, Union) and union.tag is not None else None
    if not isinstance(union, Union) or not isinstance(tag, int | str):
        return shape
    chosen = [arm for arm in union.arms if _takes(arm.cases, tag)] or [a for a in union.arms if not a.cases]
    return chosen[0].shape if chosen and chosen[0].shape is not None else shape


def scalar_to_json(value: Any) -> Any:
    """Return an integer, float, truth value, text or octets as JSON."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return value if -SAFE <= value <= SAFE else str(value)
        case float():
            return value if math.isfinite(value) else repr(value)
        case bytes() | bytearray():
            return bytes(value).hex()
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def _tree_to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _tree_to_json(one) for key, one in value.items()}
    return [_tree_to_json(one) for one in value] if isinstance(value, list | tuple) else scalar_to_json(value)


def _union_to_json(specification: Specification, shape: Union, value: Any) -> Any:
    """Spell the first arm that the value fits: the tag is not at hand, and arms of one kind spell alike."""
    for arm in shape.arms:
        if arm.shape is not None and fits(specification, arm.shape, value):
            return to_json(specification, arm.shape, value)
    return _tree_to_json(value)


def fits(specification: Specification, shape: Shape, value: Any) -> bool:
    """Whether the value is of the shape's kind (members of a record by name)."""
    match shape:
        case Integer():
            return isinstance(value, int) and not isinstance(value, bool)
        case Enumeration():
            return isinstance(value, int | str) and not isinstance(value, bool)
        case Boolean():
            return isinstance(value, bool)
        case Float():
            return isinstance(value, float)
        case Octets():
            return isinstance(value, bytes)
        case Text():
            return isinstance(value, str)
        case Label():
            return isinstance(value, int | str) and not isinstance(value, bool)
        case Sequence(item=item):
            return isinstance(value, list) and all(fits(specification, item, one) for one in value)
        case Mapping():
            return isinstance(value, dict)
        case RecordOf(name=name):
            shapes = {slot.name: slot.shape for slot in specification.record(name).api()}
            if isinstance(value, tuple) and len(value) == len(shapes):
                value = dict(zip(shapes, value, strict=True))
            return isinstance(value, dict) and all(
                key in shapes and (one is None or fits(specification, shapes[key], one))
                for key, one in value.items()
            )
        case Nullable(inner=inner):
            return value is None or fits(specification, inner, value)
        case Union(arms=arms):
            return any(arm.shape is not None and fits(specification, arm.shape, value) for arm in arms)
        case Anything():
            return True


def from_json(specification: Specification, shape: Shape, value: Any, path: str = "", tag: Any = None) -> Any:
    """Return the value of `shape` that JSON spells; `tag` selects a union's arm where it is known.

    Raises: `ValueRefused` for another kind of JSON, an unknown member or bad hexadecimal. Ranges and sizes are left to
    whoever encodes. Octets may stand as `bytes` already (vectors written in a module).
    """
    match shape:
        case Nullable(inner=inner):
            return None if value is None else from_json(specification, inner, value, path, tag)
        case RecordOf(name=name):
            return record_from_json(specification, specification.record(name), value, path)
        case Sequence(item=item):
            if not isinstance(value, list):
                raise ValueRefused(path, "an array", brief(value))
            return [from_json(specification, item, one, f"{path}[{i}]", tag) for i, one in enumerate(value)]
        case Mapping(key=Integer() | Label() | Anything(), value=inner) if isinstance(value, list):
            if not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
                raise ValueRefused(path, "pairs of a key and a value", brief(value))
            return {
                cbor_key(one, path): from_json(specification, inner, other, f"{path}[{brief(one)}]")
                for one, other in value
            }
        case Label():
            if isinstance(value, int | str) and not isinstance(value, bool):
                return value
            raise ValueRefused(path, "an integer or a text", brief(value))
        case Mapping(value=inner):
            if not isinstance(value, dict):
                raise ValueRefused(path, "an object", brief(value))
            return {
                key: from_json(specification, inner, one, f"{path}[{quote(key)}]")
                for key, one in value.items()
            }
        case Union():
            return _union_from_json(specification, shape, value, path, tag)
        case Anything(dialect="cbor"):
            return cbor_from_json(value, path)
        case Anything():
            return value
        case _:
            return _scalar_from_json(specification, shape, value, path)


def record_from_json(specification: Specification, record: Record, value: Any, path: str = "") -> Any:
    """Return the record's value that JSON spells; absent members stay absent."""
    api = record.api()
    if isinstance(value, list):
        if len(value) != len(api):
            raise ValueRefused(path, f"{len(api)} members", str(len(value)))
        value = {slot.name: one for slot, one in zip(api, value, strict=True)}
    if not isinstance(value, dict):
        raise ValueRefused(path, "an object", brief(value))
    slots = {slot.name: slot for slot in api}
    for name in value:
        if name not in slots:
            raise ValueRefused(_join(path, name), "a declared member", quote(name))
    found = {}
    for name, slot in slots.items():
        if name in value:
            found[name] = _member(specification, slot, value, slots, path)
    if record.form is Form.TUPLE:
        return tuple(found.get(slot.name) for slot in api)
    return found


def _member(
    specification: Specification, slot: Slot, members: dict[str, Any], slots: dict[str, Slot], path: str
) -> Any:
    value, tag = members[slot.name], None
    if value is None:
        return None
    shape = slot.shape.inner if isinstance(slot.shape, Nullable) else slot.shape
    if isinstance(shape, Union) and shape.tag in slots and shape.tag in members:
        tag = from_json(specification, slots[shape.tag].shape, members[shape.tag], _join(path, shape.tag))
    return from_json(specification, slot.shape, value, _join(path, slot.name), tag)


def _union_from_json(specification: Specification, shape: Union, value: Any, path: str, tag: Any) -> Any:
    if value is None:
        return None
    chosen = [arm for arm in shape.arms if tag is not None and _takes(arm.cases, tag)]
    if tag is not None and not chosen:
        chosen = [arm for arm in shape.arms if not arm.cases]
    for arm in chosen[:1] or shape.arms:
        if arm.shape is None:
            continue
        try:
            return from_json(specification, arm.shape, value, path)
        except ValueRefused:
            if chosen:
                raise
    raise ValueRefused(path, "a value of one of the arms", brief(value))


def _takes(cases: tuple[Any, ...], tag: Any) -> bool:
    return any(
        low == tag if isinstance(low, str) or isinstance(tag, str) else low <= tag <= high
        for low, high in cases
    )


def _scalar_from_json(specification: Specification, shape: Shape, value: Any, path: str) -> Any:
    match shape:
        case Boolean():
            if isinstance(value, bool):
                return value
            raise ValueRefused(path, "true or false", brief(value))
        case Octets():
            return _octets(value, path)
        case Text():
            if isinstance(value, str):
                return value
            raise ValueRefused(path, "a text", brief(value))
        case Float():
            if isinstance(value, str) and value in ("nan", "inf", "-inf"):
                return float(value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
            raise ValueRefused(path, "a number", brief(value))
        case Enumeration(name=name):
            return _enumerated(find_enum(specification, name), value, path)
        case _:
            return _integer(value, path)


def _integer(value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= 80:
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit():
            return int(value)
    raise ValueRefused(path, "an integer, or a text of decimal digits", brief(value))


def _octets(value: Any, path: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        if not isinstance(value, str) or any(character.isspace() for character in value):
            raise ValueError
        return bytes.fromhex(value)
    except ValueError:
        raise ValueRefused(path, "octets in hexadecimal", brief(value)) from None


def _enumerated(enum: Enum | None, value: Any, path: str) -> Any:
    if enum is not None and isinstance(value, str):
        for member in enum.members:
            if member.name == value and member.low == member.high:
                return member.low
        if enum.text:
            return value
    if enum is not None and enum.text:
        raise ValueRefused(path, "a text of the enum", brief(value))
    if enum is not None and isinstance(value, str) and not _DECIMAL.fullmatch(value):
        names = [member.name for member in enum.members if member.low == member.high]
        known = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        raise ValueRefused(path, f"an integer, or one of {known}" if known else "an integer", brief(value))
    return _integer(value, path)


def find_enum(specification: Specification, name: str) -> Enum | None:
    """Return the enum with qualified `name`."""
    for module in specification.modules.values():
        for enum in module.enums:
            if enum.name == name:
                return enum
    return None


def member_name(specification: Specification, shape: Shape, value: Any) -> str | None:
    """Return the name of an enum's value, for people; `None` when it has none of its own."""
    if isinstance(shape, Enumeration) and (enum := find_enum(specification, shape.name)) is not None:
        for member in enum.members:
            if member.low == member.high == value:
                return member.name
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
