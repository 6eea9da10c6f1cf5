"""Off-the-record messaging, version 3 (and 2, where it is allowed), with one client of a peer.

Texts come in and go out as another protocol carries them; nothing is sent here, no clock is read, and randomness is
handed in. A text that is refused leaves the session as it was, and the state that follows is in the store before a text
is handed out.

    session = OtrSession(face, key, random, store, "peer")
    session.query()            invites the peer
    session.receive(text)      what a text says, and the texts to send back
    session.send("words")      the texts that carry words
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.ake import Identity
from art7.runtime.sessions.otr.content import ABORT, DISCONNECTED
from art7.runtime.sessions.otr.proving import Event
from art7.runtime.sessions.otr.reading import OtrPolicy, Reading, Received, cleared
from art7.runtime.sessions.otr.state import ENCRYPTED, FINISHED, IN_THE_CLEAR, OtrState, Proof, StateForm
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import Store, commit

__all__ = ["Event", "OtrPolicy", "OtrSession", "Received"]

USES = ("otr.messages", "otr.content", "otr.texts", "otr.keys", "otr.state")
SMALLEST_TAG = 0x100
_MACHINE = "OTR3#the-protocol-state-machine"


class OtrSession:
    """One conversation. Every public method raises `SessionRefused` and is then without effect."""

    def __init__(
        self, face: Face, key: bytes, random: Callable[[int], bytes], store: Store, name: str,
        policy: OtrPolicy | None = None,
    ) -> None:  # fmt: skip
        """`key`: the own long-term key, an `otr.messages.DsaPrivateKey`; `name`: the entry of the store."""
        self.policy = policy or OtrPolicy()
        self.identity = Identity.read(face, key)
        self._random = random
        self._store, self._name = store, name
        self._form = StateForm(face)
        self._reading = Reading(face, self.identity, random, self.policy)
        octets, self._version = store.read(name)
        self._state = OtrState(self._new_tag()) if octets is None else self._form.read(octets)

    def _new_tag(self) -> int:
        while (tag := int.from_bytes(self._random(4), "big")) < SMALLEST_TAG:
            pass
        return tag

    # ---- what is known ----------------------------------------------------------------------------------------

    @property
    def phase(self) -> int:
        """`IN_THE_CLEAR`, `ENCRYPTED` or `FINISHED`."""
        return self._state.phase

    @property
    def version(self) -> int:
        """The version of the protocol; 0 while none is agreed on."""
        return self._state.version

    @property
    def session_id(self) -> bytes:
        """Eight octets that people may compare; empty without an encrypted conversation."""
        return self._state.ring.session_id

    @property
    def peer_fingerprint(self) -> bytes:
        """The fingerprint of the peer's long-term key; empty without an encrypted conversation."""
        return self._reading.fingerprint(self._state)

    # ---- sending ------------------------------------------------------------------------------------------------

    def query(self, words: str = "") -> bytes:
        """Return an invitation to the versions of the policy; `words` are for clients that do not know it."""
        return self._reading.texts.query(self.policy.versions, words)

    def error(self, words: str) -> bytes:
        """Return a text that says what went wrong."""
        return self._reading.texts.error(words)

    def complaint(self, text: bytes, words: str) -> tuple[bytes, ...]:
        """Return the texts that tell the peer that a text of its was refused: none where it asks to say nothing, and for
        whatever is no data message (OTR3#data-message).
        """
        return (self.error(words),) if self._reading.is_missed(text) else ()

    def send(self, words: str) -> tuple[bytes, ...]:
        """Return the texts that carry words, encrypted if the conversation is."""
        if self._state.phase == FINISHED:
            raise SessionRefused("finished", "a conversation", "one that the peer has ended", _MACHINE)
        if self._state.phase == ENCRYPTED:
            return self._sealed(self._state, words)[0]
        if self.policy.require_encryption:
            raise SessionRefused("not_encrypted", "an encrypted conversation", "none", _MACHINE)
        offering = self.policy.offer_by_white_space and 3 in self.policy.versions
        return (self._reading.texts.clear(words, offering),)

    def heartbeat(self) -> tuple[bytes, ...]:
        """Return an empty message, by which keys go on changing where only the peer writes."""
        return self._sealed(self._encrypted(), "", silent=True)[0]

    def end(self) -> tuple[bytes, ...]:
        """End the conversation; return the texts that tell the peer, none when there was nothing encrypted."""
        state = self._state
        texts: tuple[bytes, ...] = ()
        if state.phase == ENCRYPTED:
            state = self._reading.publishing(state)
            opened = self._reading.contents.write("", [self._reading.contents.bare(DISCONNECTED)])
            state, octets, _ = self._reading.data.seal(state, opened, silent=True)
            texts = self._reading.cut(state, octets)
        self._take(cleared(state, IN_THE_CLEAR))
        return texts

    def use_extra_key(self, purpose: int, details: bytes = b"") -> tuple[tuple[bytes, ...], bytes]:
        """Return the texts that announce a use of the extra key, and the key (OTR3#extra-symmetric-key)."""
        state = self._encrypted()
        if state.version != 3:
            raise SessionRefused("unsupported_version", "version 3", str(state.version), _MACHINE)
        return self._sealed(state, "", [self._reading.contents.extra_key(purpose, details)], silent=True)

    # ---- the proof of a shared secret ---------------------------------------------------------------------------

    def prove(self, secret: bytes, question: str = "") -> tuple[bytes, ...]:
        """Begin the proof that the peer knows the same secret."""
        state = self._encrypted()
        ends = self.identity.fingerprint, self._reading.fingerprint(state)
        proof, records = self._reading.proving.begin(state, *ends, secret, question)
        return self._sealed(replace(state, proof=proof), "", records, silent=True)[0]

    def answer(self, secret: bytes) -> tuple[bytes, ...]:
        """Answer a proof that the peer began."""
        state = self._encrypted()
        ends = self._reading.fingerprint(state), self.identity.fingerprint
        proof, records = self._reading.proving.answer(state, *ends, secret)
        return self._sealed(replace(state, proof=proof), "", records, silent=True)[0]

    def abort(self) -> tuple[bytes, ...]:
        """Give the proof up."""
        state = replace(self._encrypted(), proof=Proof())
        return self._sealed(state, "", [self._reading.contents.bare(ABORT)], silent=True)[0]

    # ---- receiving ----------------------------------------------------------------------------------------------

    def receive(self, text: bytes) -> Received:
        """Return what a text says. Raises: `SessionRefused`; see `complaint` for what may be told the peer."""
        state, received = self._reading.read(self._state, text)
        if state is not self._state:
            self._take(state)
        return received

    # ---- parts ------------------------------------------------------------------------------------------------

    def _encrypted(self) -> OtrState:
        if self._state.phase != ENCRYPTED:
            raise SessionRefused("not_encrypted", "an encrypted conversation", "none", _MACHINE)
        return self._state

    def _sealed(
        self, state: OtrState, words: str, records: list[Any] | None = None, silent: bool = False
    ) -> tuple[tuple[bytes, ...], bytes]:
        opened = self._reading.contents.write(words, records or ())
        state, octets, extra_key = self._reading.data.seal(state, opened, silent)
        texts = self._reading.cut(state, octets)
        self._take(state)
        return texts, extra_key

    def _take(self, state: OtrState) -> None:
        """Store a state and go on from it."""
        self._version = commit(self._store, self._name, self._version, self._form.write(state))
        self._state = state
        self._reading.data.forget(state.ring)
