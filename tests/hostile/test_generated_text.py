"""Texts of a specification in generated code, rows B22 to B25 and B29: carried as data, never run.

Each hostile string is put into every place of a module that takes prose or data, and as a name; what is not refused
is generated, compiled and imported in a child, which then looks for the marker.
"""

from __future__ import annotations

import ast
import io
import json
import re
import time
import tokenize
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.codegen.python.package import package_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.literals import quoted
from art7.grammar.load import load_sources
from limited import run_limited
from untrusted_texts import HEAD, NAMES, J, S, _lines

STRINGS: list[dict[str, str]] = [
    row
    for case in corpus.hostile("text")
    if case.path.suffix == ".json"
    for row in json.loads(case.path.read_text(encoding="utf-8"))
    if "value" in row
]
OURS = (
    "-*- coding: utf-7 -*-",
    "\f\nimport builtins; builtins.ART7_PWNED = 1",
    "\\",
    '\\\n"""\nimport builtins; builtins.ART7_PWNED = 1',
    '""""""',
    "'''\"\"\"\\",
    "\u2028import builtins",
    "\x85builtins.ART7_PWNED = 1",
    "{{ 1 }}{% raw %}{# #}",
    "noqa type: ignore fmt: off",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "a" * 5000,
    "word " * 800,
)
VALUES = [*(row["value"] for row in STRINGS if row.get("where") != "name"), *OURS]


def prose(text: str) -> str:
    """`text` as "prose"."""
    return '"' + quoted(text)[1:-1].replace('"', '\\"') + '"'


def everywhere(text: str) -> str:
    """A module that has `text` in every place that takes prose or data."""
    p, q = prose(text), quoted(text)
    return f"""a7 1
module demo version 1.0 {p}
const WORD: text = {q} {p}
const MARK: bytes = {q} {p}
errors {{ bad = 200 {p} }}
enum Kind: u8 open {{ one = 1 {p}  rest = 2..9 {p} }}
enum Word: text open {{ first = {q} {p} }}
token Word_token = ({q} | 'x') 'y'
function twice(a: u8) -> u16 = a * 2 {p}
struct Inner as binary {p} {{ kind: Kind {p}  {q}  n: u16 = octets(x) {p}  x: bytes[n] {p} }}
message Octets(key: secret[]) as binary {p} {{
    limit size = 99999
    inner: Inner {p} data(personal: true, purpose: {q})
    mac: bytes[20] = hmac_sha1(key: key, data: {q} ++ octets_before(mac)) {p}
    must D-1: inner.n < 9999 else bad {p}
    should D-2: inner.n != 7 {p}
}}
message Tree as json(canonical: 'matrix') {p} {{
    limit size = 99999
    plain @{q}: text default {q} {p}
    fixed: text = {q} {p}
    tokened?: Word_token {p}
    word?: Word {p}
    many: map(text, text)[0..3] {p}
    check plain != {quoted(text + "x")}
}}
message Fields as protobuf {p} {{ limit size = 99999  a @1: text default {q} {p} }}
schedule Keys {p} {{ input a: secret[20] {p}  derive b: secret[20] = sha1(a ++ {q}) {p}  output b }}
protocol Talk {p} {{ roles one, two channel one -> two ordered bound 2 carries Tree
    role one {{ var v: text = {q} start state A {p} {{ on local go => B {{ set v = {q} }} }} state B {p} }}
    role two {{ start state Z {{ ignore Tree from one }} }}
}}
vectors Fields {{ accept x'' as {{ a: {q} }} {p} }}
"""


def loaded(text: str) -> tuple[Specification, Report]:
    report = Report()
    return load_sources({"demo.a7": text}, report), report


def fault_of(files: dict[str, str]) -> str | None:
    """What in generated files is more than modules of definitions with data in them."""
    for name, text in files.items():
        if not name.endswith(".py"):
            continue
        tree = ast.parse(text)
        if any("coding" in line for line in text.splitlines()[:2] if line.startswith("#")):
            return f"{name}: a coding cookie"
        for node in ast.walk(tree):
            named = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
            if isinstance(named, str) and re.search("ART7|__import__|__subclasses__|builtins", named):
                return f"{name}:{getattr(node, 'lineno', 0)}: {named}"
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        if any(token.type == tokenize.COMMENT and "ART7" in token.string for token in tokens):
            return f"{name}: a hostile comment"
    return None


