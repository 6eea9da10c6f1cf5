"""How an implementation of a builtin says no."""

from __future__ import annotations


class Refused(Exception):
    """A builtin cannot answer: a code of `ir.errors`, what it expected and what it got."""

    def __init__(self, code: str, expected: str = "", got: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected
        self.got = got


BuiltinError = Refused
"""As generated packages call it: modules that are copied into them use this name."""


def check_size(count: int, limit: int, what: str = "octets") -> None:
    """Refuse a count below 0 or above `limit`."""
    if not 0 <= count <= limit:
        raise Refused("out_of_range", f"0 to {limit} {what}", str(count))
