"""Lowered modules kept on disk: content-addressed, private to the user, and never needed.

A key covers the text, its file name, the keys of the modules in use, and the program itself. Only modules
without a finding are kept. The folder must belong to the user and be closed to others, and what is read back may
only build art7's own data: anything else is treated as absent. `ART7_NO_CACHE` turns it off.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import stat
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from art7.grammar.collector import collector_paused
from art7.grammar.version import __version__

ENTRIES = 2_000
"""Most entries kept; the oldest are removed."""

OCTETS = 64 << 20
"""Largest entry read back."""

_ALLOWED = frozenset((("builtins", "set"), ("builtins", "frozenset"), ("copyreg", "__newobj__")))


class Cache:
    """The folder of kept modules; without one, every look-up finds nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def open(cls) -> Cache:
        """Return the user's cache, or one that keeps nothing."""
        if os.environ.get("ART7_NO_CACHE") or not hasattr(os, "getuid"):
            return cls(None)
        try:
            base = os.environ.get("XDG_CACHE_HOME")
            folder = (Path(base) if base else Path.home() / ".cache") / "art7" / "modules"
            if not folder.is_absolute():
                return cls(None)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(folder if _is_private(folder) else None)
        except (OSError, RuntimeError, ValueError):
            return cls(None)

    def key(self, *parts: str) -> str:
        """Return the key of what `parts` say, under this program."""
        digest = hashlib.sha256(_program().encode())
        for part in parts:
            octets = part.encode("utf-8", "surrogatepass")
            digest.update(len(octets).to_bytes(8, "big"))
            digest.update(octets)
        return digest.hexdigest()

    def get(self, key: str) -> Any:
        """Return what is kept under `key`, `None` for nothing or anything odd."""
        if self.folder is None:
            return None
        try:
            descriptor = os.open(self.folder / key, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as stream:
                status = os.fstat(stream.fileno())
                if (
                    status.st_uid != os.getuid()
                    or not stat.S_ISREG(status.st_mode)
                    or status.st_size > OCTETS
                ):
                    return None
                data = stream.read()
            if hashlib.sha256(data[32:]).digest() != data[:32]:
                return None
            with collector_paused():
                return _Reader(io.BytesIO(data[32:])).load()
        except Exception:
            # A damaged entry of any kind means: not there. It is replaced when the module is lowered again.
            return None

    def put(self, key: str, value: object) -> None:
        """Keep `value` under `key`; silently does nothing where that fails."""
        if self.folder is None:
            return
        try:
            data = pickle.dumps(value, protocol=5)
            if len(data) > OCTETS:
                return
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(data).digest() + data)
            os.replace(name, self.folder / key)
            self._trim()
        except (OSError, pickle.PicklingError, RecursionError, TypeError, AttributeError):
            return

    def _trim(self) -> None:
        assert self.folder is not None, "only called after a write"
        with os.scandir(self.folder) as entries:
            found = [entry.name for entry in entries]
        if len(found) <= ENTRIES:
            return
        aged = sorted(found, key=lambda name: (self.folder / name).stat().st_mtime)  # type: ignore[operator]
        for name in aged[: ENTRIES // 4]:
            (self.folder / name).unlink(missing_ok=True)


class _Reader(pickle.Unpickler):
    """Builds data of this program only."""

    def find_class(self, module: str, name: str) -> Any:
        """Allow dataclasses and enums of the language room."""
        if (module, name) in _ALLOWED or (module.startswith("art7.grammar.") and "." not in name):
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in _ALLOWED:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not kept in a cache")


def _is_private(folder: Path) -> bool:
    status = os.lstat(folder)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def _program() -> str:
    """Return what changes whenever the program does: version, names, sizes and times of its files."""
    parts: list[str] = [__version__]
    folders: Sequence[Path] = [Path(__file__).parent]
    while folders:
        deeper: list[Path] = []
        for folder in folders:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir() and entry.name != "__pycache__":
                        deeper.append(Path(entry.path))
                    elif entry.name.endswith((".py", ".lark")):
                        status = entry.stat()
                        parts.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
        folders = deeper
    return "\n".join(sorted(parts))
