"""The refusal of JSON that spells no value of a shape."""

from __future__ import annotations


class ValueRefused(ValueError):
    """JSON that does not spell a value of the shape, at `path`."""

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path or 'the value'}: expected {expected}, found {got}")
        self.path = path
        self.expected = expected
        self.got = got
