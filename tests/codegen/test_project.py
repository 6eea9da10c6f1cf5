"""The generated project: typed, runnable, free of dependencies, the same on every run, and deaf to hostile texts."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.codegen.project import generate_python, project_names
from art7.codegen.python.guard import Ungenerated, check_python
from art7.codegen.views import markdown_text, toml_text
from art7.grammar.ir import module as m
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Kind, Literal
from art7.grammar.ir.module import Specification
from built import specification

TEXT = """a7 1
module sample.mixed version 2.1 "Forms of three encodings." ref RFC9999

errors { bad_kind = 501 "The kind is unknown." }
enum Kind: u8 closed { text = 1 "A text."  blob = 2 }
enum Mood: text open { good = 'good'  bad = 'bad' }

message Frame as binary {
    limit size = 2000
    version: u4 = 1
    flag: bool
    pad: u3 = 0
    kind: Kind
    size: u16 = octets(body)
    body: bytes within size
    sum: u32 = crc32(octets_before(sum))
    must F-01: count(body) != 3 else bad_kind ref RFC9999#4
}

message Note as json(canonical: 'matrix', numbers: 'integer53') {
    limit size = 2000
    limit depth = 8
    unknown preserve
    mood: Mood
    text: text[..20]
    at: u53 default 7
    more?: { a: u8  b?: text | null }
}

message Envelope as protobuf {
    limit size = 2000
    id @1: u32 default 0
    names @2: text[][0..4]
    data @3?: bytes
}

schedule Step "One step." {
    input root: secret[32] "The root."
    input salt: public[0..64] "The salt."
    derive prk: secret[32] = hkdf_extract_sha256(salt: salt, ikm: root)
    derive block: secret[64] = hkdf_expand_sha256(prk: prk, info: utf8('step'), length: 64)
    split block into chain: secret[32], message: secret[32]
    output chain, message
    erase root, prk, block
}
"""


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return generate_python(mixed(), "sample.mixed")


def mixed() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def project(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write(folder, files)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def test_the_project_has_what_a_user_looks_for(files: dict[str, str]) -> None:
    wanted = {
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "mixed_sdk/__init__.py",
        "mixed_sdk/py.typed",
    }
    wanted |= {"mixed_sdk/mixed.py", "mixed_sdk/_support.py", "mixed_sdk/testing.py", "mixed_sdk/adapter.py"}
    assert wanted <= set(files)
    assert any(path.startswith("vectors/") for path in files)


def test_the_project_has_no_dependency(files: dict[str, str]) -> None:
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["dependencies"] == []
    assert project["version"] == "2.1"
    standard = set(sys.stdlib_module_names) | {"hypothesis"}
    for path, text in files.items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                found = {name.partition(".")[0] for name in names}
                assert found <= standard, path
                assert "art7" not in found and "asyncio" not in found and "socket" not in found
                assert "hypothesis" not in found or path.endswith("testing.py")


@pytest.mark.slow
def test_the_project_is_typed(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "mixed_sdk"],
        cwd=project, capture_output=True, text=True, env={**os.environ, "MYPYPATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_examples_of_the_readme_run(files: dict[str, str], project: Path) -> None:
    examples = re.findall(r"```python\n(.*?)```", files["README.md"], re.S)
    assert len(examples) >= 2
    assert ".encode(" in examples[0] and ".decode(" in examples[0]
    for example in examples:
        done = subprocess.run([sys.executable, "-c", example], cwd=project, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_values_drawn_for_property_tests_are_written_and_read(project: Path) -> None:
    code = """
from hypothesis import given, settings
from mixed_sdk.testing import messages
from mixed_sdk.mixed import Note, Envelope
@settings(max_examples=60, deadline=None, derandomize=True)
@given(messages("sample.mixed.Note"))
def test(value):
    assert Note.decode(value.encode()).encode() == value.encode()
