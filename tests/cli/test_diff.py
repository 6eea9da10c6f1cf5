"""`art7 diff` between modules and between offers: kinds told apart, forms of output, notice, exit codes."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import corpus
from art7.cli.application import application
from art7.cli.changes import kind_of
from art7.cli.exits import Unusable

OFFER = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat"
MODULE = """a7 1
module chat version 1.0 "Chat."
message Note as binary(order: 'big') "A note." {
    limit size = 64
    number: u8 "Its number."
    nonce:  bytes[12] "Never twice."
}
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(application, ["diff", *arguments], standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value), result.stdout


def two(folder: Path, before: str, after: str) -> tuple[str, str]:
    """The module and the same one with something else in it."""
    paths = folder / "old.a7", folder / "new.a7"
    paths[0].write_text(MODULE)
    paths[1].write_text(MODULE.replace(before, after))
    return str(paths[0]), str(paths[1])


@pytest.mark.parametrize(
    ("before", "after", "code", "status"),
    [
        ("Its number.", "A number.", "A7-C201", 0),
        ("number:", "count:", "A7-C202", 0),
        ("u8", "u16", "A7-C206", 1),
        ("bytes[12]", "bytes[8]", "A7-C200", 1),
        ("limit size = 64", "limit size = 20", "A7-C207", 0),
        ("Note", "Note", "", 0),
    ],
)
def test_modules(tmp_path: Path, before: str, after: str, code: str, status: int) -> None:
    found, out = run(*two(tmp_path, before, after))
    assert found == status and (f"[{code}]" in out if code else "nothing changed" in out), out
    assert not code or "chat" in out and "new.a7:" in out


def test_forms(tmp_path: Path) -> None:
    paths = two(tmp_path, "u8", "u16")
    made = json.loads(run(*paths, "--format", "json")[1])
    (change,) = made["changes"]
    assert (made["kind"], made["level"], made["findings"]) == ("modules", "wire", True)
    assert change["breaking"] == ["old writer to new reader", "new writer to old reader"]
    assert {bool(each["old"]) for each in change["witnesses"]} == {True, False}
    assert all(bytes.fromhex(each["octets"]) for each in change["witnesses"])
    table = run(*paths, "--format", "markdown")[1]
    assert table.startswith("# Changes from") and "| wire | chat.Note.number |" in table


def test_names_of_modules_stay_in_their_cell(tmp_path: Path) -> None:
    paths = two(tmp_path, '"A note."', '"A note | <b>x</b>."')
    assert "<b>" not in run(*paths, "--format", "markdown")[1]
    assert "\x1b" not in run(*two(tmp_path, "Its", "\u202eIts"))[1]


def test_kinds(tmp_path: Path) -> None:
    bundle, trace = tmp_path / "offer.zip", tmp_path / "trace.jsonl"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("offer.toml", "format = 1")
    trace.write_text("{}")
    module = two(tmp_path, "a", "a")[0]
    kinds = [kind_of(str(each)) for each in (OFFER, OFFER / "modules", bundle, trace, module)]
    assert kinds == ["offers", "modules", "offers", "traces", "modules"] and kind_of("ietf.stun") == "modules"
    for one, other in ((module, str(OFFER)), (module, str(trace))):
        result = CliRunner().invoke(application, ["diff", one, other], standalone_mode=False)
        assert isinstance(result.exception, Unusable)


def test_catalogue_modules_and_faults(tmp_path: Path) -> None:
    assert run("ietf.dcep", "ietf.dcep") == (0, "nothing changed (old ietf.dcep, new ietf.dcep)\n")
    old, new = two(tmp_path, "u8", "u9 ?")
    assert run(old, new)[0] == 1 and "A7-P" in run(old, new)[1]
    result = CliRunner().invoke(application, ["diff", "no.such.module", old], standalone_mode=False)
    assert isinstance(result.exception, Unusable)


# ---- offers ----


