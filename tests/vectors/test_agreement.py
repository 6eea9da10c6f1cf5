"""Interpreter and generated code agree on mutations of the catalogue's own vectors.

Value, error, requirement, octet offset, path, what is not verified, and the octets written again must be equal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from art7.grammar.catalogue import catalogue_modules
from art7.grammar.ir.module import Specification, VectorDeclaration
from art7.interpreter.values import from_json
from catalogue_codec import load_catalogue
from executions import Codec, InterpreterCodec, Refused, SdkCodec

MUTANTS = 12
"""Of every vector."""

OCTETS = (0x00, 0x01, 0x3F, 0x40, 0x7F, 0x80, 0xC0, 0xFF)
"""Where lengths, flags and continuation bits turn over."""


@pytest.fixture(scope="module")
def specification() -> Specification:
    return load_catalogue({})


@pytest.fixture(scope="module")
def executions(specification: Specification, tmp_path_factory: pytest.TempPathFactory) -> tuple[Codec, Codec]:
    folder: Path = tmp_path_factory.mktemp("agreeing_sdk")
    return InterpreterCodec(specification), SdkCodec(specification, folder)


def mutants(octets: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield the octets and mutations of them: bits, edge values, cuts, losses, insertions, repetitions."""
    yield octets
    for _ in range(MUTANTS):
        changed = bytearray(octets or b"\0")
        place = chance.randrange(len(changed))
        match chance.randrange(6):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                changed[place] = chance.choice(OCTETS)
            case 2:
                del changed[place:]
            case 3:
                del changed[place]
            case 4:
                changed.insert(place, chance.choice(OCTETS))
            case _:
                changed[place : place + 1] = bytes([changed[place]]) * chance.randrange(2, 5)
        yield bytes(changed)


def outcome(codec: Codec, type: str, octets: bytes, params: dict[str, Any]) -> tuple[Any, ...]:
    """What becomes of the octets: the refusal, or the value and how it is written again."""
    try:
        decoded = codec.decode(type, octets, **params)
    except Refused as refused:
        return ("refused", refused.code, refused.requirement, refused.path, refused.offset)
    try:
        written: Any = codec.encode(type, decoded.native, **params)
    except Refused as refused:
        written = (refused.code, refused.requirement, refused.path)
    return ("read", decoded.plain, sorted(decoded.unverified), written)


def params_of(specification: Specification, type: str, vector: VectorDeclaration) -> dict[str, Any]:
    given = dict(vector.given)
    record = specification.record(type)
    return {
        param.name: from_json(specification, param.shape, given[param.name], param.name)
        if given.get(param.name) is not None
        else None
        for param in record.params
        if param.name in given or param.nullable
    }


@pytest.mark.parametrize("name", catalogue_modules())
def test_both_executions_agree(
    name: str, specification: Specification, executions: tuple[Codec, Codec]
) -> None:
    chance = random.Random(name)
    records = {record.name for record in specification.modules[name].records}
    for vector in specification.modules[name].vectors:
        record = vector.subject if "." in vector.subject else f"{name}.{vector.subject}"
        if record not in records or vector.octets is None:
            continue
        params = params_of(specification, record, vector)
        for octets in mutants(vector.octets, chance):
            interpreted, generated = (outcome(codec, record, octets, params) for codec in executions)
            assert interpreted == generated, f"{record} {octets.hex()}"
