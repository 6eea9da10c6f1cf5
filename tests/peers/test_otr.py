"""Off-the-record conversations with libotr: keys, words, proofs of a secret, pieces, the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.session import OtrPolicy
from art7.runtime.sessions.otr.state import ENCRYPTED, IN_THE_CLEAR
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from otr_peers import LinePeer, agreed, changed
from otr_sessions import FACES, face_of, session
from peers import HOME, need

pytestmark = [pytest.mark.peers, pytest.mark.slow]

SUCCESS, FAILURE = "E smp 7 progress 100", "E smp 8 progress 100"
"""libotr's words for a proof that ended."""


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face_of(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where libotr keeps its long-term key, which is slow to make."""
    need("drv_libotr", group="otr")
    return tmp_path_factory.mktemp("otr")


def libotr(keys: Path, pieces: int = 0) -> LinePeer:
    variables = {"FRAG": str(pieces)} if pieces else {}
    return LinePeer([str(HOME / "drv_libotr"), "bob", "alice", str(keys)], keys, variables)


def own_fingerprint(peer: LinePeer) -> str:
    return "".join(peer.first[0].split()[2:]).lower()


@pytest.mark.parametrize("invited", ["theirs", "ours"])
def test_keys_words_and_the_end(face: Face, keys: Path, invited: str) -> None:
    with libotr(keys) as peer:
        ours = session(face, "alice", 1)
        talk = agreed(ours, peer, invited)
        assert ours.peer_fingerprint.hex() == own_fingerprint(peer)
        seen = next(line for line in talk.printed if line.startswith("E fingerprint"))
        assert "".join(seen.split()[2:]).lower() == ours.identity.fingerprint.hex()
        for turn in range(5):
            talk.ours(*ours.send(f"here {turn}"))
            talk.theirs(f"S there {turn}")
        for turn in range(3):
            talk.ours(*ours.send(f"again {turn}"))
        for turn in range(3):
            talk.theirs(f"S more {turn}")
        assert talk.words() == [f"there {n}" for n in range(5)] + [f"more {n}" for n in range(3)]
        heard = [line for line in talk.printed if line.startswith("P ")]
        assert heard == [f"P here {n}" for n in range(5)] + [f"P again {n}" for n in range(3)]
        talk.ours(*ours.end())
        assert ours.phase == IN_THE_CLEAR
        talk.theirs("S too late")
        assert "E msg_event 3 " in talk.printed, "libotr sends nothing once it knows of the end"
        assert talk.texts[-1] == ("theirs", b"")


def test_keys_are_made_anew(face: Face, keys: Path) -> None:
    with libotr(keys) as peer:
        ours = session(face, "alice", 2)
        talk = agreed(ours, peer, "theirs")
        talk.ours(*ours.send("one"))
        before = ours.session_id
        talk.theirs("Q")
        assert talk.events()[-1] == "refreshed" and ours.session_id != before
        talk.ours(*ours.send("two"))
        talk.theirs("S three")
        assert talk.words() == ["three"] and "P two" in talk.printed


@pytest.mark.parametrize("begins", ["ours", "theirs"])
def test_proofs_of_a_secret(face: Face, keys: Path, begins: str) -> None:
    with libotr(keys) as peer:
        ours = session(face, "alice", 3)
        talk = agreed(ours, peer, "theirs")
        for own, other, expected, printed in (
            ("milk", "milk", "same", SUCCESS),
            ("milk", "tea", "different", FAILURE),
        ):
            talk.printed.clear()
            if begins == "ours":
                talk.ours(*ours.prove(own.encode()))
                talk.theirs(f"A {other}")
            else:
                talk.theirs(f"M {other}")
                assert talk.events()[-1] == "asked"
                talk.ours(*ours.answer(own.encode()))
            assert talk.events()[-1] == expected
            assert printed in talk.printed


def test_pieces_both_ways(face: Face, keys: Path) -> None:
    with libotr(keys, pieces=180) as peer:
        ours = session(face, "alice", 4, OtrPolicy(piece_size=150))
        talk = agreed(ours, peer, "theirs")
        talk.ours(*ours.send("words " * 60))
        assert "P " + "words " * 60 in talk.printed
        talk.ours(*ours.prove(b"milk"))
        talk.theirs("A milk")
        assert talk.events()[-1] == "same" and SUCCESS in talk.printed
        assert max(len(text) for _, text in talk.texts) <= 180
        assert {whose for whose, text in talk.texts if text.startswith(b"?OTR|")} == {"ours", "theirs"}


def test_a_session_that_is_read_again_goes_on(face: Face, keys: Path) -> None:
    with libotr(keys) as peer:
        store = MemoryStore()
        talk = agreed(session(face, "alice", 5, store=store), peer, "ours")
        for turn in range(4):
            talk.session = session(face, "alice", 50 + turn, store=store)
            talk.ours(*talk.session.send(f"here {turn}"))
            talk.session = session(face, "alice", 60 + turn, store=store)
            talk.theirs(f"S there {turn}")
        assert talk.words() == [f"there {n}" for n in range(4)]
        assert [line for line in talk.printed if line[:2] == "P "] == [f"P here {n}" for n in range(4)]


def test_a_changed_octet_is_refused_by_both(face: Face, keys: Path) -> None:
    with libotr(keys) as peer:
        ours = session(face, "alice", 6)
        talk = agreed(ours, peer, "theirs")
        for at in (30, 100, 216):  # the next key, twice, and the counter
            (text,) = ours.send("unharmed")
            assert not [each for each in peer.run("R " + changed(text, at).decode()) if each.startswith("P ")]
            assert "P unharmed" in peer.run("R " + text.decode()), "and the message itself is read"
            theirs = next(each[2:] for each in peer.run("S unharmed") if each.startswith("W ")).encode()
            with pytest.raises(SessionRefused) as refused:
                ours.receive(changed(theirs, at))
            assert refused.value.code
            assert ours.receive(theirs).words == "unharmed"
            with pytest.raises(SessionRefused) as refused:
                ours.receive(theirs)
            assert refused.value.code == "replayed"
        assert talk.session.phase == ENCRYPTED


@pytest.mark.parametrize("which", range(4))
def test_a_changed_key_exchange_fails(face: Face, keys: Path, which: int) -> None:
    with libotr(keys) as peer:
        ours = session(face, "alice", 7)
        waiting, secure, number = [("ours", ours.query())], 0, -1
        while waiting:
            whose, text = waiting.pop(0)
            if text.startswith(b"?OTR:"):
                number += 1
                text = changed(text, -4) if number == which else text
            if whose == "ours":
                lines = peer.run("R " + text.decode())
                secure += any("gone_secure" in line for line in lines)
                waiting += [("theirs", line[2:].encode()) for line in lines if line.startswith("I ")]
                continue
            try:
                waiting += [("ours", each) for each in ours.receive(text).replies]
            except SessionRefused as refused:
                assert refused.code
        assert number >= which, "the message was sent"
        sides = [secure > 0, ours.phase == ENCRYPTED]
        assert sides.count(True) < 2, "not both are sure of each other"
