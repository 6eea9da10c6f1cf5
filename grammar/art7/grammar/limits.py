"""How much a specification's text may hold: every limit is checked before anything large is built."""

from __future__ import annotations

FILE_OCTETS = 8 * 1024 * 1024
"""Octets of one file."""

LINE_CHARACTERS = 65_536
"""Characters of one line; a vector of 32 KiB in hexadecimal still fits."""

DEPTH = 64
"""Brackets inside brackets, and operators inside operators of one expression, type or pattern."""

NAME_CHARACTERS = 200
"""Characters of one name."""

NUMBER_DIGITS = 40
"""Digits of one number, checked before it is converted."""

EXTENTS = 8
"""Extents behind one type: ``u8[4][2]`` has two."""

ERRORS = 50
"""Diagnostics of one file; the rest is counted, not shown."""
