"""What a session asks of whoever executes structures and schedules.

A generated SDK fits as it is: its records are classes with `decode` and `encode`, its schedules are functions. What is
looked up once, when a session is made, costs nothing per message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class RecordFace(Protocol):
    """A structure of the catalogue."""

    def __call__(self, **members: Any) -> Any:
        """Return a value with these members; `encode(**params)` of the value returns its octets."""
        ...

    def decode(self, data: bytes, **params: Any) -> Any:
        """Return the value, whose members are attributes. Raises: one of `Face.failures`."""
        ...


class Face(Protocol):
    """Structures and schedules by their qualified names (`signal.ratchet.RatchetMessage`)."""

    failures: tuple[type[Exception], ...]
    """What decoding, encoding and deriving raise; each has a `code`."""

    def record(self, name: str) -> RecordFace:
        """Return a structure. Raises: `LookupError`."""
        ...

    def schedule(self, name: str) -> Callable[..., Any]:
        """Return a schedule: parameters and inputs by keyword, outputs as attributes. Raises: `LookupError`."""
        ...
