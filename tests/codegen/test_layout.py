"""Generated Python is as the formatter leaves it, statement by statement and file by file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import corpus
from art7.codegen.project import generate_python
from art7.codegen.python.layout.settle import settled
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from catalogue_codec import load_catalogue

FOLDER = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat" / "modules"
LONG = ("first_of_the_names", "second_of_the_names", "third_of_the_names", "fourth_of_the_names")
SHORT_TEXT = "\n".join(
    [
        "x = f(" + ", ".join(f"{name}={name}" for name in LONG) + ")",
        "x = " + " or ".join(f"{name} is not None" for name in LONG),
        "x = [" + ", ".join(f"{name} if {name} else 1" for name in LONG) + "]",
        "if " + " and ".join(f"{name} != 0xab" for name in LONG) + ":",
        "    " + ", ".join(f"{name}_and_its_size" for name in LONG) + " = x",
        "x = ('a', )",
        "first_of_the_names.member[" + "_".join(LONG) + "] = " + "_".join(LONG[:2]),
        "x = b'' + data[o + 1:o + 2]",
        "",
    ]
)


def formatter_changes(folder: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--diff",
        "--config",
        str(folder / "pyproject.toml"),
        ".",
    ]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode in (0, 1), told.stderr
    return len(re.findall(r"^-(?!--)", told.stdout, re.MULTILINE)), told.stdout


def write(files: dict[str, str], folder: Path) -> None:
    for path, text in files.items():
        if path.endswith((".py", ".toml")):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def test_statements_are_laid_out_as_the_formatter_does(tmp_path: Path) -> None:
    text = settled(SHORT_TEXT)
    assert text != SHORT_TEXT and settled(text) == text
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(SHORT_TEXT))
    write({"pyproject.toml": "[tool.ruff]\nline-length = 110\n", "sample.py": text}, tmp_path)
    assert formatter_changes(tmp_path) == (0, "")


def test_codecs_are_laid_out_where_lines_are_wide(tmp_path: Path) -> None:
    """In codecs only statements that are too wide, or broken by hand, are looked at, whichever line of theirs shows it."""
    wide = " or ".join(f"{name} is not None" for name in LONG)
    text = f"def f():\n    if (x):\n        return (\n            {wide}\n        )\n"
    text += f"    y = g(\n        {wide},\n        1,\n    )\n"
    text += f"    for {LONG[0]} in {'_'.join(LONG)}_and_what_follows:\n        z.append((w := {wide}))\n"
    done = settled(text, codec=True)
    assert ast.dump(ast.parse(done)) == ast.dump(ast.parse(text)) and settled(done, codec=True) == done
    write({"pyproject.toml": "[tool.ruff]\nline-length = 110\n", "sample.py": done}, tmp_path)
    assert formatter_changes(tmp_path) == (0, "")
    assert settled("x = 'a'\n", codec=True) == "x = 'a'\n"


@pytest.mark.parametrize(
    "text", ["x = 1  # ', )\n", '"""Not code, \'x\': (\n"""\n', "with f('a', ) as x:\n    pass\n"]
)
def test_what_is_not_known_stays(text: str) -> None:
    assert settled(text) == text


def offer() -> Specification:
    report = Report()
    texts = {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.a7"))}
    texts |= {"ietf.mls.a7": (catalogue_text("ietf.mls") or ("", b""))[1]}
    spec = load_sources(texts, report)
    assert not report.has_errors
    return spec


@pytest.mark.slow
@pytest.mark.parametrize("name", ["examplechat", "catalogue"])
def test_sdks_are_as_the_formatter_leaves_them(name: str, tmp_path: Path) -> None:
    spec = offer() if name == "examplechat" else load_catalogue({})
    files = generate_python(spec, name, vectors={})
    write(files, tmp_path)
    assert formatter_changes(tmp_path) == (0, "")
    compiled = [sys.executable, "-W", "error", "-m", "compileall", "-q", "."]
    assert subprocess.run(compiled, cwd=tmp_path, check=False).returncode == 0
    lint = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "F",
        "--ignore",
        "F841,F401,F541",
        ".",
    ]
    assert subprocess.run(lint, cwd=tmp_path, check=False).returncode == 0
