"""The command line under odd conditions, rows B104 to B109, for every command of the table."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest

from art7.cli import main
from art7.cli.application import COMMANDS, application

ART7 = [sys.executable, "-m", "art7.cli"]
GOOD = 'a7 1\nmodule odd.good version 1.0 "Good."\n\nmessage M as binary "One." { limit size = 9 a: u8 }\n'
BAD = GOOD.replace("a: u8", "a: u8[")


def options(name: str) -> list[click.Option]:
    """The options of a command, but for `--help`."""
    command = application.get_command(click.Context(application), name)
    assert command is not None
    return [each for each in command.params if isinstance(each, click.Option)]


def told(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines on standard error of a wrong use."""
    assert main(list(arguments)) == 2
    out, err = capfd.readouterr()
    assert out == "" and "Traceback" not in err and "\x1b" not in err
    lines = err.splitlines()
    assert 1 <= len(lines) <= 20, arguments
    return lines


def run(*arguments: str | bytes | Path, cwd: Path | None = None, **environment: str) -> Any:
    return subprocess.run(
        [*ART7, *arguments],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "input" / "good.a7"
    file.parent.mkdir()
    file.write_text(GOOD)
    return file


# ---- B104: usage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_b104_usage_of_each_command(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    told(capfd, name, "--no-such-option")
    assert any("--help" in line for line in told(capfd, name, "--no-such-option"))
    for option in options(name):
        if option.is_flag:
            continue
        told(capfd, name, option.opts[-1])  # its value is missing
        if not option.multiple:
            value = option.type.choices[0] if isinstance(option.type, click.Choice) else "1"
            twice = told(capfd, name, option.opts[-1], str(value), option.opts[-1], str(value))
            assert any("twice" in line or "required" in line or "issing" in line for line in twice), twice


@pytest.mark.parametrize(
    "name", ["check", "validate", "generate", "decode", "encode", "replay", "run", "assess"]
)
def test_b104_without_arguments(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    told(capfd, name)


# ---- B105: output ------------------------------------------------------------------------------------------------


def test_b105_output_of_generate(module: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "filled"
    filled.mkdir()
    (filled / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to(filled)
    (tmp_path / "file").write_text("mine")
    before = sorted(path.name for path in tmp_path.iterdir())
    places: list[tuple[Path, bool]] = [
        (filled, False),
        (tmp_path / "link", False),
        (tmp_path / "link", True),
        (tmp_path / "file", True),
        (tmp_path / "file" / "below", False),
        (module.parent, True),
        (tmp_path, True),
    ]
    source = str(module.parent)
    for place, force in places:
        told(capfd, "generate", "vectors", source, "-o", str(place), *(["--force"] if force else []))
    told(capfd, "generate", "vectors", source, "-o", str(module.parent / "sdk"))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (filled / "mine.txt").read_text() == "mine" and module.read_text() == GOOD
    assert main(["generate", "vectors", source, "-o", str(filled), "--force"]) == 0
    assert not (filled / "mine.txt").exists() and any(filled.iterdir())


def test_b105_nothing_is_written_for_a_bad_module(module: Path, tmp_path: Path) -> None:
    module.write_text(BAD)
    for target in ("python", "vectors"):
        assert main(["generate", target, str(module), "-o", str(tmp_path / "out")]) == 1
        assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_b105_a_read_only_place(module: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    told(capfd, "generate", "vectors", str(module), "-o", str(locked / "out"))


# ---- B106: terminals, locales, pipes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["explain", "--all"], ["--help"], ["check", "."]], ids=lambda words: " ".join(words)
)
def test_b106_closed_pipe(arguments: list[str], module: Path) -> None:
    module.write_text(BAD)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*ART7, *arguments], stdout=writer, stderr=subprocess.PIPE, cwd=module.parent)
    os.close(writer)
    assert done.stderr == b"" and done.returncode in (-signal.SIGPIPE, 2)


@pytest.mark.parametrize("columns", ["1", "20", "x"])
def test_b106_any_width(columns: str, module: Path) -> None:
    module.write_text(BAD)
    done = run("check", str(module), COLUMNS=columns)
    assert done.returncode == 1 and done.stderr == "" and "A7-P032" in done.stdout


@pytest.mark.parametrize("form", ["text", "json", "junit"])
def test_b106_a_locale_without_other_scripts(form: str, module: Path) -> None:
    module.write_text(BAD.replace("One.", "\u0395\u03bd \U0001f600 \u00e9"), encoding="utf-8")
    done = run("check", str(module), "--format", form, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 1 and done.stderr == "" and "A7-P032" in done.stdout


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"demo", "doctor"}))
def test_b106_arguments_that_are_no_utf8(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    argument = os.fsdecode(b"\xff\xfe\x1b[31m")
    more = {
        "decode": [argument, "--hex", "00"],
        "generate": ["python", argument, "-o", "out"],
        "replay": [argument, "--adapter", "true"],
    }
    assert main([name, *more.get(name, [argument])]) == 2
    out, err = capfd.readouterr()
    assert "Traceback" not in err and "A7-R999" not in err and "\x1b" not in out + err
    assert not list(tmp_path.iterdir())


# ---- B107: signals -----------------------------------------------------------------------------------------------------


def test_b107_a_signal_at_any_moment_leaves_nothing_partial(module: Path, tmp_path: Path) -> None:
    command = [*ART7, "generate", "python", str(module), "-o", str(tmp_path / "out")]
    start = time.monotonic()
    assert subprocess.run(command, capture_output=True).returncode == 0
    took = time.monotonic() - start
    whole = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").rglob("*"))
    chance = random.Random(107)
    for number in (signal.SIGTERM, signal.SIGINT) * 2:
        subprocess.run(["rm", "-rf", str(tmp_path / "out")], check=True)
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(chance.uniform(0.3, 1.0) * took)
        child.send_signal(number)
        _, errors = child.communicate(timeout=20)
        left = sorted(path.name for path in tmp_path.iterdir())
        if (tmp_path / "out").exists():
            assert sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").rglob("*")) == whole
            left.remove("out")
        assert left == ["input"], "a temporary name was left behind"
        if "Traceback" in errors:  # the signal came before `art7` had begun
            assert child.returncode in (-number, 1, 130) and "art7/cli/process.py" not in errors
        else:
            assert child.returncode in (0, 130, 143, -number)


# ---- B108: environments ----------------------------------------------------------------------------------------------------


def test_b108_without_a_home_or_a_place_for_temporary_files(module: Path, tmp_path: Path) -> None:
    for changed in (
        {"HOME": "", "TMPDIR": "/nonexistent"},
        {"HOME": str(module), "XDG_CACHE_HOME": str(module)},
    ):
        done = run("check", str(module), cwd=tmp_path, **changed)
        assert (done.returncode, done.stderr) == (0, ""), changed
    environment = {
        name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR", "PATH")
    }
    done = subprocess.run([*ART7, "check", str(module)], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_b108_a_lax_umask(module: Path, tmp_path: Path) -> None:
    command = f'umask 000; exec "{sys.executable}" -m art7.cli generate python {module} -o {tmp_path}/out'
    cache = tmp_path / "cache"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    assert subprocess.run(["sh", "-c", command], capture_output=True, env=environment).returncode == 0
    for path in [*(tmp_path / "out").rglob("*"), tmp_path / "out", *cache.rglob("*")]:
        assert path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH) == 0, path


def test_b108_a_clock_at_1970_and_2106(module: Path, tmp_path: Path) -> None:
    outputs = set()
    for seconds in ("0", str(2**32)):
        code = (
            f"import sys, time; time.time = lambda: {seconds}.0; time.time_ns = lambda: {seconds} * 10**9\n"
            "from art7.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        out = tmp_path / seconds
        command = [sys.executable, "-c", code, "generate", "python", str(module), "-o", str(out)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outputs.add(
            json.dumps(
                {str(p.relative_to(out)): p.read_text() for p in sorted(out.rglob("*")) if p.is_file()}
            )
        )
    assert len(outputs) == 1, "what is generated depends on the clock"


# ---- B109: many, and twice at once -------------------------------------------------------------------------------------------


def test_b109_a_folder_of_thousands(tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(800):
        (many / f"m{number}.a7").write_text(f"a7 1\nmodule many.m{number} version 1.0\n")
    start = time.monotonic()
    done = run("check", str(many), ART7_NO_CACHE="1")
    assert done.returncode == 0 and time.monotonic() - start < 20, done.stdout[:400]


def test_b109_two_at_once_say_the_same(module: Path, tmp_path: Path) -> None:
    module.write_text(GOOD + "message N as binary { limit size = 9 b: Absent }\n")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    children = [
        subprocess.Popen([*ART7, "check", str(module)], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    answers = {(child.communicate(timeout=60)[0], child.returncode) for child in children}
    [(text, status)] = answers
    assert status == 1 and "A7-N015" in text
