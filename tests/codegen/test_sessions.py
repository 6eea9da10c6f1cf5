"""Sessions inside generated SDKs: carried as they are, reached through the package's own face, at work."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from art7.cli.generated import carried_sessions
from art7.codegen.project import generate_python
from art7.codegen.python.sessions import Carried, CarriedModule
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.runtime.session_texts import HOME, SessionText, known_sessions, session_texts

SESSIONS = [each for each in known_sessions().values() if each.uses]


def catalogue(*names: str) -> Specification:
    texts = {}
    for name in names:
        found = catalogue_text(name)
        assert found is not None
        texts[found[0]] = found[1]
    report = Report()
    spec = load_sources(texts, report)
    assert not report.has_errors
    return spec


def needed(session: SessionText) -> frozenset[str]:
    """Return the modules that a session and what it imports ask for."""
    known, found, queue = known_sessions(), set[str](), [session.name]
    while queue:
        each = known[queue.pop()]
        found |= each.needs
        queue += each.imports
    return frozenset(found)


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MYPYPATH")}
    return subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)


def sessions_of(files: dict[str, str]) -> dict[str, str]:
    return {path.partition("/sessions/")[2]: text for path, text in files.items() if "/sessions/" in path}


# ---- which are carried ------------------------------------------------------------------------------------------


def test_every_session_uses_modules_of_the_catalogue() -> None:
    assert SESSIONS
    assert {name for each in SESSIONS for name in each.uses} <= set(catalogue_modules())


@pytest.mark.parametrize("session", known_sessions().values(), ids=lambda each: each.name)
def test_a_session_imports_the_standard_library_and_its_neighbours(session: SessionText) -> None:
    known = known_sessions()
    for node in ast.walk(ast.parse(session.text)):
        assert not isinstance(node, ast.ImportFrom) or not node.level
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            inner = [f"{HOME}.{alias.name}" for alias in node.names]
            names += inner if node.module == HOME else [node.module or ""]
        for name in names:
            below = name.removeprefix(f"{HOME}.")
            assert below in known or name.partition(".")[0] in sys.stdlib_module_names, name
    assert "art7." not in session.text.replace(f"{HOME}", "")


def test_a_package_without_the_modules_carries_none() -> None:
    assert session_texts(["ietf.stun"]) == ()
    assert session_texts([]) == ()
    assert not carried_sessions(catalogue("ietf.stun"))


# ---- how they are carried ----------------------------------------------------------------------------------------

SPEC = """a7 1
module sample.chain version 1.0 "A chain."
message Link as binary { limit size = 99 number: u8 content: bytes[rest] }
schedule Step "One step." {
    input key: secret[32] for kdf.chain "The key."
    derive next: secret[32] = sha256(key) for kdf.chain "The next key."
    output next
}
"""
TALLY = '''"""A tally: each link has a number. It is small.

    >>> from os import urandom
    >>> store = MemoryStore()
    >>> tally = Tally(FACE, store)
    >>> tally.write(urandom(2))[0], tally.write(b"x")
    (0, b"\\\\x01x")
    >>> type(tally)
    <class 'home.sample.inner.tally.Tally'>
