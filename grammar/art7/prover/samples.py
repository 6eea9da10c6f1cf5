"""Messages of a record: those of its vectors, and those that the interpreter writes of values made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json
from art7.prover.sample_values import Maker

VARIANTS = 60
"""Values that are made up before a record counts as too hard."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Octets that a record accepts, with the parameters that it takes them under, and their value."""

    octets: bytes
    value: Any
    params: Mapping[str, Any] = field(default_factory=dict)


def samples(
    specification: Specification, name: str, most: int = 8, variants: int = VARIANTS
) -> Iterator[Sample]:
    """Yield different messages of record `name`, vectors first, `most` at most of each kind."""
    record = specification.record(name)
    seen: set[bytes] = set()
    for found in of_vectors(specification, record, most):
        seen.add(found.octets)
        yield found
    made = 0
    for variant in range(variants):
        made_up = written(specification, record, Maker(specification, variant).record(record))
        if made_up is not None and made_up.octets not in seen:
            seen.add(made_up.octets)
            yield made_up
            made += 1
            if made >= most:
                return
    if not seen:
        yield from islice(_parts(specification, record), most)


def written(specification: Specification, record: p.Record, value: Any) -> Sample | None:
    """Return the message that is written for a value, and read again; `None` where either is refused."""
    params = made_up_params(specification, record)
    try:
        octets = encode(specification, record.name, value, params)
        return Sample(octets, decode(specification, record.name, octets, params).value, params)
    except (EncodeError, DecodeError):
        return None


def made_up_params(specification: Specification, record: p.Record) -> dict[str, Any]:
    """Return parameters for a record; those that may be absent are."""
    maker = Maker(specification, 2)
    return {x.name: maker.value(x.shape) for x in record.params if not x.nullable}


def _parts(specification: Specification, record: p.Record) -> Iterator[Sample]:
    """Yield messages of a record whose values lie in those of vectors of other records of its module."""
    module = next((x for x in specification.modules.values() if record in x.records), None)
    subjects = dict.fromkeys(vector.subject for vector in (module.vectors if module is not None else ()))
    for subject in subjects:
        name = subject if "." in subject or module is None else f"{module.name}.{subject}"
        try:
            whole = specification.record(name)
        except KeyError:
            continue
        for sample in of_vectors(specification, whole, 8):
            for value in _inner(specification, s.RecordOf(name), sample.value, record.name):
                found = written(specification, record, value)
                if found is not None:
                    yield found


def _inner(specification: Specification, shape: s.Shape, value: Any, name: str) -> Iterator[Any]:
    """Yield the values of record `name` in a value."""
    match shape, value:
        case _, None:
            return
        case s.RecordOf(name=here), dict():
            if here == name:
                yield value
            for slot in specification.record(here).api():
                yield from _inner(specification, slot.shape, value.get(slot.name), name)
        case s.Sequence(item=item), list():
            for one in value:
                yield from _inner(specification, item, one, name)
        case s.Mapping(value=item), dict():
            for one in value.values():
                yield from _inner(specification, item, one, name)
        case s.Nullable(inner=inner), _:
            yield from _inner(specification, inner, value, name)
        case s.Union(arms=arms), _:
            for arm in arms:
                if arm.shape is not None:
                    yield from _inner(specification, arm.shape, value, name)


def of_vectors(specification: Specification, record: p.Record, most: int) -> Iterator[Sample]:
    """Yield the messages of a record's vectors that are accepted, `most` at most."""
    found = 0
    shapes: dict[str, s.Shape] = {param.name: param.shape for param in record.params}
    for module in specification.modules.values():
        for vector in module.vectors:
            subject = vector.subject if "." in vector.subject else f"{module.name}.{vector.subject}"
            if subject != record.name or not vector.accept or vector.octets is None or found >= most:
                continue
            try:
                given = {
                    name: value
                    if value is None or name not in shapes
                    else from_json(specification, shapes[name], value, name)
                    for name, value in vector.given.items()
                }
                value = decode(specification, record.name, vector.octets, given).value
            except (DecodeError, ValueRefused):
                continue
            found += 1
            yield Sample(vector.octets, value, given)
