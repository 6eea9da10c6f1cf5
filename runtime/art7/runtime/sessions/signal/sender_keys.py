"""Sender keys: one message for a whole group, over `signal.groups`.

Every sender has a chain of its own and tells it to each member once, in a distribution message inside a session with them.
A signature is looked at before anything is opened; each key serves once; the state that follows is stored before a message
is handed out.

    >>> from os import urandom
    >>> from art7.runtime.sessions.store import MemoryStore
    >>> suite, group = GroupSuite(FACE), urandom(16)
    >>> sender = GroupSender(suite, MemoryStore(), urandom, group)
    >>> member = GroupReceiver(suite, MemoryStore(), "ann")
    >>> member.take(sender.distribution()) == group
    True
    >>> member.decrypt(sender.encrypt(b"hello all"))
    b'hello all'
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.packed import Packed, bad_state
from art7.runtime.sessions.ratchet.skipped_keys import SkippedKeys
from art7.runtime.sessions.ratchet.suite import Limits, Random
from art7.runtime.sessions.refusals import SessionRefused, refused_by
from art7.runtime.sessions.store import Store, commit

USES = ("signal.groups",)
CHAINS = 5
"""Most chains of one sender in one group: those before the newest are read for a while."""
_SENDER, _RECEIVER = b"A7GS1", b"A7GR1"
_LAST_NUMBER = 0xFFFFFFFF
_VERSION = 3


class GroupSuite:
    """What every group of a face uses, looked up once."""

    def __init__(self, face: Face) -> None:
        self.failures = face.failures
        self.message = face.record("signal.groups.SenderKeyMessage")
        self.header = face.record("signal.groups.SenderKeyHeader")
        self.signed = face.record("signal.groups.SenderKeySigned")
        self.body = face.record("signal.groups.SenderKeyBody")
        self.distribution = face.record("signal.groups.SenderKeyDistribution")
        self.distribution_body = face.record("signal.groups.DistributionBody")
        self.step = face.schedule("signal.groups.SenderChainStep")
        self.seal = face.schedule("signal.groups.SealMessage")
        self.open = face.schedule("signal.groups.OpenMessage")
        self.signing_key = face.schedule("signal.groups.SigningKey")
        self.sign = face.schedule("signal.groups.SignMessage")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain. `iteration`: number of the next message; `signing_private`: empty where the chain is another's."""

    chain_id: int
    iteration: int
    chain_key: bytes = field(repr=False)
    signing_key: bytes
    signing_private: bytes = field(default=b"", repr=False)

    def octets(self) -> bytes:
        """Return the form in a store."""
        numbers = self.chain_id.to_bytes(4, "big") + self.iteration.to_bytes(4, "big")
        return numbers + self.chain_key + self.signing_key + self.signing_private


def _read_chain(packed: Packed, is_own: bool) -> Chain:
    chain = Chain(packed.number(), packed.number(), packed.take(32), packed.take(33))
    return replace(chain, signing_private=packed.take(32)) if is_own else chain


