"""Feedback between the ends of a call: asking for a whole picture, and hearing that it is asked for (RFC 4585 §6.3.1)."""

from __future__ import annotations

from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.sessions.refusals import SessionRefused

DATAGRAM = "ietf.rtcp.RtcpDatagram"
MODULES = ("ietf.rtcp",)

_RECEIVER_REPORT, _SOURCES, _PAYLOAD_FEEDBACK = 201, 202, 206
_PICTURE_LOST, _WHOLE_PICTURE = 1, 4
_CNAME = 1


def asks_for_picture(codec: InterpreterCodec, octets: bytes) -> bool:
    """Return whether control packets ask for a whole picture. Raises: `SessionRefused` for what is no such packet."""
    try:
        packets = codec.decode(DATAGRAM, octets)["packets"]
    except Refusal as refusal:
        raise SessionRefused(refusal.code, "packets of RTCP", refusal.reason, "RFC 3550 §6.1") from None
    return any(
        each["kind"] == _PAYLOAD_FEEDBACK and each["count"] in (_PICTURE_LOST, _WHOLE_PICTURE)
        for each in packets
    )


def picture_request(codec: InterpreterCodec, own: int, peer: int, name: str) -> bytes:
    """Return the packets that ask the source `peer` for a whole picture; `own`, `name`: source and CNAME of who asks."""
    report = {"ssrc": own, "reports": [], "extension": b""}
    names = {"chunks": [{"ssrc": own, "items": [{"kind": _CNAME, "value": name}]}]}
    feedback = {"ssrc": own, "media_ssrc": peer}
    packets = [
        {"kind": _RECEIVER_REPORT, "count": 0, "pad_count": 0, "body": report},
        {"kind": _SOURCES, "count": 1, "pad_count": 0, "body": names},
        {"kind": _PAYLOAD_FEEDBACK, "count": _PICTURE_LOST, "pad_count": 0, "body": feedback},
    ]
    return codec.encode(DATAGRAM, {"packets": packets})
