"""A store in a file: durable, whole, for one owner, at one place."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from art7.runtime.sessions import durable
from art7.runtime.sessions.durable import FileStore
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import Store, commit

COUNT = """
import sys
from art7.runtime.sessions.durable import FileStore
done = 0
with FileStore(sys.argv[1]) as store:
    while done < int(sys.argv[2]):
        octets, version = store.read("count")
        done += store.swap("count", version, str(int(octets or b"0") + 1).encode())
        sys.stdout.write(f"{version}\\n")
        sys.stdout.flush()
"""


def refusal(path: Path, **options: bool) -> str:
    with pytest.raises(SessionRefused) as refused:
        FileStore(path, **options)
    return refused.value.code


def test_what_is_taken_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with FileStore(path) as store:
        kept: Store = store
        first = commit(kept, "session", 0, b"one")
        commit(kept, "other", 0, b"")
        commit(kept, "gone", commit(kept, "gone", 0, b"once"), None)
    with FileStore(path) as again:
        assert again.read("session") == (b"one", first)
        assert again.read("other") == (b"", 1)
        assert again.read("gone") == (None, 2)
        assert again.read("never") == (None, 0)
        assert not again.swap("session", 0, b"new") and not again.swap("gone", 0, b"new")
        assert again.read("session") == (b"one", 1)


def test_of_two_stores_that_saw_one_version_one_changes_it(tmp_path: Path) -> None:
    with FileStore(tmp_path / "keys") as one, FileStore(tmp_path / "keys") as other:
        assert one.swap("session", 0, b"one")
        assert not other.swap("session", 0, b"other")
        assert other.swap("session", 1, b"other")
        with pytest.raises(SessionRefused, match="stale_state"):
            commit(one, "session", 1, b"one again")
        assert one.read("session") == (b"other", 2)


def test_files_are_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with FileStore(path) as store:
        store.swap("session", 0, b"one")
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        assert len(modes) == 3 and set(modes.values()) == {0o600}, modes
    path.chmod(0o640)
    assert refusal(path) == "open_store"


def test_a_copy_is_refused_until_it_is_adopted(tmp_path: Path) -> None:
    path, copy = tmp_path / "keys", tmp_path / "copy"
    with FileStore(path) as store:
        store.swap("session", 0, b"one")
    shutil.copy(path, copy)
    assert refusal(copy) == "copied_store"
    with FileStore(copy, adopt=True) as adopted:
        assert adopted.read("session") == (b"one", 1)
    with FileStore(copy) as again:
        assert again.read("session") == (b"one", 1)
    moved = path.rename(tmp_path / "moved")
    with FileStore(moved) as store:
        assert store.read("session") == (b"one", 1)


@pytest.mark.parametrize("content", [b"x" * 100, b"SQLite format 3\0" + b"\xff" * 500])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    path.chmod(0o600)
    assert refusal(path) == "bad_store"
    assert path.read_bytes() == content


def test_another_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE mine (x)")
    base.commit()
    base.close()
    path.chmod(0o600)
    assert refusal(path) == refusal(path, adopt=True) == "bad_store"
    assert refusal(tmp_path / "no" / "folder") == "store_failed"


def test_a_damaged_page_is_refused_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with FileStore(path) as store:
        for number in range(200):
            store.swap(f"entry {number}", 0, bytes(200))
    octets = path.read_bytes()
    path.write_bytes(octets[:8192] + b"\xa5" * (len(octets) - 8192))
    with pytest.raises(SessionRefused, match="bad_store"), FileStore(path) as store:
        for number in range(200):
            store.read(f"entry {number}")


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "ENTRY_LIMIT", 10)
    monkeypatch.setattr(durable, "COUNT_LIMIT", 2)
    with FileStore(tmp_path / "keys") as store:
        assert store.swap("a", 0, bytes(10)) and store.swap("b", 0, None)
        for name, octets, code in (
            ("a", bytes(11), "too_large"),
            ("c", b"", "store_full"),
            ("", b"", "bad_name"),
            ("n" * 1025, b"", "bad_name"),
            ("a\0b", b"", "bad_name"),
            ("\ud800", b"", "bad_name"),
        ):
            with pytest.raises(SessionRefused) as refused:
                store.swap(name, 0, octets)
            assert refused.value.code == code
        assert not store.swap("a", 0, b"")


def test_nothing_replaced_or_erased_is_left_in_the_files(tmp_path: Path) -> None:
    with FileStore(tmp_path / "keys") as store:
        version = commit(store, "session", 0, b"chain key number one" * 3)
        version = commit(store, "session", version, b"chain key number two" * 3)
        version = commit(store, "session", version, None)
        commit(store, "session", version, b"x")
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"chain key number" not in left


def test_a_closed_store_is_refused(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "keys")
    store.close()
    with pytest.raises(SessionRefused, match="store_failed"):
        store.read("session")


def counting(path: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COUNT, str(path), str(count)], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_lose_no_change(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    programs = [counting(path, 40) for _ in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]
    with FileStore(path) as store:
        assert store.read("count") == (b"80", 80)


def test_a_killed_process_leaves_what_it_was_told_is_there(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    told = 0
    for _ in range(3):
        with counting(path, 100_000) as program:
            assert program.stdout is not None
            for _ in range(25):
                told = int(program.stdout.readline()) + 1
            os.kill(program.pid, signal.SIGKILL)
        with FileStore(path) as store:
            octets, version = store.read("count")
            assert octets == str(version).encode() and version >= told
