"""Hostile XML: document types, entities, other encodings, bombs of every kind, all refused at once, alike everywhere."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

import corpus
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from built import build, module, specification

TEXT = """a7 1
module hostile.xml version 1.0 "Any element."

message Any as xml(shape: 'choice') {
    limit size = 4194304
    limit depth = 64
    limit attributes = 32
    unknown preserve
}
"""


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, name = build(spec, tmp_path_factory.mktemp("xml"))
    found = module(name, "xml")
    return getattr(found, "Any_", None) or found.Any


def refusals(spec: Specification, sdk: Any, octets: bytes) -> tuple[str, int | None] | None:
    """What both executions say: code and octet, or nothing."""
    found: list[tuple[str, int | None] | None] = []
    for run in (lambda: decode(spec, "hostile.xml.Any", octets), lambda: sdk.decode(octets)):
        try:
            run()
            found.append(None)
        except Exception as error:
            assert isinstance(error, DecodeError) or type(error).__name__ == "DecodeError", error
            found.append((error.code, error.offset))  # type: ignore[attr-defined]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("case", corpus.hostile("xml"), ids=lambda case: case.path.name)
def test_xml_row(case: corpus.HostileCase, spec: Specification, sdk: Any, cases: Any) -> None:
    octets, start = case.path.read_bytes(), time.process_time()
    opened: list[str] = []
    sys.addaudithook(
        lambda event, args: opened.append(str(args[0])) if event == "open" and watching else None
    )
    watching = [True]
    refusal = refusals(spec, sdk, octets)
    watching.clear()
    assert (refusal is None) == (case.outcome == "accept")
    assert refusal is None or refusal[0] == "bad_xml"
    assert not [path for path in opened if "passwd" in path or "etc" in path.split("/")[1:2]]
    assert time.process_time() - start < 0.5
    cases.ran("hostile/xml")


BOMBS = {
    "deep": (b"<a>" * 100_000, "too_deep"),
    "deep and closed": (b"<a>" * 65 + b"</a>" * 65, "too_deep"),
    "attributes": (b"<a " + b" ".join(b"a%d=''" % n for n in range(100_000)) + b"/>", "too_many"),
    "one attribute twice": (b"<a b='' b=''/>", "bad_xml"),
    "declarations": (b"<a " + b" ".join(b"xmlns:n%d='urn:%d'" % (n, n) for n in range(20_000)) + b"/>", None),
    "references": (b"<a>" + b"&#65;" * 200_000 + b"</a>", None),
    "no character": (b"<a>&#0;</a>", "bad_xml"),
    "a surrogate": (b"<a>&#xD800;</a>", "bad_xml"),
    "lines": (b"<a>" + b"\n" * 1_000_000 + b"</a>", None),
    "marks": (b"<a>" + b"?!" * 300_000 + b"</a>", None),
    "CDATA": (b"<a>" + b"<![CDATA[]]>" * 50_000 + b"</a>", None),
    "a name of a million": (b"<" + b"a" * 1_000_000 + b"/>", None),
    "children": (b"<a>" + b"<b/>" * 40_000 + b"</a>", None),
    "too large": (b"<a>" + b"x" * 4_194_304 + b"</a>", "too_large"),
    "an entity in an attribute": (b"<a b='&e;'/>", "bad_xml"),
    "a parameter entity": (b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]><a/>", "bad_xml"),
    "a style sheet": (b"<?xml-stylesheet href='file:///etc/passwd'?><a/>", "bad_xml"),
    "UTF-16": ("<a/>".encode("utf-16"), "bad_text"),
    "UTF-16 without a mark": ("<a/>".encode("utf-16-le"), "bad_xml"),
    "UTF-32": ("<a/>".encode("utf-32-be"), "bad_xml"),
    "overlong": (b"<a>\xc0\xbc</a>", "bad_text"),
    "a prefix from nowhere": (b"<x:a/>", "bad_xml"),
    "xmlns undone": (b"<a xmlns:x=''/>", "bad_xml"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_judged_at_once(name: str, spec: Specification, sdk: Any) -> None:
    octets, code = BOMBS[name]
    start = time.process_time()
    refusal = refusals(spec, sdk, octets)
    assert (refusal[0] if refusal else None) == code
    assert time.process_time() - start < 4
