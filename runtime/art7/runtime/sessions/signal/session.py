"""Sessions of the Signal protocol: X3DH or PQXDH, then the Double Ratchet, kept in a store.

Both sides may begin at once: every conversation that one began is kept, the newest message decides which is written in, and
older ones are read for a while. The state that follows is stored before a message is handed out.

    >>> from os import urandom
    >>> from art7.runtime.sessions.signal.pre_keys import PreKeys
    >>> from art7.runtime.sessions.store import MemoryStore
    >>> suite = SignalSuite(FACE)
    >>> ann, bob = (PreKeys(FACE, MemoryStore(), urandom) for _ in range(2))
    >>> for number, keys in enumerate((ann, bob)):
    ...     _ = keys.create(registration_id=number + 1)
    >>> bob.add_signed(1), bob.add_pre_key(7)
    (None, None)
    >>> here, there = SignalSession(suite, ann, "bob"), SignalSession(suite, bob, "ann")
    >>> here.begin(bob.bundle(device_id=1, signed=1, pre_key=7))
    >>> message = here.encrypt(b"hello")
    >>> message.is_pre_key, there.decrypt(message)
    (True, b'hello')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.packed import Packed, counted
from art7.runtime.sessions.ratchet.double_ratchet import DoubleRatchet
from art7.runtime.sessions.ratchet.state import Parties
from art7.runtime.sessions.ratchet.suite import Limits, RatchetSuite
from art7.runtime.sessions.refusals import SessionRefused, refused_by
from art7.runtime.sessions.signal.bundle import Bundle
from art7.runtime.sessions.signal.conversation import Conversation, Pending, read_conversation
from art7.runtime.sessions.signal.pre_keys import PreKeys
from art7.runtime.sessions.signal.x3dh import X3dh
from art7.runtime.sessions.store import commit

USES = ("signal.ratchet", "signal.x3dh")
ARCHIVE = 20
"""Most conversations of one session that are kept beside the newest."""
_FORM = b"A7SE1"
_SEEN = ("duplicate_message", "too_far_ahead")
"""Refusals that only the conversation gives to which a message belongs."""


@dataclass(frozen=True, slots=True)
class SignalMessage:
    """What goes to the peer. `is_pre_key`: whether it can begin a session; services carry that beside the octets."""

    is_pre_key: bool
    octets: bytes


class SignalSuite:
    """What every session of a face uses, looked up once. `more`: agreements of other versions (`pqxdh.Pqxdh`)."""

    def __init__(self, face: Face, *more: X3dh) -> None:
        self.failures = face.failures
        self.ratchet = RatchetSuite(face)
        self.message = face.record("signal.ratchet.PreKeyMessage")
        self.body = face.record("signal.ratchet.PreKeyBody")
        self.agreements = {each.version: each for each in (X3dh(face), *more)}

    def agreement(self, version: int) -> X3dh:
        """Return the agreement of a version. Raises: `SessionRefused` with `wrong_version`."""
        if version not in self.agreements:
            raise SessionRefused("wrong_version", f"a version of {sorted(self.agreements)}", f"{version}")
        return self.agreements[version]


class SignalSession:
    """All that one installation shares with one device of somebody else."""

    def __init__(
        self,
        suite: SignalSuite,
        keys: PreKeys,
        peer: str,
        *,
        least_version: int = 3,
        limits: Limits | None = None,
    ) -> None:
        """Go on from what the store holds. `least_version`: 4 refuses sessions without a post-quantum key."""
        self._suite = suite
        self._keys = keys
        self._name = f"{keys.prefix}session/{peer}"
        self._least = least_version
        self._limits = limits or Limits()
        self.reload()

    def reload(self) -> None:
        """Read the store again. Raises: `SessionRefused` with `bad_state`."""
        octets, self._version = self._keys.store.read(self._name)
        self._current: Conversation | None = None
        self._archived: tuple[bytes, ...] = ()
        self._tail = b"\0\0\0\0"
        self.peer_identity = b""
        if octets is not None:
            packed = Packed(octets, _FORM)
            self.peer_identity = packed.take(33)
            if packed.flag():
                self._current = self._read(packed.counted(len(octets)))
            self._set_archived(tuple(packed.counted(len(octets)) for _ in range(packed.number(4, ARCHIVE))))
            packed.end()

    @property
    def peer_registration_id(self) -> int | None:
        """The peer's installation, where a session has begun."""
        return None if self._current is None else self._current.peer_registration_id

    # ---- beginning ------------------------------------------------------------------------------------------

    def begin(self, bundle: Bundle) -> None:
        """Begin a conversation with a device's bundle. Raises: `SessionRefused`; then nothing has changed."""
        version = 3 if bundle.kyber_pre_key_id is None or 4 not in self._suite.agreements else 4
        agreement = self._agreement(version)
        self._trusted(bundle.identity_key)
        own, random = self._keys.identity, self._keys.random
        base = random(32)
        began = agreement.begin(own, bundle, base, random)
        parties = Parties(own.public, bundle.identity_key, version, self._limits)
        ratchet = DoubleRatchet.begin(
            self._suite.ratchet, random, parties, began.root_key, bundle.signed_pre_key
        )
        pending = Pending(
            bundle.signed_pre_key_id, bundle.pre_key_id, began.kyber_pre_key_id, began.kyber_ciphertext
        )
        base_key = self._keys.public(base)
        self._become(Conversation(base_key, bundle.registration_id, ratchet, pending), bundle.identity_key)

    def trust(self, identity_key: bytes) -> None:
        """Take another identity for the peer's, as its user confirmed; conversations with the one before are over."""
        if identity_key != self.peer_identity:
            self._current = None
            self._set_archived(())
            self.peer_identity = identity_key
            self._commit()

    # ---- one message ----------------------------------------------------------------------------------------

    def encrypt(self, plaintext: bytes) -> SignalMessage:
        """Return the next message, its state stored. Raises: `SessionRefused`: `no_session`, `stale_state` …"""
        current = self._current
        if current is None:
            raise SessionRefused("no_session", "a session that has begun", "none")
        octets = current.ratchet.encrypt(plaintext)
        pending = current.pending
        if pending is not None:
            octets = self._wrapped(octets, current, pending)
        self._commit()
        return SignalMessage(pending is not None, octets)

    def decrypt(self, message: SignalMessage) -> bytes:
        """Return the content, the state stored. Raises: `SessionRefused`; then nothing has changed."""
        if message.is_pre_key:
            return self._decrypt_first(message.octets)
        content = self._decrypt_known(message.octets)
        self._commit()
        return content

    def _wrapped(self, inner: bytes, current: Conversation, pending: Pending) -> bytes:
        own, version = self._keys.identity, current.ratchet.state.version
        body = self._suite.body(
            pre_key_id=pending.pre_key_id,
            base_key=current.base_key,
            identity_key=own.public,
            inner=inner,
            registration_id=own.registration_id,
            signed_pre_key_id=pending.signed_pre_key_id,
            kyber_pre_key_id=pending.kyber_pre_key_id,
            kyber_ciphertext=pending.kyber_ciphertext,
        )
        try:
            octets: bytes = self._suite.message(current=version, highest=version, body=body).encode()
        except self._suite.failures as error:
            raise refused_by(error, "a message that can be written") from None
        return octets

    def _decrypt_known(self, octets: bytes) -> bytes:
        """Return the content by the conversation that can read it, which becomes the newest."""
        current = self._current
        if current is None:
            raise SessionRefused("no_session", "a session that has begun", "none")
        try:
            content = current.ratchet.decrypt(octets)
        except SessionRefused as refused:
            if refused.code in _SEEN or not self._archived:
                raise
            return self._decrypt_archived(octets, refused)
        current.pending = None
        return content

    def _decrypt_archived(self, octets: bytes, first: SessionRefused) -> bytes:
        for place, archived in enumerate(self._archived):
            conversation = self._read(archived)
            try:
                content = conversation.ratchet.decrypt(octets)
            except SessionRefused as refused:
                if refused.code in _SEEN:
                    raise
                continue
            conversation.pending = None
            self._promote(conversation, place)
            return content
        raise first

    def _decrypt_first(self, octets: bytes) -> bytes:
        """Return the content of a message that can begin a session; a session that has begun goes on."""
        version, body = self._told(octets)
        agreement = self._agreement(version)
        self._trusted(body.identity_key)
        known = self._known(body.base_key, version)
        if known is not None:
            conversation, place = known
            content = conversation.ratchet.decrypt(body.inner)
            if place is not None:
                self._promote(conversation, place)
            self._commit()
            return content
        own = self._keys.identity
        used, spent = self._keys.used(body)
        parties = Parties(own.public, body.identity_key, version, self._limits)
        ratchet = DoubleRatchet.answer(
            self._suite.ratchet,
            self._keys.random,
            parties,
            agreement.answer(own, used, body),
            used.signed_pre_key,
        )
        content = ratchet.decrypt(body.inner)
        # Spent first: whoever loses the race for a one-time key, or falls over now, loses the message, never the secrecy.
        self._keys.spend(spent)
        self._become(Conversation(body.base_key, body.registration_id or 0, ratchet), body.identity_key)
        return content

    def _told(self, octets: bytes) -> tuple[int, Any]:
        try:
            read = self._suite.message.decode(octets)
        except self._suite.failures as error:
            raise refused_by(error, "a pre-key message") from None
        body = read.body
        for key in (body.identity_key, body.base_key):
            if key[0] != 5:
                raise SessionRefused("wrong_key_type", "keys of type 5", f"{key[0]}")
        if read.current == 4 and body.kyber_pre_key_id is None:
            raise SessionRefused("missing_key", "the post-quantum pre-key's number", "none")
        return read.current, body

    # ---- conversations --------------------------------------------------------------------------------------

    def _known(self, base_key: bytes, version: int) -> tuple[Conversation, int | None] | None:
        """Return the conversation that began with this key, and its place in the archive."""
        current = self._current
        if current is not None and (current.base_key, current.ratchet.state.version) == (base_key, version):
            return current, None
        for place, archived in enumerate(self._archived):
            if base_key in archived:
                conversation = self._read(archived)
                if (conversation.base_key, conversation.ratchet.state.version) == (base_key, version):
                    return conversation, place
        return None

    def _become(self, conversation: Conversation, identity_key: bytes) -> None:
        """Write in this conversation from now on, and keep the one before."""
        if self._current is not None:
            self._set_archived((self._current.octets(), *self._archived)[:ARCHIVE])
        self._current, self.peer_identity = conversation, identity_key
        self._commit()

    def _promote(self, conversation: Conversation, place: int) -> None:
        """Write in a conversation of the archive from now on."""
        rest = self._archived[:place] + self._archived[place + 1 :]
        assert self._current is not None, "what was archived has a successor"
        self._set_archived((self._current.octets(), *rest))
        self._current = conversation

    def _set_archived(self, archived: tuple[bytes, ...]) -> None:
        self._archived = archived
        self._tail = len(archived).to_bytes(4, "big") + b"".join(counted(each) for each in archived)

    def _read(self, octets: bytes) -> Conversation:
        return read_conversation(octets, self._suite.ratchet, self._keys.random, self._limits)

    def _agreement(self, version: int) -> X3dh:
        if version < self._least:
            raise SessionRefused("wrong_version", f"version {self._least} or later", f"version {version}")
        return self._suite.agreement(version)

    def _trusted(self, identity_key: bytes) -> None:
        if self.peer_identity and identity_key != self.peer_identity:
            raise SessionRefused("untrusted_identity", "the identity key of before", "another")

    def _commit(self) -> None:
        current = b"\0" if self._current is None else b"\1" + counted(self._current.octets())
        octets = b"".join((_FORM, self.peer_identity, current, self._tail))
        try:
            self._version = commit(self._keys.store, self._name, self._version, octets)
        except SessionRefused:
            self.reload()  # what the store holds counts, not what was about to be
            raise
