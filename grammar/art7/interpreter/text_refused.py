"""What readers of text refuse with, before it has a place in a record."""

from __future__ import annotations


class TextRefused(Exception):
    """Octets that are not the text that must stand there; `offset` is an octet of the message."""

    def __init__(self, code: str, offset: int, expected: str, got: str) -> None:
        super().__init__(code)
        self.code, self.offset, self.expected, self.got = code, offset, expected, got
