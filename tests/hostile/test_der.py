"""The DER rows: each is judged at once, by both executions alike, and for its real cause."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from built import build, module, specification

TEXT = """a7 1
module demo.der version 1.0
encoding der
message Signature { limit size = 1048576 r: integer s: integer }
message Truth { limit size = 1048576 value: bool }
message BareTruth as der(shape: 'value') { limit size = 1048576 value: bool }
message Anything as der(shape: 'value') { limit size = 1048576 value: any }
"""
SHAPES = ("Signature", "Truth", "BareTruth")


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return module(build(spec, tmp_path_factory.mktemp("der"))[1], "der")


def verdict(spec: Specification, sdk: Any, shape: str, octets: bytes) -> tuple[str, int] | None:
    """What both executions say: nothing, or code and octet of the refusal."""
    found: list[tuple[str, int] | None] = []
    for run in (
        lambda: decode(spec, f"demo.der.{shape}", octets),
        lambda: getattr(sdk, shape).decode(octets),
    ):
        try:
            run()
            found.append(None)
        except Exception as error:
            assert type(error).__name__ == "DecodeError", error
            assert len(str(error)) < 300
            found.append((error.code, error.offset))  # type: ignore[attr-defined]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("case", corpus.hostile("der"), ids=lambda case: case.path.name)
def test_der_row(case: corpus.HostileCase, spec: Specification, sdk: Any, cases: Any, hostile: Path) -> None:
    octets, start = case.path.read_bytes(), time.process_time()
    verdicts = {shape: verdict(spec, sdk, shape, octets) for shape in SHAPES}
    if case.outcome == "accept":
        [shape] = [shape for shape, refusal in verdicts.items() if refusal is None]
        assert encode(spec, f"demo.der.{shape}", decode(spec, f"demo.der.{shape}", octets).value) == octets
        assert getattr(sdk, shape).decode(octets).encode() == octets
    else:
        assert all(verdicts.values()), verdicts
        # What it is not even like is `wrong_tag`; one shape is near enough to tell the cause.
        causes = {refusal[0] for refusal in verdicts.values() if refusal is not None} - {"wrong_tag"}
        assert causes and "internal" not in causes
    assert time.process_time() - start < 0.5
    cases.ran("hostile/der")


BOMBS = {
    "nested indefinite": (b"\x30\x80" * 50_000, "not_der"),
    "nested definite": (b"\x30\x84\x00\x01\x00\x00" * 10_000, "not_der"),
    "a length of 126 octets": (b"\x30\xfe" + b"\xff" * 126, "truncated"),
    "a length of 126 octets, cut": (b"\x30\xfe" + b"\xff" * 20, "truncated"),
    "the reserved length": (b"\x30\xff", "bad_der"),
    "a long integer": (
        b"\x30\x83\x01\x00\x08\x02\x83\x01\x00\x00" + b"\x7f" * 65_536 + b"\x02\x01\x00",
        "bad_length",
    ),
    "nothing": (b"", "truncated"),
    "end of contents": (b"\x00\x00", "not_der"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_grows_is_judged_at_once(name: str, spec: Specification, sdk: Any) -> None:
    octets, code = BOMBS[name]
    start = time.process_time()
    found = verdict(spec, sdk, "Signature", octets)
    assert found is not None
    if code != "bad_length":
        assert found[0] == code
    assert time.process_time() - start < 0.5


def test_a_tag_without_end_is_no_work(spec: Specification, sdk: Any) -> None:
    found = verdict(spec, sdk, "Anything", b"\x1f" + b"\xff" * 100_000)
    assert found == ("bad_der", 0)


def test_an_object_identifier_without_end_is_no_work(tmp_path: Path) -> None:
    spec = specification(
        "a7 1\nmodule demo.der version 1.0\nmessage Id as der(shape: 'value') { limit size = 1048576 id: oid }\n"
    )
    sdk = module(build(spec, tmp_path)[1], "der")
    octets = b"\x06\x83\x01\x00\x01" + b"\xff" * 65_536 + b"\x01"
    start = time.process_time()
    assert verdict(spec, sdk, "Id", octets) == ("too_long", 5)
    assert time.process_time() - start < 0.5
