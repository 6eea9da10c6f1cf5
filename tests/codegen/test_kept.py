"""Generated text kept on disk: the same as made anew, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from art7.codegen import kept
from art7.codegen.python.package import package_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

TEXT = (
    'a7 1\nmodule kept.sample version 1.0 "Kept."\nmessage M as binary { limit size = 9 a: u8 b: text[a] }\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    monkeypatch.delenv("ART7_NO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "art7" / "generated"


def loaded(text: str = TEXT) -> Specification:
    report = Report()
    spec = load_sources({"sample.a7": text}, report)
    assert not report.diagnostics
    return spec


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_what_is_kept_is_what_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept.kept_package(loaded())
    monkeypatch.setattr(kept, "package_text", lambda spec: pytest.fail("made again"))
    second = kept.kept_package(loaded())
    assert second.files == first.files
    assert list(second.files) == list(first.files)
    monkeypatch.undo()
    assert first.files == package_text(loaded()).files


def test_entries_are_closed_to_others(folder: Path) -> None:
    kept.kept_package(loaded())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in entries(folder)] == [0o600]


def test_another_text_has_another_entry(folder: Path) -> None:
    one = kept.kept_package(loaded())
    other = kept.kept_package(loaded(TEXT.replace("b: text", "c: text")))
    assert len(entries(folder)) == 2
    assert one.files != other.files


def test_a_changed_specification_is_never_looked_up(folder: Path) -> None:
    spec = loaded()
    kept.kept_package(spec)
    module = spec.modules["kept.sample"]
    changed = replace(spec, modules={"kept.sample": replace(module, version="2.0")})
    assert changed.digest() is None
    assert "version 2.0" in kept.kept_package(changed).files["sample.py"]
    assert len(entries(folder)) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "longer", "link", "unreadable head"])
def test_a_damaged_entry_is_made_again(damage: str, folder: Path) -> None:
    made = kept.kept_package(loaded())
    (entry,) = entries(folder)
    octets = entry.read_bytes()
    if damage == "link":
        entry.rename(folder.parent / "elsewhere")
        entry.symlink_to(folder.parent / "elsewhere")
    elif damage == "unreadable head":
        store = kept.Store(folder, "")
        store.write(entry.name, b'[["sample.py", 7]]\nx')
    else:
        changes = {
            "cut": octets[:-9],
            "flipped": octets[:200] + bytes([octets[200] ^ 1]) + octets[201:],
            "empty": b"",
            "longer": octets + b"x",
        }
        entry.write_bytes(changes[damage])
    assert kept.kept_package(loaded()).files == made.files
    assert entry.read_bytes() == octets


def test_nothing_is_kept_when_asked_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ART7_NO_CACHE", "1")
    kept.kept_package(loaded())
    assert not entries(folder)


def test_a_folder_that_others_may_write_is_not_used(folder: Path) -> None:
    kept.kept_package(loaded())
    folder.chmod(0o777)
    made = package_text(loaded())
    (entry,) = entries(folder)
    entry.write_bytes(b"")
    assert kept.kept_package(loaded()).files == made.files
    assert entry.read_bytes() == b""


def test_a_project_is_kept_with_its_name(folder: Path) -> None:
    one = kept.kept_project(loaded(), "kept.sample")
    assert kept.kept_project(loaded(), "kept.sample") == one
    other = kept.kept_project(loaded(), "kept.other")
    assert "other_sdk/sample.py" in other and "sample_sdk/sample.py" in one
