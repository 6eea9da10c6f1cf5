"""Independent programs that the tests in tests/peers talk to: where they are, and processes that take JSON lines.

`make peers` installs them into `.peers` (ART7_PEERS_HOME); their drivers are the recipes' (ART7_PEERS). A program that is
not there is a skip with its reason, and counted.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from corpus import REPOSITORY

HOME = Path(os.environ.get("ART7_PEERS_HOME") or REPOSITORY / ".peers")
RECIPES = Path(os.environ.get("ART7_PEERS") or REPOSITORY.parent / "shared" / "peers")


def need(*paths: str, group: str) -> None:
    """Skip the test unless these files of `HOME` and what a group's programs run on are there."""
    if not RECIPES.is_dir():
        pytest.skip(f"absent: recipes of {group} (set ART7_PEERS)")
    for path in paths:
        if not (HOME / path).exists():
            pytest.skip(f"absent: {path} of {group} (make peers)")
        if path.endswith((".mjs", ".cjs")) and shutil.which("node") is None:
            pytest.skip(f"absent: node, which {group} runs on")


class PeerFailed(Exception):
    """The program answered with an error, or not at all."""


class Peer:
    """One independent program that reads and writes a line of JSON per operation, as the recipes' drivers do."""

    def __init__(
        self, command: Sequence[str], folder: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start it. `folder`: where; `variables`: added to the environment."""
        self._process = subprocess.Popen(
            list(command),
            cwd=folder or HOME,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._rest = b""

    def __call__(self, op: str, *, seconds: float = 60, **members: Any) -> Any:
        """Return the reply to one operation. Raises: `PeerFailed` when it is refused, late or missing."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"op": op, **members}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise PeerFailed(f"{op}: the program has ended") from None
        reply = json.loads(self._line(time.monotonic() + seconds, op))
        if not reply.pop("ok", False):
            raise PeerFailed(f"{op}: {str(reply.get('error'))[:300]}")
        return reply

    def _line(self, deadline: float, op: str) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            if not select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
                raise PeerFailed(f"{op}: no reply in time")
            octets = os.read(descriptor, 1 << 16)
            if not octets:
                raise PeerFailed(f"{op}: the program has ended")
            self._rest += octets
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def close(self) -> None:
        """End the program."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Peer:
        """Return the running program."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()


def flipped(octets: bytes, at: int = -1) -> bytes:
    """Return the octets with one bit of one octet changed: the negative control of every conversation."""
    changed = bytearray(octets)
    changed[at] ^= 1
    return bytes(changed)
