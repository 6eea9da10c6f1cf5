"""`check` and `format` on files, folders, bundles and standard input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from art7.cli.application import application
from art7.cli.findings import FORMATS
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import write_archive

GOOD = (
    'a7 1\nmodule test.good version 1.0 "T."\n\nstruct A as binary(order: \'big\') "A." {\n    a: u8 "x"\n}\n'
)
UGLY = GOOD.replace("    a: u8", "  a:   u8")
BAD = 'a7 1\nmodule test.bad version 1.0 "T."\nstruct A as binary { a: u8[ }\n'


def run(*arguments: str, data: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(application, list(arguments), input=data, standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value), result.stdout, result.stderr


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.a7").write_text(GOOD)
    (tmp_path / "bad.a7").write_text(BAD)
    (tmp_path / "large.bin").write_bytes(b"not a module")
    return tmp_path


def test_check_names_the_place(modules: Path) -> None:
    status, out, _ = run("check", str(modules))
    assert status == 1
    assert f"{modules}/bad.a7:3:29" in out
    assert run("check", str(modules / "deep")) == (0, "no findings\n", "")


def test_check_reads_a_bundle_and_standard_input(modules: Path) -> None:
    packed = write_archive({"modules/bad.a7": BAD.encode()}, Report())
    assert packed is not None
    (modules / "offer.zip").write_bytes(packed)
    assert "offer.zip/modules/bad.a7:3:29" in run("check", str(modules / "offer.zip"))[1]
    assert "<stdin>:3:29" in run("check", "-", data=BAD)[1]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_names_the_code(modules: Path, form: str) -> None:
    status, out, _ = run("check", str(modules / "bad.a7"), "--format", form)
    assert status == 1 and "A7-P032" in out
    if form in ("json", "sarif"):
        json.loads(out)


@pytest.mark.parametrize("name", ["absent.a7", "pipe.a7", "link.a7", "absent"])
@pytest.mark.parametrize("command", ["check", "format"])
def test_unreadable_input_is_exit_code_2(modules: Path, name: str, command: str) -> None:
    os.mkfifo(modules / "pipe.a7")
    (modules / "link.a7").symlink_to(modules / "bad.a7")
    status, out, err = run(command, str(modules / name))
    assert status == 2 and "A7-B03" in out + err


def test_format_rewrites_once(modules: Path) -> None:
    path = modules / "ugly.a7"
    path.write_text(UGLY)
    path.chmod(0o600)
    assert run("format", "--check", str(path))[0] == 1
    assert path.read_text() == UGLY
    status, out, _ = run("format", "--diff", str(path))
    assert status == 1 and "-  a:   u8" in out and "+    a: u8" in out
    assert run("format", str(path))[0] == 0
    assert path.read_text() == GOOD and path.stat().st_mode & 0o777 == 0o600
    assert run("format", "--check", str(path)) == (0, "", "")


def test_format_leaves_what_has_errors(modules: Path) -> None:
    status, _, err = run("format", str(modules))
    assert status == 1 and "bad.a7:3:29" in err
    assert (modules / "bad.a7").read_text() == BAD


def test_format_standard_input(modules: Path) -> None:
    assert run("format", "-", data=UGLY) == (0, GOOD, "")
    status, out, _ = run("format", "-", data=BAD)
    assert status == 1 and out == BAD


def test_format_tells_machines(modules: Path) -> None:
    status, out, _ = run("format", "--check", str(modules), "--format", "json")
    told = json.loads(out)
    assert status == 1
    assert {Path(file["file"]).name: file["readable"] for file in told["files"]} == {
        "bad.a7": False,
        "good.a7": True,
    }


USER = 'a7 1\nmodule test.user version 1.0 "T."\nuse test.good as good\n'


def test_check_resolves_names_across_modules(modules: Path) -> None:
    user = modules / "deep" / "user.a7"
    user.write_text(USER + 'struct B as binary(order: \'big\') "B." { a: good.A "x" }\n')
    assert run("check", str(modules / "deep"))[:2] == (0, "no findings\n")
    status, out, _ = run("check", str(user))
    assert status == 1 and "A7-N031" in out and str(user) in out
    user.write_text(user.read_text().replace("good.A", "good.Absent"))
    status, out, _ = run("check", str(modules / "deep"))
    assert status == 1 and f"{user}:4:" in out


def test_check_runs_the_vectors_of_what_is_given(tmp_path: Path) -> None:
    module = tmp_path / "v.a7"
    module.write_text(
        "a7 1\nmodule test.v version 1.0\nstruct S as binary { n: u8 }\n"
        "vectors S { accept x'01' as { n: 2 } refuse x'01' with truncated accept x'03' as { n: 3 } }\n"
    )
    status, out, _ = run("check", str(module), "--format", "json")
    assert status == 1
    assert [found["code"] for found in json.loads(out)["diagnostics"]] == ["A7-D001", "A7-D001"]


def test_what_several_paths_lead_to_is_checked_once(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = write_archive({"modules/other.a7": GOOD.replace("test.good", "test.other").encode()}, Report())
    assert packed is not None
    (modules / "offer.zip").write_bytes(packed)
    monkeypatch.chdir(modules)
    paths = [
        "deep/good.a7",
        "./deep/../deep/good.a7",
        "deep",
        str(modules / "deep"),
        "offer.zip",
        "./offer.zip",
    ]
    assert run("check", *paths) == (0, "no findings\n", "")
