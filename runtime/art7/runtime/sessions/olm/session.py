"""Olm: the session of two devices in Matrix, over the messages and schedules of `matrix.olm`.

Sans-IO and in memory: `encrypt` and `decrypt` change the session only when all was well, `octets` is its state for a
store, which `Kept` writes before a message is handed out. An `Account` makes sessions.

    >>> from os import urandom
    >>> from art7.runtime.sessions.olm.account import Account
    >>> from art7.runtime.sessions.olm.suite import OlmSuite
    >>> suite = OlmSuite(FACE)
    >>> ann, bob = Account.make(suite, urandom), Account.make(suite, urandom)
    >>> bob.add_one_time_keys(1)
    >>> here = ann.begin(bob.identity_key, next(iter(bob.one_time_keys().values())))
    >>> there, text = bob.accept(here.encrypt(b"hello")[1])
    >>> text, there.encrypt(b"and back")[0]
    (b'hello', 1)
"""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest
from typing import Any

from art7.runtime.sessions.olm.state import Chain, OlmState, read_olm_state
from art7.runtime.sessions.olm.suite import OlmLimits, OlmSuite
from art7.runtime.sessions.ratchet.skipped_keys import SkippedKeys
from art7.runtime.sessions.ratchet.suite import Random
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("matrix.olm",)
PRE_KEY, NORMAL = 0, 1
"""Types of messages, as events name them."""
_NUMBERS = 1 << 32

Gained = list[tuple[int, bytes]]