IMPORT = """
import builtins, importlib, pathlib, sys
here = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(here))
for package in sorted(here.iterdir()):
    for file in sorted(package.glob("*.py")):
        importlib.import_module(f"{package.name}.{file.stem}" if file.stem != "__init__" else package.name)
    octets = importlib.import_module(f"{package.name}.demo")
    if hasattr(octets, "Fields"):
        octets.Fields.decode(b"")
    assert not hasattr(builtins, "ART7_PWNED"), package.name
print("inert")
"""


def write(package: Path, files: dict[str, str]) -> None:
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, text in files.items():
        assert "/" not in name and "\\" not in name and not name.startswith(".")
        (package / name).write_text(text, encoding="utf-8")


def test_prose_and_data_are_inert(cases: Any, hostile: Path, tmp_path: Path) -> None:
    taken = 0
    for number, value in enumerate(VALUES):
        spec, report = loaded(everywhere(value))
        if report.has_errors:  # told with a code and a place, in words that steer no terminal
            for found in report.errors():
                assert found.code.startswith("A7-") and found.span.line and found.message.isprintable()
            continue
        files = package_text(spec).files
        assert fault_of(files) is None, (value[:80], fault_of(files))
        write(tmp_path / f"made_{number}", files)
        taken += 1
    assert taken >= len(VALUES) - 12, "most strings are data like any other"
    done = run_limited(IMPORT, str(tmp_path), cpu_seconds=20)
    assert done.stdout == "inert\n", done.stderr[-2000:]
    for folder in (tmp_path, corpus.REPOSITORY, Path("/tmp")):
        assert not list(folder.glob("ART7_ESCAPE*"))
    cases.ran("hostile/text", len(STRINGS))


@pytest.mark.parametrize("value", [row["value"] for row in STRINGS], ids=lambda value: ascii(value[:30]))
def test_as_a_name_it_is_refused_or_mapped(value: str, hostile: Path) -> None:
    text = f"{HEAD}struct {value} as binary {{ a: u8 }}\nenum E{value}: u8 open {{ {value} = 1 }}\n"
    spec, report = loaded(text)
    if report.has_errors:
        assert all(found.code.startswith("A7-") and found.span.line >= 3 for found in report.errors())
        return
    assert value.isidentifier()
    assert fault_of(package_text(spec).files) is None


NAMED = "\n".join(
    [
        *(f"struct {name} as binary {{ {' '.join(f'{member}: u8' for member in NAMES)} }}" for name in NAMES),
        "message Holder as binary { limit size = 9999 "
        + " ".join(f"m{n}: {name}" for n, name in enumerate(NAMES))
        + " }",
        "enum Kind: u8 open { " + " ".join(f"{name} = {n}" for n, name in enumerate(NAMES)) + " }",
        "message Tree as json { limit size = 9999 " + " ".join(f"{name}?: text" for name in NAMES) + " }",
        "message Proto as protobuf { limit size = 9999 "
        + " ".join(f"{name} @{n + 1}: u32 default 0" for n, name in enumerate(NAMES))
        + " }",
    ]
)

ROUND = """
import builtins, importlib, sys
sys.path.insert(0, sys.argv[1])
demo = importlib.import_module("named.demo")
octets = bytes(range(12)) * 12
assert demo.Holder.decode(octets).encode() == octets
tree = b'{"class":"a","self":"b","decode":"c","None":"d"}'
assert sorted(demo.Tree.decode(tree).encode()) == sorted(tree)
proto = b"".join(bytes([n << 3, n]) for n in range(1, 13))
assert demo.Proto.decode(proto).encode() == proto
print("mapped")
"""


