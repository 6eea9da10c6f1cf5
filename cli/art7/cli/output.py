"""Write results whole or not at all: a file or a folder appears under its name only when it is complete.

Everything is written beside its final place under a temporary name, brought to disk and renamed. What was
there before is untouched until then, and nothing is replaced unless `force` says so.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from art7.cli.exits import Unusable
from art7.cli.terminal import escaped

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


def write_file(path: str | os.PathLike[str], content: bytes, *, force: bool = False) -> None:
    """Write one file. Raises: Unusable when something is there (without `force`) or it cannot be written."""
    target = Path(path)
    _check_kind(target, "file")
    if target.exists() and not force:
        raise Unusable(
            f"{shown(target)} is there already", "choose another name, or add --force to replace it"
        )
    with _told_as_unusable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".art7-", suffix=".tmp", dir=target.parent)
        try:
            _fill(descriptor, content, _mode_there(target))
            os.replace(name, target) if force else _rename_new(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
        _sync_folder(target.parent)


def write_tree(
    folder: str | os.PathLike[str],
    files: Mapping[str, bytes],
    *,
    force: bool = False,
    inputs: Iterable[str | os.PathLike[str]] = (),
) -> None:
    """Write a folder of `files` (relative path with `/` → content); `force` replaces the folder that is there.

    Raises: Unusable when the folder is not empty (without `force`), is a link, lies inside or around one of
    `inputs`, is one that must never be replaced, or cannot be written.
    """
    target = Path(os.path.abspath(folder))
    _check_kind(target, "folder")
    _check_apart(target, inputs)
    is_filled = target.is_dir() and any(target.iterdir())
    if is_filled and not force:
        raise Unusable(f"{shown(target)} is not empty", "choose a new folder, or add --force to replace it")
    if target.is_dir():
        _check_replaceable(target)
    with _told_as_unusable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".art7-", suffix=".tmp", dir=target.parent))
        try:
            _fill_tree(fresh, files)
            _swap(fresh, target, is_filled)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _sync_folder(target.parent)


def shown(path: os.PathLike[str] | str) -> str:
    """Return a path fit for a message."""
    return f"`{escaped(os.fspath(path))}`"


def _check_kind(target: Path, kind: str) -> None:
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise Unusable(f"{shown(target)} cannot be written: {_reason(error)}") from None
    if stat.S_ISLNK(mode):
        raise Unusable(f"{shown(target)} is a symbolic link", f"name the {kind} itself")
    if not (stat.S_ISDIR(mode) if kind == "folder" else stat.S_ISREG(mode)):
        raise Unusable(f"{shown(target)} is not a {kind}", "choose another name")


def _check_apart(target: Path, inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Output inside an input would be read as part of it the next time; around it, it would replace it."""
    real = Path(os.path.realpath(target))
    for given in inputs:
        source = Path(os.path.realpath(given))
        if real == source or (source.is_dir() and source in real.parents):
            raise Unusable(
                f"{shown(target)} lies inside the input {shown(given)}", "choose a folder outside it"
            )
        if real in source.parents and target.exists() and any(target.iterdir()):
            raise Unusable(f"{shown(target)} holds the input {shown(given)}", "choose a folder of its own")


def _check_replaceable(target: Path) -> None:
    """Keep `--force` from what it can hardly mean."""
    real = Path(os.path.realpath(target))
    here = Path(os.path.realpath(os.curdir))
    if real == here or real in here.parents or real == Path.home():
        raise Unusable(f"{shown(target)} is the current folder or holds it", "name a new folder inside it")
    if any((target / name).exists() for name in (".git", ".hg", ".svn")):
        raise Unusable(f"{shown(target)} is a checkout under version control", "name a new folder inside it")


def _fill_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    os.chmod(folder, _FOLDER_MODE & ~_umask())
    folders = {folder}
    for relative in sorted(files):
        parts = PurePosixPath(relative).parts
        assert parts and ".." not in parts and not relative.startswith("/"), (
            f"output path {relative!r} leaves its folder"
        )
        path = folder.joinpath(*parts)
        for parent in reversed(path.relative_to(folder).parents):
            inner = folder / parent
            if inner not in folders:
                inner.mkdir(mode=_FOLDER_MODE, exist_ok=True)
                folders.add(inner)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _fill(descriptor, files[relative], _FILE_MODE)
    for inner in folders:
        _sync_folder(inner)


def _mode_there(target: Path) -> int:
    """Return the permissions for a file: those of the one it replaces, else the usual ones."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return _FILE_MODE


def _fill(descriptor: int, content: bytes, mode: int) -> None:
    """Write a file and bring it to disk; never group-writable, whatever the umask."""
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(descriptor, mode & ~_umask() & ~0o022)
        os.fsync(descriptor)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _rename_new(name: str, target: Path) -> None:
    """Give a file its final name unless one appeared there meanwhile."""
    try:
        os.link(name, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.replace(name, target)


def _swap(fresh: Path, target: Path, is_filled: bool) -> None:
    """Put the new folder in the place of the old one; the old one is back if that fails."""
    if not is_filled:
        os.rename(fresh, target)  # onto nothing, or onto an empty folder
        return
    old = Path(tempfile.mkdtemp(prefix=".art7-", suffix=".old", dir=target.parent))
    with _signals_held():
        os.rename(target, old)
        try:
            os.rename(fresh, target)
        except OSError:
            os.rename(old, target)
            raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let no signal part two renames that belong together; one that arrives is delivered after."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told_as_unusable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unusable(f"{shown(target)} cannot be written: {_reason(error)}") from None


def _reason(error: OSError | ValueError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "the path holds a NUL"
