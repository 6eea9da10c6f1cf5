"""The test peer under load: `python -m benchmarks.soak [--sessions N] [--seconds N] [--slow N] [--malformed PERCENT] [--kills N]`.

Starts `art7 serve` with a store on disk, opens sessions over WebSocket, lets each exchange messages, and prints the figures:
exchanges a second, latency, memory of the server, what was lost after kills. Goals: 1,000 sessions, 300 exchanges a second,
p99 of 250 ms, 512 MiB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from art7.cli.sources import read_generator_source
from art7.grammar.diagnostics import Report
from art7.interpreter.shared import interpreter_of
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of

OFFER = Path(__file__).parents[1] / "tests" / "validator" / "offers" / "minimal"
BY_INPUTS = 1_500
"""Messages after which a client begins another session, below the quota of one."""


@dataclass
class Figures:
    """What was counted."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    broken: int = 0


@dataclass
class Server:
    """A running test peer."""

    process: subprocess.Popen[str]
    address: str

    @classmethod
    def start(cls, store: Path) -> Server:
        """Start it on a free port and wait until it listens."""
        program = [
            sys.executable,
            "-m",
            "art7.cli",
            "serve",
            str(OFFER),
            "--port",
            "0",
            "--store",
            str(store),
        ]
        process = subprocess.Popen(program, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("listening: "), line
        return cls(process, line.split()[1].rstrip("/"))

    def ask(self, path: str, token: str = "", data: Any = None) -> Any:
        """Ask over HTTP."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.address + path, body, {"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def memory_mib(self) -> float:
        """Return the largest resident memory so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmHWM"))


class Writer:
    """Makes the envelopes that clients send."""

    def __init__(self) -> None:
        source = read_generator_source(str(OFFER), Report())
        assert source is not None, "the offer does not load"
        self._codec = InterpreterCodec(interpreter_of(source.specification))
        self._layers = layers_of(source.specification)

    def envelope(self, name: str) -> bytes:
        """Return a message with this id, as it is on the wire."""
        members = {
            "id": name,
            "sender": "ann@one.example",
            "recipient": "bob@two.example",
            "ciphertext": b"soak",
        }
        octets = self._codec.encode("minimal.Envelope", members)
        return self._layers.carry("minimal.Envelope", octets, self._codec)[1]

    def receipt(self, octets: bytes) -> str:
        """Return the id in a receipt."""
        message, inner = self._layers.open("minimal.Frame", octets, self._codec)
        return str(self._codec.decode(message, inner)["id"])


async def exchange(
    server: Server,
    session: Any,
    token: str,
    writer: Writer,
    figures: Figures,
    until: float,
    pause: float,
    begins: float,
    malformed: int,
) -> None:
    """Send until the time is up: each message is acknowledged before the next."""
    address = server.address.replace("http", "ws") + session["wire"]
    known = figures.acknowledged.setdefault(session["id"], set())
    try:
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as wire:
            await asyncio.sleep(begins)
            count = len(known)
            while time.monotonic() < until and count < BY_INPUTS:
                count += 1
                is_bad = count * malformed % 100 < malformed
                octets = b"not a message" if is_bad else writer.envelope(f"m{count}")
                began = time.monotonic()
                await wire.send(json.dumps({"to": "server", "octets": octets.hex()}))
                while "ack" not in (answer := json.loads(await wire.recv())):
                    continue
                figures.refused += answer["outcome"] == "refused"
                if answer["outcome"] == "taken":
                    figures.seconds.append(time.monotonic() - began)
                    known.add(f"m{count}")
                await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
    except Exception:  # noqa: BLE001 - whatever breaks a connection is counted
        figures.broken += 1


async def slow(server: Server, session: Any, token: str, until: float) -> None:
    """Hold a connection open and never read."""
    address = server.address.replace("http", "ws") + session["wire"]
    try:
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, max_queue=1):
            await asyncio.sleep(max(0.0, until - time.monotonic()))
    except Exception:  # noqa: BLE001 - being closed is what it is for
        return


def load(
    server: Server, sessions: int, seconds: float, slow_ones: int, malformed: int, rate: float
) -> Figures:
    """Load the server; return the figures."""
    writer, figures = Writer(), Figures()
    owned = []
    token = ""
    for number in range(sessions + slow_ones):
        if number % 200 == 0:
            token = server.ask("/api/accounts", data={})["token"]
        data = {"protocol": "Delivery", "role": "sender"}
        owned.append((server.ask("/api/sessions", token, data), token))

    async def everybody() -> None:
        until = time.monotonic() + seconds
        tasks = [
            exchange(server, session, token, writer, figures, until, sessions / rate, place / rate, malformed)
            for place, (session, token) in enumerate(owned[:sessions])
        ]
        tasks += [slow(server, session, token, until) for session, token in owned[sessions:]]
        await asyncio.gather(*tasks)

    asyncio.run(everybody())
    return figures


def kills(count: int) -> tuple[int, int]:
    """Kill the server under load `count` times; return (acknowledged, lost)."""
    with tempfile.TemporaryDirectory() as folder:
        store, writer = Path(folder) / "peer.db", Writer()
        server = Server.start(store)
        token = server.ask("/api/accounts", data={})["token"]
        acknowledged: dict[str, set[str]] = {}
        for number in range(count):
            session = server.ask("/api/sessions", token, {"protocol": "Delivery", "role": "sender"})
            known = acknowledged.setdefault(session["id"], set())
            deadline = time.monotonic() + 0.05 + 0.01 * (number % 7)
            while time.monotonic() < deadline:
                name = f"m{len(known)}"
                data = {"to": "server", "octets": writer.envelope(name).hex()}
                if server.ask(session["messages"], token, data)["outcome"] == "taken":
                    known.add(name)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            server = Server.start(store)
        lost = 0
        for session_id, known in acknowledged.items():
            frames = server.ask(f"/api/sessions/{session_id}/messages", token)["messages"]
            lost += len(known - {writer.receipt(bytes.fromhex(each["octets"])) for each in frames})
        server.process.terminate()
        server.process.wait()
        return sum(map(len, acknowledged.values())), lost


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Print the figures of the load line, and return them."""
    parser = argparse.ArgumentParser(prog="soak")
    for name, value in (
        ("sessions", 1000),
        ("seconds", 600),
        ("slow", 0),
        ("malformed", 0),
        ("rate", 300),
        ("kills", 20),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        server = Server.start(Path(folder) / "peer.db")
        began = time.monotonic()
        figures = load(server, asked.sessions, asked.seconds, asked.slow, asked.malformed, asked.rate)
        memory = server.memory_mib()
        server.process.terminate()
        server.process.wait()
    spent = time.monotonic() - began
    times = statistics.quantiles(figures.seconds, n=100) if len(figures.seconds) > 1 else [0.0] * 99
    acknowledged, lost = kills(asked.kills)
    found = {
        "sessions": float(asked.sessions), "exchanges": float(len(figures.seconds)),
        "a second": len(figures.seconds) / max(asked.seconds, 1e-9), "p50 ms": times[49] * 1000, "p99 ms": times[98] * 1000,
        "memory MiB": memory, "refused": float(figures.refused), "broken connections": float(figures.broken),
        "kills": float(asked.kills), "acknowledged": float(acknowledged), "lost": float(lost), "seconds in all": spent,
    }  # fmt: skip
    for name, value in found.items():
        print(f"{name:<20}{value:12.1f}")
    return found


if __name__ == "__main__":
    main()
