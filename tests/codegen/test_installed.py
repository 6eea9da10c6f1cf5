"""The generated project as its user gets it: installed into an empty environment, alone, typed, and at work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from art7.codegen.project import generate_python
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

THREE_LINES = """
from stun_sdk.stun import StunMessage
octets = StunMessage(method=1, class_=0, transaction=bytes(range(12)), attributes=[]).encode()
assert StunMessage.decode(octets).transaction == bytes(range(12)) and len(octets) == 20
"""


def catalogue(name: str) -> Specification:
    found, report = catalogue_text(name), Report()
    assert found is not None
    spec = load_sources({found[0]: found[1]}, report)
    assert not report.has_errors
    return spec


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MYPYPATH")}
    return subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_an_installed_sdk_comes_alone_and_works(tmp_path: Path) -> None:
    project, home, elsewhere = tmp_path / "project", tmp_path / "venv", tmp_path / "elsewhere"
    write(project, generate_python(catalogue("ietf.stun"), "ietf.stun"))
    elsewhere.mkdir()
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    installed = run(python, "-m", "pip", "install", "--no-compile", project, cwd=elsewhere)
    if installed.returncode != 0 and "setuptools" in installed.stderr:
        pytest.skip("no registry in reach: the build backend cannot be fetched")
    assert installed.returncode == 0, installed.stderr[-2000:]
    listed = run(python, "-m", "pip", "list", "--format", "freeze", cwd=elsewhere).stdout.split()
    assert {row.partition("==")[0] for row in listed} <= {"pip", "setuptools", "stun-sdk"}
    assert "stun-sdk==1.0" in listed
    worked = run(python, "-c", THREE_LINES, cwd=elsewhere)
    assert worked.returncode == 0, worked.stderr
    described = subprocess.run(
        [python, "-m", "stun_sdk.adapter"], cwd=elsewhere, input='{"id": 1, "op": "describe"}\n',
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"ok": true' in described.stdout
    arguments = ("--strict", "--no-incremental", "--python-executable", python, "-p", "stun_sdk")
    typed = run(sys.executable, "-m", "mypy", *arguments, cwd=elsewhere)
    assert typed.returncode == 0, typed.stdout


@dataclass(frozen=True)
class Written:
    """A package of one catalogue module as it was written."""

    package: str
    folder: Path
    readme: str


@pytest.fixture(scope="module", params=sorted(catalogue_modules()))
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Each module of the catalogue, made once for all that is asked of it."""
    files = generate_python(catalogue(request.param), request.param, vectors={})
    folder = tmp_path_factory.mktemp("written")
    write(folder, files)
    package = next(path for path in files if path.endswith("/adapter.py")).partition("/")[0]
    return Written(package, folder, files["README.md"])


@pytest.mark.slow
def test_the_catalogue_is_typed(written: Written, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.getbasetemp() / "mypy"  # shared: most of the time goes into the standard library
    arguments = ("--strict", "--cache-dir", cache, written.package)
    typed = run(sys.executable, "-m", "mypy", *arguments, cwd=written.folder)
    assert typed.returncode == 0, typed.stdout[-3000:]


@pytest.mark.slow
def test_the_examples_of_every_readme_run(written: Written) -> None:
    found = re.findall(r"```python\n(.*?)```", written.readme, re.S)
    assert found
    # Each runs by itself; one process for all of them, so that the packages are compiled once.
    code = "".join(f"exec({example!r}, {{}})\n" for example in found)
    done = run(sys.executable, "-c", code, cwd=written.folder)
    assert done.returncode == 0, done.stderr[-2000:]
