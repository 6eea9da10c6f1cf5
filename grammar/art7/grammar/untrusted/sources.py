"""The public readers of bundles: from octets, from a path, and back to a reproducible zip.

Each takes a `Report`, adds what it refuses and returns None; nothing is ever written to disk.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted.bundle import Bundle
from art7.grammar.untrusted.folder_reader import read_regular, read_tree
from art7.grammar.untrusted.limits import LIMITS, Limits
from art7.grammar.untrusted.refusal import Refusal, note, refuse, shown
from art7.grammar.untrusted.tar_reader import BLOCK, read_tar, read_tar_gz
from art7.grammar.untrusted.zip_reader import END_SIGNATURE, LOCAL_SIGNATURE, read_zip
from art7.grammar.untrusted.zip_writer import write_zip


def read_archive(data: bytes, report: Report, *, name: str, limits: Limits = LIMITS) -> Bundle | None:
    """Return the files of a zip, tar or gzipped tar, told by its first octets; `name` is shown to the reader."""
    try:
        return _read_packed(data, name, limits)
    except Refusal as refusal:
        note(report, refusal)
        return None


def read_folder(path: str | os.PathLike[str], report: Report, *, limits: Limits = LIMITS) -> Bundle | None:
    """Return the files below a folder, without following a link or waiting on a FIFO."""
    try:
        if not stat.S_ISDIR(_mode(os.fspath(path))):
            raise refuse("A7-B031", "found no folder, expected one", os.fspath(path))
        return read_tree(os.fspath(path), limits)
    except Refusal as refusal:
        note(report, refusal)
        return None


def read_source(path: str | os.PathLike[str], report: Report, *, limits: Limits = LIMITS) -> Bundle | None:
    """Return the files of an offer, whether its path is a folder or an archive."""
    source = os.fspath(path)
    try:
        if stat.S_ISDIR(_mode(source)):
            return read_tree(source, limits)
        return _read_packed(_read_limited(source, limits.archive_octets), source, limits)
    except Refusal as refusal:
        note(report, refusal)
        return None


def read_file(
    path: str | os.PathLike[str], report: Report, *, most: int = LIMITS.member_octets
) -> bytes | None:
    """Return the content of a regular file of at most `most` octets; a FIFO or device is refused, not awaited."""
    source = os.fspath(path)
    try:
        _mode(source)
        return _read_limited(source, most)
    except Refusal as refusal:
        note(report, refusal)
        return None


def write_archive(files: Mapping[str, bytes], report: Report, *, limits: Limits = LIMITS) -> bytes | None:
    """Return the reproducible zip of `files` (path → content), which `read_archive` reads back to the same."""
    try:
        return write_zip(files, limits)
    except Refusal as refusal:
        note(report, refusal)
        return None


def _read_packed(data: bytes, source: str, limits: Limits) -> Bundle:
    if not data:
        raise refuse("A7-B032", "found 0 octets, expected an archive", source, help="transfer the file again")
    if len(data) > limits.archive_octets:
        raise refuse("A7-B023", f"found {len(data)} octets, expected at most {limits.archive_octets}", source)
    if data.startswith((LOCAL_SIGNATURE, END_SIGNATURE)):
        return read_zip(data, source, limits)
    if data.startswith(b"\x1f\x8b"):
        return read_tar_gz(data, source, limits)
    # The magic of ustar and GNU; a tar older than that is known by its header checksum alone.
    if data[257:262] == b"ustar" or _has_tar_checksum(data):
        return read_tar(data, source, limits)
    if END_SIGNATURE in data[-22 - 0xFFFF :]:
        raise refuse(
            "A7-B019", "found octets before the archive", source, help="keep one archive in the file"
        )
    raise refuse(
        "A7-B001",
        f"found {shown(data[:8])}, expected a zip, tar or gzipped tar",
        source,
        help="pack the offer again, or name its folder; a module's name ends in `.a7`",
    )


def _has_tar_checksum(data: bytes) -> bool:
    digits = data[148:156].strip(b" \0")
    is_octal = bool(digits) and all(0x30 <= digit <= 0x37 for digit in digits)
    header = data[:BLOCK]
    return is_octal and len(header) == BLOCK and int(digits, 8) == sum(header) - sum(header[148:156]) + 256


def _mode(path: str) -> int:
    """Return the mode of what lies at a path itself; refuse what is neither a file nor a folder."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "the path holds a NUL"
        raise refuse("A7-B030", f"cannot be read: {reason}", path, help="check the path") from None
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return mode
    found = next((what for test, what in _KINDS if test(mode)), "a special file")
    raise refuse(
        "A7-B031",
        f"found {found}, expected a file or folder",
        path,
        help="name the file or folder itself",
    )


_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


def _read_limited(path: str, most: int) -> bytes:
    data = read_regular(path, path, most + 1)
    if len(data) > most:
        raise refuse("A7-B023", f"found more than {most} octets", path)
    return data
