"""The test peer under load: `python -m benchmarks.soak [--sessions N] [--seconds N] [--rate N] [--slow N] …`.

Three phases, each with an `art7 serve` of its own that keeps its store on disk:

1. load: sessions over WebSocket that exchange messages at a rate; an exchange ends when its receipt has come as well;
2. harm: the same sessions, of whose messages a share is malformed, beside slow clients of three kinds: those that never end
   their request, those that send and never read, those that open a WebSocket and are silent;
3. kills: clients write while the server is killed, again and again; what was acknowledged must be there at the end.

Goals: 1,000 sessions and 300 exchanges a second with p99 under 250 ms in 512 MiB; p99 under 500 ms for good clients beside bad
ones (`--malformed`: of a hundred messages); nothing that was acknowledged lost in 1,000 kills (`--kills`). The clients run on
the same machine and take their share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from art7.cli.sources import read_generator_source
from art7.grammar.diagnostics import Report
from art7.interpreter.shared import interpreter_of
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of

OFFER = Path(__file__).parents[1] / "tests" / "validator" / "offers" / "minimal"
BY_INPUTS = 1_900
"""Messages of one session at most, below its quota."""
BY_ACCOUNT = 200
"""Sessions of one account at most."""
KILL_CLIENTS = 8
"""Sessions that write when the server is killed."""
_BROKEN = (OSError, WebSocketException, TimeoutError, urllib.error.URLError)


@dataclass
class Figures:
    """What was counted; `seconds`: from a message to its receipt."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    closed: int = 0
    """Slow clients that the server closed."""

    def quantile(self, percent: int) -> float:
        """Return a quantile of the latencies in milliseconds."""
        if len(self.seconds) < 2:
            return 0.0
        return statistics.quantiles(self.seconds, n=100)[percent - 1] * 1000


@dataclass
class Server:
    """A running test peer."""

    process: subprocess.Popen[str]
    address: str
    said: list[str] = field(default_factory=list)
    """Lines that it wrote beside its address: it has no reason to."""

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
        server = cls(process, line.split()[1].rstrip("/"))
        threading.Thread(target=server.said.extend, args=(process.stderr,), daemon=True).start()
        return server

    def ask(self, path: str, token: str = "", data: Any = None) -> Any:
        """Ask over HTTP."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.address + path, body, {"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def sessions(self, count: int) -> list[Session]:
        """Begin so many sessions, on as many accounts as they need."""
        made = []
        for number in range(count):
            if number % BY_ACCOUNT == 0:
                token = self.ask("/api/accounts", data={})["token"]
            data = {"protocol": "Delivery", "role": "sender"}
            made.append(Session(self.ask("/api/sessions", token, data), token))
        return made

    def memory_mib(self) -> float:
        """Return the largest resident memory so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmHWM"))

    def processor_seconds(self) -> float:
        """Return the time of processors that it took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


@dataclass
class Session:
    """A session, its account's token, and the ids that were acknowledged."""

    links: Any
    token: str
    acknowledged: set[str] = field(default_factory=set)
    sent: int = 0

    def wire(self, server: Server, **more: Any) -> connect:
        """Return its WebSocket."""
        address = server.address.replace("http", "ws") + self.links["wire"]
        return connect(
            address, additional_headers={"Authorization": f"Bearer {self.token}"}, compression=None, **more
        )


class Writer:
    """Makes the envelopes that clients send."""

    def __init__(self) -> None:
        source = read_generator_source(str(OFFER), Report())
        assert source is not None, "the offer does not load"
        self._codec = InterpreterCodec(interpreter_of(source.specification))
        self._layers = layers_of(source.specification)
        # Sessions use the same ids: the client shall not spend on writing what the server needs for reading.
        self.envelope = lru_cache(maxsize=None)(self._envelope)
        self.receipt = lru_cache(maxsize=None)(self._receipt)

    def _envelope(self, name: str) -> str:
        """Return a message with this id as hexadecimal, as it is on the wire."""
        members = {
            "id": name,
            "sender": "ann@one.example",
            "recipient": "bob@two.example",
            "ciphertext": b"soak",
        }
        octets = self._codec.encode("minimal.Envelope", members)
        return self._layers.carry("minimal.Envelope", octets, self._codec)[1].hex()

    def _receipt(self, octets: str) -> str:
        """Return the id in a receipt."""
        message, inner = self._layers.open("minimal.Frame", bytes.fromhex(octets), self._codec)
        return str(self._codec.decode(message, inner)["id"])


# ---- good clients -------------------------------------------------------------------------------------------------


