"""Data messages of OTR: which of two keys of each side seal and open them, how keys follow one another, and which MAC
keys are published (OTR3#data-message).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.ake import PRIVATE_SIZE
from art7.runtime.sessions.otr.state import ENCRYPTED, FINISHED, OtrState, Pair, Ring, refusing
from art7.runtime.sessions.refusals import SessionRefused

DATA_KIND = 0x03
LARGEST_COUNTER = (1 << 64) - 1
LARGEST_KEY_ID = (1 << 32) - 1
MOST_PUBLISHED = 20 * 1024
_RULE = "OTR3#data-message"


class DataMessages:
    """Seals and opens. Keys of a pair are derived once and kept in memory, never stored."""

    def __init__(self, face: Face, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._failures = face.failures
        self._message = face.record("otr.messages.OtrMessage")
        self._data = face.record("otr.messages.Data")
        self._public = face.schedule("otr.keys.KeyPair")
        self._agreement = face.schedule("otr.keys.Agreement")
        self._keys = face.schedule("otr.content.DataKeys")
        self._cipher = face.schedule("otr.content.Open")
        self._kept: dict[tuple[bytes, bytes], Any] = {}

    # ---- messages -------------------------------------------------------------------------------------------

    def seal(self, state: OtrState, opened: bytes, silent: bool = False) -> tuple[OtrState, bytes, bytes]:
        """Return the next state, the message, and the extra key of its pair of keys.

        `silent`: a receiver who cannot read it says nothing of it.
        """
        ring = state.ring
        pair = _pair(ring, ring.own_id - 1, ring.peer_id)
        if pair.sent >= LARGEST_COUNTER:
            raise SessionRefused("counter_used_up", "a counter below its largest", "the largest", _RULE)
        pair = replace(pair, sent=pair.sent + 1)
        keys = self._of(ring, pair)
        counter = pair.sent.to_bytes(8, "big")
        body = self._data(
            ignore_unreadable=silent,
            sender_key=pair.own_id,
            receiver_key=pair.peer_id,
            next_key=self._public(private=ring.own_private).public_key,
            counter=counter,
            encrypted=self._cipher(key=keys.send_key, counter=counter, data=opened).out,
            old_mac_keys=ring.revealed,
        )
        tags = {"sender": state.own_tag, "receiver": state.peer_tag} if state.version == 3 else {}
        message = self._message(version=state.version, kind=DATA_KIND, body=body, **tags)
        octets: bytes = message.encode(mac_key=keys.send_mac_key)
        ring = replace(_with(ring, pair), revealed=b"")
        return replace(state, ring=ring), octets, keys.extra_key

    def open(self, state: OtrState, octets: bytes, body: Any) -> tuple[OtrState, bytes, bytes]:
        """Return the next state, what the message says, and the extra key of its pair of keys.

        Raises: `SessionRefused`: `not_encrypted`, `unknown_key_id`, `bad_mac`, `replayed`.
        """
        if state.phase != ENCRYPTED:
            found = "an ended one" if state.phase == FINISHED else "none"
            raise SessionRefused("not_encrypted", "an encrypted conversation", found, _RULE)
        ring = state.ring
        pair = self._named(ring, body)
        keys = self._of(ring, pair)
        with refusing(self._failures, _RULE):
            body = self._message.decode(octets, mac_key=keys.receive_mac_key).body
        counter = int.from_bytes(body.counter, "big")
        if counter <= pair.received:
            raise SessionRefused("replayed", f"a counter above {pair.received}", str(counter), _RULE)
        opened: bytes = self._cipher(key=keys.receive_key, counter=body.counter, data=body.encrypted).out
        ring = _with(ring, replace(pair, received=counter, used=1))
        ring = self._followed(ring, pair, body.next_key)
        return replace(state, ring=ring), opened, keys.extra_key

    def published(self, ring: Ring, *, own_id: int | None = None, peer_id: int | None = None) -> bytes:
        """Return the MAC keys that verified messages of pairs with one of these keys, of all pairs without one."""
        every = own_id is None and peer_id is None
        over = [each for each in ring.pairs if every or each.own_id == own_id or each.peer_id == peer_id]
        return b"".join(self._of(ring, each).receive_mac_key for each in over if each.used)

    def forget(self, ring: Ring) -> None:
        """Forget the keys of every pair that is not one of this ring's."""
        own, peer = (ring.own_private, ring.own_previous), (ring.peer_public, ring.peer_previous)
        self._kept = {pair: keys for pair, keys in self._kept.items() if pair[0] in own and pair[1] in peer}

    # ---- keys -----------------------------------------------------------------------------------------------

    def _named(self, ring: Ring, body: Any) -> Pair:
        """Return the pair that a message names. Raises: `SessionRefused` with `unknown_key_id`."""
        own, peer = body.receiver_key, body.sender_key
        known = own in (ring.own_id, ring.own_id - 1) and peer in (ring.peer_id, ring.peer_id - 1)
        if not known or (peer == ring.peer_id - 1 and not ring.peer_previous):
            expected = f"keys {ring.own_id} or before, {ring.peer_id} or before"
            raise SessionRefused("unknown_key_id", expected, f"keys {own} and {peer}", _RULE)
        return _pair(ring, own, peer)

    def _of(self, ring: Ring, pair: Pair) -> Any:
        private = ring.own_private if pair.own_id == ring.own_id else ring.own_previous
        peer = ring.peer_public if pair.peer_id == ring.peer_id else ring.peer_previous
        keys = self._kept.get((private, peer))
        if keys is None:
            with refusing(self._failures, _RULE):
                public = self._public(private=private).public_key
                shared = self._agreement(private=private, peer=peer).shared
            if public == peer:
                raise SessionRefused("own_key", "a key of the peer", "our own key, sent back", _RULE)
            is_high = int.from_bytes(public, "big") > int.from_bytes(peer, "big")
            keys = self._kept[private, peer] = self._keys(is_high=is_high, shared=shared)
        return keys

    def _followed(self, ring: Ring, pair: Pair, next_key: bytes) -> Ring:
        """Forget the keys that a message shows to be known to both sides, and take the ones that follow."""
        if pair.own_id == ring.own_id < LARGEST_KEY_ID:
            gone = self.published(ring, own_id=ring.own_id - 1)
            left = tuple(each for each in ring.pairs if each.own_id == ring.own_id)
            ring = replace(
                ring, own_id=ring.own_id + 1, own_previous=ring.own_private,
                own_private=self._random(PRIVATE_SIZE), pairs=left, revealed=published_with(ring.revealed, gone),
            )  # fmt: skip
        if pair.peer_id == ring.peer_id < LARGEST_KEY_ID:
            gone = self.published(ring, peer_id=ring.peer_id - 1)
            left = tuple(each for each in ring.pairs if each.peer_id == ring.peer_id)
            ring = replace(
                ring, peer_id=ring.peer_id + 1, peer_previous=ring.peer_public,
                peer_public=next_key, pairs=left, revealed=published_with(ring.revealed, gone),
            )  # fmt: skip
        return ring


def published_with(waiting: bytes, gone: bytes) -> bytes:
    """Return the MAC keys to publish; of more than one message holds, the latest."""
    return (waiting + gone)[-MOST_PUBLISHED:]


def _pair(ring: Ring, own_id: int, peer_id: int) -> Pair:
    known = (each for each in ring.pairs if (each.own_id, each.peer_id) == (own_id, peer_id))
    return next(known, Pair(own_id, peer_id))


def _with(ring: Ring, pair: Pair) -> Ring:
    others = tuple(e for e in ring.pairs if (e.own_id, e.peer_id) != (pair.own_id, pair.peer_id))
    return replace(ring, pairs=(*others, pair))
