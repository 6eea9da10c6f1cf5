"""RTP data packets with general header extensions (RFC 3550 §5.1, RFC 8285), the contract of `ietf.rtp`."""

from __future__ import annotations

import struct
from typing import Any

_head = struct.Struct(">BBHII").unpack_from
_extension = struct.Struct(">HH").unpack_from
_pack_head = struct.Struct(">BBHII").pack
_pack_both = struct.Struct(">BBHIIHH").pack
_pack_extension = struct.Struct(">HH").pack
_sources = [struct.Struct(f">{count}I").unpack_from for count in range(16)]
_pack_sources = [struct.Struct(f">{count}I").pack for count in range(16)]
_OCTETS = [bytes((value,)) for value in range(256)]
_FILL = (b"", b"\0\0\0", b"\0\0", b"\0")
_ZEROS = bytes(255)


class Refused(ValueError):
    """Not such a packet."""


class HeaderExtension:
    """A profile and its elements, or the octets of a profile's own extension."""

    __slots__ = ("data", "profile")


class RtpPacket:
    """One packet."""

    __slots__ = (
        "csrc",
        "header_extension",
        "marker",
        "pad_count",
        "pad_fill",
        "payload",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
    )


def decode(data: bytes, *, explain: bool = True) -> Any:
    """Read one packet."""
    try:
        n = len(data)
        if n > 65507:
            raise Refused
        m: Any = RtpPacket()
        first, second, m.sequence, m.timestamp, m.ssrc = _head(data)
        if first >> 6 != 2:
            raise Refused
        m.marker = second > 127
        m.payload_type = second & 127
        count = first & 15
        if count:
            m.csrc = [*_sources[count](data, 12)]
            o = 12 + 4 * count
        else:
            m.csrc = []
            o = 12
        if first & 16:
            x: Any = HeaderExtension()
            profile, words = _extension(data, o)
            x.profile = profile
            o += 4
            end = o + 4 * words
            if profile == 0xBEDE:
                elements = []
                while o < end:
                    octet = data[o]
                    if octet > 239:
                        if octet != 240:
                            raise Refused
                        elements.append((15, data[o + 1 : end]))
                        o = end
                    elif octet:
                        e = o + 2 + (octet & 15)
                        elements.append((octet >> 4, data[o + 1 : e]))
                        o = e
                    else:
                        o += 1
                if o != end:
                    raise Refused
                x.data = elements
            elif 0x1000 <= profile <= 0x100F:
                elements = []
                while o < end:
                    octet = data[o]
                    if octet:
                        e = o + 2 + data[o + 1]
                        elements.append((octet, data[o + 2 : e]))
                        o = e
                    else:
                        o += 1
                if o != end:
                    raise Refused
                x.data = elements
            else:
                x.data = data[o:end]
                o = end
            m.header_extension = x
        else:
            m.header_extension = None
        if first & 32:
            m.pad_count = pad = data[n - 1]
            e = n - pad
            if pad == 0 or o > e:
                raise Refused
            m.payload = data[o:e]
            fill = data[e : n - 1]
            m.pad_fill = fill if fill != _ZEROS[: pad - 1] else None
        else:
            if o > n:
                raise Refused
            m.pad_count = 0
            m.payload = data[o:]
            m.pad_fill = None
    except (struct.error, IndexError):
        raise Refused from None
    return m


def encode(m: Any, *, explain: bool = True) -> bytes:
    """Write one packet, widths and ranges tested."""
    try:
        csrc = m.csrc
        count = len(csrc)
        if count > 15:
            raise Refused
        kind = m.payload_type
        if kind > 127:
            raise Refused
        second = m.marker << 7 | kind
        first = 128 | count
        tail = m.payload
        pad = m.pad_count
        if pad:
            first |= 32
            fill = m.pad_fill
            if fill is None:
                fill = _ZEROS[: pad - 1]
            if not 0 < pad < 256 or len(fill) != pad - 1:
                raise Refused
            tail = tail + fill + _OCTETS[pad]
        x = m.header_extension
        octets: bytes
        if x is None:
            octets = _pack_head(first, second, m.sequence, m.timestamp, m.ssrc)
            if count:
                octets += _pack_sources[count](*csrc)
            octets += tail
        else:
            profile = x.profile
            if profile == 0xBEDE:
                body = b""
                for name, value in x.data:
                    size = len(value) - 1 if name != 15 else 0
                    if not 0 <= size < 16 or not 0 < name < 16:
                        raise Refused
                    body += _OCTETS[name << 4 | size] + value
                size = len(body)
                body += _FILL[size & 3]
                words = size + 3 >> 2
            elif 0x1000 <= profile <= 0x100F:
                body = b""
                for name, value in x.data:
                    if name < 1:
                        raise Refused
                    body += _OCTETS[name] + _OCTETS[len(value)] + value
                size = len(body)
                body += _FILL[size & 3]
                words = size + 3 >> 2
            else:
                body = x.data
                if len(body) & 3:
                    raise Refused
                words = len(body) >> 2
            if count:
                octets = (
                    _pack_head(first | 16, second, m.sequence, m.timestamp, m.ssrc)
                    + _pack_sources[count](*csrc)
                    + _pack_extension(profile, words)
                    + body
                    + tail
                )
            else:
                octets = (
                    _pack_both(first | 16, second, m.sequence, m.timestamp, m.ssrc, profile, words)
                    + body
                    + tail
                )
        if len(octets) > 65507:
            raise Refused
    except (struct.error, IndexError, TypeError, AttributeError):
        raise Refused from None
    return octets
