"""Keys of messages that have not come yet: bounded for each chain and in all, oldest dropped first."""

from __future__ import annotations

from collections.abc import Sequence

from art7.runtime.sessions.packed import Packed, bad_state


class SkippedKeys:
    """Message keys by chain and number. A chain is named by octets of one size, keys are octets of one size."""

    __slots__ = ("_chains", "_count", "_in_all", "_octets", "_per_chain")

    def __init__(self, per_chain: int, in_all: int) -> None:
        self._per_chain = per_chain
        self._in_all = in_all
        self._chains: dict[bytes, dict[int, bytes]] = {}
        self._count = 0
        self._octets: bytes | None = None

    def __len__(self) -> int:
        """Return how many keys there are."""
        return self._count

    def get(self, chain: bytes, number: int) -> bytes | None:
        """Return the key of a message, if it was skipped and not dropped."""
        keys = self._chains.get(chain)
        return None if keys is None else keys.get(number)

    def take(self, chain: bytes, number: int) -> None:
        """Forget a key that was used."""
        keys = self._chains[chain]
        del keys[number]
        if not keys:
            del self._chains[chain]
        self._count -= 1
        self._octets = None

    def forget(self, chain: bytes) -> None:
        """Forget every key of a chain."""
        self._count -= len(self._chains.pop(chain, ()))
        self._octets = None

    def add(self, chain: bytes, keys: Sequence[tuple[int, bytes]]) -> None:
        """Keep keys of one chain, in the order of their numbers."""
        if not keys:
            return
        kept = self._chains.setdefault(chain, {})
        for number, key in keys[-self._per_chain :]:
            kept[number] = key
            self._count += 1
            if len(kept) > self._per_chain:
                del kept[next(iter(kept))]
                self._count -= 1
        while self._count > self._in_all:
            self.take(oldest := next(iter(self._chains)), next(iter(self._chains[oldest])))
        self._octets = None

    def octets(self) -> bytes:
        """Return all of them for a store; the same octets until something changes."""
        if self._octets is None:
            parts = [len(self._chains).to_bytes(4, "big")]
            for chain, keys in self._chains.items():
                parts += (chain, len(keys).to_bytes(4, "big"))
                for number, key in keys.items():
                    parts += (number.to_bytes(4, "big"), key)
            self._octets = b"".join(parts)
        return self._octets

    def read(self, packed: Packed, chain_size: int, key_size: int) -> None:
        """Take what `octets` wrote. Raises: `SessionRefused` with `bad_state`."""
        for _ in range(packed.number(4, self._in_all)):
            chain, count = packed.take(chain_size), packed.number(4, self._per_chain)
            if not count or chain in self._chains:
                raise bad_state("chains with keys, each once", "an empty one, or one twice")
            keys = {packed.number(): packed.take(key_size) for _ in range(count)}
            if len(keys) != count or self._count + count > self._in_all:
                raise bad_state(f"at most {self._in_all} keys, each once", "more, or one twice")
            self._chains[chain] = keys
            self._count += count
