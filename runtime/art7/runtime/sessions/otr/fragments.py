"""Texts of OTR that are too long for a channel: cut into pieces, and put together again (OTR3#fragmentation)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.state import OtrState, Pieces, refusing
from art7.runtime.sessions.refusals import SessionRefused

MOST_PIECES = 65535
LARGEST_TEXT = 2097152
_RULE = "OTR3#fragmentation"


class Fragments:
    """Cuts and joins; versions 2 and 3 have different pieces."""

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._text = face.record("otr.texts.OtrText")
        self._piece = face.record("otr.texts.Fragment")
        self._old_piece = face.record("otr.texts.OldFragment")

    def cut(self, state: OtrState, text: bytes, size: int) -> tuple[bytes, ...]:
        """Return the text, or pieces of at most `size` octets; 0: the channel has no limit.

        Raises: `SessionRefused` with `piece_too_small` when no number of pieces is enough.
        """
        if not size or len(text) <= size:
            return (text,)
        room = size - len(self._made(state, MOST_PIECES, MOST_PIECES, b"-")) + 1
        count = -(-len(text) // room) if room > 0 else MOST_PIECES + 1
        if count > MOST_PIECES:
            raise SessionRefused(
                "piece_too_small", f"at most {MOST_PIECES} pieces", f"{size} octets each", _RULE
            )
        return tuple(
            self._made(state, number + 1, count, text[number * room : (number + 1) * room])
            for number in range(count)
        )

    def _made(self, state: OtrState, number: int, count: int, piece: bytes) -> bytes:
        members = {"number": f"{number:05}", "count": f"{count:05}", "piece": piece.decode("ascii")}
        with refusing(self._failures, _RULE):
            if state.version == 2:
                made = self._text(old_fragment=self._old_piece(**members))
            else:
                tags = {"sender": f"{state.own_tag:08x}", "receiver": f"{state.peer_tag:08x}"}
                made = self._text(fragment=self._piece(**tags, **members))
            octets: bytes = made.encode()
        return octets

    def joined(self, state: OtrState, piece: Any) -> tuple[OtrState, bytes | None, bool]:
        """Return the next state, the whole text with its last piece, and whether pieces before were given up."""
        number, count, text = int(piece.number), int(piece.count), piece.piece.encode("ascii")
        held = state.pieces
        follows = held.number > 0 and number == held.number + 1 and count == held.count
        if number != 1 and not follows:
            return replace(state, pieces=Pieces()), None, True
        whole = text if number == 1 else held.text + text
        if len(whole) > LARGEST_TEXT:
            return replace(state, pieces=Pieces()), None, True
        lost = number == 1 and held.number > 0
        if number == count:
            return replace(state, pieces=Pieces()), whole, lost
        return replace(state, pieces=Pieces(number, count, whole)), None, lost
