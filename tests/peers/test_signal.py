"""Signal sessions of art7 and independent implementations, in both roles: X3DH with version 3, PQXDH with version 4."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from peers import HOME, Peer, PeerFailed, flipped, need
from session_faces import session_face
from signal_parties import MODULES, Party, bundle_of

pytestmark = [pytest.mark.peers, pytest.mark.slow]

PROGRAMS = {
    "libsignal-client 0.21.1": ("ls-0.21.1/drv_libsignal.mjs", 3),
    "libsignal": ("npm-sig/drv_wslibsignal.mjs", 3),
    "libsignal-protocol-typescript": ("npm-sig/drv_prlibsignal.mjs", 3),
    "libsignal-client 0.72.1": ("ls-0.72.1/drv_libsignal.mjs", 4),
    "libsignal-client 0.79.0": ("ls-0.79.0/drv_libsignal.mjs", 4),
    "libsignal-client 0.86.16": ("ls-0.86.16/drv_libsignal.mjs", 4),
}
"""Driver below `.peers`, and the version of the sessions that it begins."""

HASTY = "libsignal"
"""Changes a session before it looks at the MAC, even one that the message is not of; never checks a pre-key's signature."""


@pytest.fixture(scope="module")
def face() -> Iterator[Face]:
    with session_face("sdk", *MODULES) as made:
        yield made


class Sides:
    """art7 and a peer that know each other's bundle; `ours` and `theirs` send, and what arrives is checked."""

    def __init__(self, face: Face, peer: Peer, name: str) -> None:
        self.peer, self.name, self.version = peer, name, PROGRAMS[name][1]
        self.party = Party(face, os.urandom)
        self.their_bundle = peer("init", name="peer", peerName="art7")["bundle"]
        self.our_bundle = self.party.make_keys(4711, self.version)

    def begin(self, is_ours: bool) -> None:
        if is_ours:
            self.party.session.begin(bundle_of(self.their_bundle))
        else:
            self.peer("start", bundle=self.our_bundle)

    def send(self, is_ours: bool, text: str) -> tuple[dict[str, str], str]:
        told = self.party.send(text.encode()) if is_ours else self.peer("send", data=text.encode().hex())
        return {name: told[name] for name in ("type", "msg")}, text

    def wrong(self, told: dict[str, str]) -> dict[str, str]:
        """Return a message with one wrong octet in its MAC; what stands around the inner one no MAC protects."""
        octets = bytes.fromhex(told["msg"])
        inner = self.party.suite.message.decode(octets).body.inner if told["type"] == "prekey" else octets
        end = octets.index(inner) + len(inner)
        return {**told, "msg": flipped(octets, end - 1).hex()}

    def arrive(self, is_ours: bool, sent: tuple[dict[str, str], str]) -> None:
        """Deliver a message to the other side, after one with a wrong octet, and once more after it."""
        told, text = sent
        wrong = self.wrong(told)
        if is_ours:
            if self.name == HASTY:
                wrong = self.wrong(self.send(True, "never read")[0])
            with pytest.raises(PeerFailed):
                self.peer("recv", **wrong)
            assert bytes.fromhex(self.peer("recv", **told)["data"]).decode() == text
            with pytest.raises(PeerFailed):
                self.peer("recv", **told)
        else:
            before = self.party.keys.store.read("signal/session/peer")
            with pytest.raises(SessionRefused) as refused:
                self.party.receive(wrong)
            assert refused.value.code == "bad_mac"
            assert self.party.keys.store.read("signal/session/peer") == before
            assert self.party.receive(told).decode() == text
            with pytest.raises(SessionRefused) as refused:
                self.party.receive(told)
            assert refused.value.code == "duplicate_message"
            self.party.restart()


@pytest.fixture(params=PROGRAMS)
def sides(request: pytest.FixtureRequest, face: Face) -> Iterator[Sides]:
    driver, _ = PROGRAMS[request.param]
    need(driver, group="signal")
    folder, _, file = driver.partition("/")
    with Peer(["node", file], folder=HOME / folder) as peer:
        yield Sides(face, peer, request.param)


@pytest.mark.parametrize("is_ours", [True, False], ids=["we begin", "they begin"])
def test_a_conversation_in_any_order(sides: Sides, is_ours: bool) -> None:
    sides.begin(is_ours)
    first = [sides.send(is_ours, f"first {number}") for number in range(3)]
    assert {told["type"] for told, _ in first} == {"prekey"}
    assert all(bytes.fromhex(told["msg"])[0] >> 4 == sides.version for told, _ in first)
    for place in (1, 0):
        sides.arrive(is_ours, first[place])
    for number in range(3):
        answers = [sides.send(not is_ours, f"answer {number} {part}") for part in range(4)]
        assert {told["type"] for told, _ in answers} == {"whisper"}
        for place in (2, 0, 3):
            sides.arrive(not is_ours, answers[place])
        more = [sides.send(is_ours, f"more {number} {part}") for part in range(2)]
        assert {told["type"] for told, _ in more} == {"whisper"}
        sides.arrive(is_ours, more[1])
        sides.arrive(not is_ours, answers[1])
        sides.arrive(is_ours, more[0])
    sides.arrive(is_ours, first[2])


def test_both_begin_at_once(sides: Sides) -> None:
    if sides.name == HASTY:
        pytest.skip(f"npm {HASTY} spoils its second session by trying messages of the first on it")
    sides.begin(True)
    sides.begin(False)
    ours, theirs = sides.send(True, "from us"), sides.send(False, "from them")
    assert ours[0]["type"] == theirs[0]["type"] == "prekey"
    sides.arrive(True, ours)
    sides.arrive(False, theirs)
    for number in range(3):
        for is_ours in (True, False):
            late, early = (sides.send(is_ours, f"{number} {part}") for part in range(2))
            sides.arrive(is_ours, early)
            sides.arrive(is_ours, late)


def test_a_bundle_with_a_wrong_signature_is_refused_by_either(sides: Sides) -> None:
    broken: dict[str, Any] = dict(sides.their_bundle)
    broken["signedPreKeySignature"] = flipped(bytes.fromhex(broken["signedPreKeySignature"]), 3).hex()
    with pytest.raises(SessionRefused) as refused:
        sides.party.session.begin(bundle_of(broken))
    assert refused.value.code == "bad_signature"
    if sides.version == 4:
        broken = dict(sides.their_bundle)
        broken["kyberPreKey"] = flipped(bytes.fromhex(broken["kyberPreKey"]), 40).hex()
        with pytest.raises(SessionRefused) as refused:
            sides.party.session.begin(bundle_of(broken))
        assert refused.value.code == "bad_signature"
    if sides.name == HASTY:
        return
    broken = dict(sides.our_bundle)
    broken["signedPreKeySignature"] = flipped(bytes.fromhex(broken["signedPreKeySignature"]), 3).hex()
    with pytest.raises(PeerFailed):
        sides.peer("start", bundle=broken)