@pytest.fixture
def offers(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "before", tmp_path / "after"
    for path in paths:
        shutil.copytree(OFFER, path)
        (path / "manifest.json").unlink(missing_ok=True)
    return paths


def edit(offer: Path, file: str, pattern: str, new: str) -> None:
    path = offer / file
    text, count = re.subn(pattern, new, path.read_text(), count=1)
    assert count == 1, pattern
    path.write_text(text)


def next_edition(offer: Path, published: str, effective: str, breaking: str) -> None:
    """Make the offer version 3.0.0 with an entry in the change log."""
    old = re.search(r'version = "([\d.]+)"\npublished = (\S+)', (offer / "offer.toml").read_text())
    assert old is not None
    edit(
        offer,
        "offer.toml",
        r'version = "[\d.]+"\npublished = \S+',
        f'version = "3.0.0"\npublished = {published}',
    )
    edit(
        offer,
        "offer.toml",
        r"supersedes = .*",
        f'supersedes = {{ version = "{old[1]}", published = {old[2]} }}',
    )
    text = re.search(r'(?s)\[\[change_log\]\].*?text = (".*?")', (offer / "offer.toml").read_text())
    assert text is not None
    dates = f"published = {published}\neffective = {effective}\nbreaking = {breaking}"
    entry = f'[[change_log]]\nversion = "3.0.0"\n{dates}\ntext = {text[1]}\n\n'
    edit(offer, "offer.toml", r"\[\[change_log\]\]", entry + "[[change_log]]")


def compared(offers: tuple[Path, Path]) -> tuple[int, dict[str, Any]]:
    status, out = run(*map(str, offers), "--format", "json")
    return status, json.loads(out)


def longer_notice(offer: Path) -> None:
    edit(offer, "offer.toml", r'change_notice = "\w+"', 'change_notice = "400d"')


def break_a_field(offer: Path) -> None:
    """Give a member of a message another number on the wire."""
    for path in sorted((offer / "modules").glob("*.a7")):
        text = path.read_text()
        found = re.search(r"(?m)^(    [a-z_]+ @)2(: )", text)
        if found is not None and "@99" not in text:
            path.write_text(text[: found.start()] + f"{found[1]}99{found[2]}" + text[found.end() :])
            return
    raise AssertionError("no member has a number")


def test_nothing_changes_between_equal_offers(offers: tuple[Path, Path]) -> None:
    assert compared(offers) == (
        0,
        {"kind": "offers", "level": None, "findings": False, "changes": [], "notice": []},
    )


@pytest.mark.parametrize(
    ("published", "effective", "breaking", "lacks"),
    [
        ("2026-09-01", "2027-06-01", "true", 0),
        ("2026-09-01", "2026-09-20", "true", 1),
        ("2026-09-01", "2027-06-01", "false", 1),
        ("2026-09-01", "2026-08-20", "false", 2),
    ],
)
def test_a_breaking_change_needs_its_notice(
    offers: tuple[Path, Path], published: str, effective: str, breaking: str, lacks: int
) -> None:
    break_a_field(offers[1])
    next_edition(offers[1], published, effective, breaking)
    status, found = compared(offers)
    assert any(each["breaking"] and each["witnesses"] for each in found["changes"]), found["changes"]
    assert [each["code"] for each in found["notice"]] == ["A7-C208"] * lacks, found["notice"]
    assert status == (1 if lacks else 0)


def test_a_breaking_change_without_a_new_edition(offers: tuple[Path, Path]) -> None:
    break_a_field(offers[1])
    status, found = compared(offers)
    assert status == 1 and "both editions have the version" in found["notice"][0]["says"]


def test_obligations(offers: tuple[Path, Path]) -> None:
    longer_notice(offers[1])
    status, found = compared(offers)
    (change,) = found["changes"]
    assert (status, change["level"], change["subject"]) == (0, "obligation", "terms.change_notice")
    assert change["new"]["file"] == "offer.toml" and change["new"]["line"] > 1
    back = compared((offers[1], offers[0]))
    assert back[0] == 1 and back[1]["changes"][0]["weakens"] == "`change_notice` is shorter"


def test_a_function_that_is_switched_off_breaks(offers: tuple[Path, Path]) -> None:
    edit(offers[1], "offer.toml", r"interoperable = true", "interoperable = false")
    status, found = compared(offers)
    off = next(each for each in found["changes"] if each["subject"].endswith(".interoperable"))
    assert status == 1 and off["breaking"] == ["old writer to new reader"] and off["code"] == "A7-C204"


def test_codes_have_pages() -> None:
    for code in ("A7-C200", "A7-C203", "A7-C205", "A7-C299", "A7-C208"):
        result = CliRunner().invoke(application, ["explain", code])
        assert result.exit_code == 0 and code in result.output
