"""What texts of OTR do to a conversation: from a state and a text to the next state, what was said, and replies.

Nothing is kept here, so a text that is refused half way changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr import ake
from art7.runtime.sessions.otr.content import DISCONNECTED, Contents
from art7.runtime.sessions.otr.data import DATA_KIND, DataMessages, published_with
from art7.runtime.sessions.otr.fragments import Fragments
from art7.runtime.sessions.otr.proving import Event, Proving
from art7.runtime.sessions.otr.state import (
    ENCRYPTED,
    FINISHED,
    IN_THE_CLEAR,
    OtrState,
    Pieces,
    Proof,
    Ring,
    refusing,
)
from art7.runtime.sessions.otr.texts import Texts
from art7.runtime.sessions.refusals import SessionRefused

_TAGS = "OTR3#instance-tags"
_MACHINE = "OTR3#the-protocol-state-machine"


@dataclass(frozen=True, slots=True)
class OtrPolicy:
    """What an own client wants. `piece_size`: the most octets of a text that the channel takes; 0: any number."""

    versions: tuple[int, ...] = (3,)
    require_encryption: bool = False
    offer_by_white_space: bool = False
    begin_on_white_space: bool = False
    begin_on_error: bool = False
    piece_size: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """What a text said: words for people, whether they were encrypted, what happened, and texts to send back."""

    words: str | None = None
    encrypted: bool = False
    events: tuple[Event, ...] = ()
    replies: tuple[bytes, ...] = ()


class Reading:
    """The parts of a conversation, and how texts reach them."""

    def __init__(
        self, face: Face, identity: ake.Identity, random: Callable[[int], bytes], policy: OtrPolicy
    ) -> None:
        self.policy = policy
        self.texts, self.contents = Texts(face), Contents(face)
        self.data, self.proving = DataMessages(face, random), Proving(face, random, self.contents)
        self._failures = face.failures
        self._message, self._key = face.record("otr.messages.OtrMessage"), face.record("otr.messages.DsaKey")
        self._exchange, self._fragments = ake.KeyExchange(face, identity, random), Fragments(face)

    def fingerprint(self, state: OtrState) -> bytes:
        """Return the fingerprint of the peer's long-term key; nothing without an encrypted conversation."""
        if not state.ring.peer_key:
            return b""
        fingerprint: bytes = self._key.decode(state.ring.peer_key).key.fingerprint
        return fingerprint

    def is_missed(self, text: bytes) -> bool:
        """Whether a text that was refused is one that people miss: a data message that does not ask for silence."""
        try:
            kind, found = self.texts.read(text)
            if kind != "data":
                return False
            with refusing(self._failures, _MACHINE):
                message = self._message.decode(found.octets, mac_key=None)
        except SessionRefused:
            return False
        return int(message.kind) == DATA_KIND and not message.body.ignore_unreadable

    def publishing(self, state: OtrState) -> OtrState:
        """Return the state in which every MAC key that verified a message goes out with the next one."""
        ring = state.ring
        revealed = published_with(ring.revealed, self.data.published(ring))
        return replace(state, ring=replace(ring, revealed=revealed))

    def cut(self, state: OtrState, octets: bytes) -> tuple[bytes, ...]:
        """Return the texts that carry a message, as large as the policy allows."""
        return self._fragments.cut(state, self.texts.armoured(octets), self.policy.piece_size)

    def read(self, state: OtrState, text: bytes) -> tuple[OtrState, Received]:
        """Return the next state and what the text says. Raises: `SessionRefused`."""
        kind, found = self.texts.read(text)
        if kind == "data":
            return self._message_read(state, found.octets)
        if kind in ("fragment", "old_fragment"):
            return self._piece_read(state, found)
        if kind == "error":
            begins = self.policy.begin_on_error
            replies = (
                (self.texts.query(self.policy.versions, ""),) if begins and state.phase != ENCRYPTED else ()
            )
            return state, Received(events=(Event("error", found.words),), replies=replies)
        if kind == "query":
            return self._invited(state, found)
        words, offered = found
        events = (Event("in_the_clear"),) if state.phase != IN_THE_CLEAR else ()
        received = Received(words, events=events)
        if not (offered & set(self.policy.versions) and self.policy.begin_on_white_space):
            return state, received
        state, begun = self._invited(state, offered)
        return state, replace(received, replies=begun.replies)

    def _invited(self, state: OtrState, offered: set[int]) -> tuple[OtrState, Received]:
        common = offered & set(self.policy.versions)
        if not common:
            raise SessionRefused(
                "no_common_version", str(self.policy.versions), str(sorted(offered)), _MACHINE
            )
        version = state.version if state.phase == ENCRYPTED else max(common)
        state, octets = self._exchange.begin(replace(state, version=version))
        return state, Received(replies=self.cut(state, octets))

    def _piece_read(self, state: OtrState, piece: Any) -> tuple[OtrState, Received]:
        if hasattr(piece, "sender"):
            self._for_us(state, int(piece.sender, 16), int(piece.receiver, 16), 0)
        state, text, lost = self._fragments.joined(state, piece)
        received = Received()
        if text is not None:
            state, received = self.read(state, text)
        return state, replace(received, events=received.events + ((Event("pieces_lost"),) if lost else ()))

    def _for_us(self, state: OtrState, sender: int, receiver: int, kind: int) -> None:
        """Raises: `SessionRefused` with `other_instance` for what another client sent, or is to read."""
        beginning = kind in (0, ake.COMMIT_KIND)
        if receiver != state.own_tag and not (receiver == 0 and beginning):
            raise SessionRefused("other_instance", "our instance tag", "another one", _TAGS)
        new = state.peer_tag == 0 or (beginning and state.phase != ENCRYPTED)
        if sender != state.peer_tag and not new:
            raise SessionRefused("other_instance", "the peer's instance tag", "another one", _TAGS)

    def _message_read(self, state: OtrState, octets: bytes) -> tuple[OtrState, Received]:
        with refusing(self._failures, _MACHINE):
            message = self._message.decode(octets, mac_key=None)
        kind, version, before = int(message.kind), message.version, state
        begins = kind == ake.COMMIT_KIND and state.phase != ENCRYPTED
        if version not in self.policy.versions or (version != state.version and not begins):
            raise SessionRefused(
                "unsupported_version", str(state.version or self.policy.versions), str(version)
            )
        if version == 3:
            self._for_us(state, message.sender, message.receiver, kind)
            state = replace(state, peer_tag=message.sender)
        state = replace(state, version=version)
        if kind == DATA_KIND:
            return self._data_read(state, octets, message.body)
        following, received = self._exchange_read(state, kind, octets, message.body)
        return before if following is state else following, received

    def _exchange_read(
        self, state: OtrState, kind: int, octets: bytes, body: Any
    ) -> tuple[OtrState, Received]:
        before = state
        if kind in (ake.REVEAL_KIND, ake.SIGNATURE_KIND) and state.phase == ENCRYPTED:
            state = self.publishing(state)
        if kind == ake.COMMIT_KIND:
            state, reply = self._exchange.on_commit(state, body)
        elif kind == ake.KEY_KIND:
            state, reply = self._exchange.on_key(state, body)
        elif kind == ake.REVEAL_KIND:
            state, reply = self._exchange.on_revealed(state, octets, body)
        else:
            state, reply = self._exchange.on_signature(state, octets)
        if reply is None and state.ring.session_id == before.ring.session_id:
            return before, Received(events=(Event("ignored", "the key exchange does not await it"),))
        events: tuple[Event, ...] = ()
        if state.ring.session_id != before.ring.session_id:
            name = "refreshed" if before.phase == ENCRYPTED else "encrypted"
            events = (Event(name, self.fingerprint(state).hex()),)
        return state, Received(events=events, replies=() if reply is None else self.cut(state, reply))

    def _data_read(self, state: OtrState, octets: bytes, body: Any) -> tuple[OtrState, Received]:
        state, opened, extra_key = self.data.open(state, octets, body)
        words, records = self.contents.read(opened)
        ended = any(int(each.kind) == DISCONNECTED for each in records)
        proof, answers, events = self.proving.on_records(state, records, extra_key)
        state = replace(state, proof=proof)
        replies: tuple[bytes, ...] = ()
        if ended:
            state = cleared(state, FINISHED)
            events = (*events, Event("ended"))
        elif answers:
            sealed = self.contents.write("", answers)
            state, reply, _ = self.data.seal(state, sealed, silent=True)
            replies = self.cut(state, reply)
        return state, Received(words or None, True, events, replies)


def cleared(state: OtrState, phase: int) -> OtrState:
    """Forget every key."""
    return replace(state, phase=phase, ring=Ring(), proof=Proof(), pieces=Pieces())
