"""A session that is killed at any step, begun again, or run twice on one store never uses a key and nonce twice.

What counts is what left the process: a message that was made and lost with it may be made again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import InterpretedFace
from art7.runtime.session_texts import known_sessions
from art7.runtime.sessions.durable import FileStore
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore, Store
from restarts import KINDS, Halting, Killed, Kind, Sender, Watched
from session_faces import seeded

_RUNS = itertools.count()


@cache
def begun(kind: Kind) -> tuple[tuple[str, bytes], ...]:
    """Return the entries of a store in which the conversation has begun."""
    store = MemoryStore()
    kind.begin(face_of(kind), store, seeded(1))
    return tuple((name, octets) for name, (octets, _) in store._entries.items() if octets is not None)


@cache
def face_of(kind: Kind) -> InterpretedFace:
    return InterpretedFace(catalogue_interpreter(*kind.modules))


@dataclass
class Process:
    """One copy of the program."""

    watched: Watched
    halting: Halting
    sender: Sender


class Restarts(RuleBasedStateMachine):
    """Processes that share a store, and the (key, nonce) pairs of the messages they handed out."""

    def __init__(self, kind: Kind, stores: Callable[[], Store]) -> None:
        super().__init__()
        self.kind = kind
        self.stores = stores
        store = stores()
        for name, octets in begun(kind):
            assert store.swap(name, 0, octets)
        self.used: set[Any] = set()
        self.content = itertools.count()
        self.processes = [self.process(store)]

    def process(self, store: Store) -> Process:
        watched = Watched(face_of(self.kind), self.kind.contents, self.kind.seals)
        halting = Halting(store)
        # After a restart the source of randomness gives something else.
        return Process(watched, halting, self.kind.open(watched, halting, seeded(next(_RUNS))))

    def again(self, place: int) -> None:
        """The process is gone with its memory; another goes on from the store."""
        self.processes[place] = self.process(self.processes[place].halting.inner)

    @rule(which=st.integers(0, 2), count=st.integers(1, 12))
    def send(self, which: int, count: int) -> None:
        place = which % len(self.processes)
        for _ in range(count):
            self.send_one(self.processes[place])

    def send_one(self, process: Process) -> None:
        process.watched.noted.clear()
        try:
            process.sender.send(b"content %d" % next(self.content))
        except SessionRefused as refused:
            assert refused.code in ("stale_state", "index_used"), refused
            return
        assert process.watched.noted, "the schedule that seals is watched"
        for pair in process.watched.noted:
            assert pair not in self.used, "a key and nonce for the second time"
            self.used.add(pair)

    @rule(which=st.integers(0, 2), moment=st.sampled_from(["before", "after"]))
    def kill(self, which: int, moment: str) -> None:
        """The next change of the store is the last thing that the process does, or just not."""
        place = which % len(self.processes)
        self.processes[place].halting.moment = moment
        try:
            self.send_one(self.processes[place])
        except Killed:
            pass
        self.again(place)

    @rule(which=st.integers(0, 2))
    def restart(self, which: int) -> None:
        self.again(which % len(self.processes))

    @rule()
    def clone(self) -> None:
        """A second copy is started on the same store, from what that holds now."""
        if len(self.processes) < 3:
            self.processes.append(self.process(self.processes[0].halting.inner))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_restart_and_no_copy_uses_a_key_twice(kind: Kind) -> None:
    few = settings(max_examples=12, stateful_step_count=12, deadline=None, derandomize=True)
    run_state_machine_as_test(lambda: Restarts(kind, MemoryStore), settings=few)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nor_does_one_on_a_store_in_a_file(kind: Kind) -> None:
    few = settings(max_examples=3, stateful_step_count=8, deadline=None, derandomize=True)
    with TemporaryDirectory() as folder:
        number = itertools.count()

        def fresh() -> Store:
            return FileStore(Path(folder) / f"keys {next(number)}")

        run_state_machine_as_test(lambda: Restarts(kind, fresh), settings=few)


class Forgetful(MemoryStore):
    """A store that does not keep its promise: a change is lost now and then, as in a file that was put back."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        self.changes += 1
        if self.changes % 3:
            return super().swap(name, version, octets)
        return self.read(name)[1] == version


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_control_finds_a_store_that_forgets(kind: Kind) -> None:
    """Without the store's promise the property does not hold: the test can fail."""
    machine = Restarts(kind, Forgetful)
    with pytest.raises(AssertionError, match="second time"):
        for _ in range(40):
            machine.send(0, 9)
            machine.restart(0)


def test_every_session_with_a_state_is_killed_here() -> None:
    """A new session that encrypts and keeps a state gets a row in `restarts.KINDS`."""
    driven = set(
        "signal.session signal.sender_keys olm.session olm.megolm olm.account otr.session srtp.session "
        "ratchet.double_ratchet".split()
    )
    stateless = set(
        "signal.x3dh signal.pqxdh signal.pre_keys signal.kyber signal.kyber_ring matrix.signing matrix.attachments "
        "matrix.redaction".split()
    )
    known = {name for name, each in known_sessions().items() if each.uses}
    assert known - driven - stateless == set()
