"""OTR in tests: both executions as faces, long-term keys, and two sessions that pass texts to each other."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.session import OtrPolicy, OtrSession, Received
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore, Store
from session_faces import FACES, seeded, session_face

__all__ = [
    "FACES",
    "Two",
    "counted",
    "face_of",
    "long_term_key",
    "octets_of",
    "pair",
    "refusal",
    "refused",
    "session",
    "text_of",
]

MODULES = ("otr.messages", "otr.content", "otr.texts", "otr.keys", "otr.state")


def face_of(kind: str) -> AbstractContextManager[Face]:
    """One execution of the modules of OTR."""
    return session_face(kind, *MODULES)


def counted(value: int) -> bytes:
    """A number behind its length, as files of keys have it."""
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return len(octets).to_bytes(4, "big") + octets


@cache
def long_term_key(name: str) -> bytes:
    """A new DSA key of 1,024 bits for each name, as an `otr.messages.DsaPrivateKey`."""
    parameters = _parameters()
    numbers = parameters.generate_private_key().private_numbers()
    public, group = numbers.public_numbers, numbers.public_numbers.parameter_numbers
    assert name
    return bytes(2) + b"".join(map(counted, (group.p, group.q, group.g, public.y, numbers.x)))


@cache
def _parameters() -> dsa.DSAParameters:
    return dsa.generate_parameters(1024)


def session(
    face: Face, name: str, seed: int, policy: OtrPolicy | None = None, store: Store | None = None
) -> OtrSession:
    """A session of `name` with seeded randomness."""
    return OtrSession(face, long_term_key(name), seeded(seed), store or MemoryStore(), name, policy)


class Two:
    """Two sessions; `log` has every text with its sender's place, `said` what either side received."""

    def __init__(self, first: OtrSession, second: OtrSession) -> None:
        self.sides = (first, second)
        self.log: list[tuple[int, bytes]] = []
        self.said: tuple[list[Received], list[Received]] = ([], [])

    def pump(self, sender: int, texts: tuple[bytes, ...]) -> None:
        """Deliver texts and every reply to them."""
        waiting = [(sender, each) for each in texts]
        while waiting:
            side, text = waiting.pop(0)
            self.log.append((side, text))
            received = self.sides[1 - side].receive(text)
            self.said[1 - side].append(received)
            waiting += [(1 - side, each) for each in received.replies]

    def agree(self, inviting: int = 0) -> None:
        """Key exchange, after an invitation from one side."""
        self.pump(inviting, (self.sides[inviting].query(),))

    def say(self, sender: int, words: str) -> None:
        """Words that must arrive as they were."""
        self.pump(sender, self.sides[sender].send(words))
        last = self.said[1 - sender][-1]
        assert (last.words, last.encrypted) == (words, True)

    def events(self, side: int) -> list[tuple[str, str]]:
        """What happened to one side."""
        return [(each.name, each.detail) for received in self.said[side] for each in received.events]


def pair(face: Face, policy: OtrPolicy | None = None, **more: Any) -> Two:
    """Two sessions that have not met."""
    return Two(session(face, "alice", 1, policy, **more), session(face, "bob", 2, policy, **more))


def refused(action: Callable[[], object], *sessions: OtrSession) -> str:
    """The code of a refusal after which the sessions are as they were."""
    before = [each._state for each in sessions]
    with pytest.raises(SessionRefused) as caught:
        action()
    assert [each._state for each in sessions] == before
    return caught.value.code


def refusal(session: OtrSession, text: bytes) -> str:
    """The code of a text that is refused."""
    return refused(lambda: session.receive(text), session)


def octets_of(text: bytes) -> bytes:
    """What a message in base64 holds."""
    return base64.b64decode(text[5:-1])


def text_of(octets: bytes) -> bytes:
    """A message in base64."""
    return b"?OTR:" + base64.b64encode(octets) + b"."
