"""An answering end of a call on one UDP socket: it is called by a browser, hears it, and speaks (RFC 8829, RFC 7983)."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.calls import connectivity, control, description, handshake, media
from art7.runtime.calls.certificates import Certificate, fresh_certificate
from art7.runtime.calls.codecs import Codec, Format, NoCommonCodec
from art7.runtime.calls.connectivity import Lite
from art7.runtime.calls.control import asks_for_picture, picture_request
from art7.runtime.calls.description import Offer, Own, Stream, agreed_streams, read_offer, write_answer
from art7.runtime.calls.handshake import Handshake
from art7.runtime.calls.media import OpusFrames, Packet, Packets, Vp8Frames, vp8_payloads
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.session import Inbound, Outbound
from art7.runtime.sessions.store import MemoryStore

OPUS, VP8 = Codec("audio", "opus", 48000, 2), Codec("video", "VP8", 90000)
OWN = (OPUS, VP8)
"""Codecs whose frames are cut and joined here."""
MEDIA_MODULES = tuple(dict.fromkeys((*media.MODULES, *handshake.MODULES)))
"""What the face for media must have."""
PATHS = 16
"""So many addresses of the peer are valid at once; further ones are not answered."""

Heard = Callable[[Stream, bytes, int], None]
"""Takes a whole frame of a stream, with its time in units of the codec's rate."""
_AGAIN = 0.5
"""Seconds between two requests for a whole picture."""


@dataclass
class Counts:
    """What came, went, and was refused and why, by the code of the refusal."""

    packets: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def signalling_codec() -> InterpreterCodec:
    """Return the codec of descriptions and checks."""
    return InterpreterCodec(
        catalogue_interpreter(*description.MODULES, *connectivity.MODULES, *control.MODULES)
    )


