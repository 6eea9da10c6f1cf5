"""Every message of the catalogue: any octets give a value or a refusal, what is read is written and read alike."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import pytest

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode, decode_with
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from art7.interpreter.prepare import Interpreter


@cache
def catalogue() -> Specification:
    texts = dict(found for name in catalogue_modules() if (found := catalogue_text(name)) is not None)
    return load_sources(texts, Report())


def messages() -> list[str]:
    return [
        record.name
        for module in catalogue().modules.values()
        for record in module.records
        if record.kind == "message" and all(param.nullable for param in record.params)
    ]


def seeds(name: str) -> list[bytes]:
    """The octets of the vectors beside a message."""
    module, _, short = name.rpartition(".")
    own = (v for v in catalogue().modules[module].vectors if v.subject.rpartition(".")[2] == short)
    return [vector.octets for vector in own if vector.octets is not None]


def mutants(name: str, count: int) -> list[bytes]:
    """Random octets, and the message's own vectors with octets changed, cut out and repeated."""
    source = random.Random(name)
    own = [octets for octets in seeds(name) if octets]
    found = []
    for _ in range(count):
        data = bytearray(
            source.choice(own) if own and source.random() < 0.8 else source.randbytes(source.randrange(40))
        )
        for _ in range(source.randrange(4)):
            if not data:
                break
            place = source.randrange(len(data))
            match source.randrange(4):
                case 0:
                    data[place] ^= 1 << source.randrange(8)
                case 1:
                    data[place] = source.choice((0, 1, 0x7F, 0x80, 0xFF))
                case 2:
                    del data[place : place + source.randrange(1, 5)]
                case 3:
                    data[place:place] = data[place : place + source.randrange(1, 5)]
        found.append(bytes(data))
    return found


def same(left: object, right: object) -> bool:
    """Equality in which not-a-number equals itself."""
    return left == right or repr(left) == repr(right)


def check_one(name: str, octets: bytes) -> None:
    spec = catalogue()
    try:
        decoded = decode(spec, name, octets)
    except DecodeError as error:
        assert error.number > 0 and error.offset is not None and 0 <= error.offset <= len(octets)
        assert error.expected or error.got or error.requirement
        return
    assert decoded.consumed == len(octets)
    try:
        again = encode(spec, name, decoded.value)
    except EncodeError as error:
        # Canonical JSON holds less than what is read; a size limit may be met by a longer spelling.
        assert error.code in ("out_of_range", "wrong_kind", "too_large"), (name, octets.hex(), str(error))
        return
    assert same(decode(spec, name, again).value, decoded.value), (name, octets.hex())


@pytest.mark.parametrize("name", messages())
def test_any_octets(name: str) -> None:
    start = time.process_time()
    for octets in mutants(name, 120):
        check_one(name, octets)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("name", messages())
def test_every_prefix_of_a_vector_is_read_or_refused(name: str) -> None:
    for octets in seeds(name)[:5]:
        for cut in range(min(len(octets), 200)):
            check_one(name, octets[:cut])


def test_an_interpreter_may_be_shared_by_threads() -> None:
    octets = bytes.fromhex("90600001 00000010 deadbeef bede0001 10aa0000 01")
    for _ in range(5):
        read = partial(decode_with, Interpreter(catalogue()), "ietf.rtp.RtpPacket")
        with ThreadPoolExecutor(8) as pool:
            found = [decoded.value for decoded in pool.map(read, [octets] * 16)]
        assert found == [found[0]] * 16 and found[0]["payload"] == b"\x01"
