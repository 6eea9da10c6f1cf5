"""A store changes an entry only for those who saw its last version."""

from __future__ import annotations

import pytest

from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore, commit


def test_the_second_copy_of_a_session_is_refused() -> None:
    store = MemoryStore()
    first = commit(store, "session", 0, b"one")
    assert store.read("session") == (b"one", first)
    commit(store, "session", first, b"two")
    with pytest.raises(SessionRefused) as refused:
        commit(store, "session", first, b"other")
    assert refused.value.code == "stale_state"
    assert store.read("session")[0] == b"two"


def test_an_erased_entry_keeps_counting() -> None:
    store = MemoryStore()
    version = commit(store, "key", commit(store, "key", 0, b"once"), None)
    assert store.read("key") == (None, version)
    assert not store.swap("key", 0, b"again")
