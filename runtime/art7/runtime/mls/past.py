"""What is left of epochs that ended, for messages that come late (RFC 9420 §15.3): their message keys and who signed.

Nothing by which another epoch could be entered is held. What is passed on drops the oldest epoch beyond the bound, and its
keys with it; a stored state has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.runtime.mls import framing
from art7.runtime.mls.framing import Keys
from art7.runtime.mls.group import Group
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value
from art7.runtime.mls.tree import RatchetTree

MOST_PAST = 8
"""The most epochs that a member can be asked to hold."""


@dataclass(frozen=True, slots=True)
class PastEpoch:
    """Message keys of an epoch, and its members."""

    keys: Keys
    tree: RatchetTree = field(repr=False)

    def open(self, message: Value) -> Value:
        """Return the authenticated content of a `PrivateMessage`; its key is then used up. Raises: `MlsRefused`."""
        return framing.unprotect_private(self.keys, message, self._signature_key)

    def _signature_key(self, content: Value) -> bytes:
        return bytes(self.tree.member(content.sender.leaf_index).signature_key)


class PastEpochs:
    """The latest epochs that ended, oldest first."""

    __slots__ = ("_epochs", "_most")

    def __init__(self, most: int = 0) -> None:
        """Hold at most so many. Raises: `MlsRefused` with `out_of_range` beyond `MOST_PAST`."""
        if not 0 <= most <= MOST_PAST:
            raise MlsRefused("out_of_range", f"0 to {MOST_PAST} epochs", str(most), "RFC 9420 §15.3")
        self._most = most
        self._epochs: dict[int, PastEpoch] = {}

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._epochs)

    def leave(self, group: Group) -> None:
        """Hold what is left of an epoch that ended."""
        self._epochs[group.epoch] = PastEpoch(group.keys, group.tree)
        while len(self._epochs) > self._most:
            del self._epochs[next(iter(self._epochs))]

    def find(self, group: Group, octets: bytes) -> Value | None:
        """Return the content of an `MlsMessage` if it is application data of an epoch that is held.

        Raises: `MlsRefused`. `None`: whatever it is, the epoch at hand judges it.
        """
        if not self._epochs:
            return None
        kind, message = group.suite.structures.unwrap(octets, "public_message", "private_message")
        if kind != "private_message" or message.content_type != framing.APPLICATION:
            return None
        held = self._epochs.get(message.epoch)
        return None if held is None or message.epoch == group.epoch else held.open(message)
