"""How much of a hostile bundle is read: one frozen value, with the documented defaults."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a bundle. Sizes in octets; the defaults keep a reading below 256 MiB and 2 s.

    `ratio` is expanded size by packed size, looked at once more than `ratio_from_octets` come out.
    """

    archive_octets: int = 32 * MIB
    members: int = 10_000
    member_octets: int = 32 * MIB
    total_octets: int = 64 * MIB
    ratio: int = 200
    ratio_from_octets: int = 1 * MIB
    path_octets: int = 240
    path_depth: int = 16


LIMITS = Limits()
"""The limits that the commands use."""
