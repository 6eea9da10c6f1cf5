"""A reader that is killed at any step, begun again, or run twice on one store reads on, and takes no message twice.

What counts is what left the process: a content that was lost with it is not handed out again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import InterpretedFace
from art7.runtime.sessions.durable import FileStore
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore, Store
from receivers import KINDS, Kind, Read
from restarts import Halting, Killed
from session_faces import seeded

_RUNS = itertools.count(1000)
_MOST = 34
"""Messages of a run: no session drops a key that it keeps for one of them."""
_USED = {"duplicate_message", "replayed", "too_old", "stale_state"}
"""How a message is refused that was taken, here or by another copy, or lost with a block of numbers."""


@cache
def face_of(kind: Kind) -> InterpretedFace:
    return InterpretedFace(catalogue_interpreter(*kind.modules))


@dataclass
class Process:
    """One copy of the program."""

    halting: Halting
    read: Read


class Readers(RuleBasedStateMachine):
    """Processes that share a store, the messages written for them, and which of those they handed out."""

    def __init__(self, kind: Kind, store: Store) -> None:
        super().__init__()
        self.kind = kind
        self.store = store
        self.write_one = kind.begin(face_of(kind), store, seeded(1))
        self.messages = [self.write_one(b"content 0")]
        self.taken: set[int] = set()
        self.lost: set[int] = set()
        self.deliveries = itertools.count()
        self.processes = [self.process()]

    def process(self) -> Process:
        halting = Halting(self.store)
        return Process(halting, self.kind.open(face_of(self.kind), halting, seeded(next(_RUNS))))

    def deliver(self, process: Process, number: int) -> str:
        """Deliver a message and return the code of the refusal, or nothing when it was taken."""
        try:
            content = process.read(self.messages[number], next(self.deliveries))
        except SessionRefused as refused:
            assert refused.code in _USED, refused
            return refused.code
        assert number not in self.taken, "a message for the second time"
        assert number not in self.lost, "a message after the state behind it was stored"
        assert content == b"content %d" % number
        self.taken.add(number)
        return ""

    @precondition(lambda self: len(self.messages) < _MOST)
    @rule(count=st.integers(1, 4))
    def write(self, count: int) -> None:
        for _ in range(count):
            self.messages.append(self.write_one(b"content %d" % len(self.messages)))

    @rule(which=st.integers(0, 2), number=st.integers(0, _MOST))
    def receive(self, which: int, number: int) -> None:
        self.deliver(self.processes[which % len(self.processes)], number % len(self.messages))

    @rule(which=st.integers(0, 2), number=st.integers(0, _MOST), moment=st.sampled_from(["before", "after"]))
    def kill(self, which: int, number: int, moment: str) -> None:
        """The next change of the store is the last thing that the process does, or just not."""
        place, number = which % len(self.processes), number % len(self.messages)
        process = self.processes[place]
        process.halting.moment = moment
        try:
            self.deliver(process, number)
        except Killed:
            if moment == "after" and self.kind.block == 0:
                self.lost.add(number)
        self.processes[place] = self.process()

    @rule()
    def clone(self) -> None:
        """A second copy is started on the same store, from what that holds now."""
        if len(self.processes) < 3:
            self.processes.append(self.process())

    @precondition(lambda self: len(self.messages) < _MOST)
    @rule(which=st.integers(0, 2))
    def read_on(self, which: int) -> None:
        """Whoever begins again reads the next message, behind the block of numbers that a restart may lose."""
        self.write(max(self.kind.block, 1))
        place = which % len(self.processes)
        self.processes[place] = self.process()
        assert self.deliver(self.processes[place], len(self.messages) - 1) == "", "it does not read on"

    @precondition(lambda self: self.kind.late)
    @rule(which=st.integers(0, 2))
    def read_late(self, which: int) -> None:
        """Whoever begins again reads every message that was overtaken and neither taken nor lost."""
        place = which % len(self.processes)
        self.processes[place] = self.process()
        for number in sorted(set(range(len(self.messages))) - self.taken - self.lost):
            assert self.deliver(self.processes[place], number) == "", f"message {number} is not read"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whoever_begins_again_reads_on_and_takes_nothing_twice(kind: Kind) -> None:
    few = settings(max_examples=10, stateful_step_count=14, deadline=None, derandomize=True)
    run_state_machine_as_test(lambda: Readers(kind, MemoryStore()), settings=few)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_so_does_one_on_a_store_in_a_file(kind: Kind) -> None:
    few = settings(max_examples=3, stateful_step_count=10, deadline=None, derandomize=True)
    with TemporaryDirectory() as folder:
        number = itertools.count()

        def fresh() -> Readers:
            return Readers(kind, FileStore(Path(folder) / f"keys {next(number)}"))

        run_state_machine_as_test(fresh, settings=few)


class Forgetful(MemoryStore):
    """A store that does not keep its promise: once `forgets` is set, a change is told but not made."""

    forgets = False

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        if self.forgets:
            return self.read(name)[1] == version
        return super().swap(name, version, octets)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_control_finds_a_store_that_forgets(kind: Kind) -> None:
    """Without the store's promise a message is taken twice: the test can fail."""
    store = Forgetful()
    readers = Readers(kind, store)
    store.forgets = True
    assert readers.deliver(readers.process(), 0) == ""
    with pytest.raises(AssertionError, match="second time"):
        readers.deliver(readers.process(), 0)
