"""The copy of a generated codec that mypyc compiles: it stands alone and does the same."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from benchmarks import peers_compiled


def test_the_copy_stands_alone_and_reads_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peers_compiled._write_ours(tmp_path / "standing_alone_copy")
    text = (tmp_path / "standing_alone_copy" / "envelope.py").read_text(encoding="utf-8")
    assert "bare(" not in text and "class Envelope:" in text
    assert text.count("def read_protobuf(") == text.count("def write_protobuf(") == 1
    monkeypatch.syspath_prepend(str(tmp_path))
    envelope = importlib.import_module("standing_alone_copy.envelope").Envelope
    octets = b"\x08\x01\x28\x80\x01\x42\x02ab\x70\x01"
    value = envelope.decode(octets)
    assert (value.type, value.client_timestamp, value.content, value.urgent) == (1, 128, b"ab", True)
    assert value.encode() == octets
    for name in [name for name in sys.modules if name.startswith("standing_alone_copy")]:
        del sys.modules[name]
