"""The Megolm ratchet: four parts, of which the last moves with every message and each other 256 times slower."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PART = 32
PARTS = 4


def turned(ratchet_part: Callable[..., Any], ratchet: bytes, start: int, end: int) -> bytes:
    """Return the ratchet at number `end`, from that at `start`, in at most 1,024 steps."""
    parts = [ratchet[at : at + PART] for at in range(0, PARTS * PART, PART)]
    for part in range(PARTS):
        shift = 8 * (PARTS - 1 - part)
        steps = (end >> shift) - (start >> shift)
        for step in range(steps):
            before = parts[part]
            # The last step of a part makes every part behind it anew.
            for other in range(PARTS - 1, part - 1, -1) if step + 1 == steps else (part,):
                parts[other] = ratchet_part(part=other, earlier=before).out
        if steps:
            start = end >> shift << shift
    return b"".join(parts)
