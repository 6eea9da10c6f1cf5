"""Time of compiling: large texts parsed, checked and generated, beside what lark alone takes to parse them.

Every figure is processor time of a process of its own, the median of rounds. `lark alone` makes a
parse tree with its own contextual lexer, from the same grammar; making the parser is not counted. `cold` has no
cache, `cached` is the same text again, in another process. Importing the programs is counted for neither.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar

from benchmarks.compile_text import KINDS, specification

COLD, CACHED, START_MS = 3.0, 0.3, 60.0
"""Goals: ratios to lark without positions; milliseconds of `art7 --version` beyond a bare start of Python."""

SIZES = ((100, 5), (1_000, 3), (10_000, 1))
"""Numbers of messages, and rounds for each."""

_Value = TypeVar("_Value")

WHAT = ("lark", "cold", "lark with positions", "cached")


@dataclass
class Figures:
    """Seconds of every round by what was done, and the characters that were read and made."""

    rounds: dict[str, list[float]]
    read: int
    made: int

    def seconds(self, what: str) -> float:
        """Return the median of the rounds."""
        return statistics.median(self.rounds[what])

    def ratio(self, what: str) -> float:
        """Return how many times as long as lark alone: the median of the rounds' own ratios.

        What else the machine does slows neighbours alike.
        """
        pairs = zip(self.rounds[what], self.rounds["lark"], strict=True)
        return statistics.median(ours / lark for ours, lark in pairs)


def run(sizes: tuple[tuple[int, int], ...] = SIZES) -> bool:
    """Print the tables; returns whether every goal was reached."""
    reached = True
    head = (
        "lark",
        "w. places",
        "load",
        "generate",
        "cold",
        "ratio",
        "cached",
        "ratio",
        "ms each",
        "text KB",
        "code KB",
    )
    print(f"{'compiling (s)':16}" + "".join(f"{each:>10}" for each in head))
    for kind in KINDS:
        for messages, rounds in sizes:
            found = measure(kind, messages, rounds)
            took, cold, cached = found.seconds, found.ratio("cold"), found.ratio("cached")
            reached = reached and cold < COLD and cached < CACHED
            row = [
                f"{took(each):.2f}" for each in ("lark", "lark with positions", "load", "generate", "cold")
            ]
            row += [f"{cold:.2f}{'!' if cold >= COLD else ' '}", f"{took('cached'):.2f}"]
            row += [f"{cached:.2f}{'!' if cached >= CACHED else ' '}", f"{took('cold') / messages * 1e3:.2f}"]
            row += [f"{found.read / 1e3:.0f}", f"{found.made / 1e3:.0f}"]
            print(f"{messages:>6} {kind + 's':9}" + "".join(f"{each:>10}" for each in row), flush=True)
    bare, version = start_times()
    over = (version - bare) * 1e3
    mark = " " if over < START_MS else "!"
    print(
        f"`art7 --version` {version * 1e3:.0f} ms, {over:.0f} beyond Python's {bare * 1e3:.0f} (goal {START_MS:.0f}) {mark}"
    )
    return reached and over < START_MS


def measure(kind: str, messages: int, rounds: int) -> Figures:
    """Return the medians for one text; every round does everything once."""
    times: dict[str, list[float]] = {}
    read = made = 0
    with tempfile.TemporaryDirectory(prefix="art7-bench-") as folder:
        for number in range(rounds):
            for what in WHAT:
                # The first of a folder fills the cache, the second is served by it.
                for _ in range(2 if what == "cached" and not number else 1):
                    told = _child(what, kind, messages, folder)
                read, made = told.pop("read"), told.pop("made", made)
                for name, seconds in told.items():
                    times.setdefault(name, []).append(seconds)
    return Figures(times, int(read), int(made))


def _child(what: str, kind: str, messages: int, folder: str) -> dict[str, float]:
    environment = {**os.environ, "XDG_CACHE_HOME": folder}
    environment.pop("ART7_NO_CACHE", None)
    if what == "cold":
        environment["ART7_NO_CACHE"] = "1"
    command = [sys.executable, "-m", "benchmarks.compile", what, kind, str(messages)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def start_times(rounds: int = 21) -> tuple[float, float]:
    """Return seconds from start to end of Python with nothing to do, and of `art7 --version`."""
    script = str(Path(sys.executable).parent / "art7")
    commands = [[sys.executable, "-c", "pass"], [script, "--version"]]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for command, found in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            found.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


# ---- in the process that is timed ----


def lark_alone(text: str, positions: bool) -> dict[str, float]:
    """Time lark's parser with its own lexer."""
    from lark import Lark

    from art7.grammar.tables import GRAMMAR

    grammar = GRAMMAR.read_text(encoding="utf-8")
    parser = Lark(grammar, parser="lalr", propagate_positions=positions)
    seconds, _ = _timed(lambda: parser.parse(text))
    return {"lark with positions" if positions else "lark": seconds}


def compiled(text: str, cached: bool) -> dict[str, float]:
    """Time loading (parsing and checking) and generation."""
    from art7.codegen import python
    from art7.codegen.kept import kept_package
    from art7.grammar import passes
    from art7.grammar.diagnostics import Report
    from art7.grammar.load import load_sources

    for package in (passes, python):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    report = Report()
    load, spec = _timed(lambda: load_sources({"bench.a7": text}, report))
    assert not report.diagnostics, report.diagnostics[:3]
    generate, package = _timed(lambda: kept_package(spec))
    made = sum(map(len, package.files.values()))
    if cached:
        return {"cached": load + generate, "made": made}
    return {"load": load, "generate": generate, "cold": load + generate, "made": made}


def _timed(function: Callable[[], _Value]) -> tuple[float, _Value]:
    began = time.process_time()
    value = function()
    return time.process_time() - began, value


def child(what: str, kind: str, messages: str) -> None:
    """Do one thing and print its figures."""
    text = specification(int(messages), kind)
    if what.startswith("lark"):
        found = lark_alone(text, positions=what == "lark with positions")
    else:
        found = compiled(text, cached=what == "cached")
    print(json.dumps({**found, "read": len(text)}))


if __name__ == "__main__":
    child(*sys.argv[1:])