class Call(asyncio.DatagramProtocol):
    """One call that was offered. `answer` is what the caller is told; the rest happens on the socket.

    `face`: executes `MEDIA_MODULES`. `heard`: is given each frame that is whole. `settled`: is set once keys are
    agreed, or the handshake has failed (`failure`). `wanted`: is called when the peer asks for a whole picture.
    `counts`: what happened.
    """

    def __init__(self, face: Face, heard: Heard, certificate: Certificate | None = None) -> None:
        self.counts = Counts()
        self.settled = asyncio.Event()
        self.wanted: Callable[[], None] = lambda: None
        self.failure: SessionRefused | None = None
        self.answer = b""
        self.streams: tuple[Stream, ...] = ()
        self._face, self._heard = face, heard
        self._certificate = certificate or fresh_certificate()
        self._codec = signalling_codec()
        self._packets = Packets(face)
        self._paths: dict[tuple[str, int], bool] = {}
        self._path: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._inbound: Inbound | None = None
        self._outbound: Outbound | None = None
        self._joiners: dict[int, tuple[Stream, OpusFrames | Vp8Frames]] = {}
        self._sequences: Counter[int] = Counter()
        self._asked = 0.0
        self._transport: asyncio.DatagramTransport | None = None

    async def begin(self, offer: bytes, host: str, own: Sequence[Codec] = OWN) -> NoCommonCodec | None:
        """Open the socket at `host` and make the answer; returns the first stream's result where none has a codec.

        Raises: `SessionRefused` for an offer that is none.
        """
        read = read_offer(self._codec, offer)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        self._transport = transport
        try:
            return self._agree(read, host, own)
        except SessionRefused:
            self.close()
            raise

    def _agree(self, offer: Offer, host: str, own: Sequence[Codec]) -> NoCommonCodec | None:
        assert self._transport is not None
        sources = [secrets.randbits(32) for _ in offer.sections]
        self.streams = agreed_streams(offer, own, sources)
        told = Own(
            host,
            self._transport.get_extra_info("sockname")[1],
            secrets.token_hex(4),
            secrets.token_hex(16),
            self._certificate.fingerprint,
            str(secrets.randbits(62)),
        )
        self.answer = write_answer(self._codec, offer, told, self.streams)
        self._name = told.fragment
        self._lite = Lite(self._codec, told.fragment, told.password, offer.peer.fragment)
        self._handshake = Handshake(
            self._face, self._certificate, offer.peer.hash, offer.peer.fingerprint, self._to_peer
        )
        for each in self.streams:
            if isinstance(each.format, Format):
                joiner = Vp8Frames if each.format.codec.key == VP8.key else OpusFrames
                self._joiners[each.format.payload_type] = each, joiner(self._face)
        return (
            None
            if self._joiners
            else next((x.format for x in self.streams if isinstance(x.format, NoCommonCodec)), None)
        )

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Take a datagram by its first octet (RFC 7983 §7); what is refused is counted and changes nothing."""
        source = (str(addr[0]), int(addr[1]))
        first = data[0] if data else 255
        try:
            if first < 4:
                self._check(data, source)
            elif source not in self._paths:
                self.counts.refused["unchecked_path"] += 1
            elif 20 <= first < 64:
                self._shake(data, source)
            elif 128 <= first < 192:
                self._protected(data)
            else:
                self.counts.refused["unknown_protocol"] += 1
        except SessionRefused as refused:
            self.counts.refused[refused.code] += 1

    def _check(self, data: bytes, source: tuple[str, int]) -> None:
        checked = self._lite.answer(data, source)
        if checked.is_valid and (source in self._paths or len(self._paths) < PATHS):
            self._paths[source] = True
            if checked.is_nominated or self._path is None:
                self._path = source
        if checked.error:
            self.counts.refused["bad_check"] += 1
        if checked.reply is not None and self._transport is not None:
            self._transport.sendto(checked.reply, source)

    def _shake(self, data: bytes, source: tuple[str, int]) -> None:
        if self._handshake.is_over:
            return
        self._path = self._path or source
        try:
            self._handshake.receive(data)
        except SessionRefused as refused:
            self.failure = refused
            self.settled.set()
            raise
        if (agreed := self._handshake.agreed) is not None and self._inbound is None:
            store = MemoryStore()
            self._inbound = Inbound(self._face, store, "in", agreed.profile, [agreed.peer])
            self._outbound = Outbound(self._face, store, "out", agreed.profile, [agreed.own])
            self.settled.set()
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        wait = self._handshake.wait()
        loop = asyncio.get_running_loop()
        self._timer = None if wait is None else loop.call_later(wait, self._late)

    def _late(self) -> None:
        self._handshake.timeout()
        self._wait()

    def _protected(self, data: bytes) -> None:
        if self._inbound is None:
            raise SessionRefused("too_early", "a handshake first", "a packet of media", "RFC 5764 §5.1.2")
        if len(data) > 1 and 192 <= data[1] <= 223:  # RFC 5761 §4
            self.counts.packets["control"] += 1
            if asks_for_picture(self._codec, self._inbound.unprotect_control(data)):
                self.wanted()
            return
        packet = self._packets.read(self._inbound.unprotect(data))
        stream, joiner = self._joiners.get(packet.payload_type, (None, None))
        if stream is None or joiner is None:
            raise SessionRefused(
                "unknown_payload", "a payload type of the answer", str(packet.payload_type), "RFC 3264 §6.1"
            )
        self.counts.packets[stream.section.kind] += 1
        frame = joiner.take(packet)
        if frame is not None:
            self.counts.frames[stream.section.kind] += 1
            self._heard(stream, frame, packet.timestamp)
        elif joiner.needs_key:
            self._ask(stream, packet.source)

    def _ask(self, stream: Stream, peer: int) -> None:
        """Ask for a whole picture, not more often than it can come."""
        now = asyncio.get_running_loop().time()
        if self._outbound is not None and now >= self._asked + _AGAIN:
            self._asked = now
            packets = picture_request(self._codec, stream.source, peer, self._name)
            self._to_peer(self._outbound.protect_control(packets))
            self.counts.sent["control"] += 1

    def say(self, stream: Stream, frame: bytes, timestamp: int) -> None:
        """Send a frame; before keys are agreed nothing is sent. `timestamp`: in units of the codec's rate."""
        if self._outbound is None or not isinstance(stream.format, Format):
            return
        is_video = stream.format.codec.key == VP8.key
        pieces = vp8_payloads(self._face, frame) if is_video else [frame]
        for number, piece in enumerate(pieces, 1):
            sequence = self._sequences[stream.source] & 0xFFFF
            self._sequences[stream.source] += 1
            ends = is_video and number == len(pieces)
            packet = Packet(
                stream.format.payload_type, sequence, timestamp & 0xFFFFFFFF, stream.source, ends, piece
            )
            self._to_peer(self._outbound.protect(self._packets.write(packet)))
        self.counts.sent[stream.section.kind] += 1

    def _to_peer(self, octets: bytes) -> None:
        if self._transport is not None and self._path is not None:
            self._transport.sendto(octets, self._path)

    def close(self) -> None:
        """Hang up."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            if self._inbound is not None:
                self._handshake.close()
            self._transport.close()
            self._transport = None
