"""Every requirement that octets can break is broken by a vector, and every message shows what it takes and refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from art7.grammar.ir.module import Specification, VectorDeclaration
from art7.grammar.ir.plan import Requirement
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError
from art7.interpreter.values import from_json, record_from_json
from catalogue_codec import load_catalogue
from executions import Codec, Refused

HEADERS = b"X-Note: " + b"a" * 1000 + b"\r\n"
LONG: dict[str, tuple[str, bytes]] = {
    "JID-01": ("ietf.identity.JabberAddress", b'"a@' + b"b" * 1024 + b'"'),
    "MXID-01": ("ietf.identity.MatrixUser", b'"@' + b"a" * 250 + b':a.example"'),
    "MAIL-01": ("ietf.identity.Mailbox", b'"a@' + b"b" * 253 + b'"'),
    "IM-01": ("ietf.identity.ImAddress", b'"im:' + b"a" * 256 + b'@a.example"'),
    "MIMI-URI-01": ("ietf.identity.MimiAddress", b'"mimi://a.example/u/' + b"a" * 1024 + b'"'),
    "OPUS-3.2.3-02": ("ietf.opus.OpusPacket", b"\x01" + bytes(2552)),
    "OPUS-3.2.4-02": ("ietf.opus.OpusPacket", b"\x02\x01" + bytes(1277)),
    "OPUS-3.2.5-05": ("ietf.opus.OpusPacket", b"\x03\x01" + bytes(1276)),
    "HTTP-5-01": ("ietf.http.Request", b"GET / HTTP/1.1\r\nHost: a\r\n" + 65 * HEADERS + b"\r\n"),
    "HTTP-5-03": ("ietf.http.Response", b"HTTP/1.1 204 None\r\n" + 65 * HEADERS + b"\r\n"),
}
"""Requirements about sizes too large for a vector in the text: type and octets that break them."""

PARAMS: dict[str, dict[str, str]] = {"ietf.http.Response": {"method": "GET"}}


@pytest.fixture(scope="module")
def specification() -> Specification:
    return load_catalogue({})


def subject_of(module: str, vector: VectorDeclaration) -> str:
    return vector.subject if "." in vector.subject else f"{module}.{vector.subject}"


def refusal(specification: Specification, name: str, vector: VectorDeclaration) -> CodecError | None:
    """The refusal that a vector is for."""
    record = specification.record(name)
    shapes = {param.name: param.shape for param in record.params}
    params = {
        key: None if value is None else from_json(specification, shapes[key], value, key)
        for key, value in vector.given.items()
    }
    try:
        if vector.octets is None:
            encode(specification, name, record_from_json(specification, record, vector.value), params)
        else:
            decode(specification, name, vector.octets, params)
    except CodecError as error:
        return error
    return None


def refused(specification: Specification) -> Iterator[tuple[str, VectorDeclaration]]:
    """Refusing vectors of messages and structs; those of key schedules are left out."""
    records = {record.name for module in specification.modules.values() for record in module.records}
    for module in specification.modules.values():
        for vector in module.vectors:
            name = subject_of(module.name, vector)
            if not vector.accept and name in records:
                yield name, vector


def requirements(specification: Specification) -> Iterator[Requirement]:
    for module in specification.modules.values():
        yield from module.requirements
        for record in module.records:
            yield from record.requirements


def test_every_requirement_is_broken_by_a_vector(specification: Specification) -> None:
    broken = set(LONG)
    for name, vector in refused(specification):
        error = refusal(specification, name, vector)
        if error is not None and error.requirement:
            broken.add(error.requirement)
    checked = {each.id for each in requirements(specification) if each.level == "must" and not each.manual}
    assert not sorted(checked - broken)


@pytest.mark.parametrize("requirement", LONG)
def test_what_is_too_long_is_refused(codec: Codec, requirement: str) -> None:
    name, octets = LONG[requirement]
    with pytest.raises(Refused) as found:
        codec.decode(name, octets, **PARAMS.get(name, {}))
    assert found.value.requirement == requirement


def test_every_message_is_shown(specification: Specification) -> None:
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    for module in specification.modules.values():
        for vector in module.vectors:
            shown[vector.accept].add(subject_of(module.name, vector))
    messages = {
        record.name
        for module in specification.modules.values()
        for record in module.records
        if record.kind == "message"
    }
    assert not sorted(messages - shown[True]), "never accepted"
    assert not sorted(messages - shown[False]), "never refused"
