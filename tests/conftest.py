"""Shared fixtures: public material, golden files, and the table of what ran and what cannot run yet.

A test that reads public cases takes the fixture `cases` and says what it did::

    def test_vectors(cases, vectors):
        for file in corpus.files("vectors", "stun", ".json"):
            cases.ran("stun")                                        # one public case was executed
            cases.cannot_run("mls", file.name, "case 3", "no HPKE")  # listed in one visible table

The rows travel with the test reports, so they are the same with and without parallel workers.
"""

from __future__ import annotations

import gc
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

import corpus

settings.register_profile("art7", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("art7")

_RAN = "art7_ran"
_CANNOT = "art7_cannot_run"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files; read the diff after")


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell that starts a job in the background has it ignore SIGINT, and what the job
        # starts inherits that: tests that interrupt a command would wait for ever.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "slow: takes seconds; left out of `make check`")
    config.addinivalue_line("markers", "peers: talks to an independent program that may have to be installed")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Summary(), "art7-summary")


@pytest.fixture(scope="module", autouse=True)
def unburdened() -> Iterator[None]:
    """What a file leaves in memory (modules, caches) is walked through by no collection of the files after it."""
    yield
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class CaseLog:
    """Notes of one test about the public cases it read."""

    node: pytest.Item

    def ran(self, topic: str, count: int = 1) -> None:
        """Count public cases of `topic` that were executed and compared."""
        self.node.user_properties.append((_RAN, [topic, count]))

    def cannot_run(self, topic: str, file: str, case: str, reason: str) -> None:
        """List a public case that cannot run yet, with the reason in words."""
        self.node.user_properties.append((_CANNOT, [topic, file, case, reason]))


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> CaseLog:
    """The log of public cases for this test."""
    return CaseLog(request.node)


def _root_or_skip(kind: str) -> Path:
    if reason := corpus.absent(kind):
        pytest.skip(reason)
    return corpus.root(kind)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of public test vectors; skips where it is absent."""
    return _root_or_skip("vectors")


@pytest.fixture(scope="session")
def captures() -> Path:
    """The folder of recorded conversations; skips where it is absent."""
    return _root_or_skip("captures")


@pytest.fixture(scope="session")
def hostile() -> Path:
    """The folder of hostile inputs; skips where it is absent."""
    return _root_or_skip("hostile")


@dataclass(frozen=True)
class Golden:
    """Expected files below `tests/golden`, rewritten by `pytest --update`."""

    update: bool
    root: Path = corpus.REPOSITORY / "tests" / "golden"

    def check(self, name: str, text: str) -> None:
        """Compare `text` with the golden file `name` (`room/case/file`), or rewrite it."""
        path = self.root / name
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.is_file(), f"no golden file {name}: run `pytest --update` and read it"
        assert text == path.read_text(encoding="utf-8"), (
            f"{name} differs: run `pytest --update`, read the diff"
        )


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden-file checker."""
    return Golden(request.config.getoption("--update"))


class _Summary:
    """Collects the case rows of all reports and prints them after the run."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.cannot: set[tuple[str, str, str, str]] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "teardown":  # every phase carries the properties gathered so far
            return
        for name, value in report.user_properties:
            if name == _RAN and isinstance(value, list):
                self.ran[value[0]] += value[1]
            elif name == _CANNOT and isinstance(value, list):
                self.cannot.add(tuple(str(cell) for cell in value))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        write = terminalreporter.write_line
        for kind in corpus.VARIABLES:
            if reason := corpus.absent(kind):
                write(f"{reason}; its tests were skipped")
        if self.ran:
            terminalreporter.section("public cases that ran")
            for topic in sorted(self.ran):
                write(f"{self.ran[topic]:>8}  {topic}")
        if self.cannot:
            terminalreporter.section("public cases that cannot run yet")
            rows = self._folded()
            widths = [max(len(row[column]) for row in rows) for column in range(3)]
            for row in rows:
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
                write("  ".join([*cells, row[3]]))

    def _folded(self) -> list[tuple[str, str, str, str]]:
        """Join the cases of one file that share their reason into one row."""
        together: dict[tuple[str, str, str], list[str]] = {}
        for topic, file, case, reason in sorted(self.cannot):
            together.setdefault((topic, file, reason), []).append(case)
        return [
            (topic, file, names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more", reason)
            for (topic, file, reason), names in together.items()
        ]