class OlmSession:
    """One side of a session."""

    __slots__ = ("_limits", "_random", "_suite", "state")

    def __init__(
        self, suite: OlmSuite, random: Random, state: OlmState, limits: OlmLimits | None = None
    ) -> None:
        """Go on from a state; `Account.begin`, `Account.accept` and `read` make a session with one."""
        self._suite = suite
        self._random = random
        self._limits = limits or OlmLimits()
        self.state = state

    @classmethod
    def read(
        cls, suite: OlmSuite, random: Random, octets: bytes, limits: OlmLimits | None = None
    ) -> OlmSession:
        """Return the session whose state this is. Raises: `SessionRefused` with `bad_state`."""
        return cls(suite, random, read_olm_state(octets, limits or OlmLimits()), limits)

    def octets(self) -> bytes:
        """Return the state for a store; it holds secrets."""
        return self.state.octets()

    @property
    def name(self) -> bytes:
        """What both sides call the session; base64 without padding in events."""
        state = self.state
        found = self._suite.session_name(identity=state.identity, base=state.base, one_time=state.one_time)
        name: bytes = found.name
        return name

    # ---- one message ----------------------------------------------------------------------------------------

    def encrypt(self, plaintext: bytes) -> tuple[int, bytes]:
        """Return type and octets of the next message. Raises: `SessionRefused`."""
        suite, state = self._suite, self.state
        key = state.sender_key
        if key is None:
            key = self._turn()
        number = state.sender_number
        if number >= _NUMBERS - 1:
            raise SessionRefused("chain_exhausted", "a message number of 32 bits", "none left")
        try:
            keys = suite.chain_step(chain_key=key)
            sealed = suite.seal(cipher_key=keys.cipher_key, iv=keys.iv, plaintext=plaintext)
            body = suite.body(ratchet_key=state.own_public, chain_index=number, ciphertext=sealed.ciphertext)
            message: bytes = suite.message(body=body).encode(mac_key=keys.mac_key)
            if state.is_first and not state.has_received:
                message = self._with_keys(message)
        except suite.failures as error:
            raise refused_by(error, "a content that fits a message") from None
        state.sender_key = keys.chain_next
        state.sender_number = number + 1
        return (PRE_KEY if state.is_first and not state.has_received else NORMAL), message

    def decrypt(self, kind: int, message: bytes) -> bytes:
        """Return the content of a message, whatever others it overtook.

        Raises: `SessionRefused` with `bad_mac`, `duplicate_message`, `too_far_ahead`, `other_session` for the
        pre-key message of another one, `small_order`, or the code of octets that are no message.
        """
        if kind == PRE_KEY:
            body = read_pre_key(self._suite, message)
            if not self.matches(body):
                raise SessionRefused("other_session", "a pre-key message of this session", "one of another")
            message = body.message
        elif kind != NORMAL:
            raise SessionRefused("unknown_type", "type 0 or 1", str(kind))
        content = self._decrypt_next(message)
        return self._decrypt_any(message) if content is None else content

    def matches(self, body: Any) -> bool:
        """Whether a pre-key message (`read_pre_key`) belongs to this session."""
        state = self.state
        named = bytes(body.identity_key + body.base_key + body.one_time_key)
        return not state.is_first and compare_digest(named, state.identity + state.base + state.one_time)

    # ---- sending --------------------------------------------------------------------------------------------

    def _turn(self) -> bytes:
        """Begin a chain with a new ratchet key and return its chain key."""
        state = self.state
        try:
            private = self._suite.new_key(random=self._random).private_key
            stepped = self._suite.root_step(
                root_key=state.root_key, private_key=private, public_key=state.chains[0].ratchet_key
            )
            public = self._suite.key_pair(private_key=private).public_key
        except self._suite.failures as error:
            raise refused_by(error, "32 octets of randomness") from None
        state.root_key, state.own_private, state.own_public = stepped.root_next, private, public
        state.sender_number = 0
        key: bytes = stepped.chain_key
        state.sender_key = key
        return key

    def _with_keys(self, message: bytes) -> bytes:
        state = self.state
        body = self._suite.pre_key_body(
            one_time_key=state.one_time, base_key=state.base, identity_key=state.identity, message=message
        )
        octets: bytes = self._suite.pre_key_message(body=body).encode()
        return octets

    # ---- receiving ------------------------------------------------------------------------------------------

    def _decrypt_next(self, message: bytes) -> bytes | None:
        """Return the content if this is the message that comes next in the newest chain."""
        suite, state = self._suite, self.state
        if not state.chains or state.chains[0].ratchet_key not in message:
            return None
        chain = state.chains[0]
        try:
            keys = suite.chain_step(chain_key=chain.chain_key)
            body = suite.message.decode(message, mac_key=keys.mac_key).body
            if body.chain_index != chain.number or body.ratchet_key != chain.ratchet_key:
                return None
            opened = suite.open(ciphertext=body.ciphertext, cipher_key=keys.cipher_key, iv=keys.iv)
        except suite.failures:
            return None
        moved = Chain(chain.ratchet_key, keys.chain_next, chain.number + 1)
        state.chains = (moved, *state.chains[1:])
        state.has_received = True
        content = bytes(opened.plaintext)
        return content

    def _decrypt_any(self, message: bytes) -> bytes:
        """Return the content of any message that is still expected."""
        suite, state = self._suite, self.state
        try:
            body = suite.message.decode(message, mac_key=None).body
        except suite.failures as error:
            raise refused_by(error, "an Olm message") from None
        name, number = body.ratchet_key, body.chain_index
        kept = state.skipped.get(name, number)
        if kept is not None:
            content = self._open(message, body, kept)
            state.skipped.take(name, number)
            return content
        place = next((at for at, chain in enumerate(state.chains) if chain.ratchet_key == name), None)
        chain, root = self._turned(name) if place is None else (state.chains[place], None)
        moved, gained = self._moved(chain, number)
        content = self._open(message, body, gained.pop()[1])
        if root is None:
            state.chains = tuple(moved if at == place else each for at, each in enumerate(state.chains))
        else:
            state.chains = (moved, *state.chains)[: self._limits.chains]
            state.root_key, state.sender_key = root, None
        state.skipped.add(name, gained)
        state.has_received = True
        return content

    def _turned(self, ratchet_key: bytes) -> tuple[Chain, bytes]:
        """Return the peer's next chain and the root key behind it."""
        suite, state = self._suite, self.state
        if state.sender_key is None:
            raise SessionRefused("unknown_chain", "a chain of the peer that is known", "another one")
        try:
            stepped = suite.root_step(
                root_key=state.root_key, private_key=state.own_private, public_key=ratchet_key
            )
        except suite.failures as error:
            raise refused_by(error, "a ratchet key of large order") from None
        return Chain(ratchet_key, stepped.chain_key, 0), stepped.root_next

    def _moved(self, chain: Chain, number: int) -> tuple[Chain, Gained]:
        """Return a chain behind message `number`, and the keys of it and of those before it that have not come."""
        if number < chain.number:
            raise SessionRefused("duplicate_message", f"number {chain.number} or a skipped one", str(number))
        if number - chain.number > self._limits.jump:
            missing = number - chain.number
            raise SessionRefused("too_far_ahead", f"at most {self._limits.jump} missing", str(missing))
        key, gained = chain.chain_key, []
        try:
            for at in range(chain.number, number + 1):
                step = self._suite.chain_step(chain_key=key)
                gained.append((at, step.cipher_key + step.mac_key + step.iv))
                key = step.chain_next
        except self._suite.failures as error:
            raise refused_by(error, "a chain key") from None
        return replace(chain, chain_key=key, number=number + 1), gained

    def _open(self, message: bytes, body: Any, keys: bytes) -> bytes:
        """Return the content; `keys`: for cipher, MAC and initialisation vector, in one piece."""
        suite = self._suite
        try:
            suite.message.decode(message, mac_key=keys[32:64])
            opened = suite.open(ciphertext=body.ciphertext, cipher_key=keys[:32], iv=keys[64:])
        except suite.failures as error:
            raise refused_by(error, "a message of this session, whole") from None
        content = bytes(opened.plaintext)
        return content


def read_pre_key(suite: OlmSuite, message: bytes) -> Any:
    """Return what a pre-key message says, nothing verified. Raises: `SessionRefused`."""
    try:
        return suite.pre_key_message.decode(message).body
    except suite.failures as error:
        raise refused_by(error, "a pre-key message") from None


def no_skipped(limits: OlmLimits) -> SkippedKeys:
    """Return room for keys of messages that have not come."""
    return SkippedKeys(limits.per_chain, limits.in_all)
