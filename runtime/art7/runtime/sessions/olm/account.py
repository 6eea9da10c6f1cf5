"""A device's keys in Matrix: identity, signing key, one-time keys that are used once, and a fallback key."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.runtime.sessions.olm.session import OlmSession, no_skipped, read_pre_key
from art7.runtime.sessions.olm.state import Chain, OlmState
from art7.runtime.sessions.olm.suite import KEY, OlmLimits, OlmSuite
from art7.runtime.sessions.packed import Packed, bad_state
from art7.runtime.sessions.ratchet.suite import Random
from art7.runtime.sessions.refusals import SessionRefused, refused_by

USES = ("matrix.olm",)
_FORM = b"A7OA1"
MOST_KEYS = 5000
"""One-time keys that an account holds; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class OneTimeKey:
    """A key pair, its number in this account, and whether the server has it."""

    number: int
    private: bytes = field(repr=False)
    is_published: bool = False


class Account:
    """The keys of one device; `octets` is their form for a store."""

    __slots__ = (
        "_fallbacks",
        "_identity",
        "_limits",
        "_next",
        "_one_time",
        "_random",
        "_signing",
        "_suite",
        "identity_key",
        "signing_key",
    )

    def __init__(
        self,
        suite: OlmSuite,
        random: Random,
        identity: bytes,
        signing: bytes,
        limits: OlmLimits | None = None,
    ) -> None:
        """Begin with two private keys and no others; `make` and `read` are the usual ways."""
        self._suite, self._random, self._limits = suite, random, limits or OlmLimits()
        self._identity, self._signing = identity, signing
        self.identity_key: bytes = self._public(identity)
        self.signing_key: bytes = suite.signing_key(private_key=signing).public_key
        self._next = 1
        self._one_time: dict[bytes, OneTimeKey] = {}
        self._fallbacks: dict[bytes, OneTimeKey] = {}

    @classmethod
    def make(cls, suite: OlmSuite, random: Random, limits: OlmLimits | None = None) -> Account:
        """Return a new account."""
        signing = suite.new_signing_key(random=random).private_key
        return cls(suite, random, suite.new_key(random=random).private_key, signing, limits)

    # ---- keys for others ------------------------------------------------------------------------------------

    def add_one_time_keys(self, count: int) -> None:
        """Make one-time keys. Raises: `SessionRefused` with `too_many_keys`."""
        if not 0 <= count <= MOST_KEYS:
            raise SessionRefused("too_many_keys", f"at most {MOST_KEYS} keys", str(count))
        for _ in range(count):
            self._add(self._one_time)
        while len(self._one_time) > MOST_KEYS:
            del self._one_time[next(iter(self._one_time))]

    def one_time_keys(self) -> dict[int, bytes]:
        """Return the public keys that are not published yet, by number."""
        return {key.number: public for public, key in self._one_time.items() if not key.is_published}

    def add_fallback_key(self) -> None:
        """Make a key for when no one-time key is left; the one before it stays until `forget_fallback_key`."""
        while len(self._fallbacks) > 1:
            del self._fallbacks[next(iter(self._fallbacks))]
        self._add(self._fallbacks)

    def fallback_key(self) -> dict[int, bytes]:
        """Return the newest fallback key, if it is not published yet."""
        newest = list(self._fallbacks.items())[-1:]
        return {key.number: public for public, key in newest if not key.is_published}

    def forget_fallback_key(self) -> None:
        """Forget the fallback key before the newest."""
        while len(self._fallbacks) > 1:
            del self._fallbacks[next(iter(self._fallbacks))]

    def mark_published(self) -> None:
        """Remember that the server has every key."""
        for keys in (self._one_time, self._fallbacks):
            for public, key in keys.items():
                keys[public] = OneTimeKey(key.number, key.private, True)

    def sign(self, message: bytes) -> bytes:
        """Return the device's signature."""
        signature: bytes = self._suite.sign(private_key=self._signing, message=message).signature
        return signature

    # ---- sessions -------------------------------------------------------------------------------------------

    def begin(self, peer_identity: bytes, peer_one_time: bytes) -> OlmSession:
        """Return a session whose first message this side sends.

        Raises: `SessionRefused` with `small_order` or `too_short`, as a key of the peer demands.
        """
        suite = self._suite
        base, ratchet = (suite.new_key(random=self._random).private_key for _ in range(2))
        try:
            common = suite.initiation(
                identity_private=self._identity,
                base_private=base,
                peer_identity=peer_identity,
                peer_one_time=peer_one_time,
            )
        except suite.failures as error:
            raise refused_by(error, "two public keys of the peer") from None
        state = OlmState(
            True,
            self.identity_key,
            self._public(base),
            peer_one_time,
            common.root_key,
            no_skipped(self._limits),
            own_private=ratchet,
            own_public=self._public(ratchet),
            sender_key=common.chain_key,
        )
        return OlmSession(suite, self._random, state, self._limits)

    def accept(self, message: bytes, peer_identity: bytes | None = None) -> tuple[OlmSession, bytes]:
        """Return the session that a pre-key message begins, and its content; the one-time key is used up then.

        Raises: `SessionRefused` with `unknown_one_time_key`, `wrong_identity` where the sender is not
        `peer_identity`, or what the message itself is refused with; nothing is changed then.
        """
        suite, body = self._suite, read_pre_key(self._suite, message)
        if peer_identity is not None and body.identity_key != peer_identity:
            raise SessionRefused("wrong_identity", "the identity key that was told", "another one")
        key = self._one_time.get(body.one_time_key) or self._fallbacks.get(body.one_time_key)
        if key is None:
            raise SessionRefused("unknown_one_time_key", "a key of this account, not used yet", "another one")
        try:
            inner = suite.message.decode(body.message, mac_key=None).body
            common = suite.beginning(
                identity_private=self._identity,
                one_time_private=key.private,
                peer_identity=body.identity_key,
                peer_base=body.base_key,
            )
        except suite.failures as error:
            raise refused_by(error, "a pre-key message") from None
        state = OlmState(
            False,
            body.identity_key,
            body.base_key,
            body.one_time_key,
            common.root_key,
            no_skipped(self._limits),
            chains=(Chain(inner.ratchet_key, common.chain_key, 0),),
        )
        session = OlmSession(suite, self._random, state, self._limits)
        content = session.decrypt(1, body.message)
        self._one_time.pop(body.one_time_key, None)
        return session, content

    # ---- a store --------------------------------------------------------------------------------------------

    def octets(self) -> bytes:
        """Return the account for a store; it holds secrets."""
        parts = [_FORM, self._identity, self._signing, self._next.to_bytes(4, "big")]
        for keys in (self._one_time, self._fallbacks):
            parts.append(len(keys).to_bytes(4, "big"))
            for key in keys.values():
                parts += (key.number.to_bytes(4, "big"), key.private, bytes([key.is_published]))
        return b"".join(parts)

    @classmethod
    def read(cls, suite: OlmSuite, random: Random, octets: bytes, limits: OlmLimits | None = None) -> Account:
        """Return the account that `octets` wrote. Raises: `SessionRefused` with `bad_state`."""
        packed = Packed(octets, _FORM)
        found = cls(suite, random, packed.take(KEY), packed.take(KEY), limits)
        found._next = packed.number()
        for keys, most in ((found._one_time, MOST_KEYS), (found._fallbacks, 2)):
            for _ in range(packed.number(4, most)):
                key = OneTimeKey(packed.number(), packed.take(KEY), packed.flag())
                keys[found._public(key.private)] = key
        packed.end()
        if found.octets() != octets:
            raise bad_state("each key once", "one twice")
        return found

    def _add(self, keys: dict[bytes, OneTimeKey]) -> None:
        private = self._suite.new_key(random=self._random).private_key
        keys[self._public(private)] = OneTimeKey(self._next, private)
        self._next += 1

    def _public(self, private: bytes) -> bytes:
        try:
            public: bytes = self._suite.key_pair(private_key=private).public_key
        except self._suite.failures as error:
            raise refused_by(error, "32 octets of randomness") from None
        return public
