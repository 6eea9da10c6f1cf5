"""Our generated codecs for the scripts of the bench folder, which measure them beside its peers (`BENCH_CANDIDATES`)."""

from __future__ import annotations

from benchmarks.codecs import OURS, ours

_CODECS = ours()


def _row(name: str) -> list[tuple[str, object, object]]:
    return [(f"{OURS} pure", *_CODECS[name])]


ADAPTERS = {
    "rtp": _row("RTP audio"),
    "stun": _row("STUN, fingerprint"),
    "mls.key_package": _row("MLS KeyPackage"),
    "mls.private_message": _row("MLS PrivateMessage"),
    "protobuf": _row("protobuf Envelope"),
    "matrix": _row("Matrix event"),
}
"""Workload of the bench folder → (label, decode, encode)."""

__all__ = ["ADAPTERS"]