async def exchange(wire: Any, name: str, writer: Writer) -> bool:
    """Send a message, wait for its acknowledgement and for its receipt; return whether it was taken."""
    await wire.send(json.dumps({"to": "server", "octets": writer.envelope(name)}))
    acknowledged = received = False
    while not (acknowledged and received):
        answer = json.loads(await wire.recv())
        if "ack" in answer:
            if answer["outcome"] != "taken":
                return False
            acknowledged = True
        elif writer.receipt(answer["octets"]) == name:
            received = True
    return True


async def refused(wire: Any) -> None:
    """Send what is no message, and wait until that is told."""
    await wire.send(json.dumps({"to": "server", "octets": b"not a message".hex()}))
    while "ack" not in (answer := json.loads(await wire.recv())):
        continue
    assert answer["outcome"] == "refused", answer


async def steady(
    server: Server, session: Session, writer: Writer, figures: Figures, begins: float, until: float, pause: float,
    malformed: int, share: int,
) -> None:  # fmt: skip
    """Exchange a message each `pause` seconds; of a hundred messages `malformed` are none, `share` says which."""
    try:
        async with session.wire(server) as wire:
            due = begins
            while due < until and session.sent < BY_INPUTS:
                await asyncio.sleep(due - time.monotonic())
                session.sent += 1
                if (session.sent + share) * malformed % 100 < malformed:
                    await refused(wire)
                    figures.refused += 1
                elif await exchange(wire, f"m{session.sent}", writer):
                    # From when it was due: a client that waits for the last answer hides no delay.
                    figures.seconds.append(time.monotonic() - due)
                due += pause
    except _BROKEN:
        figures.broken += 1


# ---- slow clients -------------------------------------------------------------------------------------------------


async def never_asks(server: Server, figures: Figures, until: float) -> None:
    """Send a request an octet a second, and never end it."""
    host, port = server.address.removeprefix("http://").split(":")
    while time.monotonic() < until:
        with suppress(*_BROKEN):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /api/offer HTTP/1.1\r\nX: ")
            ended = asyncio.ensure_future(reader.read())
            while time.monotonic() < until and not ended.done():
                writer.write(b"x")
                await asyncio.wait([ended], timeout=1)
            figures.closed += ended.done()
            ended.cancel()
            writer.close()
        await asyncio.sleep(0.1)


async def never_reads(
    server: Server, session: Session, writer: Writer, figures: Figures, until: float
) -> None:
    """Send messages, slowly, and read none of the answers."""
    with suppress(*_BROKEN):
        async with session.wire(server, max_queue=1, ping_interval=None, close_timeout=0) as wire:
            wire.transport.pause_reading()
            while time.monotonic() < until and session.sent < BY_INPUTS:
                session.sent += 1
                await wire.send(json.dumps({"to": "server", "octets": writer.envelope(f"m{session.sent}")}))
                await asyncio.sleep(5)
        return
    figures.closed += 1


async def never_speaks(server: Server, session: Session, until: float) -> None:
    """Open a WebSocket and be silent."""
    with suppress(*_BROKEN):
        async with session.wire(server, close_timeout=0):
            await asyncio.sleep(max(0.0, until - time.monotonic()))


# ---- phases -------------------------------------------------------------------------------------------------------


