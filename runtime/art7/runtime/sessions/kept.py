"""A session kept in a store: what it becomes is stored before anything it made is handed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import Store, commit


class Stateful(Protocol):
    """What has a state for a store: an Olm session, an account, a group session."""

    def octets(self) -> bytes:
        """Return the state."""
        ...


State = TypeVar("State", bound=Stateful)
Result = TypeVar("Result")


class Kept(Generic[State]):
    """One entry of a store and the session that it is the state of.

    A session that changes in memory and cannot be stored is forgotten: what the store holds counts.
    """

    __slots__ = ("_name", "_read", "_session", "_store", "_version")

    def __init__(self, store: Store, name: str, read: Callable[[bytes], State]) -> None:
        """Go on with an entry that is there, or that `put` will make. `read`: makes the session from its state."""
        self._store, self._name, self._read = store, name, read
        self._session: State | None = None
        self._version = 0

    def put(self, session: State) -> None:
        """Keep a new session. Raises: `SessionRefused` with `stale_state` when the entry is taken."""
        octets, version = self._store.read(self._name)
        if octets is not None:
            raise SessionRefused("stale_state", "no entry of that name", "one", "one copy, one counter")
        self._version = commit(self._store, self._name, version, session.octets())
        self._session = session

    def do(self, call: Callable[[State], Result]) -> Result:
        """Return what `call` makes of the session, its state stored.

        Raises: `SessionRefused`: that of `call`, `no_session`, `bad_state`, or `stale_state` when another copy has
        changed the entry since; then nothing is handed out, and the next call goes on from the store.
        """
        session = self._session or self._loaded()
        result = call(session)
        try:
            self._version = commit(self._store, self._name, self._version, session.octets())
        except SessionRefused:
            self._session = None
            raise
        return result

    def _loaded(self) -> State:
        octets, version = self._store.read(self._name)
        if octets is None:
            raise SessionRefused("no_session", f"an entry {self._name}", "none")
        session = self._session = self._read(octets)
        self._version = version
        return session
