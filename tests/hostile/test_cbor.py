"""The CBOR rows: each is judged at once, in both forms that the catalogue has of CBOR."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError
from built import build, module

LOOSE, STRICT = "CborValue", "DeterministicCbor"


@pytest.fixture(scope="module")
def spec() -> Specification:
    report, found = Report(), catalogue_text("ietf.cbor")
    assert found is not None
    spec = load_sources(dict([found]), report)
    assert not report.diagnostics
    return spec


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, name = build(spec, tmp_path_factory.mktemp("cbor"))
    return module(name, "cbor")


def verdicts(spec: Specification, sdk: Any, kind: str, octets: bytes) -> list[tuple[str, int | None] | None]:
    """What the interpreter and the generated code say: nothing, or code and octet of the refusal."""
    found: list[tuple[str, int | None] | None] = []
    for run in (lambda: decode(spec, f"ietf.cbor.{kind}", octets), lambda: getattr(sdk, kind).decode(octets)):
        try:
            run()
            found.append(None)
        except Exception as error:
            assert isinstance(error, DecodeError) or type(error).__name__ == "DecodeError", error
            found.append((error.code, error.offset))  # type: ignore[attr-defined]
    assert found[0] == found[1]
    return found


@pytest.mark.parametrize("case", corpus.hostile("cbor"), ids=lambda case: case.path.name)
def test_cbor_row(case: corpus.HostileCase, spec: Specification, sdk: Any, cases: Any, hostile: Path) -> None:
    octets, start = case.path.read_bytes(), time.process_time()
    refusal = verdicts(spec, sdk, STRICT, octets)[0]
    if case.outcome == "accept":
        assert refusal is None
        value = decode(spec, f"ietf.cbor.{STRICT}", octets).value
        assert encode(spec, f"ietf.cbor.{STRICT}", value) == octets
        assert sdk.DeterministicCbor.decode(octets).encode() == octets
    else:
        assert refusal is not None and refusal[0] != "internal"
        loose = verdicts(spec, sdk, LOOSE, octets)[0]
        assert loose is not None or refusal[0] == "not_canonical"
    assert time.process_time() - start < 0.5
    cases.ran("hostile/cbor")


BOMBS = {
    "arrays": (b"\x81" * 100_000, "too_deep"),
    "tags": (b"\xc1" * 100_000, "too_deep"),
    "open arrays": (b"\x9f" * 100_000, "too_deep"),
    "open maps": (b"\xbf\x01" * 100_000, "too_deep"),
    "a map of 2^64-1": (b"\xbb" + b"\xff" * 8, "truncated"),
    "a text of 2^64-1": (b"\x7b" + b"\xff" * 8, "truncated"),
    "chunks without end": (b"\x5f" + b"\x40" * 100_000, "truncated"),
    "arrays of arrays": (b"\x9a\x00\x00\xff\xff" * 100 + b"\x00" * 100_000, "truncated"),
    "many keys of one hash": (b"\xb9\x27\x10" + b"".join(b"\x1b" + (k * ((1 << 61) - 1)).to_bytes(8, "big") + b"\x00"
                                                       for k in range(1, 4)), "truncated"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_little(name: str, spec: Specification, sdk: Any) -> None:
    octets, code = BOMBS[name]
    start = time.process_time()
    refusal = verdicts(spec, sdk, LOOSE, octets)[0]
    assert refusal is not None and refusal[0] == code
    assert time.process_time() - start < 4
