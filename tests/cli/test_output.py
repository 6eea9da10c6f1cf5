"""Output appears whole or not at all, and never over what must not be replaced."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from art7.cli.exits import Unusable
from art7.cli.output import write_file, write_tree

FILES = {"a.txt": b"1", "deep/er/b.txt": b"2"}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_file_is_not_replaced_without_force(tmp_path: Path) -> None:
    target = tmp_path / "new" / "x"
    write_file(target, b"1")
    with pytest.raises(Unusable, match="is there already"):
        write_file(target, b"2")
    assert target.read_bytes() == b"1"
    write_file(target, b"2", force=True)
    assert target.read_bytes() == b"2"
    assert os.listdir(target.parent) == ["x"]


def test_tree_into_nothing_and_into_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new/below"):
        write_tree(tmp_path / name, FILES)
        assert tree(tmp_path / name) == FILES


def test_tree_is_replaced_only_by_force_and_wholly(tmp_path: Path) -> None:
    write_tree(tmp_path / "out", {"old.txt": b"0", **FILES})
    with pytest.raises(Unusable, match="not empty"):
        write_tree(tmp_path / "out", FILES)
    assert "old.txt" in tree(tmp_path / "out")
    write_tree(tmp_path / "out", FILES, force=True)
    assert tree(tmp_path / "out") == FILES
    assert os.listdir(tmp_path) == ["out"]


def refused(folder: Path, **options: object) -> None:
    before = sorted(os.listdir(folder.parent))
    with pytest.raises(Unusable):
        write_tree(folder, FILES, **options)  # type: ignore[arg-type]
    assert sorted(os.listdir(folder.parent)) == before


def test_places_that_are_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "offer"
    write_tree(source, FILES)
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "file").write_bytes(b"")
    write_tree(tmp_path / "checkout", {".git/HEAD": b""})
    refused(tmp_path / "link", force=True)
    refused(tmp_path / "file", force=True)
    refused(tmp_path / "checkout", force=True)
    refused(source, force=True, inputs=[source])
    refused(source / "sdk", inputs=[source])
    refused(tmp_path, force=True, inputs=[source])
    with pytest.raises(Unusable, match="cannot be written"):
        write_tree(source / "a.txt" / "below", FILES)
    monkeypatch.chdir(source)
    refused(source, force=True)
    refused(source.parent, force=True)
    assert tree(source) == FILES


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_read_only_parent(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Unusable, match="cannot be written"):
        write_tree(tmp_path / "out", FILES)


def test_nothing_is_group_writable_under_a_lax_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_tree(tmp_path / "out", FILES)
        write_file(tmp_path / "file", b"")
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH) == 0
        assert path.stat().st_mode & stat.S_IROTH


def test_a_path_outside_the_folder_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        write_tree(tmp_path / "out", {"../x": b""})
    assert os.listdir(tmp_path) == []


WRITE = """
import sys
from art7.cli.process import _terminated_by_signal
from art7.cli.exits import Terminated
from art7.cli.output import write_tree
files = {f"{i}/{j}.txt": b"new" for i in range(10) for j in range(10)}
print("ready", flush=True)
try:
    with _terminated_by_signal():
        while True:
            write_tree(sys.argv[1], files, force=True)
except (Terminated, KeyboardInterrupt):
    sys.exit(0)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_old_tree_or_the_new_one(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    for delay in range(6):
        write_tree(out, {"old.txt": b"old"}, force=True)
        child = subprocess.Popen([sys.executable, "-c", WRITE, str(out)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        time.sleep(0.002 + 0.011 * delay)
        child.send_signal(number)
        child.wait(timeout=10)
        assert len(tree(out)) in (1, 100), "a partial tree under the final name"