"""

from __future__ import annotations

from home.sample.face import Face
from home.sample.store import MemoryStore, Store

USES = ("sample.chain",)


class Tally:
    """As `home.sample.inner.tally` says."""

    def __init__(self, face: Face, store: Store) -> None:
        self._link = face.record("sample.chain.Link")
        self._step = face.schedule("sample.chain.Step")
        self._store = store

    def write(self, content: bytes) -> bytes:
        """Return a link."""
        key, version = self._store.read("key")
        octets: bytes = self._link(number=version, content=content).encode()
        assert self._store.swap("key", version, self._step(key=key or bytes(32)).next)
        return octets
'''


def carried_tally() -> Carried:
    known = known_sessions()
    rest = [known[name] for name in ("durable", "face", "refusals", "store")]
    modules = [CarriedModule(each.path, each.text.replace(HOME, "home.sample")) for each in rest]
    inner = CarriedModule("inner/__init__.py", '"""What lies further in."""\n')
    tally = CarriedModule("inner/tally.py", TALLY, frozenset(("sample.chain",)), True)
    return Carried("home.sample", (*modules, inner, tally))


def chain() -> Specification:
    report = Report()
    spec = load_sources({"chain.a7": SPEC}, report)
    assert not report.has_errors, report.diagnostics
    return spec


@pytest.fixture(scope="module")
def tallied() -> dict[str, str]:
    return generate_python(chain(), "sample.chain", vectors={}, carried=carried_tally())


def test_imports_become_relative_and_names_the_packages_own(tallied: dict[str, str]) -> None:
    text = sessions_of(tallied)["inner/tally.py"]
    assert "\nfrom ..face import Face\nfrom ..store import MemoryStore, Store\n" in text
    assert '"""As `chain_sdk.sessions.inner.tally` says."""' in text
    assert "home.sample" not in "".join(tallied.values())
    assert sessions_of(tallied)["store.py"].count("from .refusals import SessionRefused") == 1


def test_the_package_has_a_face_of_what_its_sessions_use(tallied: dict[str, str]) -> None:
    face = sessions_of(tallied)["_face.py"]
    assert '"sample.chain.Link": ("chain", "Link"),' in face
    assert '"sample.chain.Step": ("chain_keys", "derive_step"),' in face


def test_the_project_names_its_folders_and_sessions(tallied: dict[str, str]) -> None:
    assert (
        'packages = ["chain_sdk", "chain_sdk.sessions", "chain_sdk.sessions.inner"]'
        in tallied["pyproject.toml"]
    )
    assert "| `chain_sdk.sessions.inner.tally` | A tally: each link has a number |" in tallied["README.md"]
    assert "inner.tally: A tally: each link has a number." in sessions_of(tallied)["__init__.py"]
    assert (
        "from os import urandom\n\nfrom chain_sdk.sessions import FACE\nfrom chain_sdk.sessions.inner.tally import Tally\n"
        "from chain_sdk.sessions.store import MemoryStore\n\nstore = MemoryStore()\n"
    ) in tallied["README.md"]
    assert 'assert (tally.write(urandom(2))[0], tally.write(b"x")) == (0, b"\\x01x")' in tallied["README.md"]


def test_without_sessions_nothing_of_them_is_there() -> None:
    plain = generate_python(chain(), "sample.chain", vectors={})
    assert not sessions_of(plain)
    assert "essions" not in plain["README.md"] and "sessions" not in plain["pyproject.toml"]


def test_a_module_called_sessions_makes_way(tallied: dict[str, str]) -> None:
    report = Report()
    spec = load_sources({"sessions.a7": SPEC.replace("sample.chain", "sample.sessions")}, report)
    assert "sessions_sdk/sessions_.py" in generate_python(spec, "sample.sessions", vectors={})


def test_the_same_bytes_again(tallied: dict[str, str]) -> None:
    assert generate_python(chain(), "sample.chain", vectors={}, carried=carried_tally()) == tallied


# ---- randomness --------------------------------------------------------------------------------------------------

DRAWN = """a7 1
module sample.drawn version 1.0 "Drawn."
schedule Pick "A nonce." { derive nonce: secret[16] = random(16) "The nonce." output nonce }
"""
DRAW = """
import inspect, secrets
from drawn_sdk import drawn_keys
assert inspect.signature(drawn_keys.derive_pick).parameters["random"].default is secrets.token_bytes
one, other = drawn_keys.derive_pick().nonce, drawn_keys.derive_pick().nonce
assert one != other and len(one) == 16 and one != bytes(16)
from drawn_sdk.testing import seeded
first, again, third = (drawn_keys.derive_pick(random=seeded(seed)).nonce for seed in (1, 1, 2))
assert first == again != third
draw = seeded(1)
assert (draw(5), draw(70)) != (draw(5), draw(70)) and len(draw(70)) == 70 and draw(0) == b""
"""


def test_randomness_is_the_systems_unless_a_test_hands_in_another(tmp_path: Path) -> None:
    report = Report()
    files = generate_python(load_sources({"drawn.a7": DRAWN}, report), "sample.drawn", vectors={})
    assert not report.has_errors, report.diagnostics
    write(tmp_path, files)
    done = run(sys.executable, "-c", DRAW, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sources = [path for path, text in files.items() if path.endswith(".py") and "import random" in text]
    assert not sources, "the generator of Python's `random` is not for keys"


# ---- at work ----------------------------------------------------------------------------------------------------


def worked(folder: Path, files: dict[str, str]) -> None:
    """Run every example of the README; each by itself."""
    found = re.findall(r"```python\n(.*?)```", files["README.md"], re.S)
    assert any("from os import urandom" in example or ".sessions" in example for example in found)
    done = run(sys.executable, "-c", "".join(f"exec({each!r}, {{}})\n" for each in found), cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_example_of_the_readme_runs(tmp_path: Path, tallied: dict[str, str]) -> None:
    write(tmp_path, tallied)
    worked(tmp_path, tallied)


Projects = dict[frozenset[str], tuple[str, dict[str, str]]]
"""Modules → the package made of them, and the files of its project."""


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Projects]:
    """An SDK for each set of modules that a session needs, written side by side; without what only codecs explain."""
    folder, made = tmp_path_factory.mktemp("sessions"), Projects()
    for modules in sorted({needed(each) for each in SESSIONS}, key=sorted):
        spec, name = catalogue(*sorted(modules)), f"chosen.set{len(made)}"
        files = generate_python(spec, name, vectors={}, carried=carried_sessions(spec))
        made[modules] = (f"set{len(made)}_sdk", files)
        write(folder, {path: text for path, text in files.items() if "_sdk/" in path})
    return folder, made


@pytest.mark.slow
def test_every_session_is_typed_and_laid_out(projects: tuple[Path, Projects]) -> None:
    folder, made = projects
    packages = [package for package, _ in made.values()]
    chosen = [part for package in packages for part in ("-p", f"{package}.sessions")]
    typed = run(sys.executable, "-m", "mypy", "--strict", "--no-incremental", *chosen, cwd=folder)
    assert typed.returncode == 0, typed.stdout[-3000:]
    format_ = (sys.executable, "-m", "ruff", "format", "--line-length", "110", "--check")
    laid_out = run(*format_, *(f"{package}/sessions" for package in packages), cwd=folder)
    assert laid_out.returncode == 0, laid_out.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("session", SESSIONS, ids=lambda each: each.name)
def test_every_session_works_in_the_sdk_of_its_modules(
    session: SessionText, projects: tuple[Path, Projects]
) -> None:
    folder, made = projects
    package, files = made[needed(session)]
    assert f"{package}/sessions/{session.path}" in files
    names = re.findall(r'^    "([a-z][^"]*)": \(', files[f"{package}/sessions/_face.py"], re.M)
    code = (
        f"from {package}.sessions._face import FACE, _RECORDS, _SCHEDULES\n"
        f"import {package}.sessions.{session.name}\n"
        "assert all(isinstance(FACE.record(name), type) for name in _RECORDS)\n"
        "assert all(callable(FACE.schedule(name)) for name in _SCHEDULES)\n"
        "print(len(_RECORDS) + len(_SCHEDULES))\n"
    )
    done = run(sys.executable, "-c", code, cwd=folder)
    assert done.stdout.strip() == str(len(names)), done.stderr[-2000:]


@pytest.mark.slow
def test_the_examples_of_all_sessions_run_in_their_sdks(projects: tuple[Path, Projects]) -> None:
    folder, made = projects
    shown = [
        (package, files) for package, files in made.values() if ".sessions import FACE" in files["README.md"]
    ]
    assert len(shown) > 3
    for _, files in shown:
        worked(folder, files)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which nothing is installed."""
    home = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(home, with_pip=True)
    return home / "bin" / "python"


