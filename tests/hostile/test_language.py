"""Bad language texts, rows B1 to B32: a stable code and a place, within 2 s of CPU and 256 MiB, never a traceback.

The texts are in `tests/support/untrusted_texts.py`. Each row is loaded in a child process of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import corpus
import specimen
from art7.grammar import limits
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from limited import run_limited
from untrusted_texts import ELSEWHERE, HEAD, LATER, ROWS, Row

LOAD = """
import json, sys, time
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
for name, text in json.load(open(sys.argv[1])).items():
    start, report = time.process_time(), Report()
    load_sources({"bad.a7": text}, report)
    told = [[d.code, d.span.file, d.span.line, d.span.column, d.message] for d in report.diagnostics]
    print(json.dumps([name, time.process_time() - start, told]), flush=True)
"""
CHECK = "import sys; from art7.cli import main; sys.exit(main(['check', *sys.argv[1:]]))"


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept from an earlier run would hide the cost of this one."""
    monkeypatch.setenv("ART7_NO_CACHE", "1")


def loaded(row: Row, folder: Path) -> dict[str, tuple[float, list[Any]]]:
    """Load the texts of a row in a limited child; what was told of each, and the seconds that took."""
    file = folder / "texts.json"
    file.write_text(json.dumps({name: HEAD + text for name, text in row.texts.items()}), encoding="utf-8")
    # One start of Python and up to two seconds for each text, at least.
    done = run_limited(LOAD, str(file), cpu_seconds=2 + row.seconds * len(row.texts))
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, _, _ in answers] == list(row.texts)
    return {name: (seconds, told) for name, seconds, told in answers}


def test_every_row_is_covered() -> None:
    """A reader finds each of the rows B1 to B32 in one of the three tables."""
    named = {int(key.split()[0][1:]) for key in [*ROWS, *LATER, *ELSEWHERE]}
    assert named == set(range(1, 33))
    for place in ELSEWHERE.values():
        file, _, test = place.partition("::")
        assert f"def {test}" in (corpus.REPOSITORY / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ROWS)
def test_row(key: str, tmp_path: Path) -> None:
    row = ROWS[key]
    for name, (seconds, told) in loaded(row, tmp_path).items():
        assert seconds < row.seconds, f"{name} took {seconds:.1f} s"
        assert len(told) <= limits.ERRORS + 1
        codes = {code for code, *_ in told}
        assert codes <= row.codes | {"A7-N099"}, (name, told[0])
        assert codes or not row.codes, f"{name}: nothing was told"
        for code, file, line, column, message in told:
            assert file == "bad.a7" and line >= 3 and column >= 1, (name, code)
            assert message.isascii() and message.isprintable() and len(message) < 1000, (name, code)


@pytest.mark.parametrize("key", LATER)
def test_row_of_a_later_part(key: str, cases: Any, tmp_path: Path) -> None:
    reason, row = LATER[key]
    cases.cannot_run("bad input", "language", key, reason)
    for name, (seconds, told) in loaded(row, tmp_path).items():
        assert seconds < row.seconds, name
        assert not any("proved" in message for *_, message in told)


@pytest.mark.parametrize("key", ["B2 deep expression", "B4 ring type", "B9 fold bomb", "B30 duplicates"])
def test_row_on_the_command_line(key: str, tmp_path: Path) -> None:
    text = HEAD + next(iter(ROWS[key].texts.values()))
    file = tmp_path / "bad.a7"
    file.write_text(text, encoding="utf-8")
    done = run_limited(CHECK, str(file), cwd=tmp_path)
    assert done.returncode == 1 and done.stderr == ""
    first, place = done.stdout.splitlines()[:2]
    assert first.startswith("error[A7-") and place.strip().startswith(f"--> {file}:3:")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.a7"]


def test_a_ring_of_types_and_of_duplicates_is_shown_whole() -> None:
    def told(text: str) -> Any:
        report = Report()
        load_sources({"bad.a7": HEAD + text}, report)
        return report.diagnostics[0]

    ring = told(ROWS["B4 ring type"].texts["fifty"])
    assert all(f"`S{n}`" in ring.message for n in range(50))
    doubled = told("struct A as binary { x: u8 }\nstruct A as binary { x: u8 }")
    assert doubled.span.line == 4 and doubled.related[0].span.line == 3


# ---- B27: encodings ---------------------------------------------------------------------------------------------