test()
@settings(max_examples=60, deadline=None, derandomize=True)
@given(messages("sample.mixed.Envelope"))
def more(value):
    assert Envelope.decode(value.encode()).encode() == value.encode()
more()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_the_same_bytes_on_every_hash_seed() -> None:
    here, support = str(Path(__file__).parent), str(corpus.REPOSITORY / "tests" / "support")
    code = (
        f"import sys,hashlib; sys.path[:0]=[{here!r},{support!r}]\n"
        "import test_project as t\n"
        "files = t.generate_python(t.mixed(), 'sample.mixed')\n"
        "print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4242")
    }  # fmt: skip
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("ietf.stun", ("stun-sdk", "stun_sdk")),
        ("json", ("json-sdk", "json_sdk")),
        ("../../etc", ("etc-sdk", "etc_sdk")),
        ("", ("offer-sdk", "offer_sdk")),
        ("class", ("class-sdk", "class_sdk")),
        ("0day", ("n0day-sdk", "n0day_sdk")),
    ],
)
def test_project_names_are_safe(source: str, names: tuple[str, str]) -> None:
    distribution, package = project_names(source)
    assert package.isidentifier() and re.fullmatch(r"[a-z0-9-]+", distribution)
    assert (distribution, package) == names


# ---- hostile texts in every place ----


def hostile_strings() -> list[str]:
    path = corpus.root("hostile") / "text" / "codegen-strings.json"
    return [row["value"] for row in json.loads(path.read_text())] if path.is_file() else []


def poisoned(spec: Specification, bad: str) -> Specification:
    """The specification with `bad` in every place that a text of the language reaches."""
    refs = (bad, "RFC1")
    modules = {}
    for name, module in spec.modules.items():
        records = tuple(_poisoned_record(record, bad, refs) for record in module.records)
        enums = tuple(
            dataclasses.replace(
                enum, doc=bad, refs=refs,
                members=(*(dataclasses.replace(x, doc=bad, refs=refs) for x in enum.members),
                         *((m.EnumMember("worst", bad, bad, bad, refs),) if enum.text else ())),
            )
            for enum in module.enums
        )  # fmt: skip
        errors = (*(dataclasses.replace(error, doc=bad, refs=refs) for error in module.errors),)
        schedules = tuple(dataclasses.replace(each, doc=bad, refs=refs) for each in module.schedules)
        modules[name] = dataclasses.replace(
            module,
            doc=bad,
            version=bad or "1",
            refs=refs,
            records=records,
            enums=enums,
            errors=errors,
            schedules=schedules,
        )
    return Specification(modules)


def _poisoned_record(record: p.Record, bad: str, refs: tuple[str, ...]) -> p.Record:
    def slot(each: p.Slot) -> p.Slot:
        changed = dataclasses.replace(
            each, doc=bad, refs=refs, type_text=bad, data=p.DataTag(True, bad, 1), since=bad
        )
        if each.name == "text":
            changed = dataclasses.replace(changed, default=Literal(bad, Kind.TEXT), optional=True)
        return changed

    def fault(each: p.Fault) -> p.Fault:
        return dataclasses.replace(each, ref=bad, message=bad)

    def step(each: p.Step) -> p.Step:
        if isinstance(each, p.Object):
            entries = (*(dataclasses.replace(x, key=f"{x.key}{bad}") for x in each.entries),)
            return dataclasses.replace(each, entries=entries)
        return (
            dataclasses.replace(each, fault=fault(each.fault))
            if isinstance(each, p.Check | p.Verify)
            else each
        )

    body = p.Block(tuple(step(each) for each in record.body.steps), record.body.emit)
    return dataclasses.replace(record, doc=bad, refs=refs, slots=tuple(map(slot, record.slots)), body=body)


