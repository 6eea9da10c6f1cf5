"""Generated codecs and the interpreter are two executions of one meaning: they must agree.

Value, code, requirement, path and octet, on every vector of every catalogue module, on cut, grown and
mutated ones, and (writing) on values of the wrong kind or range in every member.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from art7.codegen.names import package_names, parameter_names
from art7.codegen.python.module_text import module_source
from art7.codegen.python.package import VENDORED
from art7.codegen.python.vendoring import vendored
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Carrier, Record
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError

MUTANTS = 60
HOSTILE: tuple[Any, ...] = (None, -1, 1 << 70, b"", b"x" * 70000, "x", "\ud800", [], [None], 5.5, object())
PASSING: tuple[Any, ...] = (
    True,
    False,
    0,
    1,
    1.0,
    0.0,
    (),
    {},
    range(2),
    b"abc",
    bytearray(b"abc"),
    [1, 2, 3, 4],
)
"""What Python takes for something else: true and false for integers, and what can be gone through for a list."""


def sdk(spec: Specification, package: str, folder: Path) -> dict[str, ModuleType]:
    """Write and import the codec modules of `spec`; returns them by a7 module name."""
    names = package_names(spec)
    (folder / package).mkdir()
    support: set[str] = set()
    for module in spec.modules.values():
        text = module_source(spec, module, names)
        support |= text.support
        (folder / package / f"{text.stem}.py").write_text(text.fast, encoding="utf-8")
        (folder / package / f"{text.explain_stem}.py").write_text(text.explain, encoding="utf-8")
    imports, body = vendored(support, VENDORED)
    head = '"""Support."""\n\nfrom __future__ import annotations\n\n'
    (folder / package / "_support.py").write_text(
        head + "\n".join(imports) + "\n\n\n" + body, encoding="utf-8"
    )
    (folder / package / "__init__.py").write_text("", encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        return {name: importlib.import_module(f"{package}.{names.modules[name]}") for name in spec.modules}
    finally:
        sys.path.remove(str(folder))


def plain(value: Any) -> Any:
    """Return a decoded value as the interpreter spells it: dicts by the specification's names."""
    if hasattr(type(value), "_derived"):
        names = [name for name in type(value).__slots__ if name != "unverified"]
        return {name.rstrip("_"): plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key.rstrip("_"): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(each) for each in value)
    return value


def mutants(octets: bytes, rng: random.Random) -> Iterator[bytes]:
    """Yield `octets`, cut everywhere, grown, and changed in few places by values that mean something."""
    yield octets
    for length in range(min(len(octets), 40)):
        yield octets[:length]
    yield octets + b"\0"
    for _ in range(MUTANTS):
        changed = bytearray(octets)
        for _ in range(rng.randint(1, 3)):
            if not changed:
                break
            at = rng.randrange(len(changed))
            match rng.randrange(4):
                case 0:
                    changed[at] = rng.choice((0, 1, 2, 15, 63, 64, 127, 128, 192, 255))
                case 1:
                    changed[at] ^= 1 << rng.randrange(8)
                case 2:
                    del changed[at]
                case _:
                    changed.insert(at, rng.randrange(256))
        yield bytes(changed)


def subjects(module: Module) -> Iterator[tuple[Record, bytes, dict[str, Any]]]:
    """Yield the octet records of a module that have vectors, with octets and parameters."""
    records = {record.name: record for record in module.records}
    for vector in module.vectors:
        record = records.get(vector.subject)
        if record is not None and record.carrier is Carrier.OCTETS and isinstance(vector.octets, bytes):
            yield record, vector.octets, {p.name: vector.given.get(p.name) for p in record.params}


def keywords(record: Record, params: dict[str, Any]) -> dict[str, Any]:
    return {name: params[p.name] for name, p in zip(parameter_names(record), record.params, strict=True)}


def verdict_of_interpreter(
    spec: Specification, name: str, data: bytes, params: dict[str, Any]
) -> tuple[Any, ...]:
    try:
        read = decode(spec, name, data, params)
    except DecodeError as error:
        return error.code, error.requirement, error.path, error.offset
    return "accepted", plain(read.value), tuple(read.unverified)


def verdict_of_sdk(kind: Any, support: ModuleType, data: bytes, params: dict[str, Any]) -> tuple[Any, ...]:
    try:
        value = kind.decode(data, **params)
    except support.DecodeError as error:
        return error.code, error.requirement, error.path, error.offset
    return "accepted", plain(value), tuple(getattr(value, "unverified", ()))


