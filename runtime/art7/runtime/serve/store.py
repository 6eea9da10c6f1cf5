"""What the test peer keeps: accounts, sessions and everything that came in, in order. A session is what came in, played anew.

An input is on disk before it is acknowledged (write-ahead log, full synchronisation), so a kill loses nothing that was.
What comes in while the disk is busy is written together: one synchronisation serves many.
"""

from __future__ import annotations

import hashlib
import json
import queue
import sqlite3
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any

_TABLES = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;
CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, token BLOB UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), protocol TEXT NOT NULL, role TEXT NOT NULL,
    seed INTEGER NOT NULL, began_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS input (
    session TEXT NOT NULL REFERENCES session(id), number INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (session, number)) WITHOUT ROWID;
"""
_VERSION = 1
_TOGETHER = 1_000
"""Most rows of one transaction."""
_REMEMBERED = 10_000
"""Accounts whose token is known without asking the file."""


class StoreUnusable(Exception):
    """The file is not a store of this version, or cannot be opened."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is kept."""

    id: str
    account: int
    protocol: str
    role: str
    seed: int
    began_ms: int


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that came in: `message`, `local`, `misbehave` or `refused`."""

    at_ms: int
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row on its way to the file; `done` gets its number once it is on disk, or the error."""

    text: str
    values: tuple[Any, ...]
    done: Future[int] = field(default_factory=Future)


class Store:
    """A SQLite file, or `:memory:`. One thread writes; a connection of its own reads, so that nobody waits for the disk."""

    def __init__(self, path: str) -> None:
        self._locks = threading.Lock(), threading.Lock()
        self._rows: queue.SimpleQueue[_Row | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._accounts: dict[bytes, int] = {}
        try:
            self._base = self._reading = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise StoreUnusable(f"its form is {version}, this art7 writes {_VERSION}")
            self._base.executescript(_TABLES)
            self._base.execute(f"PRAGMA user_version={_VERSION}")
            if path != ":memory:":
                self._reading = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
                self._reading.execute("PRAGMA busy_timeout=5000")
        except sqlite3.Error as error:
            raise StoreUnusable(str(error)) from None

    def close(self) -> None:
        """Write what is under way, and let the file go."""
        if self._writer is not None:
            self._rows.put(None)
            self._writer.join()
        self._reading.close()
        self._base.close()

    def add_account(self, token: str) -> int:
        """Keep a new account by the digest of its token."""
        return self._write("INSERT INTO account(token) VALUES (?)", (_digest(token),)).result()

    def account(self, token: str) -> int | None:
        """Return the account of a token."""
        digest = _digest(token)
        if digest not in self._accounts:
            found = self._read("SELECT id FROM account WHERE token=?", (digest,))
            if not found:
                return None
            if len(self._accounts) >= _REMEMBERED:
                self._accounts.clear()
            self._accounts[digest] = found[0][0]
        return self._accounts[digest]

    def count(self, table: str, account: int | None = None) -> int:
        """Return how many accounts or sessions there are (of one account)."""
        assert table in ("account", "session"), table
        where, given = ("", ()) if account is None else (" WHERE account=?", (account,))
        return int(self._read(f"SELECT count(*) FROM {table}{where}", given)[0][0])

    def add_session(self, row: SessionRow) -> None:
        """Keep a new session."""
        values = (row.id, row.account, row.protocol, row.role, row.seed, row.began_ms)
        self._write("INSERT INTO session VALUES (?,?,?,?,?,?)", values).result()

    def session(self, id: str) -> SessionRow | None:
        """Return a session."""
        found = self._read("SELECT * FROM session WHERE id=?", (id,))
        return SessionRow(*found[0]) if found else None

    def add_input(self, session: str, number: int, given: Input) -> Future[int]:
        """Keep what came in; the result comes when it is on disk, or `sqlite3.Error` when nothing is kept."""
        data = json.dumps(given.data, separators=(",", ":"))
        values = (session, number, given.at_ms, given.kind, data)
        return self._write("INSERT INTO input VALUES (?,?,?,?,?)", values)

    def inputs(self, session: str, after: int = 0) -> list[Input]:
        """Return what came in after the input of this number, in order."""
        text = "SELECT at_ms, kind, data FROM input WHERE session=? AND number>? ORDER BY number"
        rows = self._read(text, (session, after))
        return [Input(at_ms, kind, json.loads(data)) for at_ms, kind, data in rows]

    def _write(self, text: str, values: tuple[Any, ...]) -> Future[int]:
        row = _Row(text, values)
        with self._locks[0]:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_rows, daemon=True)
                self._writer.start()
        self._rows.put(row)
        return row.done

    def _write_rows(self) -> None:
        """Write what comes, as much at once as has come meanwhile."""
        while (row := self._rows.get()) is not None:
            rows: list[_Row | None] = [row]
            with suppress(queue.Empty):
                while len(rows) < _TOGETHER and rows[-1] is not None:
                    rows.append(self._rows.get_nowait())
            given = [each for each in rows if each is not None]
            if not self._kept(given):
                for each in given:  # one that cannot be written does not stop the others
                    self._kept([each], tell=True)
            if rows[-1] is None:
                return

    def _kept(self, rows: list[_Row], *, tell: bool = False) -> bool:
        """Write rows in one transaction, all or none; `tell` tells their senders of an error."""
        try:
            with closing(self._base.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                numbers = [cursor.execute(row.text, row.values).lastrowid or 0 for row in rows]
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")
            for row in rows if tell else ():
                row.done.set_exception(error)
            return False
        for row, number in zip(rows, numbers, strict=True):
            row.done.set_result(number)
        return True

    def _read(self, text: str, values: tuple[Any, ...]) -> list[Any]:
        with self._locks[1]:
            return self._reading.execute(text, values).fetchall()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
