"""Modules of many records: methods call functions there, and say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from art7.codegen.python import scope
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from built import build, module

TEXT = """a7 1
module t.crowd version 1.0
encoding tls(vector: 'varint')
errors { bad_sum = 101 }
message Inner { limit size = 40 a: u8 b: bytes[0..20] must T-1: a != 9 else bad_sum }
message Outer { limit size = 60 limit depth = 4 kind: u8 inner: Inner next?: Outer }
message Keyed(key: secret[]) { limit size = 99 a: u16 mac: bytes[32] = hmac_sha256(key: key, data: u16be(a)) }
"""


def made(source: dict[str, str | bytes], folder: Path) -> tuple[Any, str]:
    report = Report()
    spec = load_sources(source, report)
    assert not report.diagnostics, report.diagnostics[:3]
    _, package = build(spec, folder)
    return spec, package


def verdicts(kind: Any, octets: list[bytes], **params: Any) -> list[Any]:
    """Return for each what is decoded and written again, or why it is refused."""
    found: list[Any] = []
    for each in octets:
        try:
            value = kind.decode(each, **params)
            found.append((repr(value), value.encode(**params)))
        except ValueError as error:
            found.append((type(error).__name__, str(error)))
    return found


def test_methods_of_a_crowd_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, roomy = made({"crowd.a7": TEXT}, tmp_path / "roomy")
    monkeypatch.setattr(scope, "CROWD", 0)
    _, crowded = made({"crowd.a7": TEXT}, tmp_path / "crowded")
    text = (tmp_path / "crowded" / crowded / "crowd.py").read_text()
    assert "return _decode_inner" in text or "m, o = _decode_inner(data, 0, n)" in text
    inner = [bytes([a, n]) + bytes(m) for a in (1, 9) for n in (0, 3, 30) for m in (0, 3, 30, 50)]
    outer = [b"\x01" + each + more for each in inner for more in (b"\0", b"\2", b"\1\1\1\0\0", b"")]
    for name, octets in (("Inner", inner), ("Outer", outer)):
        ours, theirs = (verdicts(getattr(module(p, "crowd"), name), octets) for p in (crowded, roomy))
        assert ours == theirs
        assert any(found[0].startswith(name) for found in ours), name
    octets = [module(roomy, "crowd").Keyed(a=7).encode(key=b"k"), bytes(34), b"", bytes(120)]
    for key in (b"k", b"other", None):
        assert verdicts(module(crowded, "crowd").Keyed, octets, key=key) == verdicts(
            module(roomy, "crowd").Keyed, octets, key=key
        )


def test_what_grows_beyond_its_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "CROWD", 0)
    _, crowded = made({"crowd.a7": TEXT}, tmp_path)
    types = module(crowded, "crowd")
    value = None
    for _ in range(4):
        value = types.Outer(kind=1, inner=types.Inner(a=1, b=bytes(15)), next=value)
    with pytest.raises(ValueError, match="too_large"):
        value.encode()


def test_what_has_no_fast_encoder_is_written(tmp_path: Path) -> None:
    found = catalogue_text("ietf.opus")
    assert found is not None
    _, package = made(dict([found]), tmp_path)
    kind = module(package, "opus").TwoFrames
    for octets in (bytes([2, 1, 2, 3]), bytes([0]), bytes([3, 1, 2, 3, 4, 5])):
        assert kind.decode(octets).encode() == octets