def installed(python: Path, folder: Path, files: dict[str, str], *options: str) -> None:
    """Install a project, from its folder alone or with what it needs."""
    write(folder, files)
    done = run(python, "-m", "pip", "install", "--no-compile", *options, folder, cwd=folder.parent)
    if done.returncode != 0 and ("setuptools" in done.stderr or "cryptography" in done.stderr):
        pytest.skip("no registry in reach: what the project is built with cannot be fetched")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_three_lines_open_a_session_in_an_empty_environment(empty: Path, tmp_path: Path) -> None:
    files = generate_python(chain(), "sample.chain", vectors={}, carried=carried_tally())
    installed(empty, tmp_path / "project", files, "--no-deps")
    lines = (
        "from chain_sdk.sessions import FACE\n"
        "from chain_sdk.sessions.durable import FileStore\n"
        "from chain_sdk.sessions.inner.tally import Tally\n"
        "with FileStore('keys') as store: print(Tally(FACE, store).write(b'!').hex())\n"
    )
    assert [run(empty, "-c", lines, cwd=tmp_path).stdout for _ in range(3)] == ["0021\n", "0121\n", "0221\n"]
    listed = run(empty, "-m", "pip", "list", "--format", "json", cwd=tmp_path).stdout
    assert {row["name"] for row in json.loads(listed)} <= {"pip", "setuptools", "chain-sdk"}


GROUP = """
import os, sys
from groups_sdk.sessions import FACE
from groups_sdk.sessions.durable import FileStore
from groups_sdk.sessions.signal.sender_keys import GroupReceiver, GroupSender, GroupSuite
suite = GroupSuite(FACE)
with FileStore("sender") as store, FileStore("member") as kept:
    sender = GroupSender(suite, store, os.urandom, bytes(16))
    member = GroupReceiver(suite, kept, "ann")
    if sys.argv[1] == "1":
        member.take(sender.distribution())
    print(member.decrypt(sender.encrypt(sys.argv[1].encode())))
"""


@pytest.mark.slow
def test_a_session_of_the_catalogue_goes_on_in_an_installed_sdk(empty: Path, tmp_path: Path) -> None:
    spec = catalogue("signal.groups")
    files = generate_python(spec, "signal.groups", vectors={}, carried=carried_sessions(spec))
    installed(empty, tmp_path / "project", files)
    said = [run(empty, "-c", GROUP, number, cwd=tmp_path) for number in "123"]
    assert [each.stdout for each in said] == ["b'1'\n", "b'2'\n", "b'3'\n"], said[0].stderr[-1500:]
