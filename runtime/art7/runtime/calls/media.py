"""Frames of audio and video as RTP payloads, and back: Opus (RFC 7587) and VP8 (RFC 7741) in the catalogue's formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused, refused_by

MODULES = ("ietf.rtp", "ietf.vp8", "ietf.opus")
LARGEST_PIECE = 1100
"""Octets of a frame in one packet, so that a packet passes every network (RFC 8834 §4)."""
LARGEST_FRAME = 1 << 20
"""Octets of a frame that is put together; a longer one is given up."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What is wanted of an RTP packet. `timestamp`: in units of the codec's rate; `is_last`: ends a frame."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    is_last: bool
    payload: bytes = field(repr=False)


class Packets:
    """Reads and writes RTP packets (RFC 3550 §5.1)."""

    def __init__(self, face: Face) -> None:
        self._record = face.record("ietf.rtp.RtpPacket")
        self._failures = face.failures

    def read(self, octets: bytes) -> Packet:
        """Return the packet. Raises: `SessionRefused`."""
        try:
            found = self._record.decode(octets)
        except self._failures as failure:
            raise refused_by(failure, "an RTP packet") from None
        return Packet(
            found.payload_type, found.sequence, found.timestamp, found.ssrc, found.marker, found.payload
        )

    def write(self, packet: Packet) -> bytes:
        """Return the octets."""
        made: bytes = self._record(
            marker=packet.is_last, payload_type=packet.payload_type, sequence=packet.sequence,
            timestamp=packet.timestamp, ssrc=packet.source, csrc=[], header_extension=None, pad_count=0,
            payload=packet.payload,
        ).encode()  # fmt: skip
        return made


class Vp8Frames:
    """Puts frames of VP8 together; of packets that are lost or late the frame is given up, and the next key frame waited for."""

    def __init__(self, face: Face) -> None:
        self._record = face.record("ietf.vp8.Vp8Payload")
        self._failures = face.failures
        self._pieces: list[bytes] = []
        self._next: int | None = None
        self._timestamp = 0
        self.needs_key = True

    def take(self, packet: Packet) -> bytes | None:
        """Return a whole frame, or `None`. Raises: `SessionRefused` for a payload that is none."""
        try:
            found = self._record.decode(packet.payload)
        except self._failures as failure:
            self._lost()
            raise refused_by(failure, "a payload of VP8") from None
        begins = found.start and found.partition == 0
        ahead = 0 if self._next is None else (packet.sequence - self._next) & 0xFFFF
        if ahead >= 0x8000:
            return None  # late, or a second time: its frame was given up, or given out
        if ahead:
            self._lost()
        self._next = (packet.sequence + 1) & 0xFFFF
        if begins:
            self._pieces, self._timestamp = [found.payload], packet.timestamp
        elif self._pieces and packet.timestamp == self._timestamp:
            self._pieces.append(found.payload)
        if sum(map(len, self._pieces)) > LARGEST_FRAME:
            self._lost()
        return self._whole() if packet.is_last and self._pieces else None

    def _whole(self) -> bytes | None:
        frame, self._pieces = b"".join(self._pieces), []
        is_key = not frame[0] & 1 if frame else False  # RFC 6386 §9.1: the lowest bit of the frame's header
        if self.needs_key and not is_key:
            return None
        self.needs_key = False
        return frame

    def _lost(self) -> None:
        self._pieces = []
        self.needs_key = True


def vp8_payloads(face: Face, frame: bytes) -> list[bytes]:
    """Return the payloads of one frame, in order."""
    record: Any = face.record("ietf.vp8.Vp8Payload")
    pieces = [frame[at : at + LARGEST_PIECE] for at in range(0, len(frame), LARGEST_PIECE)]
    return [
        record(non_reference=False, start=number == 0, partition=0, extension=None, payload=piece).encode()
        for number, piece in enumerate(pieces)
    ]


class OpusFrames:
    """Reads packets of Opus; each is one payload."""

    needs_key = False

    def __init__(self, face: Face) -> None:
        self._record = face.record("ietf.opus.OpusPacket")
        self._failures = face.failures

    def take(self, packet: Packet) -> bytes | None:
        """Return the packet's octets. Raises: `SessionRefused` for a payload that is no packet of Opus."""
        try:
            self._record.decode(packet.payload)
        except self._failures as failure:
            raise refused_by(failure, "a packet of Opus") from None
        return packet.payload


def unknown_codec(name: str) -> SessionRefused:
    """Return the refusal of a codec whose payloads are not read here."""
    return SessionRefused("unknown_codec", "opus or VP8", name, "RFC 7742 §5")
