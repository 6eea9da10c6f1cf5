"""Folders that only this user may write, whatever the umask: what is kept in them is read back and trusted."""

from __future__ import annotations

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for this user alone.

    Raises: OSError when that fails.
    """
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
