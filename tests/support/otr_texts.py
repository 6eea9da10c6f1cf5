"""OTR in tests: binary messages out of the texts that carry them, until the catalogue describes the texts too."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator


def whole(wires: Iterable[str]) -> Iterator[str]:
    """Yield texts with their fragments joined: `?OTR,k,n,piece,` and `?OTR|…,k,n,piece,`."""
    pieces: list[str] = []
    for wire in wires:
        if not wire.startswith(("?OTR,", "?OTR|")):
            yield wire
            continue
        *_, number, count, piece, end = wire.split(",")
        assert end == "" and int(number) == len(pieces) + 1, "fragments in order"
        pieces.append(piece)
        if int(number) == int(count):
            yield "".join(pieces)
            pieces = []
    assert not pieces, "a fragment is missing"


def binary(text: str) -> bytes | None:
    """The octets of `?OTR:` … `.`, or `None` for another text."""
    if not (text.startswith("?OTR:") and text.endswith(".")):
        return None
    return base64.b64decode(text[5:-1], validate=True)