def renamed(spec: Specification, bad: str) -> Specification:
    """The specification with `bad` for the name of a member, an enum's member and a requirement."""
    modules = {}
    for name, module in spec.modules.items():
        records = []
        for record in module.records:
            slots = tuple(
                dataclasses.replace(slot, name=bad)
                if slot.is_api and slot.name in ("mood", "body", "id")
                else slot
                for slot in record.slots
            )
            steps = tuple(
                dataclasses.replace(each, fault=dataclasses.replace(each.fault, requirement=bad))
                if isinstance(each, p.Check) else each
                for each in record.body.steps
            )  # fmt: skip
            records.append(dataclasses.replace(record, slots=slots, body=p.Block(steps, record.body.emit)))
        enums = tuple(
            dataclasses.replace(enum, members=tuple(dataclasses.replace(x, name=bad) for x in enum.members))
            for enum in module.enums
        )
        modules[name] = dataclasses.replace(module, records=tuple(records), enums=enums)
    return Specification(modules)


SMALL = (
    TEXT[: TEXT.index("message Frame")] + TEXT[TEXT.index("message Note") : TEXT.index("message Envelope")]
)
SMALL += TEXT[TEXT.index("schedule Step") :]


@pytest.mark.slow
def test_hostile_texts_stay_texts(tmp_path: Path, cases: Any) -> None:
    """Every string in every place: the modules compile, hold expected nodes only, and importing them does nothing."""
    spec, packages = specification(SMALL), []
    for number, bad in enumerate(hostile_strings()):
        for place, changed in (("texts", poisoned(spec, bad)), ("names", renamed(spec, bad))):
            files = generate_python(changed, bad, vectors={})  # the guard reads every module
            package = next(path for path in files if path.endswith("/adapter.py")).partition("/")[0]
            assert re.fullmatch(r"[a-z0-9_]+_sdk", package)
            tomllib.loads(files["pyproject.toml"])
            if "7*7" in bad:  # a page's own examples may hold the product
                pages = generate_python(spec, "plain", vectors={})
                for page in ("README.md", "CHANGELOG.md", "pyproject.toml"):
                    assert files[page].count("49") <= pages[page].count("49")
            packages.append(f"h{number}_{place}")
            write(tmp_path, {path.replace(package, packages[-1], 1): text for path, text in files.items()})
        cases.ran("hostile/text")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    code = f"""
import builtins, importlib, pathlib, sys
sys.dont_write_bytecode = True
for package in {packages!r}:
    for path in sorted(pathlib.Path(package).glob("*.py")):
        importlib.import_module(f"{{package}}.{{path.stem}}" if path.stem != "__init__" else package)
assert not hasattr(builtins, "ART7_PWNED")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
    assert not hasattr(builtins, "ART7_PWNED")


def test_text_for_toml_and_markdown_cannot_leave_its_place() -> None:
    for bad in [
        'a"\nb',
        "a\\",
        "\u202eevil",
        "`x` <b> [l](u)",
        "\x00",
        "\ud800",
        "'''",
        "${HOME} {{ 7 * 7 }}",
    ]:
        assert tomllib.loads(f"a = {toml_text(bad)}\nb = 1")["b"] == 1
        shown = markdown_text(bad)
        assert "\n" not in shown and "\u202e" not in shown and not re.search(r"(?<!\\)[<`\[]", shown)


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "from subprocess import run",
        "print(1)",
        "def f():\n    return eval('1')",
        "def f():\n    return ().__class__.__base__.__subclasses__()",
        "x = __import__('os')",
        "for x in ():\n    pass",
        "while True:\n    pass",
        "def f():\n    global x",
        "x = (",
        "x = open('f')",
        "def f(x):\n    return eval(x)",
        "class A:\n    open = open",
        "def f():\n    class A:\n        def g(self):\n            return [vars(x) for x in self]",
    ],
)
def test_the_guard_refuses_what_no_generator_emits(code: str) -> None:
    with pytest.raises(Ungenerated):
        check_python("x.py", code)


def test_the_guard_takes_members_called_like_what_it_refuses() -> None:
    check_python("x.py", "class A:\n    def __init__(self, open: int) -> None:\n        self.open = open")
