"""OTR in tests: the texts of a conversation, read by the catalogue, with their fragments joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from executions import Codec

TEXT = "otr.texts.OtrText"


def read(codec: Codec, wire: str) -> dict[str, Any]:
    """Read a text and write it again; returns the one member that is there."""
    octets = wire.encode()
    decoded = codec.decode(TEXT, octets)
    assert codec.encode(TEXT, decoded.native) == octets
    return {name: value for name, value in decoded.plain.items() if value is not None}


def whole(codec: Codec, wires: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield what texts say, the pieces of a message put together."""
    pieces: list[str] = []
    for wire in wires:
        value = read(codec, wire)
        piece = value.get("fragment") or value.get("old_fragment")
        if piece is None:
            yield value
            continue
        assert int(piece["number"]) == len(pieces) + 1, "fragments in order"
        pieces.append(piece["piece"])
        if len(pieces) == int(piece["count"]):
            yield read(codec, "".join(pieces))
            pieces = []
    assert not pieces, "a fragment is missing"
