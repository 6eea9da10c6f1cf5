"""`art7 assess` with everything that a regulator hands in: registers, decisions, a key; every form; the same octets."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from art7.cli import main
from art7.cli.dossier import FILES
from art7.validator.output.editions import agree

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
DAY = ("--on", "2026-11-01")
HAS_TYPST = importlib.util.find_spec("typst") is not None


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["assess", *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def written(folder: Path, name: str, text: str) -> str:
    folder.joinpath(name).write_text(text, "utf-8")
    return str(folder / name)


def dossier(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:  # type: ignore[type-arg]  # JSON
    return json.loads(run(capsys, str(MINIMAL), *DAY, "--no-run", "--format", "json", *arguments)[1])


def judgement(offer: str, duty: str = "O-22", extra: str = "") -> str:
    return (
        f'[[judgement]]\nobligation = "{duty}"\ndecision = "satisfied"\nby = "Authority"\non = 2026-10-20\n'
        f'reason = "read in full"\noffer = "{offer}"\n{extra}'
    )


def test_decisions_are_shown_and_repeated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    offer = dossier(capsys)["provenance"]["offer"]
    path = written(tmp_path, "our judgements.toml", judgement(offer))
    found = dossier(capsys, "--judgements", path)
    assert found["decisions"][0]["obligation"] == "O-22"
    assert found["inputs"].keys() == {"judgements"}
    command = shlex.split(found["provenance"]["command"])
    assert command == ["art7", "assess", "minimal", *DAY, "--judgements", "our judgements.toml", "--no-run"]


def test_a_draft_is_called_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "draft:F-07", *DAY, "--no-run")[1]
    assert "art7 assess draft:F-07 --on 2026-11-01 --no-run" in printed and "art7 run draft:F-07 " in printed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[judgement]]\nobligation = 'O-22'\n", "A7-V911"),
        ("judgement = 3\n", "A7-V911"),
        ("[[decision]]\nx = 1\n", "A7-V911"),
        (judgement("sha256:" + "0" * 64, extra="verdict = 'met'\n"), "A7-V911"),
        (judgement("today"), "A7-V911"),
        (judgement("sha256:" + "0" * 64).replace("2026-10-20", '"yesterday"'), "A7-V911"),
        (judgement("sha256:" + "0" * 64).replace("satisfied", "compliant"), "A7-V911"),
        (judgement("sha256:" + "0" * 64), "A7-V913"),
        (judgement("sha256:" + "0" * 64, "O-77"), "A7-V912"),
        ("[[judgement\n", "A7-B060"),
    ],
)
def test_judgements_that_cannot_stand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, code: str
) -> None:
    path = written(tmp_path, "judgements.toml", text)
    exit_code, printed = run(capsys, str(MINIMAL), *DAY, "--no-run", "--judgements", path)
    assert exit_code == 1 and code in printed and "judgements.toml:" in printed and "duties:" not in printed


@pytest.mark.parametrize(
    "text",
    [
        "[[extension]]\nreference = 'C'\n",
        "[[extension]]\nreference = 'C'\nuntil = 2028-01-01\npoints = ['7(2)(d)']\n",
        "[[extension]]\nreference = 4\nuntil = 2028-01-01\n",
        "[[extension]]\nreference = 'C'\nuntil = 2028-01-01T00:00:00Z\n",
    ],
)
def test_extensions_that_cannot_stand(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "extensions.toml", text)
    code, printed = run(capsys, str(MINIMAL), *DAY, "--no-run", "--extensions", path)
    assert code == 1 and "A7-V911" in printed


def test_granted_extensions_are_an_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, "e.toml", "[[extension]]\nreference = 'C(2026) 5'\nuntil = 2030-01-01\n")
    verdicts = {row["obligation"]: row for row in dossier(capsys, "--extensions", path)["verdicts"]}
    assert verdicts["O-06"]["verdict"] == "extended" and "C(2026) 5" in verdicts["O-06"]["reason"]
    assert run(capsys, str(MINIMAL), *DAY, "--extensions", str(tmp_path / "none"))[0] == 2


def test_a_later_end_of_a_request_cites_a_decision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row = "[[request]]\nid = 'a'\nreceived = 2026-05-01\nextended_until = 2026-12-01\n"
    path = written(tmp_path, "r.toml", row)
    assert "A7-V910" in run(capsys, str(MINIMAL), *DAY, "--no-run", "--requests", path)[1]
    written(tmp_path, "r.toml", row + "reference = 'C(2026) 7'\n")
    assert dossier(capsys, "--requests", path)["requests"][0]["reference"] == "C(2026) 7"


def test_the_public_edition_agrees_with_the_confidential(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = written(tmp_path, "key", "0123456789abcdef" * 2)
    requests = written(tmp_path, "r.toml", "[[request]]\nid = 'Zephyr Messenger'\nreceived = 2026-05-01\n")
    given = ("--requests", requests, "--key", key, "--withhold", "docs/*")
    confidential, public = dossier(capsys, *given), dossier(capsys, *given, "--public")
    assert agree(public, confidential) and confidential["seal"]["root"] == public["seal"]["root"]
    assert "Zephyr" in json.dumps(confidential) and "Zephyr" not in json.dumps(public)


def test_a_public_edition_needs_a_good_key(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    short = written(tmp_path, "key", "x" * 31)
    code, text = run(capsys, str(MINIMAL), *DAY, "--no-run", "--key", short, "--public")
    assert code == 1 and "A7-V917" in text
    code, text = run(capsys, str(MINIMAL), *DAY, "--no-run", "--public")
    assert code == 2 and "--key" in text


@pytest.mark.parametrize("form", ["pdf", "all"])
def test_forms_that_are_not_for_a_terminal(capsys: pytest.CaptureFixture[str], form: str) -> None:
    code, text = run(capsys, str(MINIMAL), *DAY, "--no-run", "--format", form)
    assert code == 2 and "-o" in text


def test_without_a_typesetter_one_line_says_what_to_install(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    out = tmp_path / "d.pdf"
    code, text = run(capsys, str(MINIMAL), *DAY, "--no-run", "--format", "pdf", "-o", str(out))
    assert code == 2 and "install art7[pdf]" in text and not out.exists() and len(text.splitlines()) <= 2


def everything(folder: Path, seed: str, zone: str) -> dict[str, bytes]:
    """Return every form of one dossier, made in a folder, with a hash seed and a time zone of its own."""
    folder.mkdir()
    written(folder, "r.toml", "[[request]]\nid = 'a'\nreceived = 2026-10-01\n")
    arguments = ["assess", str(MINIMAL), *DAY, "--requests", "r.toml", "--format", "all", "-o", "out"]
    done = subprocess.run(
        [sys.executable, "-m", "art7.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": zone and "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.mark.slow
def test_the_same_input_gives_the_same_octets(tmp_path: Path) -> None:
    first = everything(tmp_path / "one", "0", "UTC")
    second = everything(tmp_path / "another folder", "4242", "Pacific/Auckland")
    assert first == second
    assert first.keys() == {name for form, name in FILES.items() if form != "pdf" or HAS_TYPST}
    for name, octets in first.items():
        assert str(tmp_path).encode() not in octets, name


def test_flows_are_played_without_each_datum_unless_told_not_to(capsys: pytest.CaptureFixture[str]) -> None:
    found, without = (
        json.loads(run(capsys, str(MINIMAL), *DAY, "--format", "json", *more)[1])
        for more in ((), ("--no-necessity",))
    )
    kinds = [{each["kind"] for each in shown["exhibits"]} for shown in (found, without)]
    assert "necessity" in kinds[0] and kinds[0] - kinds[1] == {"necessity"}
    verdicts = {row["obligation"]: row["verdict"] for row in found["verdicts"]}
    assert verdicts["O-32"] == "argued" and verdicts["O-35"] == "argued"
    assert without["provenance"]["command"].endswith("--no-necessity")
