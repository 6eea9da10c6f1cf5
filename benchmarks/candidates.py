"""Our generated codecs for the scripts of the bench folder, which measure them beside its peers (`BENCH_CANDIDATES`)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.codecs import GOALS, OURS, limit, ours
from benchmarks.peers import BY_HAND, COMPILED, OVER_ORJSON
from benchmarks.peers_compiled import compiled_envelope

Row = tuple[str, Callable[[bytes], Any], Callable[[Any], bytes]]

_CODECS = ours()


def _rows(name: str, label: str = OURS) -> list[Row]:
    """Our codec, and the hand-written one with the same checks."""
    by_hand = next(goal.limit for goal in GOALS if goal.name == name)
    return [(label, *_CODECS[name]), (f"{BY_HAND}{label}", *limit(by_hand))]


def _over_orjson() -> list[Row]:
    """The generated checks of the Matrix event over the tree that orjson reads, where it is installed.

    No codec of ours reads so: orjson keeps the last of two members with one name, which ours refuse.
    """
    try:
        loads = importlib.import_module("orjson").loads
    except ImportError:
        return []
    decode, encode = _CODECS["Matrix event"]
    read = sys.modules[decode.__module__]._read_room_event
    return [(OVER_ORJSON, lambda data: read(loads(data)), encode)]


def _build(envelope: Any, values: tuple[Any, ...]) -> bytes:
    """Make an envelope of the eight values that the bench folder's peers get, and write it."""
    made = envelope()
    (
        made.type,
        made.client_timestamp,
        made.source_device,
        made.content,
        made.server_guid,
        made.server_timestamp,
        made.source_service_id,
        made.urgent,
    ) = values
    octets: bytes = made.encode()
    return octets


def _compiled() -> Any:
    """The envelope that mypyc compiled, where the set-up could."""
    module = compiled_envelope()
    return None if module is None else module.Envelope


_ENVELOPE = sys.modules[_CODECS["protobuf Envelope"][0].__module__].Envelope

ADAPTERS: dict[str, list[Row]] = {
    "rtp": _rows("RTP audio"),
    "stun": [*_rows("STUN, fingerprint"), *_rows("STUN, integrity", f"{OURS}, integrity")],
    "mls.key_package": _rows("MLS KeyPackage"),
    "mls.private_message": _rows("MLS PrivateMessage"),
    "protobuf": _rows("protobuf Envelope"),
    "cbor": _rows("MIMI content"),
    "der": _rows("X.509 certificate"),
    "matrix": [*_rows("Matrix event"), *_over_orjson()],
    "xmpp": _rows("XMPP message"),
    "sdp": _rows("SDP offer"),
    "sip": _rows("SIP INVITE"),
    "mime": _rows("MIME mail"),
}
"""Workload of the bench folder → (label, decode, encode)."""


BUILDERS: dict[str, Callable[[tuple[Any, ...]], bytes]] = {OURS: partial(_build, _ENVELOPE)}
"""Label → what makes an envelope of eight values and writes it."""

if (compiled := _compiled()) is not None:
    ADAPTERS["protobuf"].append((COMPILED, compiled.decode, compiled.encode))
    BUILDERS[COMPILED] = partial(_build, compiled)

__all__ = ["ADAPTERS", "BUILDERS"]
