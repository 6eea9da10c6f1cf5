"""Whether reading what a value was written as gives that value again, or more than the user gave."""

from __future__ import annotations

from typing import Any

from art7.codegen.vectors.construct import arm_with
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification


def is_read_back(spec: Specification, record: p.Record, given: Any, read: Any) -> bool:
    """Whether the value `read` compares equal to the value `given` that it was written from.

    It does not where reading adds what no user gives: octets kept as they were read, members that nobody names.
    """
    if not isinstance(given, dict) or not isinstance(read, dict):
        return bool(given == read)
    for slot in record.api():
        if slot.role is p.Role.VIEW:
            continue  # no part of equality
        mine, other = given.get(slot.name), read.get(slot.name)
        if mine is None:
            # The constructor gives the default; the encoder wrote it.
            if other is not None and slot.default is None:
                return False
        elif not _is_same(spec, slot.shape, mine, other, given):
            return False
    return True


def _is_same(spec: Specification, shape: s.Shape, given: Any, read: Any, holder: dict[str, Any]) -> bool:
    match shape:
        case s.RecordOf(name=name):
            return is_read_back(spec, spec.record(name), given, read)
        case s.Nullable(inner=inner) if given is not None and read is not None:
            return _is_same(spec, inner, given, read, holder)
        case s.Sequence(item=item) if isinstance(given, list) and isinstance(read, list):
            pairs = zip(given, read, strict=False)
            return len(given) == len(read) and all(_is_same(spec, item, *pair, {}) for pair in pairs)
        case s.Mapping(value=inner) if isinstance(given, dict) and isinstance(read, dict):
            keys = given.keys()
            return keys == read.keys() and all(_is_same(spec, inner, given[k], read[k], {}) for k in keys)
        case s.Union():
            arm = arm_with(shape, given, holder)
            if arm is not None and arm.shape is not None:
                return _is_same(spec, arm.shape, given, read, {})
            return bool(given == read)
        case _:
            return bool(given == read)
