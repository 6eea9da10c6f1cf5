"""Write a zip archive that depends on nothing but its files: same files, same octets, on every machine."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from art7.grammar.untrusted.bundle import Member, check_tree
from art7.grammar.untrusted.limits import LIMITS, Limits
from art7.grammar.untrusted.refusal import refuse

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")

_VERSION = 20
_MADE_BY_UNIX = 3 << 8 | _VERSION
_UTF8 = 0x0800
_STORED = 0
_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00, the first moment that a zip can tell
_MODE = 0o100644 << 16


def write_zip(files: Mapping[str, bytes], limits: Limits = LIMITS) -> bytes:
    """Return a zip of `files` (path → content), stored, sorted by path, with a fixed time and mode.

    Raises: Refusal when `read_zip` would refuse the result.
    """
    check_tree((Member(path, is_folder=False) for path in files), "bundle", limits)
    _check_amount(files, limits)
    members: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for path in sorted(files):
        content, name = files[path], path.encode("utf-8")
        flags = 0 if path.isascii() else _UTF8
        common = (flags, _STORED, _TIME, _DATE, zlib.crc32(content), len(content), len(content), len(name), 0)
        local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common) + name
        members += (local, content)
        directory.append(
            _CENTRAL.pack(b"PK\x01\x02", _MADE_BY_UNIX, _VERSION, *common, 0, 0, 0, _MODE, offset) + name
        )
        offset += len(local) + len(content)
    central = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(central), offset, 0)
    return b"".join([*members, central, end])


def _check_amount(files: Mapping[str, bytes], limits: Limits) -> None:
    total = sum(len(content) for content in files.values())
    if not files:
        raise refuse("A7-B002", "found no file to pack", "bundle")
    if len(files) > limits.members:
        raise refuse("A7-B004", f"found {len(files)} members, expected at most {limits.members}", "bundle")
    for path, content in files.items():
        if len(content) > limits.member_octets:
            raise refuse("A7-B005", f"a member has {len(content)} octets, expected fewer", path)
    # A stored archive is a little larger than what it holds; its reader limits the archive itself.
    if total > limits.total_octets or total + 1024 * len(files) > limits.archive_octets:
        raise refuse("A7-B006", f"the files have {total} octets together, expected fewer", "bundle")
