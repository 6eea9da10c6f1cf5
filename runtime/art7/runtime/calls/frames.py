"""Sound and pictures behind the frames: made and decoded by FFmpeg (PyAV, extra `calls`), which is loaded when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import pi, sin
from typing import Any

from art7.runtime.calls.codecs import Codec
from art7.runtime.calls.libraries import library

SIZE = (320, 240)
PICTURES = 15
"""Pictures a second."""
STEP = 90000 // PICTURES
"""From one picture to the next, in units of VP8's clock."""
SAMPLES = 960
"""Samples of sound in a frame: 20 ms at 48 kHz."""
_NAMES = {"opus": "libopus", "vp8": "libvpx"}


class Decoder:
    """Decodes frames of one codec; `count` is how many pictures or pieces of sound came out."""

    def __init__(self, codec: Codec) -> None:
        av = self._av = library("av")
        self._context = av.CodecContext.create(_NAMES[codec.name.lower()], "r")
        self.count = 0

    def take(self, frame: bytes) -> list[Any]:
        """Return what a frame decodes to. Raises: `ValueError` when it does not."""
        try:
            found = self._context.decode(self._av.Packet(frame))
        except self._av.error.FFmpegError as error:
            raise ValueError(str(error)) from None
        self.count += len(found)
        return list(found)


class Pictures:
    """A grey bar that moves, as frames of VP8."""

    def __init__(self) -> None:
        av = self._av = library("av")
        self._context = av.CodecContext.create("libvpx", "w")
        self._context.width, self._context.height = SIZE
        self._context.pix_fmt = "yuv420p"
        self._context.time_base = Fraction(1, PICTURES)
        self._context.bit_rate = 250_000
        self._context.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
        self._number = 0
        self.wants_key = True

    def next(self) -> tuple[bytes, int]:
        """Return the next frame and its time in units of 1/90000 s."""
        picture = self._av.VideoFrame(*SIZE, "yuv420p")
        for place, plane in enumerate(picture.planes):
            row = bytearray(b"\x80" * plane.line_size)
            if place == 0:
                at = self._number * 4 % SIZE[0]
                row[at : at + 16] = b"\xe0" * len(row[at : at + 16])
            plane.update(bytes(row) * plane.height)
        picture.pts = self._number
        if self.wants_key:
            picture.pict_type = self._av.video.frame.PictureType.I
        self.wants_key = False
        frame = b"".join(bytes(each) for each in self._context.encode(picture))
        at = self._number * STEP
        self._number += 1
        return frame, at


class Sounds:
    """A tone of 440 Hz, as packets of Opus."""

    def __init__(self) -> None:
        av = self._av = library("av")
        self._context = av.CodecContext.create("libopus", "w")
        self._context.sample_rate = 48000
        self._context.format = "s16"
        self._context.layout = "stereo"
        self._context.time_base = Fraction(1, 48000)
        self._number = 0

    def next(self) -> tuple[bytes, int]:
        """Return the next packet and its time in units of 1/48000 s; of what the coder keeps back it is empty."""
        frame = self._av.AudioFrame("s16", "stereo", SAMPLES)
        frame.sample_rate = 48000
        frame.pts = self._number * SAMPLES
        frame.planes[0].update(b"".join(_wave(self._number * SAMPLES)))
        packet = b"".join(bytes(each) for each in self._context.encode(frame))
        at = self._number * SAMPLES
        self._number += 1
        return packet, at


def _wave(start: int) -> Iterator[bytes]:
    for number in range(start, start + SAMPLES):
        sample = int(8000 * sin(2 * pi * 440 * number / 48000)).to_bytes(2, "little", signed=True)
        yield sample + sample