def test_reserved_names_are_mapped_without_clash(tmp_path: Path) -> None:
    spec, report = loaded(HEAD + NAMED)
    assert not report.diagnostics, report.diagnostics[0]
    files = package_text(spec).files
    assert {name.partition("_")[0].removesuffix(".py") for name in files} <= {"demo", "", "py.typed"}
    write(tmp_path / "named", files)
    done = run_limited(ROUND, str(tmp_path))
    assert done.stdout == "mapped\n", done.stderr[-2000:]


@pytest.mark.parametrize(
    "name", ["os", "con", "__init__", "nul", "_support", "typing", "demo_explain", "class"]
)
def test_a_module_shadows_nothing(name: str, tmp_path: Path) -> None:
    """File names of a package: never those of the support module, a device or the package itself."""
    spec, report = loaded(
        f"a7 1\nmodule x.{name} version 1.0\nmessage M as binary {{ limit size = 9 a: u8 }}\n"
    )
    if report.has_errors:
        return
    made = package_text(spec)
    stem = made.names.modules[f"x.{name}"]
    assert stem.isidentifier() and stem not in ("__init__", "_support", "con", "nul", "class")
    assert f"{stem}.py" in made.files and "class DecodeError" in made.files["_support.py"]


# ---- B25: patterns -----------------------------------------------------------------------------------------------

TOKENS = {
    "nested": ("('a'+)+", "a" * 40 + "!"),
    "twice": ("('a' | 'a' 'a')+", "a" * 40 + "!"),
    "words": ("(('a'..'z' | 'A'..'Z' | '0'..'9')+ ' '?)*", "a" * 40 + "!"),
    "pairs": ("('x'+ 'x'+)+ 'y'", "x" * 30),
    "commas": ("('\\x20'..'\\x7e'* ','){12} 'P'", ",".join(map(str, range(1, 21)))),
    "digits": ("'0'..'9'+ '0'..'9'+ '0'..'9'+ '0'..'9'+ '0'..'9'+", "1" * 1000 + "x"),
    "maybe": ("'a'?" + " 'a'?" * 30 + " 'a'{31}", "a" * 30),
    "counted": ("('a' | 'b'){0,400} ('a' | 'b'){0,400} 'c'", "ab" * 400),
    "unfolded": ("(('a'{0,1000} 'b'){1000}){1000}", "ab" * 400),
}
"""The patterns of the public list in the token grammar, and others of their kind, with their worst texts."""


@pytest.mark.parametrize("name", TOKENS)
def test_patterns_are_refused_or_linear(name: str, cases: Any) -> None:
    from art7.interpreter.decode import decode
    from art7.interpreter.errors import DecodeError

    pattern, subject = TOKENS[name]
    spec, report = loaded(f"{HEAD}token T = {pattern}\nmessage M as json {{ limit size = 9999 t: T }}\n")
    cases.ran("hostile/text: patterns")
    if report.has_errors:
        [found] = report.diagnostics
        assert found.code in ("A7-I002", "A7-I005") and found.span.line == 3
        return
    start = time.process_time()
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "demo.M", json.dumps({"t": subject}).encode(), {})
    assert refusal.value.code == "bad_text"
    assert time.process_time() - start < 1


# ---- B29: nesting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        _lines(30, "struct SN as binary { n: u8 x: SO[n] }") + "\nstruct S30 as binary { a: u8 }",
        S + "a: u8 " + "x: { b: u8 y: u8[b] " * 15 + "} within a " * 15 + "}",
        S + "a: u8 " + "select a { 1 => { " * 12 + "z: u8 " + "} otherwise => empty } " * 12 + "}",
        J + "a: " + "{ x?: " * 25 + "text" + " }" * 25 + " }",
    ],
    ids=["records", "inline", "choices", "tree"],
)
def test_deep_formats_give_flat_code(text: str) -> None:
    spec, report = loaded(HEAD + text)
    if report.has_errors:
        assert all(found.code.startswith("A7-") and found.span.line >= 3 for found in report.diagnostics)
        return
    for file, source in package_text(spec).files.items():
        if file.endswith(".py"):
            compile(source, file, "exec")
