"""Megolm: messages of one device to a room, over the messages and schedules of `matrix.olm`.

Sans-IO and in memory: `octets` is a session's state for a store, which `Kept` writes before a message is handed out.

    >>> from os import urandom
    >>> from art7.runtime.sessions.olm.suite import OlmSuite
    >>> suite = OlmSuite(FACE)
    >>> here = GroupOutbound.make(suite, urandom)
    >>> there = GroupInbound.from_session_key(suite, here.session_key())
    >>> there.decrypt(here.encrypt(b"to all"))
    (b'to all', 0)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.runtime.sessions.olm.megolm_ratchet import PART, PARTS, turned
from art7.runtime.sessions.olm.suite import KEY, OlmSuite
from art7.runtime.sessions.packed import Packed, bad_state, counted
from art7.runtime.sessions.ratchet.suite import Random
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("matrix.olm",)
_OUTBOUND, _INBOUND = b"A7MO1", b"A7MI1"
_NUMBERS = 1 << 32
_SIGNATURE = 64
REMEMBERED = 10_000
"""Messages whose numbers an inbound session remembers; the oldest are forgotten first."""
_NAME_LIMIT = 255


class GroupOutbound:
    """The device that writes."""

    __slots__ = ("_private", "_ratchet", "_suite", "index", "public_key")

    def __init__(self, suite: OlmSuite, private: bytes, ratchet: bytes, index: int) -> None:
        """Go on; `make` and `read` are the usual ways. `index`: of the next message."""
        self._suite, self._private, self._ratchet, self.index = suite, private, ratchet, index
        self.public_key: bytes = suite.signing_key(private_key=private).public_key
        """Names the session, in base64 without padding."""

    @classmethod
    def make(cls, suite: OlmSuite, random: Random) -> GroupOutbound:
        """Return a new session."""
        private = suite.new_signing_key(random=random).private_key
        return cls(suite, private, random(PART * PARTS), 0)

    def session_key(self) -> bytes:
        """Return what lets others read from the next message on, signed."""
        unsigned: bytes = self._suite.session_key(
            index=self.index, ratchet=self._ratchet, public_key=self.public_key, signature=bytes(_SIGNATURE)
        ).encode()[:-_SIGNATURE]
        return unsigned + self._sign(unsigned)

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return the next message. Raises: `SessionRefused` with `chain_exhausted`, or `too_long` and the like."""
        suite = self._suite
        if self.index >= _NUMBERS - 1:
            raise SessionRefused("chain_exhausted", "a message number of 32 bits", "none left")
        try:
            keys = suite.group_keys(ratchet=self._ratchet)
            sealed = suite.seal(cipher_key=keys.cipher_key, iv=keys.iv, plaintext=plaintext)
            body = suite.group_body(message_index=self.index, ciphertext=sealed.ciphertext)
            octets = suite.group_message(body=body, signature=bytes(_SIGNATURE)).encode(mac_key=keys.mac_key)
        except suite.failures as error:
            raise refused_by(error, "a content that fits a message") from None
        unsigned: bytes = octets[:-_SIGNATURE]
        message = unsigned + self._sign(unsigned)
        self._ratchet = turned(suite.ratchet_part, self._ratchet, self.index, self.index + 1)
        self.index += 1
        return message

    def octets(self) -> bytes:
        """Return the state for a store; it holds secrets."""
        return _OUTBOUND + self._private + self._ratchet + self.index.to_bytes(4, "big")

    @classmethod
    def read(cls, suite: OlmSuite, octets: bytes) -> GroupOutbound:
        """Return the session whose state this is. Raises: `SessionRefused` with `bad_state`."""
        packed = Packed(octets, _OUTBOUND)
        found = cls(suite, packed.take(KEY), packed.take(PART * PARTS), packed.number())
        packed.end()
        return found

    def _sign(self, octets: bytes) -> bytes:
        signature: bytes = self._suite.sign(private_key=self._private, message=octets).signature
        return signature


