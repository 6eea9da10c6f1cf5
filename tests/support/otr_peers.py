"""Independent programs that speak OTR, by the line protocol of the recipes' drivers, and conversations with them.

A driver takes `Q` (invite), `S words`, `R text`, `M secret` (begin the proof), `A secret` (answer it); it prints `I` and
`W` texts to deliver, `P` words that came, `E` events, and a full stop when it is done.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from art7.runtime.sessions.otr.session import OtrSession, Received
from peers import Peer, PeerFailed, flipped

SECONDS = 60


class LinePeer(Peer):
    """One program; every command returns the lines that it printed."""

    def __init__(
        self, command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start it; `first`: what it prints before any command."""
        super().__init__(command, folder, variables)
        self.first = self._answer("start")

    def run(self, command: str) -> list[str]:
        """Return the lines of one command. Raises: `PeerFailed`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(command.encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise PeerFailed(f"{command[:1]}: the program has ended") from None
        return self._answer(command[:1])

    def _answer(self, command: str) -> list[str]:
        deadline, found = time.monotonic() + SECONDS, list[str]()
        while (line := self._line(deadline, command)) != b".":
            found.append(line.decode())
        return found


class Talk:
    """A session and a program; texts go back and forth until both are silent."""

    def __init__(self, session: OtrSession, peer: LinePeer) -> None:
        self.session, self.peer = session, peer
        self.received: list[Received] = []
        self.printed: list[str] = []
        self.texts: list[tuple[str, bytes]] = []

    def theirs(self, command: str) -> None:
        """Have the program do something, and deliver what it sends."""
        self._delivered(self.peer.run(command))

    def ours(self, *texts: bytes) -> None:
        """Deliver texts of the session, and every reply."""
        waiting = list(texts)
        while waiting:
            text = waiting.pop(0)
            self.texts.append(("ours", text))
            waiting += self._answers(self.peer.run("R " + text.decode()))

    def _delivered(self, lines: Sequence[str]) -> None:
        self.ours(*self._answers(lines))

    def _answers(self, lines: Sequence[str]) -> list[bytes]:
        replies: list[bytes] = []
        for line in lines:
            if line[:2] in ("I ", "W "):
                self.texts.append(("theirs", line[2:].encode()))
                received = self.session.receive(line[2:].encode())
                self.received.append(received)
                replies += received.replies
            else:
                self.printed.append(line)
        return replies

    def events(self) -> list[str]:
        """What happened to the session, by name."""
        return [each.name for received in self.received for each in received.events]

    def words(self) -> list[str]:
        """Words that came encrypted."""
        return [each.words for each in self.received if each.encrypted and each.words is not None]


def agreed(ours: OtrSession, peer: LinePeer, invited: str) -> Talk:
    """A key exchange; who is invited begins it."""
    talk = Talk(ours, peer)
    if invited == "theirs":
        talk.ours(ours.query())
    else:
        talk.theirs("Q")
    assert "encrypted" in talk.events()
    assert "E gone_secure v3" in talk.printed
    return talk


def changed(text: bytes, at: int) -> bytes:
    """A message with one bit of its octets changed. MAC keys that are published, at its end, are not authenticated."""
    octets = base64.b64decode(text[5:-1])
    return b"?OTR:" + base64.b64encode(flipped(octets, at)) + b"."
