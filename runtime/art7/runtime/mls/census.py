"""What a tree is asked about all its nodes at once, counted as they come and go: a change costs what it changes.

RFC 9420 wants keys that no two members share, credentials that every member supports (§7.3), and keys of a path that are
new to the tree (§12.4.2).
"""

from __future__ import annotations

from typing import TypeVar

from art7.runtime.mls.structures import Value

_Key = TypeVar("_Key", bytes, int)
_Counts = dict[bytes, int]


class Census:
    """Keys by their octets, and credential types, each with how many nodes have them."""

    __slots__ = ("_abilities", "_credentials", "_encryption", "_members", "_parents", "_signature", "_twice")

    def __init__(self) -> None:
        self._members = 0
        self._encryption: _Counts = {}
        self._signature: _Counts = {}
        self._parents: _Counts = {}
        self._credentials: dict[int, int] = {}
        self._abilities: dict[int, int] = {}
        self._twice = {"encryption_key": 0, "signature_key": 0}

    def copy(self) -> Census:
        """Return a census that goes on apart."""
        made = Census.__new__(Census)
        made._members = self._members
        for name in Census.__slots__:
            if name != "_members":
                setattr(made, name, getattr(self, name).copy())
        return made

    def enter(self, node: Value, *, is_leaf: bool) -> None:
        """Count a node that comes."""
        self._change(node, is_leaf, 1)

    def leave(self, node: Value, *, is_leaf: bool) -> None:
        """Count a node that goes; it was there."""
        self._change(node, is_leaf, -1)

    def _change(self, node: Value, is_leaf: bool, step: int) -> None:
        if not is_leaf:
            _count(self._parents, node.encryption_key, step)
            return
        self._members += step
        repeats = 2 if step > 0 else 1
        self._twice["encryption_key"] += step * (
            _count(self._encryption, node.encryption_key, step) == repeats
        )
        self._twice["signature_key"] += step * (_count(self._signature, node.signature_key, step) == repeats)
        _count(self._credentials, node.credential.credential_type, step)
        for kind in set(node.capabilities.credentials):
            _count(self._abilities, kind, step)

    # ---- asking ----

    def has_key(self, key: bytes) -> bool:
        """Whether a node has that encryption key."""
        return key in self._encryption or key in self._parents

    def shared_keys(self) -> list[str]:
        """Return which keys members share: `encryption_key`, `signature_key`."""
        return [name for name, count in self._twice.items() if count]

    def unsupported_credentials(self) -> list[int]:
        """Return the types of credential that a member has and another does not support."""
        return [kind for kind in self._credentials if self._abilities.get(kind, 0) != self._members]


def _count(counts: dict[_Key, int], key: _Key, step: int) -> int:
    """Change a count by one and return it; what is not there any more is forgotten."""
    count = counts.get(key, 0) + step
    if count:
        counts[key] = count
    else:
        del counts[key]
    return count
