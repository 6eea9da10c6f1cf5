"""Off-the-record conversations with otr.js, and with python-potr, which has only version 2."""

from __future__ import annotations

import pytest

from art7.runtime.sessions.otr.session import OtrPolicy, OtrSession
from art7.runtime.sessions.otr.state import ENCRYPTED
from art7.runtime.sessions.refusals import SessionRefused
from otr_peers import LinePeer, Talk, agreed, changed
from otr_sessions import face_of, session
from peers import HOME, RECIPES, PeerFailed, need

pytestmark = [pytest.mark.peers, pytest.mark.slow]


def otr_js() -> LinePeer:
    need("npm-otr/drv_otrjs.cjs", group="otr")
    return LinePeer(["node", str(HOME / "npm-otr" / "drv_otrjs.cjs")], HOME / "npm-otr")


def test_otr_js() -> None:
    """otr.js spoils about one key exchange in fifteen, whoever is the peer: three tries."""
    with face_of("interpreter") as face:
        for attempt in range(3):
            with otr_js() as peer:
                try:
                    talk_with_otr_js(session(face, "alice", 80 + attempt), peer)
                    return
                except (AssertionError, SessionRefused, PeerFailed):
                    if attempt == 2:
                        raise


def talk_with_otr_js(ours: OtrSession, peer: LinePeer) -> None:
    talk = agreed(ours, peer, "theirs")
    assert ours.peer_fingerprint.hex() == peer.first[0].split()[2].lower()
    for turn in range(2):
        talk.ours(*ours.send(f"here {turn}"))
        talk.theirs(f"S there {turn}")
    assert talk.words() == [f"there {n}" for n in range(2)]
    assert [line for line in talk.printed if line[:2] == "P "] == [f"P here {n}" for n in range(2)]
    talk.ours(*ours.prove(b"milk"))
    talk.theirs("A milk")
    assert talk.events()[-1] == "same"
    talk.theirs("Q")
    assert talk.events()[-1] == "refreshed", "we begin this time"
    (text,) = ours.send("spoilt")
    assert not [line for line in peer.run("R " + changed(text, 100).decode()) if line == "P spoilt"]


def test_version_2_with_python_potr() -> None:
    """python-potr has no version 3; version 2 is spoken only where the policy allows it."""
    need("v-otr/bin/python", group="otr")
    command = [str(HOME / "v-otr" / "bin" / "python"), str(RECIPES / "otr" / "drv_potr.py")]
    with face_of("interpreter") as face, LinePeer(command, HOME) as peer:
        ours = session(face, "alice", 9, OtrPolicy(versions=(2, 3)))
        talk = Talk(ours, peer)
        talk.theirs("Q")
        assert (ours.phase, ours.version) == (ENCRYPTED, 2)
        for turn in range(3):
            talk.ours(*ours.send(f"here {turn}"))
            talk.theirs(f"S there {turn}")
        assert talk.words() == [f"there {n}" for n in range(3)]
        assert [line for line in talk.printed if line[:2] == "P "] == [f"P here {n}" for n in range(3)]
        strict = session(face, "alice", 10)
        with pytest.raises(SessionRefused) as refused:
            strict.receive(b"?OTRv2? art7")
        assert refused.value.code == "no_common_version"
