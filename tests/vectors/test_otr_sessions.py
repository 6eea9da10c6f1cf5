"""Recorded conversations of OTR, played by a session in the place of either side, with its recorded keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.ake import PRIVATE_SIZE, Identity
from art7.runtime.sessions.otr.session import OtrPolicy, OtrSession
from art7.runtime.sessions.otr.state import ENCRYPTED, FINISHED, IN_THE_CLEAR
from art7.runtime.sessions.store import MemoryStore
from catalogue_codec import found_files
from otr_sessions import FACES, Two, face_of, long_term_key
from session_faces import seeded

TOPIC = "otr"
KEY, REVEAL, DATA = 0x0A, 0x11, 0x03
STEPS = range(2, 6)
TAG_SIZE, MAC_SIZE = 4, 20
PIECES = ("?OTR,", "?OTR|")
PEOPLE = ("alice", "bob")


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face_of(request.param) as made:
        yield made


class Recording:
    """One conversation: whole messages with who sent them and what they open to, and who made which key."""

    def __init__(self, face: Face, case: dict[str, Any]) -> None:
        self.case = case
        self.text, self.message = face.record("otr.texts.OtrText"), face.record("otr.messages.OtrMessage")
        self.log = [entry for entry in case["log"] if "wire" in entry]
        self.private = {name: self._made_by(name) for name in PEOPLE}

    def octets(self, name: str) -> list[bytes]:
        """The messages of one person."""
        texts, piece = [], ""
        for wire in (each["wire"] for each in self.log if each["frm"] == name):
            piece += wire.split(",")[3] if wire.startswith(PIECES) else wire
            if piece.endswith("."):
                texts.append(base64.b64decode(piece[5:-1]))
            if piece.endswith(".") or not piece.startswith("?OTR:"):
                piece = ""
        return texts

    def _made_by(self, name: str) -> list[bytes]:
        """Private keys in the order they were made. The one that is committed to is in no message: the other's peer
        answers it."""
        own, others = (b"".join(self.octets(each)) for each in sorted(PEOPLE, key=lambda each: each != name))
        commits = self.octets(name)[0][2] == 0x02
        found = []
        for number, made in enumerate(self.case["dh_keys_made"]):
            public = bytes.fromhex(made["public"])
            shown = public in own or (public not in others and (commits or number > 1))
            if shown:
                found.append(int(made["private"], 16).to_bytes(PRIVATE_SIZE, "big"))
        return found

    def session(self, face: Face, name: str) -> OtrSession:
        """A session in the place of one person; it makes the keys that the person made."""
        waiting, other = iter(self.private[name]), seeded(name)

        def drawn(count: int) -> bytes:
            if count == TAG_SIZE and self.case["version"] == 3:
                return self.octets(name)[0][3 : 3 + TAG_SIZE]
            return next(waiting, other(count)) if count == PRIVATE_SIZE else other(count)

        key = bytes.fromhex(self.case["keys"][name]["dsa_private"])
        policy = OtrPolicy(versions=(self.case["version"],))
        return OtrSession(face, key, drawn, MemoryStore(), name, policy)

    def sealed(self, text: bytes) -> tuple[Any, ...]:
        """What of a data message does not depend on chance."""
        body = self.message.decode(self.text.decode(text).data.octets, mac_key=None).body
        starts = range(0, len(body.old_mac_keys), MAC_SIZE)
        published = {body.old_mac_keys[start : start + MAC_SIZE] for start in starts}
        return body.sender_key, body.receiver_key, body.next_key, body.counter, published


def play(face: Face, case: dict[str, Any], name: str) -> None:
    recording = Recording(face, case)
    session = recording.session(face, name)
    proving, replies, own, checked = False, list[bytes](), "", set[int]()
    for entry in recording.log:
        wire, kinds = entry["wire"], [each["type"] for each in entry.get("tlvs", ())]
        proving = proving or any(kind in STEPS for kind in kinds)
        if entry["frm"] == name:
            own += wire.split(",")[3] if wire.startswith(PIECES) else wire
            if not own.endswith("."):
                own = own if own.startswith("?OTR:") else ""
                continue
            checked.add(check_own(recording, session, entry, own.encode(), replies, proving))
            own, replies = "", []
            continue
        received = session.receive(wire.encode())
        replies += received.replies
        if "decrypted" in entry:
            assert (received.words, received.encrypted) == (entry["decrypted"], True)
        events = [each.name for each in received.events]
        if 2 in kinds:
            assert events == ["asked"], "the proofs of the first step hold"
        if 1 in kinds:
            assert events == ["ended"]
    assert DATA in checked and checked & {KEY, REVEAL}
    assert session.phase in (ENCRYPTED, FINISHED), "whoever ends it says so in the last message"
    assert session.end() is not None and session.phase == IN_THE_CLEAR


def check_own(
    recording: Recording,
    session: OtrSession,
    entry: dict[str, Any],
    text: bytes,
    replies: list[bytes],
    proving: bool,
) -> int:
    """What the session writes is what was recorded, as far as chance has no part in it. Returns the kind of message."""
    kind = base64.b64decode(text[5:-1])[2]
    if kind == DATA and "decrypted" in entry and not proving:
        (made,) = session.send(entry["decrypted"])
        assert recording.sealed(made) == recording.sealed(text)
    elif kind == KEY:
        assert replies == [text]
    elif kind != DATA:
        assert [len(each) for each in replies] == [len(text)]
    return kind


def test_recorded_conversations(face: Face, cases: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            if "dh_keys_made" not in case:
                continue
            for name in PEOPLE:
                play(face, case, name)
                cases.ran(TOPIC)
            reason = "no exponent of the proof is recorded: its later steps are tried live"
            cases.cannot_run(TOPIC, path.name, f"conversation {number}: the end of the proof", reason)


@pytest.mark.parametrize("size", [0, 300])
def test_own_recordings_of_version_3(face: Face, size: int) -> None:
    """No public recording of version 3 has its keys: one that is made here plays in the same way."""
    made: list[dict[str, str]] = []
    pair = face.schedule("otr.keys.KeyPair")

    def recording(name: str) -> Callable[[int], bytes]:
        drawn = seeded(f"{name} of version 3")

        def draw(count: int) -> bytes:
            octets = drawn(count)
            if count == PRIVATE_SIZE:
                made.append({"private": octets.hex(), "public": pair(private=octets).public_key.hex()})
            return octets

        return draw

    policy = OtrPolicy(piece_size=size)
    two = Two(
        *(
            OtrSession(face, long_term_key(name), recording(name), MemoryStore(), name, policy)
            for name in PEOPLE
        )
    )
    two.agree()
    words: dict[bytes, str] = {}
    for turn in range(4):
        two.say(turn % 2, f"words {turn}")
        words[two.log[-1][1]] = f"words {turn}"
    log = [
        {"frm": PEOPLE[side], "wire": text.decode(), **({"decrypted": words[text]} if text in words else {})}
        for side, text in two.log
    ]
    keys = {name: {"dsa_private": long_term_key(name).hex()} for name in PEOPLE}
    for name in PEOPLE:
        play(face, {"version": 3, "log": log, "dh_keys_made": made, "keys": keys}, name)


def test_recorded_keys_are_identities(face: Face, cases: Any) -> None:
    def keys(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if "private_key" in case:
            yield case["private_key"], case["fingerprint"]
        for person in case.get("keys", {}).values():
            yield person["dsa_private"], person["fingerprint"]

    found = [json.loads(path.read_text(encoding="utf-8")) for path in found_files("vectors", TOPIC, ".json")]
    for octets, fingerprint in chain.from_iterable(map(keys, chain.from_iterable(found))):
        assert Identity.read(face, bytes.fromhex(octets)).fingerprint.hex() == fingerprint
        cases.ran(TOPIC)


def test_recorded_session_keys(face: Face, cases: Any) -> None:
    """Keys between two public numbers, as the reference implementation derives them."""
    pair, agree, derive = (
        face.schedule(name) for name in ("otr.keys.KeyPair", "otr.keys.Agreement", "otr.content.DataKeys")
    )
    whole: Callable[[str], bytes] = bytes.fromhex
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if "otr_sesskeys" not in case:
                continue
            private, peer = whole(case["our_private"]), whole(case["their_public"])
            public = pair(private=private).public_key
            assert public.hex() == case["our_public"].lstrip("0")
            shared = agree(private=private, peer=peer).shared
            assert int.from_bytes(shared, "big") == int(case["shared_secret"], 16)
            keys = derive(is_high=int.from_bytes(public, "big") > int.from_bytes(peer, "big"), shared=shared)
            assert keys.send_key.hex() == case["otr_sesskeys"]["Sending   AES key"]
            assert keys.receive_mac_key.hex() == case["otr_sesskeys"]["Receiving MAC key"]
            cases.ran(TOPIC)
