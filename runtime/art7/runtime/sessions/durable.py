"""A store in a file: what it took is there after a restart, whole, and only once.

The file is a database of the standard library's, read and written by any number of processes of one machine at a time.
It is closed to other users. What is erased or replaced is overwritten, in the log beside it with one of the next changes; a
disk may keep copies of its own, against which only an encrypted disk helps.

A copy of the file (a backup put back, a folder copied) would use keys again that the original has used: the
file knows where it lies and is refused anywhere else, until the caller says that the original is gone (`adopt`). The
image of a whole disk looks like the original; nothing in a file can tell.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from art7.runtime.sessions.refusals import SessionRefused

NAME_LIMIT = 1024
"""Most octets of an entry's name, in UTF-8."""

ENTRY_LIMIT = 16_777_216
"""Most octets of an entry."""

COUNT_LIMIT = 1_000_000
"""Most entries of a file, erased ones among them: their versions are kept, so that none returns."""

WAITING_SECONDS = 10.0
"""How long a change waits for that of another process."""

_MARK = 0x61377331
"""What the database says it is: `a7s1`."""

_TABLE = "CREATE TABLE entries (name TEXT PRIMARY KEY, version INTEGER NOT NULL, octets BLOB) STRICT, WITHOUT ROWID"
_INSERT = (
    "INSERT INTO entries (name, version, octets) SELECT ?1, 1, ?2 "
    "WHERE (SELECT count(*) FROM entries) < ?3 ON CONFLICT (name) DO NOTHING"
)
_UPDATE = "UPDATE entries SET version = version + 1, octets = ?2 WHERE name = ?1 AND version = ?3"


class FileStore:
    """A store in one file. For one thread; each thread and process opens its own."""

    def __init__(self, path: str | os.PathLike[str], *, adopt: bool = False) -> None:
        """Open the file at `path`, made where there is none; `adopt` takes over a copy whose original is gone.

        Raises: `SessionRefused` with `open_store` (others may read it), `copied_store`, `bad_store` (not such a
        file, or damaged), `store_failed`.
        """
        self._path = os.fspath(path)
        with _told():
            _make_file(self._path)
            # Every statement is a transaction of its own: it happens whole or not at all.
            self._base = sqlite3.connect(self._path, timeout=WAITING_SECONDS, isolation_level=None)
        try:
            with _told():
                self._prepare(adopt)
        except BaseException:
            self._base.close()
            raise

    def read(self, name: str) -> tuple[bytes | None, int]:
        """Return the octets of an entry, `None` when there are none, and its version."""
        with _told():
            found = self._base.execute(
                "SELECT octets, version FROM entries WHERE name = ?1", (_named(name),)
            ).fetchone()
        return (None, 0) if found is None else (found[0], found[1])

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        """Replace or (with `None`) erase the entry if its version is `version`; durable when this returns.

        Raises: `SessionRefused` with `store_failed` or `store_busy`: whether the change was made is then not known,
        and what it was to protect must not be used; `store_full`, `too_large`.
        """
        if octets is not None and len(octets) > ENTRY_LIMIT:
            raise SessionRefused("too_large", f"at most {ENTRY_LIMIT} octets", f"{len(octets)}")
        held = None if octets is None else bytes(octets)
        with _told():
            if version > 0:
                return self._base.execute(_UPDATE, (_named(name), held, version)).rowcount == 1
            done = self._base.execute(_INSERT, (_named(name), held, COUNT_LIMIT)).rowcount == 1
        if not done and self.read(name)[1] == 0:
            raise SessionRefused("store_full", f"at most {COUNT_LIMIT} entries", "as many")
        return done

    def close(self) -> None:
        """Give the file back; a store that was closed is not used again."""
        self._base.close()

    def __enter__(self) -> FileStore:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _prepare(self, adopt: bool) -> None:
        base = self._base
        base.execute("PRAGMA secure_delete = ON")
        base.execute("BEGIN IMMEDIATE")
        if self._number("application_id") == 0 and not base.execute("SELECT * FROM sqlite_master").fetchall():
            base.execute(_TABLE)
            base.execute(f"PRAGMA application_id = {_MARK}")
            adopt = True
        if self._number("application_id") != _MARK:
            raise _bad_store("a store of sessions", "another database")
        if adopt:
            base.execute(f"PRAGMA user_version = {_place(self._path)}")
        elif self._number("user_version") != _place(self._path):
            raise SessionRefused(
                "copied_store",
                "the file at its place",
                "a copy",
                "a copy uses keys again: adopt it knowingly",
            )
        base.execute("COMMIT")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        # The log is begun anew after each change, so that what was erased is soon overwritten there too.
        base.execute("PRAGMA wal_autocheckpoint = 1")

    def _number(self, pragma: str) -> int:
        return int(self._base.execute(f"PRAGMA {pragma}").fetchone()[0])


def _make_file(path: str) -> None:
    """Make the file for its owner alone. Raises: `SessionRefused` with `open_store` if others may read it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        # It is not opened here: closing it would release the locks of another store of this process.
        mode = os.stat(path).st_mode & 0o777
        if os.name == "posix" and mode & 0o077:
            raise SessionRefused("open_store", "a file for its owner alone", f"mode {mode:o}") from None


def _place(path: str) -> int:
    """Return a number that a copy of the file does not have: that of its place in the file system, in 31 bits."""
    return zlib.crc32(str(os.stat(path).st_ino).encode()) & 0x7FFFFFFF


def _named(name: str) -> str:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise SessionRefused("bad_name", "a name in Unicode", "halves of characters") from None
    if not 0 < size <= NAME_LIMIT or "\0" in name:
        raise SessionRefused("bad_name", f"a name of 1 to {NAME_LIMIT} octets", f"{size}")
    return name


def _bad_store(expected: str, found: str) -> SessionRefused:
    return SessionRefused("bad_store", expected, found)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the database or the system says into refusals; none of it quotes an entry."""
    try:
        yield
    except sqlite3.OperationalError as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        code = "store_busy" if busy else "store_failed"
        raise SessionRefused(code, "a file that can be changed", str(error)) from None
    except sqlite3.ProgrammingError:
        raise SessionRefused("store_failed", "an open store in its own thread", "another use") from None
    except sqlite3.Error as error:
        raise _bad_store("a store of sessions", str(error)) from None
    except OSError as error:
        raise SessionRefused("store_failed", "a file that can be made", error.strerror or "none") from None