class GroupInbound:
    """A device that reads. `first_index`: of the first message that it can open; `is_signed`: by the writer."""

    __slots__ = (
        "_first",
        "_latest",
        "_latest_index",
        "_seen",
        "_suite",
        "first_index",
        "is_signed",
        "public_key",
    )

    def __init__(
        self,
        suite: OlmSuite,
        public_key: bytes,
        ratchet: bytes,
        index: int,
        *,
        is_signed: bool,
        seen: Mapping[int, bytes] | None = None,
    ) -> None:
        """Begin; `from_session_key`, `from_export` and `read` are the usual ways."""
        self._suite, self.public_key, self.is_signed = suite, public_key, is_signed
        self._first = self._latest = ratchet
        self.first_index = self._latest_index = index
        self._seen = dict(seen or {})

    @classmethod
    def from_session_key(cls, suite: OlmSuite, octets: bytes) -> GroupInbound:
        """Return the session that its owner shares. Raises: `SessionRefused` with `bad_signature`, or another code."""
        try:
            key = suite.session_key.decode(octets)
            suite.verify(public_key=key.public_key, message=octets[:-_SIGNATURE], signature=key.signature)
        except suite.failures as error:
            raise refused_by(error, "a session key that its owner has signed") from None
        return cls(suite, key.public_key, key.ratchet, key.index, is_signed=True)

    @classmethod
    def from_export(cls, suite: OlmSuite, octets: bytes) -> GroupInbound:
        """Return a session that somebody hands on, whose owner nothing proves. Raises: `SessionRefused`."""
        try:
            key = suite.export.decode(octets)
        except suite.failures as error:
            raise refused_by(error, "an exported session") from None
        return cls(suite, key.public_key, key.ratchet, key.index, is_signed=False)

    def decrypt(self, message: bytes, event: bytes = b"") -> tuple[bytes, int]:
        """Return content and number of a message. `event`: names what brought it, such as room and event identifier.

        Raises: `SessionRefused` with `bad_mac`, `bad_signature`, `unknown_index` where the message is older than the
        session, `replayed` where another event or message had the number, or the code of octets that are no message.
        """
        suite = self._suite
        if len(event) > _NAME_LIMIT:
            raise SessionRefused("too_long", f"a name of at most {_NAME_LIMIT} octets", str(len(event)))
        try:
            read = suite.group_message.decode(message, mac_key=None)
        except suite.failures as error:
            raise refused_by(error, "a Megolm message") from None
        index = read.body.message_index
        ratchet = self._at(index)
        content = self._open(message, read, ratchet)
        name = event or read.signature
        if self._seen.get(index, name) != name:
            raise SessionRefused("replayed", f"one event with number {index}", "another")
        if index >= self._latest_index:
            self._latest, self._latest_index = ratchet, index
        if index not in self._seen:
            self._seen[index] = name
            if len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]
        return content, index

    def export(self, index: int) -> bytes:
        """Return what lets others read from message `index` on. Raises: `SessionRefused` with `unknown_index`."""
        ratchet = self._at(index)
        octets: bytes = self._suite.export(index=index, ratchet=ratchet, public_key=self.public_key).encode()
        return octets

    def octets(self) -> bytes:
        """Return the state for a store; it holds secrets."""
        head = self.public_key + self._first + self.first_index.to_bytes(4, "big")
        latest = self._latest + self._latest_index.to_bytes(4, "big")
        parts = [_INBOUND, head, latest, bytes([self.is_signed]), len(self._seen).to_bytes(4, "big")]
        for index, name in self._seen.items():
            parts += (index.to_bytes(4, "big"), counted(name))
        return b"".join(parts)

    @classmethod
    def read(cls, suite: OlmSuite, octets: bytes) -> GroupInbound:
        """Return the session whose state this is. Raises: `SessionRefused` with `bad_state`."""
        packed = Packed(octets, _INBOUND)
        public, first, index = packed.take(KEY), packed.take(PART * PARTS), packed.number()
        latest, latest_index = packed.take(PART * PARTS), packed.number()
        found = cls(suite, public, first, index, is_signed=packed.flag())
        found._latest, found._latest_index = latest, latest_index
        for _ in range(packed.number(4, REMEMBERED)):
            number = packed.number()
            found._seen[number] = packed.counted(_NAME_LIMIT)
        packed.end()
        if found.octets() != octets or latest_index < index:
            raise bad_state("each number once, none before the first", "another form")
        return found

    def _at(self, index: int) -> bytes:
        """Return the ratchet at a number."""
        if not self.first_index <= index < _NUMBERS:
            raise SessionRefused("unknown_index", f"number {self.first_index} or a later one", str(index))
        if index >= self._latest_index:
            return turned(self._suite.ratchet_part, self._latest, self._latest_index, index)
        return turned(self._suite.ratchet_part, self._first, self.first_index, index)

    def _open(self, message: bytes, read: Any, ratchet: bytes) -> bytes:
        suite = self._suite
        try:
            keys = suite.group_keys(ratchet=ratchet)
            suite.group_message.decode(message, mac_key=keys.mac_key)
            suite.verify(public_key=self.public_key, message=message[:-_SIGNATURE], signature=read.signature)
            opened = suite.open(ciphertext=read.body.ciphertext, cipher_key=keys.cipher_key, iv=keys.iv)
        except suite.failures as error:
            raise refused_by(error, "a message of this session, whole") from None
        content = bytes(opened.plaintext)
        return content
