"""Where a session keeps what must outlive a message: long-term keys, one-time keys, states.

An implementer may hand in a store of its own (a database, a key chain, a hardware module). What makes nonces safe is
its one promise: `swap` changes an entry only if nobody changed it since it was read. A session stores the state that
follows before it hands out a message, so a restart can lose a message but never use a message key twice; a second
copy of the process finds that its entry is stale and is refused.
"""

from __future__ import annotations

from typing import Protocol

from art7.runtime.sessions.refusals import SessionRefused


class Store(Protocol):
    """Entries by name; every change gives an entry a new version, counted from 1. Version 0: there is none."""

    def read(self, name: str) -> tuple[bytes | None, int]:
        """Return the octets of an entry, `None` when there are none, and its version."""
        ...

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        """Replace or (with `None`) erase the entry if its version is `version`; return whether that was done.

        The change is durable when this returns.
        """
        ...


class MemoryStore:
    """A store for tests and for states that need not outlive the process."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[bytes | None, int]] = {}

    def read(self, name: str) -> tuple[bytes | None, int]:
        """Return the octets and the version of an entry."""
        return self._entries.get(name, (None, 0))

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        """Replace or erase the entry if nobody did since `version`."""
        if self.read(name)[1] != version:
            return False
        self._entries[name] = (octets, version + 1)
        return True


def commit(store: Store, name: str, version: int, octets: bytes | None) -> int:
    """Change an entry and return its new version. Raises: `SessionRefused` with `stale_state` when it was changed."""
    if not store.swap(name, version, octets):
        raise SessionRefused(
            "stale_state", f"version {version} of {name}", "a later one", "one copy, one counter"
        )
    return version + 1
