"""The Double Ratchet over the messages of `signal.ratchet`: every message has a key of its own, every turn of the
conversation new chains.

Sans-IO and in memory: `encrypt` and `decrypt` change the ratchet only when all was well, `octets` is its state for a
store. Whoever hands a message out stores the state first. The sending side turns when the first message after a received
one is written, so reading needs no randomness.

    >>> from os import urandom
    >>> suite, root, pre_key = RatchetSuite(FACE), urandom(32), urandom(32)
    >>> ann, bob = bytes([5]) + urandom(32), bytes([5]) + urandom(32)
    >>> public = suite.key_pair(private_key=pre_key).public_key
    >>> here = DoubleRatchet.begin(suite, urandom, Parties(ann, bob), root, public)
    >>> there = DoubleRatchet.answer(suite, urandom, Parties(bob, ann), root, pre_key)
    >>> first, second = here.encrypt(b"one"), here.encrypt(b"two")
    >>> there.decrypt(second), there.decrypt(first)
    (b'two', b'one')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from art7.runtime.sessions.ratchet.state import Parties, RatchetState, read_state
from art7.runtime.sessions.ratchet.suite import Limits, Random, RatchetSuite
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("signal.ratchet",)
_LAST_NUMBER = 0xFFFFFFFF
_KEY_TYPE = 5


@dataclass(slots=True, repr=False)
class Turn:
    """What the receiving side becomes when a message holds."""

    root_key: bytes = field(repr=False)
    chain: bytes
    chain_key: bytes = field(repr=False)
    number: int
    gained: list[tuple[bytes, list[tuple[int, bytes]]]] = field(repr=False)


class DoubleRatchet:
    """One side of a conversation."""

    __slots__ = ("_limits", "_random", "_suite", "state")

    def __init__(
        self, suite: RatchetSuite, random: Random, state: RatchetState, limits: Limits | None = None
    ) -> None:
        """Go on from a state; `begin`, `answer` and `read` make a ratchet with one."""
        self._suite = suite
        self._random = random
        self._limits = limits or Limits()
        self.state = state

    # ---- how it begins --------------------------------------------------------------------------------------

    @classmethod
    def begin(
        cls, suite: RatchetSuite, random: Random, parties: Parties, root_key: bytes, peer_ratchet: bytes
    ) -> DoubleRatchet:
        """Return the side that sends first, to the peer's ratchet key: its signed pre-key."""
        made = cls(suite, random, parties.state(root_key, bytes(32)), parties.limits)
        made._turn_sender(peer_ratchet)
        return made

    @classmethod
    def answer(
        cls, suite: RatchetSuite, random: Random, parties: Parties, root_key: bytes, own_private: bytes
    ) -> DoubleRatchet:
        """Return the side that receives first; `own_private`: of the ratchet key that the peer has."""
        return cls(suite, random, parties.state(root_key, own_private), parties.limits)

    @classmethod
    def read(
        cls, suite: RatchetSuite, random: Random, octets: bytes, limits: Limits | None = None
    ) -> DoubleRatchet:
        """Return the ratchet whose state this is. Raises: `SessionRefused` with `bad_state`."""
        return cls(suite, random, read_state(octets, limits or Limits()), limits)

    def octets(self) -> bytes:
        """Return the state for a store; it holds secrets."""
        return self.state.octets()

    # ---- one message ----------------------------------------------------------------------------------------

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return the next message. Raises: `SessionRefused`."""
        suite, state = self._suite, self.state
        key = state.sender_key
        if key is None:
            key = self._next_sender()
        number = state.sender_number
        if number >= _LAST_NUMBER:
            raise SessionRefused("chain_exhausted", "a message number of 32 bits", "none left")
        try:
            keys = suite.chain_step(chain_key=key)
            sealed = suite.seal(cipher_key=keys.cipher_key, iv=keys.iv, plaintext=plaintext)
            body = suite.body(
                ratchet_key=state.own_public,
                counter=number,
                previous_counter=state.previous,
                ciphertext=sealed.ciphertext,
            )
            message: bytes = suite.message(current=state.version, highest=state.version, body=body).encode(
                mac_key=keys.mac_key, sender=state.own_identity, receiver=state.peer_identity
            )
        except suite.failures as error:
            raise refused_by(error, "a message that can be written") from None
        state.sender_key = keys.chain_next
        state.sender_number = number + 1
        return message

    def decrypt(self, message: bytes) -> bytes:
        """Return the content of a message, whatever others it overtook. Raises: `SessionRefused`."""
        chain = self.state.receiver_chain
        if chain is not None and chain in message:
            content = self._decrypt_next(message, chain)
            if content is not None:
                return content
        return self._decrypt_any(message)

    def _decrypt_next(self, message: bytes, chain: bytes) -> bytes | None:
        """Return the content if this is the message that comes next in the newest chain."""
        suite, state = self._suite, self.state
        try:
            keys = suite.chain_step(chain_key=state.receiver_key)
            read = suite.message.decode(
                message,
                mac_key=keys.mac_key,
                sender=state.peer_identity,
                receiver=state.own_identity,
            )
            body = read.body
            if (
                body.counter != state.receiver_number
                or body.ratchet_key != chain
                or read.current != state.version
            ):
                return None
            opened = suite.open(ciphertext=body.ciphertext, cipher_key=keys.cipher_key, iv=keys.iv)
        except suite.failures:
            return None
        state.receiver_key = keys.chain_next
        state.receiver_number += 1
        content = bytes(opened.plaintext)
        return content

    def _decrypt_any(self, message: bytes) -> bytes:
        """Return the content of any message that is still expected."""
        state = self.state
        body = self._header(message)
        chain, number = body.ratchet_key, body.counter
        kept = state.skipped.get(chain, number)
        if kept is not None:
            content = self._open(message, body, kept)
            state.skipped.take(chain, number)
            return content
        turn = self._expected(chain, number, body.previous_counter or 0)
        keys = turn.gained[-1][1].pop()[1]
        content = self._open(message, body, keys)
        self._take(turn)
        return content

    def _header(self, message: bytes) -> Any:
        """Return what a message says, its MAC not looked at yet."""
        state = self.state
        try:
            read = self._suite.message.decode(
                message, mac_key=None, sender=state.peer_identity, receiver=state.own_identity
            )
        except self._suite.failures as error:
            raise refused_by(error, "a ratchet message") from None
        if read.current != state.version:
            raise SessionRefused("wrong_version", f"version {state.version}", f"version {read.current}")
        if read.body.counter is None:
            raise SessionRefused("missing_key", "a message with its number", "none")
        if read.body.ratchet_key[0] != _KEY_TYPE:
            raise SessionRefused("wrong_key_type", "a ratchet key of type 5", f"{read.body.ratchet_key[0]}")
        return read.body

    def _open(self, message: bytes, body: Any, keys: bytes) -> bytes:
        """Return the content; `keys`: for cipher, MAC and initialisation vector, in one piece."""
        suite, state = self._suite, self.state
        try:
            suite.message.decode(
                message,
                mac_key=keys[32:64],
                sender=state.peer_identity,
                receiver=state.own_identity,
            )
            opened = suite.open(ciphertext=body.ciphertext, cipher_key=keys[:32], iv=keys[64:])
        except suite.failures as error:
            raise refused_by(error, "a message of this session, whole") from None
        content = bytes(opened.plaintext)
        return content

    # ---- chains ---------------------------------------------------------------------------------------------

    def _expected(self, chain: bytes, number: int, previous: int) -> Turn:
        """Return the state after a message that was not skipped, its own keys gained last."""
        state = self.state
        newest = state.receiver_chain
        if chain == newest:
            turn = Turn(state.root_key, chain, state.receiver_key, state.receiver_number, [])
        elif chain in state.past:
            raise SessionRefused(
                "duplicate_message", "a message not seen", f"number {number} of a chain before"
            )
        else:
            turn = self._turned(chain, previous)
        if number < turn.number:
            raise SessionRefused("duplicate_message", f"number {turn.number} or a skipped one", f"{number}")
        self._skip(turn, number + 1)
        return turn

    def _turned(self, chain: bytes, previous: int) -> Turn:
        """Return the state after the peer's turn: what was left of its chain before is skipped."""
        state = self.state
        newest, gained = state.receiver_chain, []
        if newest is not None:
            # The counter is the number of the last message there, as every implementation of these messages writes
            # it; one of them writes -1 where there was none.
            old = Turn(state.root_key, newest, state.receiver_key, state.receiver_number, [])
            if old.number <= previous < _LAST_NUMBER:
                self._skip(old, previous + 1)
            gained = old.gained
        stepped = self._root_step(state.own_private, chain)
        return Turn(stepped.root_next, chain, stepped.chain_key, 0, gained)

    def _skip(self, turn: Turn, until: int) -> None:
        """Gain the keys of messages up to but without number `until`."""
        missing = until - turn.number
        if missing > self._limits.jump + 1:
            raise SessionRefused("too_far_ahead", f"at most {self._limits.jump} missing", f"{missing - 1}")
        key, keys = turn.chain_key, []
        try:
            for number in range(turn.number, until):
                step = self._suite.chain_step(chain_key=key)
                keys.append((number, step.cipher_key + step.mac_key + step.iv))
                key = step.chain_next
        except self._suite.failures as error:
            raise refused_by(error, "a chain key") from None
        turn.chain_key, turn.number = key, until
        turn.gained.append((turn.chain, keys))

    def _take(self, turn: Turn) -> None:
        """Become what a verified message makes of the receiving side."""
        state = self.state
        for chain, keys in turn.gained:
            state.skipped.add(chain, keys)
        if turn.chain != state.receiver_chain:
            if state.receiver_chain is not None:
                state.past = (*state.past, state.receiver_chain)[-self._limits.past :]
            if state.sender_key is not None:
                state.previous = max(state.sender_number - 1, 0)
                state.sender_key = None
            state.receiver_chain = turn.chain
        state.root_key = turn.root_key
        state.receiver_key, state.receiver_number = turn.chain_key, turn.number

    def _next_sender(self) -> bytes:
        state = self.state
        if state.receiver_chain is None:
            raise SessionRefused("no_chain", "a message from the side that sends first", "none yet")
        return self._turn_sender(state.receiver_chain)

    def _turn_sender(self, peer_ratchet: bytes) -> bytes:
        """Begin a sending chain with a new key and return its chain key."""
        state = self.state
        try:
            private = self._suite.new_key(random=self._random).private_key
            own_public = self._suite.key_pair(private_key=private).public_key
        except self._suite.failures as error:
            raise refused_by(error, "32 octets of randomness") from None
        stepped = self._root_step(private, peer_ratchet)
        state.own_public = own_public
        state.own_private, state.root_key = private, stepped.root_next
        state.sender_number = 0
        key: bytes = stepped.chain_key
        state.sender_key = key
        return key

    def _root_step(self, private: bytes, ratchet_key: bytes) -> Any:
        try:
            return self._suite.root_step(
                root_key=self.state.root_key, private_key=private, public_key=ratchet_key[1:]
            )
        except self._suite.failures as error:
            raise refused_by(error, "a ratchet key of large order") from None
