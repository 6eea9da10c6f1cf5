"""Header extensions and contributing sources hidden with the payload (RFC 9335)."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.ciphers import Cipher, bad_mac
from art7.runtime.sessions.srtp.profiles import Profile

_HIDDEN = {0xBEDE: 0xC0DE, 0x1000: 0xC2DE}
_SHOWN = {hidden: shown for shown, hidden in _HIDDEN.items()}
"""Profiles of header extensions, in the clear and hidden (RFC 9335 §5.1)."""


class Cryptex:
    """Packets with a header extension; others are as without this."""

    def __init__(self, face: Face, profile: Profile) -> None:
        self._cut = face.record("ietf.srtp.PacketCut")
        self._extension = face.record("ietf.srtp.ExtensionCut")
        self._profile = profile

    def protect(self, cipher: Cipher, key_id: bytes, ssrc: int, index: int, packet: bytes) -> bytes:
        """Return the protected packet. Raises: `SessionRefused` with `bad_extension`: a form that cannot be hidden."""
        cut = self._cut.decode(packet)
        profile = _HIDDEN.get(cut.header_extension.profile)
        if profile is None:
            raise SessionRefused(
                "bad_extension", "elements of one or two octets' headers", "another form", "RFC 9335 §5.1"
            )
        header, clear = self._split(cut, packet, profile)
        sealed = self._joined(cut, profile, cipher.hide(ssrc, index, header, clear))
        return sealed + key_id if cipher.tag is None else sealed + key_id + cipher.tag(index, sealed)

    def unprotect(self, cipher: Cipher, key_id_size: int, ssrc: int, index: int, packet: bytes) -> bytes:
        """Return the packet in the clear. Raises: `SessionRefused` with `bad_mac`, or what its schedules raise."""
        end = len(packet) - self._profile.tag_size
        whole, tag = packet[: end - key_id_size], packet[end:]
        cut = self._cut.decode(whole)
        profile = _SHOWN.get(cut.header_extension.profile)
        if profile is None:  # not hidden: the sender may choose by packet
            size = len(whole) - len(cut.rest)
            return packet[:size] + cipher.open(ssrc, index, packet[:size], packet[size:])
        if cipher.tag is not None and not compare_digest(cipher.tag(index, whole), tag):
            raise bad_mac()
        header, hidden = self._split(cut, whole, cut.header_extension.profile)
        return self._joined(cut, profile, cipher.show(ssrc, index, header, hidden))

    def _split(self, cut: Any, packet: bytes, profile: int) -> tuple[bytes, bytes]:
        """What stays in the clear, the sources left out, and what does not (RFC 9335 §5.1)."""
        extension = cut.header_extension
        start = len(packet) - len(cut.rest) - len(extension.data)
        named = self._extension(profile=profile, data=extension.data).encode()
        clear = packet[: start - 4 - len(cut.csrc)] + named[:4]
        return clear, cut.csrc + extension.data + cut.rest

    def _joined(self, cut: Any, profile: int, text: bytes) -> bytes:
        """The packet with its sources, its extension under that profile, and its rest taken from `text`."""
        first = len(cut.csrc)
        second = first + len(cut.header_extension.data)
        octets: bytes = self._cut(
            padding=cut.padding,
            marker=cut.marker,
            payload_type=cut.payload_type,
            sequence=cut.sequence,
            timestamp=cut.timestamp,
            ssrc=cut.ssrc,
            csrc=text[:first],
            header_extension=self._extension(profile=profile, data=text[first:second]),
            rest=text[second:],
        ).encode()
        return octets