class GroupSender:
    """The own chain in one group."""

    def __init__(
        self,
        suite: GroupSuite,
        store: Store,
        random: Random,
        distribution_id: bytes,
        prefix: str = "signal/",
    ) -> None:
        """Go on from what the store holds, or begin a chain. `distribution_id`: 16 octets that name the group's key."""
        self._suite, self._store, self._random = suite, store, random
        self._id = distribution_id
        self._name = f"{prefix}group/{distribution_id.hex()}"
        octets, self._version = store.read(self._name)
        if octets is None:
            self.renew()
        else:
            packed = Packed(octets, _SENDER)
            self._chain = _read_chain(packed, True)
            packed.end()

    def renew(self) -> None:
        """Begin another chain, as is needed when a member has left; then tell everyone who stayed."""
        private = self._random(32)
        signing_key = self._suite.signing_key(private_key=private).signing_key
        chain_id = int.from_bytes(self._random(4), "big") >> 1
        self._become(Chain(chain_id, 0, self._random(32), signing_key, private))

    def distribution(self) -> bytes:
        """Return what members need to read from now on; it holds a secret and goes through sessions only."""
        suite, chain = self._suite, self._chain
        body = suite.distribution_body(
            distribution_id=self._id,
            chain_id=chain.chain_id,
            iteration=chain.iteration,
            chain_key=chain.chain_key,
            signing_key=chain.signing_key,
        )
        try:
            octets: bytes = suite.distribution(current=_VERSION, highest=_VERSION, body=body).encode()
        except suite.failures as error:
            raise refused_by(error, "a distribution that can be written") from None
        return octets

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return the next message, its state stored. Raises: `SessionRefused`."""
        suite, chain = self._suite, self._chain
        if chain.iteration >= _LAST_NUMBER:
            raise SessionRefused("chain_exhausted", "a message number of 32 bits", "none left")
        try:
            keys = suite.step(chain_key=chain.chain_key)
            sealed = suite.seal(cipher_key=keys.cipher_key, iv=keys.iv, plaintext=plaintext)
            body = suite.body(
                distribution_id=self._id,
                chain_id=chain.chain_id,
                iteration=chain.iteration,
                ciphertext=sealed.ciphertext,
            )
            head = {"current": _VERSION, "highest": _VERSION, "body": body}
            signature = suite.sign(
                fresh_octets=self._random(64),
                private_key=chain.signing_private,
                message=suite.signed(**head).encode(),
            ).signature
            octets: bytes = suite.message(**head, signature=signature).encode(signing_key=chain.signing_key)
        except suite.failures as error:
            raise refused_by(error, "a message that can be written") from None
        self._become(replace(chain, iteration=chain.iteration + 1, chain_key=keys.chain_next))
        return octets

    def _become(self, chain: Chain) -> None:
        self._version = commit(self._store, self._name, self._version, _SENDER + chain.octets())
        self._chain = chain


class GroupReceiver:
    """All that one sender told: chains in every group, and keys of messages that have not come yet."""

    def __init__(
        self,
        suite: GroupSuite,
        store: Store,
        sender: str,
        *,
        limits: Limits | None = None,
        prefix: str = "signal/",
    ) -> None:
        self._suite, self._store = suite, store
        self._limits = limits or Limits()
        self._prefix = f"{prefix}sender/{sender}/"

    def take(self, distribution: bytes) -> bytes:
        """Take a distribution message that came through a session with the sender; return which group's it is."""
        try:
            body = self._suite.distribution.decode(distribution).body
        except self._suite.failures as error:
            raise refused_by(error, "a distribution message") from None
        group: bytes = body.distribution_id
        chains, skipped, version = self._read(group)
        known = chains.get(body.chain_id)
        # What is told again must not turn back a chain that went on: its used keys would come back.
        if known is None or known.signing_key != body.signing_key:
            oldest = list(chains)[: max(len(chains) + 1 - CHAINS, 0)]
            for chain_id in oldest if known is None else [body.chain_id]:
                del chains[chain_id]
                skipped.forget(chain_id.to_bytes(4, "big"))
            chains[body.chain_id] = Chain(body.chain_id, body.iteration, body.chain_key, body.signing_key)
            self._write(group, chains, skipped, version)
        return group

    def decrypt(self, message: bytes) -> bytes:
        """Return the content, the state stored. Raises: `SessionRefused`; then nothing has changed."""
        body = self._header(message)
        chains, skipped, version = self._read(body.distribution_id)
        chain = chains.get(body.chain_id)
        if chain is None:
            raise SessionRefused("unknown_chain", "a chain that its sender told", f"chain {body.chain_id}")
        try:
            self._suite.message.decode(message, signing_key=chain.signing_key)
        except self._suite.failures as error:
            raise refused_by(error, "a message that the chain's owner signed") from None
        name = body.chain_id.to_bytes(4, "big")
        keys = skipped.get(name, body.iteration)
        if keys is not None:
            content = self._open(body.ciphertext, keys)
            skipped.take(name, body.iteration)
        else:
            chain, gained = self._ahead(chain, body.iteration)
            content = self._open(body.ciphertext, gained.pop()[1])
            skipped.add(name, gained)
            chains[body.chain_id] = chain
        self._write(body.distribution_id, chains, skipped, version)
        return content

    def _header(self, message: bytes) -> Any:
        try:
            return self._suite.header.decode(message).body
        except self._suite.failures as error:
            raise refused_by(error, "a message to a group") from None

    def _ahead(self, chain: Chain, iteration: int) -> tuple[Chain, list[tuple[int, bytes]]]:
        """Return the chain behind a message, and the keys up to it."""
        missing = iteration - chain.iteration
        if missing < 0:
            raise SessionRefused(
                "duplicate_message", f"number {chain.iteration} or a skipped one", f"{iteration}"
            )
        if missing > self._limits.jump:
            raise SessionRefused("too_far_ahead", f"at most {self._limits.jump} missing", f"{missing}")
        key, gained = chain.chain_key, []
        for number in range(chain.iteration, iteration + 1):
            step = self._suite.step(chain_key=key)
            gained.append((number, step.iv + step.cipher_key))
            key = step.chain_next
        return replace(chain, iteration=iteration + 1, chain_key=key), gained

    def _open(self, ciphertext: bytes, keys: bytes) -> bytes:
        try:
            opened = self._suite.open(ciphertext=ciphertext, iv=keys[:16], cipher_key=keys[16:])
        except self._suite.failures as error:
            raise refused_by(error, "a ciphertext of this message's key") from None
        content = bytes(opened.plaintext)
        return content

    # ---- the store ------------------------------------------------------------------------------------------

    def _read(self, group: bytes) -> tuple[dict[int, Chain], SkippedKeys, int]:
        octets, version = self._store.read(self._prefix + group.hex())
        skipped = SkippedKeys(self._limits.per_chain, self._limits.in_all)
        if octets is None:
            return {}, skipped, version
        packed = Packed(octets, _RECEIVER)
        chains = [_read_chain(packed, False) for _ in range(packed.number(1, CHAINS))]
        found = {each.chain_id: each for each in chains}
        skipped.read(packed, 4, 48)
        packed.end()
        if len(found) != len(chains):
            raise bad_state("each chain once", "one twice")
        return found, skipped, version

    def _write(self, group: bytes, chains: dict[int, Chain], skipped: SkippedKeys, version: int) -> None:
        parts = [_RECEIVER, bytes([len(chains)]), *(each.octets() for each in chains.values())]
        commit(self._store, self._prefix + group.hex(), version, b"".join((*parts, skipped.octets())))
