"""`make soak`, short: the figures come out, nothing that was acknowledged is lost, slow and malformed clients harm nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="pip install 'art7[server]'")


@pytest.mark.slow
def test_a_short_soak(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[3]), *sys.path])
    from benchmarks.soak import main

    found = main("--sessions 20 --seconds 3 --rate 60 --slow 21 --malformed 30 --kills 3".split())
    assert found["load: exchanges"] > 20 and found["load: memory MiB"] < 512
    assert found["harm: exchanges"] > 20 and found["harm: refused"] > 0
    assert found["load: broken connections"] == found["harm: broken connections"] == 0
    assert found["kills: acknowledged"] > 0 and found["kills: lost"] == 0
    assert "p99 ms" in capsys.readouterr().out
