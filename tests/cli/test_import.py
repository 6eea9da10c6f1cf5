"""`art7 import`: what is written, what is told, exit codes, and that no input does harm."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from art7.cli.application import application
from art7.codegen.imports import FORMATS, import_source, module_name
from art7.codegen.imports.spelling import WORDS
from art7.grammar.diagnostics import Report
from art7.grammar.tables import GRAMMAR

PROTO = 'syntax = "proto3";\nmessage M { uint32 a = 1; }\n'
GOOD = {
    "tls": "enum { a(1), (255) } K;\nstruct { K k; select (k) { case a: opaque x<V>; }; } M;\n",
    "cddl": "m = { a: uint .size 1, ? b: [* tstr], c: (1..3) / null }\n",
    "proto": 'syntax = "proto3";\nmessage M { map<string, int32> a = 1; oneof o { string b = 2; bytes c = 3; } }\n',
    "example": '# a note\n[1, "a", h\'0102\', { "k": null }]  # all\n',
    "json-schema": '{"type": "object", "properties": {"a": {"enum": ["x", "y"], "description": "Without it: x."},'
    ' "b": {"oneOf": [{"type": "null"}]}}}',
}


def run(*arguments: str, data: str | bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(application, list(arguments), input=data, standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value), result.stdout, result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_written_module_checks_and_is_laid_out(form: str, tmp_path: Path) -> None:
    source, target = tmp_path / "my-format.v1.txt", tmp_path / "out.a7"
    source.write_text(GOOD[form])
    status, out, err = run("import", form, str(source), "-o", str(target))
    assert (status, out) == (0, "") and "note" in err
    assert target.read_text().startswith("a7 1\nmodule my_format.v1 version 1.0")
    assert run("format", "--check", str(target))[0] == 0
    assert run("check", str(target)) == (0, "no findings\n", "")
    assert run("generate", "python", str(target), "-o", str(tmp_path / "sdk"))[0] == 0


def test_output_options(tmp_path: Path) -> None:
    source = tmp_path / "a.proto"
    source.write_text(PROTO)
    status, out, _ = run("import", "proto", str(source), "--module", "demo.chat")
    assert status == 0 and out.startswith("a7 1\nmodule demo.chat version 1.0")
    status, out, _ = run("import", "proto", "-", "--format", "json", data=PROTO)
    made = json.loads(out)
    assert status == 0 and made["module"].startswith("a7 1\nmodule stdin") and made["findings"]
    (tmp_path / "there.a7").write_text("x")
    result = CliRunner().invoke(
        application, ["import", "proto", str(source), "-o", str(tmp_path / "there.a7")]
    )
    assert result.exit_code != 0 and (tmp_path / "there.a7").read_text() == "x"
    result = CliRunner().invoke(application, ["import", "proto", str(source), "--module", "1.2"])
    assert result.exit_code != 0


def test_mistakes_and_losses_are_told_and_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "a.proto", tmp_path / "a.a7"
    source.write_text(PROTO.replace("a = 1", "a 1") + "service S { }\nmessage N { Nowhere n = 1; }\n")
    status, _, err = run("import", "proto", str(source), "-o", str(target))
    assert status == 1 and "Traceback" not in err
    for place, code in (
        (f"{source}:2:22", "A7-P200"),
        (f"{source}:3:1", "A7-P222"),
        (f"{source}:4:13", "A7-P204"),
    ):
        assert code in err and place in err
        assert f"// {place}: {code}: " in target.read_text()
    status, out, _ = run("check", str(target))
    found = [line.split(":")[0] for line in out.splitlines() if line.startswith("error")]
    assert (status, found) == (1, ["error[A7-L200]"]) and "does not say what `Nowhere` is" in out


def test_unreadable_input(tmp_path: Path) -> None:
    assert run("import", "tls", str(tmp_path / "nowhere"))[0] == 2
    for data in (b"\xff\xfe", b"", b"\xef\xbb\xbfa"):
        (tmp_path / "x.tls").write_bytes(data)
        assert run("import", "tls", str(tmp_path / "x.tls"))[0] in (1, 2)
    (tmp_path / "x.tls").write_bytes(b"/" * ((2 << 20) + 1))
    assert run("import", "tls", str(tmp_path / "x.tls"))[0] in (1, 2)


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.proto").write_text(PROTO.replace("M", "Secret"))
    (tmp_path / "in" / "deep.proto").write_text(PROTO.replace("M", "Deep"))
    os.symlink(tmp_path / "secret.proto", tmp_path / "in" / "link.proto")
    source = tmp_path / "in" / "a.proto"
    source.write_text(
        'syntax = "proto3"; import "deep.proto"; import "../secret.proto"; import "link.proto";\n'
        f'import "{tmp_path}/secret.proto"; message A {{ Deep d = 1; Secret s = 2; }}'
    )
    status, out, err = run("import", "proto", str(source))
    assert status == 1 and "struct Deep" in out and err.count("A7-P207") == 3


def test_every_keyword_is_spelled_in_quotes() -> None:
    import re

    grammar = GRAMMAR.read_text()
    words = set(re.findall(r'"([a-z]+)"', re.sub(r"//.*", "", grammar)))
    assert words - WORDS == set()


def test_names_of_modules() -> None:
    assert module_name("a/m.room.message$m.text.yaml") == "m.room.message_.m.text"
    assert module_name("1st-draft.cddl") == "m1st_draft" and module_name("-") == "unnamed"


HOSTILE = [
    "(" * 5000,
    "{" * 5000,
    "[" * 5000,
    "a = " + "(" * 3000 + "1" + ")" * 3000,
    "a = [" + "([(" * 40 + "x",
    "a = b\nb = a",
    "a = [a]\n" * 500,
    "\n".join(f"a{i} = [a{i + 1}, a{i + 1}]" for i in range(400)),
    "\n".join(f"a{i} = (a{i + 1}, a{i + 1})" for i in range(60)) + "\nm = [a0]",
    "\n".join(f"p{i}<T> = [p{i + 1}<[T, T]>, p{i + 1}<T>]" for i in range(60)) + "\nm = p0<uint>",
    "g<T> = [g<[T]>]\nm = g<uint>",
    "struct { " * 3000,
    "enum { a(" + "9" * 5000 + ") } K;",
    "struct { uint8 a; } M;" * 20000,
    "A B; B C; C A; struct { A a; } M;",
    'syntax = "proto3"; ' + "message M { " * 3000,
    'syntax = "proto3"; ' + "".join(f"message M{i} {{ M{i + 1} a = 1; }}\n" for i in range(3000)),
    'import "x"; ' * 5000,
    '{"allOf": [' * 2000,
    '{"$ref": "#"}',
    '{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}',
    '{"properties": {"a": {"$ref": "#/properties/b"}, "b": {"$ref": "#/properties/a"}}}',
    '{"items": ' * 55 + "{}" + "}" * 55,
    '{"type": "string", "pattern": "' + "(a{100}){100}" * 3 + '"}',
    '{"type": "string", "pattern": "' + "(" * 900 + '"}',
    "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
    + "".join(f"{chr(c + 1)}: &{chr(c + 1)} [{', '.join(['*' + chr(c)] * 9)}]\n" for c in range(ord("b"), ord("m"))),
    "- " * 5000,
    "? " * 5000,
    "{" * 3000 + "a: 1",
    "\x00\x1b[31m\u202e",
    "a = \"\u202e\x1b\"",
    "/*" * 5000,
    "'" * 5001,
    "`" * 100000,
]  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_bounded(source: str) -> None:
    for form in FORMATS:
        report, began = Report(), time.monotonic()
        made = import_source(form, source.encode(), f"x.{'yaml' if form == 'json-schema' else form}", report)
        assert time.monotonic() - began < 8, form
        assert report.diagnostics
        assert not any(c in made.text for c in "\x00\x1b\u202e")
        assert "A7-P229" not in {d.code for d in report.diagnostics}, made.text[-600:]


@pytest.mark.parametrize("form", FORMATS)
def test_mutants_never_raise_and_what_is_made_checks(form: str) -> None:
    chance = random.Random(form)
    pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        ";",
        ":",
        "=",
        "\n",
        " 1",
        " a",
        '"',
        "'",
        "0x",
        "..",
        "/*",
        "#",
        "&",
        "<V>",
        "\\",
    ]
    for _ in range(120):
        text = GOOD[form]
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(pieces) + text[at + chance.randrange(3) :]
        report = Report()
        import_source(form, text.encode(), "x.yaml" if form == "json-schema" else "x", report)
        assert "A7-P229" not in {d.code for d in report.diagnostics}, (
            text,
            [d.message for d in report.diagnostics],
        )


def test_nesting_beyond_the_limit_is_told() -> None:
    for form, source in (
        ("cddl", "a = " + "[" * 3000),
        ("proto", "message M { " * 3000),
        ("tls", "struct { " * 3000),
    ):
        report = Report()
        import_source(form, source.encode(), "x", report)
        assert "A7-P205" in {found.code for found in report.diagnostics}, form
