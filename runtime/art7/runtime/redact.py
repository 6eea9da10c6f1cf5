"""Secrets of a run, and their removal from whatever is shown of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

LEAST_OCTETS = 8
"""Shorter secrets are hidden where they are named; by their value alone they would hide what only looks like them."""


@dataclass(slots=True)
class Secrets:
    """Every secret value that a run has come across."""

    values: set[bytes] = field(default_factory=set)

    def add(self, value: object) -> None:
        """Remember a value if it is octets, long enough and not all zero."""
        if isinstance(value, bytes) and len(value) >= LEAST_OCTETS and any(value):
            self.values.add(bytes(value))  # not as a secret: its spellings are needed

    def replacements(self) -> list[tuple[str, str]]:
        """Return (spelling, stand-in), long spellings first so that none is cut by a shorter one."""
        found = {text: redacted(value) for value in self.values for text in spellings(value)}
        return sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))


def scrubbed(text: str, replacements: list[tuple[str, str]]) -> str:
    """Return `text` with every spelling of a secret replaced."""
    for spelling, stand_in in replacements:
        if spelling in text:
            text = text.replace(spelling, stand_in)
    return text


def spellings(value: bytes) -> Iterator[str]:
    """Yield the texts in which octets are written down: hex, base64, decimal lists, URL, Python; and hex of those."""
    plain = [
        value.hex(),
        base64.b64encode(value).decode().rstrip("="),
        base64.urlsafe_b64encode(value).decode().rstrip("="),
        ", ".join(map(str, value)),
        ",".join(map(str, value)),
        quote_from_bytes(value),
        repr(value)[2:-1],
    ]
    try:
        plain.append(value.decode())
    except UnicodeDecodeError:
        pass
    yield from plain
    yield value.hex().upper()
    # A text message carries a secret in one of these spellings, and the trace shows the message in hex.
    yield from (text.encode().hex() for text in plain)


def redacted(value: bytes) -> str:
    """Return a stand-in that tells two secrets apart without showing either."""
    return f"secret of {len(value)} octets, sha256 {hashlib.sha256(value).hexdigest()[:8]}…"
