"""Mutants of generated codecs: what counts as one, and that generated vectors find most of them, in every encoding."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from art7.codegen.mutants.operators import mutations
from art7.codegen.mutants.report import MutantReport, report_text
from art7.codegen.mutants.run import run_mutants
from art7.codegen.replay.files import VectorFile, read_vectors
from art7.codegen.vectors.generate import generate_vectors, vector_file_text
from art7.grammar.diagnostics import Report
from built import specification

CODE = '''"""A module."""

from __future__ import annotations

_pack = struct.Struct(">H").pack
_KIND_NAMES = {1: "text"}

class Frame(Record):
    __slots__ = ("size",)

    def __init__(self, *, size: int) -> None:
        self.size = size

    @staticmethod
    def decode(data: bytes) -> Frame:
        """Read one value."""
        if len(data) < 2 or data[0] != 7:
            raise Refused
        return first(data, 2)


def _explain(r: Any, o: int) -> int:
    broken(r, "bad_kind", None, "A kind that is known.", requirement="F-01", ref="RFC9999#1")
    return o
'''

MODULES = {
    "binary": """message M as binary {
    limit size = 30
    kind: u8
    size: u16 = octets(body)
    body: bytes within size
    flags: u4 bits: u4
    must M-01: kind != 2 or count(body) > 1 else bad_thing
}""",
    "tls": """message M as tls {
    limit size = 20
    kind: u8
    body: bytes[..12]
    rest: u16[..6]
    must M-01: kind <= 200 else bad_thing
}""",
    "protobuf": """message M as protobuf {
    limit size = 60
    kind @1: u32
    name @2?: text
    many @3: u32[..4]
    must M-01: kind < 90 else bad_thing
}""",
    "json": """message M as json {
    limit size = 200
    limit depth = 4
    kind: u8
    name?: text[1..300]
    many: u8[..3]
    must M-01: kind != 9 else bad_thing
}""",
    "cbor": """message M as cbor {
    limit size = 200
    limit depth = 4
    kind @1: u8
    name @2?: text[1..300]
    must M-01: kind != 9 else bad_thing
}""",
    "der": """message M as der {
    limit size = 300
    kind: u16
    body: bytes[1..400]
    must M-01: kind != 9 else bad_thing
}""",
    "xml": """message M as xml(name: 'm', ns: 'urn:a') {
    limit size = 200
    limit depth = 4
    limit attributes = 8
    kind @attr: u8
    name @element?: text[1..4]
    must M-01: kind != 9 else bad_thing
}""",
    "text": """message M as text {
    limit size = 80
    kind: u8
    ' '
    name: text[until ';' max 90]
    must M-01: kind != 9 else bad_thing
}""",
}
"""Encoding → a message of it."""


FLOOR = 0.83
"""The share of these mutants that is found at least; the goal of the whole is nine in ten."""


def test_what_is_mutated_is_what_a_vector_can_show() -> None:
    found = list(mutations("frame.py", CODE))
    changed = {(each.function, each.kind, each.original.strip(), each.replacement.strip()) for each in found}
    assert ("", "byte order", '">H"', "'<H'") in changed
    assert ("Frame.decode", "comparison", "<", "<=") in changed
    assert ("Frame.decode", "connective", "or", "and") in changed
    assert ("Frame.decode", "refusal", "raise Refused", "pass") in changed
    assert ("Frame.decode", "arguments", "data, 2", "2, data") in changed
    assert ("_explain", "label", '"bad_kind"', "'bad_kind_'") in changed
    assert ("_explain", "label", '"F-01"', "'F-01_'") in changed
    texts = {each.original for each in found}
    assert not any("RFC9999" in text and "broken" not in text for text in texts), "a clause is for a person"
    assert '"A kind that is known."' not in texts and '"text"' not in texts
    assert not any(each.function == "Frame.__init__" for each in found)


def test_every_mutant_is_python_and_another_program() -> None:
    octets = CODE.encode()
    for each in mutations("frame.py", CODE):
        text = (octets[: each.start] + each.replacement.encode() + octets[each.end :]).decode()
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(CODE)), each


def test_the_same_mutants_on_every_run() -> None:
    assert list(mutations("frame.py", CODE)) == list(mutations("frame.py", CODE))


def made(encoding: str) -> tuple[Any, list[VectorFile]]:
    errors = "errors { bad_thing = 501 }\n"
    spec = specification(
        f'a7 1\nmodule sample.{encoding} version 1.0 "One." ref RFC9999\n{errors}{MODULES[encoding]}\n'
    )
    report = Report()
    files = generate_vectors(spec)
    read = [read_vectors(path, vector_file_text(content).encode(), report) for path, content in files.items()]
    assert not report.diagnostics
    return spec, [each for each in read if each is not None]


@pytest.fixture(scope="module")
def reports() -> Iterator[dict[str, MutantReport]]:
    found = {}
    for encoding in MODULES:
        spec, files = made(encoding)
        found[encoding] = run_mutants(spec, f"sample.{encoding}", [f"sample.{encoding}"], files, sample=40)
    yield found


def test_most_are_found_in_all_eight_encodings(reports: dict[str, MutantReport]) -> None:
    assert len(reports) == 8
    assert not [name for each in reports.values() for name in each.failing]
    found = sum(each.killed for each in reports.values())
    tried = sum(len(each.mutants) for each in reports.values())
    survivors = [line for each in reports.values() for line in report_text(each)[1:]]
    assert tried >= 250 and found >= FLOOR * tried, "\n".join(survivors)


def test_no_vectors_find_nothing(reports: dict[str, MutantReport]) -> None:
    spec, _ = made("binary")
    report = run_mutants(spec, "sample.binary", ["sample.binary"], [], sample=10)
    assert report.killed == 0 and len(report.survivors()) == 10
    assert {each.reason for each in report.survivors() if each.mutation.function} == {
        "no vector comes to this line"
    }


def test_a_report_names_place_and_change(reports: dict[str, MutantReport]) -> None:
    report = reports["binary"]
    rows = report.as_json()
    assert rows["tried"] == rows["killed"] + len(rows["survivors"]) <= 40 < rows["possible"]
    for row in rows["survivors"]:
        assert row["line"] > 0 and row["original"] != row["mutated"]
    assert f"{report.killed} of {len(report.mutants)} mutants found" in report_text(report)[0]
    assert json.dumps(rows)
