"""What else a client of OTR does, with libotr: questions, proofs given up, the extra key, white space, its end, its pieces."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.session import OtrPolicy
from art7.runtime.sessions.otr.state import ENCRYPTED, FINISHED, IN_THE_CLEAR
from art7.runtime.sessions.refusals import SessionRefused
from otr_peers import LinePeer, Talk
from otr_sessions import face_of, session

pytestmark = [pytest.mark.peers, pytest.mark.slow]

SOURCE = Path(__file__).parent / "drivers" / "otr_libotr.c"


@pytest.fixture(scope="module")
def face() -> Iterator[Face]:
    with face_of("sdk") as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the driver is built, and libotr keeps its long-term key."""
    folder = tmp_path_factory.mktemp("libotr")
    if shutil.which("cc") is None:
        pytest.skip("absent: a C compiler, for the driver of libotr")
    command = ["cc", "-O1", "-w", "-o", str(folder / "driver"), str(SOURCE), "-lotr", "-lgcrypt"]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode:
        pytest.skip("absent: libotr with its headers (make peers)")
    return folder


def libotr(home: Path, pieces: int = 0) -> LinePeer:
    return LinePeer([str(home / "driver"), "bob", "alice", str(home), str(pieces)], home)


def met(face: Face, peer: LinePeer, seed: int, policy: OtrPolicy | None = None) -> Talk:
    talk = Talk(session(face, "alice", seed, policy), peer)
    talk.ours(talk.session.query())
    assert talk.session.phase == ENCRYPTED
    return talk


def test_questions_and_proofs_that_are_given_up(face: Face, home: Path) -> None:
    with libotr(home) as peer:
        talk = met(face, peer, 1)
        talk.theirs("N What do we drink?|milk")
        asked = talk.received[-1].events[-1]
        assert (asked.name, asked.detail) == ("asked", "What do we drink?")
        talk.theirs("B")
        assert talk.events()[-1] == "aborted"
        talk.ours(*talk.session.prove(b"milk", "What else?"))
        assert "E smp 4 progress 25 What else?" in talk.printed
        talk.ours(*talk.session.abort())
        assert "E smp 2 progress 0" in talk.printed, "libotr is told"
        talk.theirs("N And now?|tea")
        talk.ours(*talk.session.answer(b"tea"))
        assert talk.events()[-1] == "same" and "E smp 7 progress 100" in talk.printed


def test_the_extra_key_is_the_same(face: Face, home: Path) -> None:
    with libotr(home) as peer:
        talk = met(face, peer, 2)
        talk.theirs("K file")
        theirs = talk.printed[-1].split()[-1]
        used = talk.received[-1].events[-1]
        assert used.name == "extra_key" and used.octets.hex() == theirs
        assert used.detail == f"7 {b'file'.hex()}"
        texts, key = talk.session.use_extra_key(9, b"picture")
        talk.ours(*texts)
        assert f"E extra 9 picture {key.hex()}" in talk.printed


def test_an_invitation_in_white_space_from_either_side(face: Face, home: Path) -> None:
    policy = OtrPolicy(offer_by_white_space=True, begin_on_white_space=True)
    with libotr(home) as peer:
        talk = Talk(session(face, "alice", 3, policy), peer)
        talk.ours(*talk.session.send("Hello."))
        assert talk.session.phase == ENCRYPTED and "P Hello." in talk.printed
    with libotr(home) as peer:
        talk = Talk(session(face, "alice", 4, policy), peer)
        (offer,) = [line[2:].encode() for line in peer.run("S Hello.") if line.startswith("I ")]
        received = talk.session.receive(offer)
        assert received.words == "Hello." and received.replies
        talk.ours(*received.replies)
        assert talk.session.phase == ENCRYPTED


def test_pieces_of_theirs(face: Face, home: Path) -> None:
    with libotr(home, pieces=120) as peer:
        talk = met(face, peer, 5, OtrPolicy(piece_size=100))
        talk.theirs("S " + "words " * 100)
        assert talk.words() == ["words " * 100]
        pieces = [text for whose, text in talk.texts if whose == "theirs" and text.startswith(b"?OTR|")]
        assert len(pieces) > 10
        talk.theirs("M milk")
        talk.ours(*talk.session.answer(b"milk"))
        assert talk.events()[-1] == "same"
        lines = [line[2:].encode() for line in peer.run("S again in pieces") if line.startswith("I ")]
        harmed = lines[0][:-9] + bytes((lines[0][-9] ^ 1,)) + lines[0][-8:]
        with pytest.raises(SessionRefused):
            for text in (harmed, *lines[1:]):
                talk.session.receive(text)
        for text in lines:
            received = talk.session.receive(text)
        assert received.words == "again in pieces", "and unharmed they are read"


def test_their_end(face: Face, home: Path) -> None:
    with libotr(home) as peer:
        talk = met(face, peer, 6)
        talk.ours(*talk.session.send("one"))
        talk.theirs("D")
        assert talk.events()[-1] == "ended" and talk.session.phase == FINISHED
        with pytest.raises(SessionRefused) as refused:
            talk.session.send("two")
        assert refused.value.code == "finished"
        assert talk.session.end() == () and talk.session.phase == IN_THE_CLEAR
        talk.ours(talk.session.query())
        assert talk.session.phase == ENCRYPTED
        talk.theirs("S three")
        assert talk.words() == ["three"]
