"""Read a folder as the bundle it is: the same tree, limits and refusals as an archive.

Every file is opened once, without following links and without waiting (a FIFO would hang), and is
compared with itself after reading, so that a verdict is about one state.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.grammar.untrusted.bundle import Bundle, Member, check_tree, finished
from art7.grammar.untrusted.limits import Limits
from art7.grammar.untrusted.refusal import refuse, shown

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})
"""Folders that belong to a checkout, not to the offer in it."""

_OPEN = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(slots=True)
class _Walk:
    """What has been found so far, against the limits."""

    source: str
    limits: Limits
    members: list[Member] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    total: int = 0


def read_tree(path: str, limits: Limits) -> Bundle:
    """Return the files below the folder `path`. Raises: Refusal."""
    walk = _Walk(path, limits)
    for found, relative in _files(path, walk):
        content = _read_member(found, relative, walk)
        walk.total += len(content)
        walk.files[relative] = content
    check_tree(walk.members, path, limits)
    return finished(path, "folder", walk.files)


def _files(top: str, walk: _Walk) -> Iterator[tuple[str, str]]:
    """Yield (path, path inside the bundle) of each regular file; depth is limited, not recursion."""
    waiting = [(top, "")]
    while waiting:
        folder, prefix = waiting.pop()
        if prefix.count("/") > walk.limits.path_depth:
            raise refuse("A7-B013", f"folder {shown(prefix)} lies too deep", walk.source)
        for entry in _listed(folder, walk.source):
            relative = prefix + entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            is_folder = stat.S_ISDIR(mode)
            if is_folder and not prefix and entry.name in VERSION_CONTROL:
                continue
            _check_mode(mode, relative, walk.source)
            walk.members.append(Member(relative, is_folder))
            if len(walk.members) > walk.limits.members:
                raise refuse("A7-B004", f"found more than {walk.limits.members} members", walk.source)
            if is_folder:
                waiting.append((entry.path, relative + "/"))
            else:
                yield entry.path, relative


def _listed(folder: str, source: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise refuse("A7-B030", f"cannot list {shown(folder)}: {error.strerror}", source) from None


def _check_mode(mode: int, relative: str, source: str) -> None:
    if stat.S_ISLNK(mode):
        raise refuse(
            "A7-B017", f"{shown(relative)} is a symbolic link", source, help="put the file itself there"
        )
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise refuse("A7-B018", f"{shown(relative)} is neither a file nor a folder", source)


def _read_member(path: str, relative: str, walk: _Walk) -> bytes:
    left = walk.limits.total_octets - walk.total
    content = read_regular(path, f"{walk.source}/{relative}", min(walk.limits.member_octets, left) + 1)
    if len(content) > walk.limits.member_octets:
        raise refuse(
            "A7-B005", f"{shown(relative)} has more than {walk.limits.member_octets} octets", walk.source
        )
    if len(content) > left:
        raise refuse(
            "A7-B006", f"the folder has more than {walk.limits.total_octets} octets together", walk.source
        )
    return content


def read_regular(path: str, shown_as: str, most: int) -> bytes:
    """Return at most `most` octets of a regular file, refusing one that changes meanwhile. Raises: Refusal."""
    try:
        descriptor = os.open(path, _OPEN)
    except OSError as error:
        raise _unopened(error, shown_as) from None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise refuse("A7-B031", "found something that is not a regular file", shown_as)
        content = _read_up_to(descriptor, most)
        after = os.fstat(descriptor)
    except OSError as error:
        raise _unopened(error, shown_as) from None
    finally:
        os.close(descriptor)
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not unchanged or len(content) != min(before.st_size, most):
        raise refuse(
            "A7-B033", "the file changed while it was read", shown_as, help="run again when it is at rest"
        )
    return content


def _read_up_to(descriptor: int, most: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(most)


def _unopened(error: OSError, shown_as: str) -> Exception:
    if error.errno is not None and error.errno in _LINK_ERRORS:
        return refuse("A7-B031", "found a symbolic link, expected the file itself", shown_as)
    return refuse(
        "A7-B030", f"cannot be read: {error.strerror}", shown_as, help="check the path and its permissions"
    )


_LINK_ERRORS = frozenset({40, 62})  # ELOOP on Linux and on BSD: O_NOFOLLOW met a link