def prefix_of_interpreter(
    spec: Specification, name: str, data: bytes, params: dict[str, Any]
) -> tuple[Any, ...]:
    try:
        read = decode(spec, name, data, params, prefix=True)
    except DecodeError as error:
        return error.code, error.requirement, error.path, error.offset
    return "accepted", plain(read.value), read.consumed


def prefix_of_sdk(kind: Any, support: ModuleType, data: bytes, params: dict[str, Any]) -> tuple[Any, ...]:
    try:
        value, octets = kind.decode_prefix(data, **params)
    except support.DecodeError as error:
        return error.code, error.requirement, error.path, error.offset
    return "accepted", plain(value), octets


def written_by_interpreter(
    spec: Specification, name: str, value: Any, params: dict[str, Any]
) -> tuple[Any, ...]:
    try:
        return ("written", encode(spec, name, value, params))
    except EncodeError as error:
        return error.code, error.requirement, error.path


def written_by_sdk(support: ModuleType, value: Any, params: dict[str, Any]) -> tuple[Any, ...]:
    try:
        return ("written", value.encode(**params))
    except support.EncodeError as error:
        return error.code, error.requirement, error.path


@pytest.mark.parametrize("name", sorted(catalogue_modules()))
def test_decoders_and_encoders_agree(name: str, tmp_path: Path) -> None:
    found = catalogue_text(name)
    assert found is not None
    report = Report()
    spec = load_sources(dict([found]), report)
    cases = [(module, *subject) for module in spec.modules.values() for subject in subjects(module)]
    if not cases:
        pytest.skip("no vectors on octets")
    package = "agree_" + name.replace(".", "_")
    modules, names = sdk(spec, package, tmp_path), package_names(spec)
    support = sys.modules[f"{package}._support"]
    rng = random.Random(name)
    compared = 0
    for module, record, octets, params in cases:
        kind = getattr(modules[module.name], names.classes[record.name])
        if not hasattr(kind, "decode"):
            continue
        given = keywords(record, params)
        for data in mutants(octets, rng):
            ours = verdict_of_sdk(kind, support, data, given)
            assert ours == verdict_of_interpreter(spec, record.name, data, params), (record.name, data.hex())
            compared += 1
            if record.kind == "message":
                wanted = prefix_of_interpreter(spec, record.name, data, params)
                assert prefix_of_sdk(kind, support, data, given) == wanted, (record.name, data.hex())
            if ours[0] == "accepted":
                value = kind.decode(data, **given)
                read = decode(spec, record.name, data, params).value
                wanted = written_by_interpreter(spec, record.name, read, params)
                assert written_by_sdk(support, value, given) == wanted, (record.name, data.hex())
    assert compared


@pytest.mark.parametrize("name", sorted(catalogue_modules()))
def test_hostile_values_are_refused_alike(name: str, tmp_path: Path) -> None:
    found = catalogue_text(name)
    assert found is not None
    spec = load_sources(dict([found]), Report())
    cases = [(module, *subject) for module in spec.modules.values() for subject in subjects(module)]
    if not cases:
        pytest.skip("no vectors on octets")
    package = "hostile_" + name.replace(".", "_")
    modules, names = sdk(spec, package, tmp_path), package_names(spec)
    support = sys.modules[f"{package}._support"]
    for module, record, octets, params in cases:
        kind = getattr(modules[module.name], names.classes[record.name])
        given = keywords(record, params)
        if not hasattr(kind, "decode") or verdict_of_sdk(kind, support, octets, given)[0] != "accepted":
            continue
        members = dict(zip(names.members(record), record.slots, strict=True))
        for attribute, slot in members.items():
            if not slot.is_api or slot.role.value == "view":
                continue
            for hostile in (*HOSTILE, *PASSING):
                value = kind.decode(octets, **given)
                if isinstance(hostile, dict) and hasattr(getattr(value, attribute), "_members"):
                    continue  # in the interpreter dicts are records
                read = dict(decode(spec, record.name, octets, params).value)
                setattr(value, attribute, hostile)
                read[slot.name] = hostile
                wanted = written_by_interpreter(spec, record.name, read, params)
                if wanted[0] == "unknown_field":
                    continue  # a dict has members of another kind of record, an object has attributes
                ours = written_by_sdk(support, value, given)
                assert ours == wanted, (record.name, octets.hex(), attribute, hostile)
