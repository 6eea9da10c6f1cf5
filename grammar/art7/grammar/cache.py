"""What was made once, kept on disk: content-addressed, private to the user, and never needed.

A key covers the text, its file name, the keys of the modules in use, and the program itself. Only modules
without a finding are kept. The folder must belong to the user and be closed to others, and what is read back may
only build art7's own data: anything else is treated as absent. `ART7_NO_CACHE` turns it off.

`Cache` keeps lowered modules; `Store` keeps any octets, and is what other rooms use for what they make of them.
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
from art7.grammar.private_folder import make_private_folder
from art7.grammar.version import __version__

ENTRIES = 2_000
"""Most entries kept; the oldest are removed."""

OCTETS = 256 << 20
"""Largest entry kept: an SDK of ten thousand messages takes a quarter of it."""

TOTAL = 1 << 30
"""Most octets kept in one folder; the oldest entries are removed."""

_ROOMS = ("art7.grammar.", "art7.prover.")
_ALLOWED = frozenset((("builtins", "set"), ("builtins", "frozenset"), ("copyreg", "__newobj__")))


class Store:
    """Octets by key in a folder of the user's own; without one, every look-up finds nothing."""

    def __init__(self, folder: Path | None, program: str) -> None:
        self.folder = folder
        self.program = program

    @staticmethod
    def find(name: str) -> Path | None:
        """Return the user's folder `name`, made where it is not there; `None` where nothing may be kept."""
        if os.environ.get("ART7_NO_CACHE") or not hasattr(os, "getuid"):
            return None
        try:
            base = os.environ.get("XDG_CACHE_HOME")
            folder = (Path(base) if base else Path.home() / ".cache") / "art7" / name
            if not folder.is_absolute():
                return None
            make_private_folder(folder)
            return folder if _is_private(folder) else None
        except (OSError, RuntimeError, ValueError):
            return None

    def key(self, *parts: str) -> str:
        """Return the key of what `parts` say, under this program."""
        digest = hashlib.sha256(self.program.encode())
        for part in parts:
            octets = part.encode("utf-8", "surrogatepass")
            digest.update(len(octets).to_bytes(8, "big"))
            digest.update(octets)
        return digest.hexdigest()

    def read(self, key: str) -> memoryview | None:
        """Return the octets kept under `key`, `None` for nothing or anything odd."""
        if self.folder is None:
            return None
        try:
            descriptor = os.open(self.folder / key, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as stream:
                status = os.fstat(stream.fileno())
                if status.st_uid != os.getuid() or not stat.S_ISREG(status.st_mode):
                    return None
                if status.st_size > OCTETS:
                    return None
                data = memoryview(stream.read())
        except OSError:
            return None
        return data[32:] if hashlib.sha256(data[32:]).digest() == data[:32] else None

    def write(self, key: str, *parts: bytes) -> None:
        """Keep octets under `key`; silently does nothing where that fails."""
        if self.folder is None or sum(map(len, parts)) > OCTETS:
            return
        try:
            digest = hashlib.sha256()
            for part in parts:
                digest.update(part)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.writelines((digest.digest(), *parts))
            os.replace(name, self.folder / key)
            self._trim()
        except OSError:
            return

    def _trim(self) -> None:
        assert self.folder is not None, "only called after a write"
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                found.append((status.st_mtime_ns, entry.name, status.st_size))
        octets = sum(size for _, _, size in found)
        if len(found) <= ENTRIES and octets <= TOTAL:
            return
        found.sort()
        for place, (_, name, size) in enumerate(found):
            if len(found) - place <= ENTRIES * 3 // 4 and octets <= TOTAL * 3 // 4:
                return
            (self.folder / name).unlink(missing_ok=True)
            octets -= size


class Cache(Store):
    """The lowered modules."""

    @classmethod
    def open(cls) -> Cache:
        """Return the user's cache, or one that keeps nothing."""
        return cls(cls.find("modules"), _program())

    def get(self, key: str) -> Any:
        """Return what is kept under `key`, `None` for nothing or anything odd."""
        data = self.read(key)
        if data is None:
            return None
        try:
            with collector_paused():
                return _Reader(io.BytesIO(data)).load()
        except Exception:
            # A damaged entry of any kind means: not there. It is replaced when the module is lowered again.
            return None

    def put(self, key: str, value: object) -> None:
        """Keep `value` under `key`; silently does nothing where that fails."""
        if self.folder is None:
            return
        try:
            self.write(key, pickle.dumps(value, protocol=5))
        except (pickle.PicklingError, RecursionError, TypeError, AttributeError):
            return


class _Reader(pickle.Unpickler):
    """Builds data of this program only."""

    def find_class(self, module: str, name: str) -> Any:
        """Allow dataclasses and enums of the language room."""
        if (module, name) in _ALLOWED or (module.startswith(_ROOMS) and "." not in name):
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in _ALLOWED:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not kept in a cache")


def _is_private(folder: Path) -> bool:
    status = os.lstat(folder)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def _program() -> str:
    here = Path(__file__).parent
    return program_of(here, here.parent / "prover")


def program_of(*roots: Path) -> str:
    """Return what changes whenever the files below `roots` do: version, names, sizes and times."""
    parts: list[str] = [__version__]
    folders: Sequence[Path] = roots
    while folders:
        deeper: list[Path] = []
        for folder in folders:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir() and entry.name != "__pycache__":
                        deeper.append(Path(entry.path))
                    elif not entry.name.endswith(".pyc"):
                        status = entry.stat()
                        parts.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
        folders = deeper
    return "\n".join(sorted(parts))