def load(
    server: Server, sessions: int, seconds: float, slow: int, malformed: int, rate: float
) -> tuple[Figures, float]:
    """Load the server; return the figures and the share of a processor that it took meanwhile."""
    writer, figures = Writer(), Figures()
    good, bad = server.sessions(sessions), server.sessions(slow - slow // 3)
    settle = 2.0 + (sessions + slow) / 200

    async def everybody() -> float:
        begins = time.monotonic() + settle
        until = begins + seconds
        tasks = [
            steady(
                server, each, writer, figures, begins + place / rate, until, sessions / rate, malformed, place
            )
            for place, each in enumerate(good)
        ]
        tasks += [never_asks(server, figures, until) for _ in range(slow // 3)]
        tasks += [never_reads(server, each, writer, figures, until) for each in bad[: slow // 3]]
        tasks += [never_speaks(server, each, until) for each in bad[slow // 3 :]]
        running = [asyncio.ensure_future(task) for task in tasks]
        await asyncio.sleep(settle)
        spent = server.processor_seconds()
        await asyncio.gather(*running)
        return (server.processor_seconds() - spent) / seconds

    return figures, asyncio.run(everybody())


def phase(
    name: str, sessions: int, seconds: float, slow: int, malformed: int, rate: float
) -> dict[str, float]:
    """Load a server of its own; return what was found, by names that begin with the phase's."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server.start(Path(folder) / "peer.db")
        figures, share = load(server, sessions, seconds, slow, malformed, rate)
        memory = server.memory_mib()
        complaints = list(server.said)
        server.stop()
    for line in [each for each in complaints if not each.startswith(" ")][:20]:
        print(f"the server says: {line.rstrip()}")
    return {
        f"{name}: sessions": float(sessions), f"{name}: slow clients": float(slow),
        f"{name}: exchanges": float(len(figures.seconds)),
        f"{name}: exchanges a second": len(figures.seconds) / max(seconds, 1e-9),
        f"{name}: p50 ms": figures.quantile(50), f"{name}: p99 ms": figures.quantile(99),
        f"{name}: memory MiB": memory, f"{name}: share of a processor": share,
        f"{name}: refused": float(figures.refused), f"{name}: slow clients closed": float(figures.closed),
        f"{name}: broken connections": float(figures.broken), f"{name}: lines of complaint": float(len(complaints)),
    }  # fmt: skip


async def _write_until_killed(server: Server, session: Session, writer: Writer) -> None:
    with suppress(*_BROKEN):
        async with session.wire(server, close_timeout=0) as wire:
            while session.sent < BY_INPUTS:
                session.sent += 1
                name = f"m{session.sent}"
                await wire.send(json.dumps({"to": "server", "octets": writer.envelope(name)}))
                while "ack" not in (answer := json.loads(await wire.recv())):
                    continue
                if answer["outcome"] == "taken":
                    session.acknowledged.add(name)


async def _killed(server: Server, sessions: list[Session], writer: Writer, after: float) -> None:
    tasks = [_write_until_killed(server, each, writer) for each in sessions]
    known = sum(len(each.acknowledged) for each in sessions)
    writing = asyncio.gather(*tasks)
    while sum(len(each.acknowledged) for each in sessions) == known and not writing.done():
        await asyncio.sleep(0.005)
    await asyncio.sleep(after)
    server.process.send_signal(signal.SIGKILL)
    await writing


def kills(count: int) -> dict[str, float]:
    """Kill the server under load `count` times; return what was acknowledged and what of it was lost."""
    writer, sessions = Writer(), list[Session]()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "peer.db"
        for number in range(count):
            server = Server.start(store)
            if number % 10 == 0:
                sessions += server.sessions(KILL_CLIENTS)
            asyncio.run(_killed(server, sessions[-KILL_CLIENTS:], writer, 0.05 + 0.013 * (number % 17)))
            server.process.wait()
        server = Server.start(store)
        lost = 0
        for each in sessions:
            frames = server.ask(each.links["messages"], each.token)["messages"]
            lost += len(each.acknowledged - {writer.receipt(frame["octets"]) for frame in frames})
        server.stop()
    acknowledged = sum(len(each.acknowledged) for each in sessions)
    return {
        "kills: kills": float(count), "kills: acknowledged": float(acknowledged), "kills: lost": float(lost)
    }  # fmt: skip


GOALS: dict[str, tuple[str, Callable[[float], bool]]] = {
    "load: sessions": ("1,000", lambda found: found >= 1_000),
    # The clients' own clock decides how many fit into the time: one in a hundred may fall beyond its end.
    "load: exchanges a second": ("300", lambda found: found >= 297),
    "load: p99 ms": ("under 250", lambda found: found < 250),
    "load: memory MiB": ("at most 512", lambda found: found <= 512),
    "load: broken connections": ("0", lambda found: not found),
    "harm: slow clients": ("1,000", lambda found: found >= 1_000),
    "harm: p99 ms": ("under 500", lambda found: found < 500),
    "harm: broken connections": ("0", lambda found: not found),
    "kills: kills": ("1,000", lambda found: found >= 1_000),
    "kills: lost": ("0", lambda found: not found),
}


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Print the figures beside their goals, and return them."""
    parser = argparse.ArgumentParser(prog="soak")
    defaults = {"sessions": 1000, "seconds": 600, "slow": 1000, "malformed": 10, "rate": 300, "kills": 1000}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(arguments)
    harm = min(60, asked.seconds), asked.slow, asked.malformed, asked.rate
    phases: tuple[Callable[[], dict[str, float]], ...] = (
        partial(phase, "load", asked.sessions, asked.seconds, 0, 0, asked.rate),
        partial(phase, "harm", asked.sessions, *harm),
        partial(kills, asked.kills),
    )
    found: dict[str, float] = {}
    for each in phases:
        for name, value in each().items():
            found[name] = value
            wanted, reached = GOALS.get(name, ("", None))
            verdict = "" if reached is None else f"{wanted}: {'reached' if reached(value) else 'missed'}"
            print(f"{name:<28}{value:12.1f}  {verdict}".rstrip(), flush=True)
    return found


if __name__ == "__main__":
    main()
