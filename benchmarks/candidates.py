"""Our generated codecs for the scripts of the bench folder, which measure them beside its peers (`BENCH_CANDIDATES`)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.codecs import OURS, ours

Row = tuple[str, Callable[[bytes], Any], Callable[[Any], bytes]]

_CODECS = ours()


def _row(name: str, label: str = OURS) -> Row:
    return (label, *_CODECS[name])


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
    return [(f"{OURS} over orjson", lambda data: read(loads(data)), encode)]


ADAPTERS: dict[str, list[Row]] = {
    "rtp": [_row("RTP audio")],
    "stun": [_row("STUN, fingerprint"), _row("STUN, integrity", f"{OURS}, integrity")],
    "mls.key_package": [_row("MLS KeyPackage")],
    "mls.private_message": [_row("MLS PrivateMessage")],
    "protobuf": [_row("protobuf Envelope")],
    "matrix": [_row("Matrix event"), *_over_orjson()],
}
"""Workload of the bench folder → (label, decode, encode)."""


def build_envelope(values: tuple[Any, ...]) -> bytes:
    """Make an envelope of the eight values that the bench folder's peers get, and write it."""
    return _build(_ENVELOPE, values)


def _build(envelope: Any, values: tuple[Any, ...]) -> bytes:
    kind, sent, device, content, guid, received, account, urgent = values
    octets: bytes = envelope(
        type=kind,
        client_timestamp=sent,
        source_device=device,
        content=content,
        server_guid=guid,
        server_timestamp=received,
        source_service_id=account,
        urgent=urgent,
    ).encode()
    return octets


_ENVELOPE = sys.modules[_CODECS["protobuf Envelope"][0].__module__].Envelope

BUILDERS: dict[str, Callable[[tuple[Any, ...]], bytes]] = {OURS: build_envelope}
"""Label → what makes and writes an envelope."""

__all__ = ["ADAPTERS", "BUILDERS"]
