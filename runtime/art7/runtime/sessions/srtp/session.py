"""SRTP: one direction of protected RTP and RTCP packets (RFC 3711, RFC 7714, RFC 9335).

An `Outbound` protects what is sent, an `Inbound` opens what comes; each has master keys of its own, its sources, and an
entry of the store with the numbers that are used up. The name of the entry belongs to the master keys: with new ones
begin another entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct, error

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.ciphers import Cipher, bad_mac, cipher_of
from art7.runtime.sessions.srtp.cryptex import Cryptex
from art7.runtime.sessions.srtp.profiles import MasterKey, Profile
from art7.runtime.sessions.srtp.replay import Counters, Source
from art7.runtime.sessions.srtp.srtcp import Control
from art7.runtime.sessions.store import Store

USES = ("ietf.srtp", "ietf.srtp_keys")

_START = Struct(">BxH4xI").unpack_from
"""What every packet has at the same place, for the way of most packets: first octet, sequence number, source.

All else is read by the catalogue's `PacketCut`, as is every packet that is not like one read before.
"""
_MOST = 65507


@dataclass(frozen=True, slots=True)
class Options:
    """How a session works. `cryptex`: header extensions and sources are hidden too (RFC 9335).

    `control_encrypted`: whether RTCP packets are encrypted, and not only authenticated. `window`: how many late
    packets are told apart, `streams`: how many sources there may be, `block`: how many numbers are reserved in the store
    at once; after a crash the rest of the block is lost. `rollovers`: how often the sequence numbers of a source
    have wrapped before its first packet here (RFC 3711 §3.3.1), where that is told.
    """

    cryptex: bool = False
    control_encrypted: bool = True
    window: int = 128
    streams: int = 256
    block: int = 256
    rollovers: Mapping[int, int] = field(default_factory=dict)


class _Direction:
    """What both directions have."""

    def __init__(
        self,
        face: Face,
        store: Store,
        name: str,
        profile: Profile,
        keys: Sequence[MasterKey],
        options: Options | None = None,
    ) -> None:
        """Begin, or begin again. `name`: the entry of the store. `keys`: one, or more with identifiers of one size.

        Raises: `SessionRefused` with `bad_key`, `bad_bound` or `bad_state`.
        """
        self.options = options or Options()
        sizes = {len(key.key_id) for key in keys}
        if len(sizes) != 1 or len({key.key_id for key in keys}) != len(keys):
            raise SessionRefused("bad_key", "key identifiers of one size, each its own", f"{len(keys)} keys")
        self._profile = profile
        self._failures = face.failures
        self._cut = face.record("ietf.srtp.PacketCut").decode
        self._key_id_size = sizes.pop()
        self._ciphers = {key.key_id: cipher_of(face, profile, key) for key in keys}
        self._key_id = keys[0].key_id
        self._cipher = self._ciphers[self._key_id]
        self._cryptex = Cryptex(face, profile) if self.options.cryptex else None
        self._starts: dict[int, int] = {}
        bounds = self.options
        self._counters = Counters(
            face, store, name, window=bounds.window, streams=bounds.streams, block=bounds.block
        )
        self._sources = self._counters.sources
        self._control = Control(face, profile, keys, self._counters, encrypted=bounds.control_encrypted)

    def settle(self) -> None:
        """Store what is reached, before the session is left for a while: the next one goes on where this one ends.

        Raises: `SessionRefused` with `stale_state`.
        """
        self._counters.settle()

    def _start_size(self, packet: bytes) -> int:
        """Return the octets before the protected part. Raises: `SessionRefused`."""
        try:
            cut = self._cut(packet)
        except self._failures as failure:
            raise _unread(failure) from None
        size = len(packet) - len(cut.rest)
        if cut.header_extension is None:
            self._starts[packet[0]] = size  # as its first octet says, and nothing else
        return size

    def _places(self, packet: bytes) -> tuple[int, int, int]:
        try:
            first, sequence, ssrc = _START(packet)
        except error:
            raise SessionRefused(
                "truncated", "an RTP packet", f"{len(packet)} octets", "RFC 3711 §3.1"
            ) from None
        return first, sequence, ssrc

    def _fresh(self, ssrc: int) -> Source:
        return self._counters.fresh(self.options.rollovers.get(ssrc, 0))


# `protect` and `unprotect` begin alike, in a dozen lines each: no call is spent on it, for both run for every packet.


class Outbound(_Direction):
    """What is sent under own keys."""

    def protect(self, packet: bytes) -> bytes:
        """Return the protected form of an RTP packet.

        Raises: `SessionRefused` with `index_used` where its number was used, or may have been before a restart,
        `index_exhausted`, `too_many_streams`, `stale_state`, `too_large`, or the code of a packet that is none.
        """
        try:
            first, sequence, ssrc = _START(packet)
        except error:
            first, sequence, ssrc = self._places(packet)
        source = self._sources.get(ssrc) or self._fresh(ssrc)
        window = source.packets
        index = window.highest + 1
        in_order = index & 0xFFFF == sequence
        if not in_order:
            index = window.index_of(sequence)
            window.check(index, "index_used")
        size = self._starts.get(first) or self._start_size(packet)
        if not size <= len(packet) <= _MOST - 64:
            raise _size_refused(size, packet)
        if index >= window.limit:
            self._counters.reserve(ssrc, source, window, index)
        if in_order:
            window.highest = index
        else:
            window.take(index)
        if self._cryptex is not None and first & 16:
            return self._cryptex.protect(self._cipher, self._key_id, ssrc, index, packet)
        header = packet[:size]
        return header + self._cipher.seal(ssrc, index, header, packet[size:])

    def protect_control(self, packet: bytes) -> bytes:
        """Return the protected form of a compound RTCP packet. Raises: `SessionRefused`, as `protect`."""
        return self._control.protect(packet)

    def use(self, key_id: bytes) -> None:
        """Protect with another of the keys from now on. Raises: `SessionRefused` with `unknown_key`."""
        self._cipher = _chosen(self._ciphers, key_id)
        self._control.use(key_id)
        self._key_id = key_id

    def next_index(self, ssrc: int) -> int:
        """Return the first index of a source that may be used: its last 16 bits are the sequence number."""
        source = self._sources.get(ssrc)
        return 0 if source is None else source.packets.highest + 1


class Inbound(_Direction):
    """What comes under the peer's keys."""

    def unprotect(self, packet: bytes) -> bytes:
        """Return the RTP packet inside; nothing is changed by one that is refused.

        Raises: `SessionRefused` with `bad_mac`, `replayed`, `too_old`, `unknown_key`, `too_many_streams`,
        `index_exhausted`, `stale_state`, or the code of a packet that is none.
        """
        try:
            first, sequence, ssrc = _START(packet)
        except error:
            first, sequence, ssrc = self._places(packet)
        source = self._sources.get(ssrc) or self._fresh(ssrc)
        window = source.packets
        index = window.highest + 1
        in_order = index & 0xFFFF == sequence
        if not in_order:
            index = window.index_of(sequence)
            window.check(index)
        size = self._starts.get(first) or self._start_size(packet)
        cipher = self._cipher if not self._key_id_size else self._named(packet)
        if len(packet) < size + self._profile.tag_size + self._key_id_size:
            raise _size_refused(size + self._profile.tag_size + self._key_id_size, packet)
        try:
            if self._cryptex is not None and first & 16:
                opened = self._cryptex.unprotect(cipher, self._key_id_size, ssrc, index, packet)
            else:
                header = packet[:size]
                opened = header + cipher.open(ssrc, index, header, packet[size:])
        except self._failures:
            raise bad_mac() from None
        if index >= window.limit:
            self._counters.reserve(ssrc, source, window, index)
        if in_order:
            window.highest = index
        else:
            window.take(index)
        return opened

    def unprotect_control(self, packet: bytes) -> bytes:
        """Return the compound RTCP packet inside. Raises: `SessionRefused`, as `unprotect`."""
        return self._control.unprotect(packet)

    def _named(self, packet: bytes) -> Cipher:
        """The cipher of the key that the packet names."""
        end = len(packet) - self._profile.tag_size
        return _chosen(self._ciphers, packet[max(0, end - self._key_id_size) : end])


def _chosen(ciphers: Mapping[bytes, Cipher], key_id: bytes) -> Cipher:
    found = ciphers.get(key_id)
    if found is None:
        raise SessionRefused(
            "unknown_key", "one of the session's keys", "another identifier", "RFC 3711 §8.1"
        )
    return found


def _unread(failure: Exception) -> SessionRefused:
    return SessionRefused(
        getattr(failure, "code", "malformed"), "an RTP packet", "other octets", "RFC 3711 §3.1"
    )


def _size_refused(least: int, packet: bytes) -> SessionRefused:
    code = "truncated" if len(packet) < least else "too_large"
    return SessionRefused(
        code, f"{least} to {_MOST} octets, the tag among them", str(len(packet)), "RFC 3711 §3.1"
    )
