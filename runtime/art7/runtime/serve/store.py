"""What the test peer keeps: accounts, sessions and everything that came in, in order. A session is what came in, played anew.

An input is on disk before it is acknowledged (write-ahead log, full synchronisation), so a kill loses nothing that was.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
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


class Store:
    """A SQLite file, or `:memory:`. One connection, one writer at a time."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        try:
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise StoreUnusable(f"its form is {version}, this art7 writes {_VERSION}")
            self._base.executescript(_TABLES)
            self._base.execute(f"PRAGMA user_version={_VERSION}")
        except sqlite3.Error as error:
            raise StoreUnusable(str(error)) from None

    def close(self) -> None:
        """Let the file go."""
        self._base.close()

    def add_account(self, token: str) -> int:
        """Keep a new account by the digest of its token."""
        return int(self._write("INSERT INTO account(token) VALUES (?)", (_digest(token),)))

    def account(self, token: str) -> int | None:
        """Return the account of a token."""
        found = self._read("SELECT id FROM account WHERE token=?", (_digest(token),))
        return found[0][0] if found else None

    def count(self, table: str, account: int | None = None) -> int:
        """Return how many accounts or sessions there are (of one account)."""
        assert table in ("account", "session"), table
        where, given = ("", ()) if account is None else (" WHERE account=?", (account,))
        return int(self._read(f"SELECT count(*) FROM {table}{where}", given)[0][0])

    def add_session(self, row: SessionRow) -> None:
        """Keep a new session."""
        values = (row.id, row.account, row.protocol, row.role, row.seed, row.began_ms)
        self._write("INSERT INTO session VALUES (?,?,?,?,?,?)", values)

    def session(self, id: str) -> SessionRow | None:
        """Return a session."""
        found = self._read("SELECT * FROM session WHERE id=?", (id,))
        return SessionRow(*found[0]) if found else None

    def add_input(self, session: str, number: int, given: Input) -> None:
        """Keep what came in; when this returns it is on disk. Raises: `sqlite3.Error`, nothing kept."""
        data = json.dumps(given.data, separators=(",", ":"))
        self._write("INSERT INTO input VALUES (?,?,?,?,?)", (session, number, given.at_ms, given.kind, data))

    def inputs(self, session: str) -> list[Input]:
        """Return what came in, in order."""
        rows = self._read("SELECT at_ms, kind, data FROM input WHERE session=? ORDER BY number", (session,))
        return [Input(at_ms, kind, json.loads(data)) for at_ms, kind, data in rows]

    def _write(self, text: str, values: tuple[Any, ...]) -> int:
        with self._lock:
            return self._base.execute(text, values).lastrowid or 0

    def _read(self, text: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            return self._base.execute(text, values).fetchall()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
