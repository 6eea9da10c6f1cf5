"""The secret tree (RFC 9420 §9): one key and nonce per message, each given once and then gone.

Secrets are derived when they are asked for and erased when their children are made. Keys that were passed over are
held for messages that come late, within limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import CipherSuite

LONGEST_SKIP = 1000
"""How far a message may be ahead of the ones before it."""
MOST_KEPT = 2000
"""How many keys that were passed over are held for one ratchet."""


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Key and nonce of one message."""

    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)


@dataclass(slots=True)
class Ratchet:
    """A chain of one member's keys: the secret of the next generation, and keys that were passed over."""

    secret: bytes = field(repr=False)
    generation: int = 0
    kept: dict[int, MessageKey] = field(default_factory=dict, repr=False)


class SecretTree:
    """Message keys of an epoch, by leaf, kind of content and generation."""

    def __init__(self, suite: CipherSuite, encryption_secret: bytes, leaves: int) -> None:
        self._suite = suite
        self._leaves = math.full_size(leaves)
        self._secrets = {math.root(self._leaves): encryption_secret}
        self._ratchets: dict[tuple[int, str], Ratchet] = {}

    @classmethod
    def of(
        cls,
        suite: CipherSuite,
        leaves: int,
        secrets: Mapping[int, bytes],
        ratchets: Mapping[tuple[int, str], Ratchet],
    ) -> SecretTree:
        """Return a tree of which this is left."""
        made = cls(suite, b"", leaves)
        made._secrets, made._ratchets = dict(secrets), dict(ratchets)
        return made

    def left(self) -> tuple[Mapping[int, bytes], Mapping[tuple[int, str], Ratchet]]:
        """Return secrets of nodes, and ratchets by leaf and kind of content."""
        return self._secrets, self._ratchets

    def next_generation(self, leaf: int, kind: str) -> tuple[int, MessageKey]:
        """Return the next generation of a ratchet (`handshake` or `application`) and its key, to send with."""
        ratchet = self._ratchet(leaf, kind)
        return ratchet.generation, self._step(ratchet)

    def find(self, leaf: int, kind: str, generation: int) -> MessageKey:
        """Return the key of a generation; it is held until `spend`, so that a forged message costs nothing.

        Raises: `MlsRefused` with `used_key` for one that was spent, `too_far_ahead` beyond the limit.
        """
        ratchet = self._ratchet(leaf, kind)
        if generation < ratchet.generation:
            found = ratchet.kept.get(generation)
            if found is None:
                raise MlsRefused("used_key", "a generation not seen before", str(generation), "RFC 9420 §9.2")
            return found
        if generation - ratchet.generation > LONGEST_SKIP:
            raise MlsRefused(
                "too_far_ahead", f"at most {LONGEST_SKIP} ahead", str(generation), "RFC 9420 §9.2"
            )
        while ratchet.generation <= generation:
            number = ratchet.generation
            ratchet.kept[number] = self._step(ratchet)
        while len(ratchet.kept) > MOST_KEPT:
            del ratchet.kept[next(iter(ratchet.kept))]
        return ratchet.kept[generation]

    def spend(self, leaf: int, kind: str, generation: int) -> None:
        """Forget the key of a message that was opened."""
        self._ratchet(leaf, kind).kept.pop(generation, None)

    def _step(self, ratchet: Ratchet) -> MessageKey:
        made = self._suite.run("RatchetGeneration", generation=ratchet.generation, secret=ratchet.secret)
        ratchet.secret, ratchet.generation = made.next_secret, ratchet.generation + 1
        return MessageKey(made.key, made.nonce)

    def _ratchet(self, leaf: int, kind: str) -> Ratchet:
        if not 0 <= leaf < self._leaves:
            raise MlsRefused("no_such_member", "a leaf of the tree", str(leaf), "RFC 9420 §9")
        if (leaf, kind) not in self._ratchets:
            made = self._suite.run("SecretTreeLeaf", secret=self._leaf_secret(leaf))
            self._ratchets[leaf, "handshake"] = Ratchet(made.handshake)
            self._ratchets[leaf, "application"] = Ratchet(made.application)
        return self._ratchets[leaf, kind]

    def _leaf_secret(self, leaf: int) -> bytes:
        """Walk down from the lowest node whose secret is there, leaving the secrets beside the way."""
        node = 2 * leaf
        way = [node]
        while way[-1] not in self._secrets:
            if way[-1] == math.root(self._leaves):
                raise MlsRefused("used_key", "a secret above the leaf", "none", "RFC 9420 §9.2")
            way.append(math.parent(way[-1]))
        for above in reversed(way[1:]):
            made = self._suite.run("SecretTreeNode", secret=self._secrets.pop(above))
            self._secrets[math.left(above)] = made.left
            self._secrets[math.right(above)] = made.right
        return self._secrets.pop(node)