GOOD = (HEAD + "struct A as binary { a: u8 }\n").encode()

OCTETS = {
    "mark": (b"\xef\xbb\xbf" + GOOD, "A7-P010"),
    "utf-16": (GOOD.decode().encode("utf-16"), "A7-P011"),
    "nul": (GOOD + b"\0", "A7-P012"),
    "not utf-8": (GOOD + b"// \xff", "A7-P011"),
    "overlong": (GOOD + b"// \xc0\xaf", "A7-P011"),
    "surrogate": (GOOD + b"// \xed\xa0\x80", "A7-P011"),
    "bare return": (GOOD + b"// a\rb", "A7-P013"),
    "long line": (GOOD + b"//" + b"-" * 1_000_000, "A7-P017"),
}


@pytest.mark.parametrize("name", OCTETS)
def test_octets_that_are_no_text(name: str) -> None:
    octets, code = OCTETS[name]
    report = Report()
    load_sources({"bad.a7": octets}, report)
    [found] = report.diagnostics
    assert found.code == code and found.span.file == "bad.a7" and found.span.line >= 1
    assert "octet" in found.message or "line of" in found.message


def test_a_file_of_100_mb_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "bad.a7"
    with file.open("wb") as stream:
        stream.truncate(100 << 20)
    done = run_limited(CHECK, str(file))
    assert done.returncode in (1, 2) and done.stdout.startswith("error[A7-")


# ---- B32: cut and splice -----------------------------------------------------------------------------------------

SPEC = corpus.REPOSITORY / "spec"
MODULES = [path for path in specimen.modules() if path.is_relative_to(SPEC) and "draft" not in str(path)]

DAMAGE = """
import json, sys
from art7.grammar.diagnostics import Report
from art7.grammar.faults import Faults
from art7.grammar.load import load_sources
from art7.grammar.tables import load_tables
from art7.grammar.terminals import scan

step, paths = int(sys.argv[1]), sys.argv[2:]

siblings = {path: open(path, encoding="utf-8").read() for path in paths if "/offers/" in path}

def told(path, text, line, what):
    report = Report()
    folder = path.rpartition("/")[0]
    others = {name: read for name, read in siblings.items() if name != path and name.startswith(folder)}
    load_sources({"bad.a7": text, **others}, report)
    lines = [d.span.line for d in report.diagnostics]
    near = not lines or min(abs(at - line) for at in lines) <= 3
    return [what, line, lines[:9], near, len(lines)]

count = far = 0
for order, path in enumerate(paths):
    text = open(path, encoding="utf-8").read()
    cut = scan(text, "x", load_tables().literals, Faults(Report()))
    size = len(cut.kinds) - 1
    for at in range(order % step + 12, size - 1, step):
        start, lexeme = cut.starts[at], cut.texts[at]
        end, after = start + len(lexeme), cut.starts[at + 1]
        last = after + len(cut.texts[at + 1])
        line = cut.lines[at]
        for what, damaged in {
            "prefix": text[:start],
            "drop": text[:start] + text[end:],
            "double": text[:end] + " " + text[start:],
            "swap": text[:start] + text[after:last] + text[end:after] + lexeme + text[last:],
        }.items():
            found = told(path, damaged, line, what)
            count += 1
            far += not found[3]
            if found[4] > 20:
                print(json.dumps([path, found]))
print(json.dumps([count, far]))
"""


def test_damaged_modules(tmp_path: Path) -> None:
    """Each module of the catalogue is cut and damaged at places spread over it; names are resolved as well."""
    assert MODULES
    done = run_limited(DAMAGE, "7001", *map(str, MODULES), cpu_seconds=40, memory_mib=512)
    assert done.returncode == 0, done.stderr[-2000:]
    *odd, last = done.stdout.splitlines()
    count, far = json.loads(last)
    assert len(odd) <= count / 50 and count >= 8, odd[:5]
    # A lost bracket or name may be missed only where it is used; most damage is told within three lines.
    assert far <= max(1, count / 20)


def test_three_errors_do_not_become_thirty(tmp_path: Path) -> None:
    """One damaged word gives a handful of findings at most, in the text with every construct."""
    for at in range(200, len(specimen.EVERY), 419):
        report = Report()
        load_sources({"bad.a7": specimen.EVERY[:at]}, report)
        in_text = [found for found in report.diagnostics if found.code[3] == "P"]
        assert len(in_text) <= 3 and in_text == report.diagnostics[: len(in_text)]
