"""SRTCP: compound control packets under the keys of a direction (RFC 3711 §3.4, RFC 7714 §9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.ciphers import Cipher, bad_mac, cipher_of
from art7.runtime.sessions.srtp.profiles import MasterKey, Profile
from art7.runtime.sessions.srtp.replay import Counters

_GCM_TAG = 16


class Control:
    """The control packets of one direction; numbers are given here, from 0 on, and told in every packet."""

    def __init__(
        self,
        face: Face,
        profile: Profile,
        keys: Sequence[MasterKey],
        counters: Counters,
        *,
        encrypted: bool,
    ) -> None:
        self._profile = profile
        self._failures = face.failures
        self._cut = face.record("ietf.srtp.ControlCut")
        self._packet = face.record("ietf.srtp.SrtcpPacket")
        self._header = face.schedule("ietf.srtp_keys.ControlHeader")
        self._ciphers = {key.key_id: cipher_of(face, profile, key, is_control=True) for key in keys}
        self._key_id = keys[0].key_id
        self._counters = counters
        self._encrypted = encrypted and profile.cipher != "null"

    def use(self, key_id: bytes) -> None:
        """Protect with another of the keys."""
        self._key_id = key_id

    def protect(self, packet: bytes) -> bytes:
        """Return the protected packet. Raises: `SessionRefused`."""
        cut = self._read(self._cut.decode, packet)
        source = self._counters.sources.get(cut.ssrc) or self._counters.fresh()
        window = source.control
        index = window.highest + 1
        if index >= window.limit:
            self._counters.reserve(cut.ssrc, source, window, index)
        window.take(index)
        cipher = self._ciphers[self._key_id]
        start = packet[: len(packet) - len(cut.rest)]
        hidden = self._hidden(cipher, cut.ssrc, index, start, cut.rest)
        octets: bytes = self._packet(
            padding=cut.padding,
            count=cut.count,
            kind=cut.kind,
            words=cut.words,
            ssrc=cut.ssrc,
            encrypted=hidden,
            is_encrypted=self._encrypted,
            index=index,
            key_id=self._key_id,
        ).encode(**self._sizes(cipher))
        return octets

    def unprotect(self, packet: bytes) -> bytes:
        """Return the packet in the clear; nothing is changed by one that is refused. Raises: `SessionRefused`."""
        sizes = {"key_id_length": len(self._key_id), "tag_length": self._profile.control_tag_size}
        named = self._read(self._packet.decode, packet, auth_key=None, **sizes)
        source = self._counters.sources.get(named.ssrc) or self._counters.fresh()
        window = source.control
        window.check(named.index)
        cipher = self._ciphers.get(named.key_id)
        if cipher is None:
            raise SessionRefused(
                "unknown_key", "one of the session's keys", "another identifier", "RFC 3711 §8.1"
            )
        if cipher.tag is not None:  # the form itself verifies the tag
            self._read(self._packet.decode, packet, **self._sizes(cipher))
        start = packet[: len(packet) - len(named.encrypted) - 4 - sum(sizes.values())]
        opened = start + self._opened(cipher, named, start)
        if named.index >= window.limit:
            self._counters.reserve(named.ssrc, source, window, named.index)
        window.take(named.index)
        return opened

    def _sizes(self, cipher: Cipher) -> dict[str, Any]:
        return {
            "auth_key": cipher.auth_key,
            "key_id_length": len(self._key_id),
            "tag_length": self._profile.control_tag_size,
        }

    def _hidden(self, cipher: Cipher, ssrc: int, index: int, start: bytes, rest: bytes) -> bytes:
        if cipher.tag is not None:
            return cipher.hide(ssrc, index, b"", rest) if self._encrypted else rest
        if self._encrypted:
            return cipher.hide(ssrc, index, self._associated(index, True, start), rest)
        return rest + cipher.hide(ssrc, index, self._associated(index, False, start + rest), b"")

    def _opened(self, cipher: Cipher, named: Any, start: bytes) -> bytes:
        """What the rest says. Under GCM it is verified here, whole (RFC 7714 §9.2, §9.3)."""
        data: bytes = named.encrypted
        try:
            if cipher.tag is not None:
                return cipher.show(named.ssrc, named.index, b"", data) if named.is_encrypted else data
            if named.is_encrypted:
                header = self._associated(named.index, True, start)
                return cipher.show(named.ssrc, named.index, header, data)
            clear, tag = data[:-_GCM_TAG], data[-_GCM_TAG:]
            cipher.show(named.ssrc, named.index, self._associated(named.index, False, start + clear), tag)
            return clear
        except self._failures:
            raise bad_mac() from None

    def _associated(self, index: int, is_encrypted: bool, start: bytes) -> bytes:
        octets: bytes = self._header(index=index, is_encrypted=is_encrypted, start=start).out
        return octets

    def _read(self, decode: Any, packet: bytes, **params: Any) -> Any:
        try:
            return decode(packet, **params)
        except self._failures as failure:
            code = getattr(failure, "code", "malformed")
            raise SessionRefused(code, "an RTCP packet", "other octets", "RFC 3711 §3.4") from None
