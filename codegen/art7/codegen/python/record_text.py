"""The text that one record adds to a generated module and to its careful twin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordText:
    """Module-level source: `fast` (class, functions) and `explain` (careful functions), without blank ends."""

    fast: str
    explain: str
    needs_cryptography: bool = False
