"""How a run ends: exit codes, signals, closed pipes, odd locales and arguments; never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ART7 = [sys.executable, "-m", "art7.cli"]

FAULTY = """
import sys, time
import art7.cli.application as application
import click
def fail():
    {body}
application.application.add_command(click.Command("fail", callback=fail))
application.COMMANDS["fail"] = application.CommandRow("fail", "fail")
application.Application.get_command = lambda self, ctx, name: self.commands[name]
from art7.cli import main
sys.exit(main(["fail"]))
"""


def art7(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ART7, *arguments],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def failing(body: str, **environment: str) -> list[str]:
    return [sys.executable, "-c", FAULTY.format(body=body)]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frob"],
        ["--frob"],
        ["--color"],
        ["--color", "x", "doctor"],
        ["doctor", "--format", "text", "--format", "json"],
        ["explain"],
        ["explain", "A7-B007", "more"],
        ["explain", "A7-X999"],
        [b"\xff\xfe"],
        ["explain", b"\x1b[31m\xff"],
    ],
    ids=ascii,
)
def test_wrong_usage_is_told_shortly(arguments: list[str | bytes]) -> None:
    done = art7(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert 1 <= len(done.stderr.splitlines()) <= 20
    assert "Traceback" not in done.stderr and "\x1b" not in done.stderr


def test_near_miss_is_named() -> None:
    assert "did you mean `explain`?" in art7("explan").stderr
    assert "did you mean `A7-B" in art7("explain", "A7-B07").stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "xx_XX"])
def test_odd_locales(locale: str) -> None:
    done = art7("explain", "A7-B053", LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_narrow_terminal_and_no_home() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR")}
    done = subprocess.run(
        [*ART7, "--help"], capture_output=True, text=True, env={**environment, "COLUMNS": "20"}
    )
    assert done.returncode == 0 and done.stderr == ""


def test_fault_of_ours_is_told_as_that(tmp_path: Path) -> None:
    done = subprocess.run(failing("raise KeyError('x')"), capture_output=True, text=True)
    assert done.returncode == 3
    assert "error[A7-R999]" in done.stderr and "KeyError" in done.stderr
    assert "Traceback" not in done.stderr
    debugged = {**os.environ, "ART7_DEBUG": "1", "TMPDIR": str(tmp_path)}
    done = subprocess.run(failing("raise KeyError('x')"), capture_output=True, text=True, env=debugged)
    [report] = tmp_path.iterdir()
    assert done.returncode == 3 and str(report) in done.stderr
    assert "Traceback" in report.read_text() and report.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("body", ["raise RecursionError", "raise MemoryError", "assert False"])
def test_exhaustion_is_a_fault_too(body: str) -> None:
    assert subprocess.run(failing(body), capture_output=True).returncode == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(number: signal.Signals, code: int) -> None:
    body = "print('ready', flush=True); time.sleep(30)"
    child = subprocess.Popen(failing(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    child.send_signal(number)
    _, errors = child.communicate(timeout=10)
    assert child.returncode == code
    assert len(errors.splitlines()) == 1


def test_closed_pipe_is_quiet() -> None:
    body = "[print('x' * 1000) for _ in range(10000)]"
    child = subprocess.Popen(failing(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr.read() == ""
    assert child.wait(timeout=10) in (-signal.SIGPIPE, 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["doctor"]])
def test_full_disk_is_told(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*ART7, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("redirection", "code"), [("<&-", 2), (">&- < /dev/null", 2), ("2>&- < /dev/null", 1)]
)
def test_closed_streams(redirection: str, code: int) -> None:
    command = f'"{sys.executable}" -m art7.cli check - {redirection}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    assert done.returncode in (1, code)


def test_a_broken_installation_is_our_fault() -> None:
    body = "import art7; open(list(art7.__path__)[0] + '/absent')"
    assert subprocess.run(failing(body), capture_output=True).returncode == 3
    assert subprocess.run(failing("open('/absent')"), capture_output=True).returncode == 2


@pytest.mark.slow
def test_version_costs_little_more_than_python() -> None:
    def fastest(command: list[str]) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert fastest([*ART7, "--version"]) - fastest([sys.executable, "-c", "pass"]) < 0.060
