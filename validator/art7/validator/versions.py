"""Order of semantic versions (semver.org §11)."""

from __future__ import annotations


def version_key(version: str) -> tuple[int, int, int, tuple[tuple[int, int, str], ...]]:
    """Return a key that sorts versions; a pre-release comes before its release."""
    core, _, pre = version.partition("-")
    major, minor, patch = (int(part) for part in core.split("."))
    if not pre:
        return major, minor, patch, ((2, 0, ""),)
    parts = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pre.split("."))
    return major, minor, patch, parts


def precedes(earlier: str, later: str) -> bool:
    """Whether `earlier` comes strictly before `later`."""
    return version_key(earlier) < version_key(later)
