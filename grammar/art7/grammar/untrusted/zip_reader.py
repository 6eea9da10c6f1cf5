"""Read a zip archive in memory, strictly: one archive, one reading, nothing hidden between its members.

The central directory is read and judged first (count, sizes, names, kinds), then the local headers must
say the same and lie end to end, and only then is a member inflated, never beyond its declared size.
Structures and field names: PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.untrusted.bundle import Bundle, Member, check_tree, finished
from art7.grammar.untrusted.limits import Limits
from art7.grammar.untrusted.refusal import Refusal, refuse, shown

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
ZIP64_LOCATOR_SIGNATURE = b"PK\x06\x07"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")

STORED, DEFLATED = 0, 8
_NEWEST_VERSION = 63
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_DESCRIPTOR = 0x0008
_UTF8 = 0x0800
_KNOWN_FLAGS = 0x0006 | _DESCRIPTOR | _UTF8
_ZIP64_EXTRA = 0x0001
_UNICODE_PATH_EXTRA = 0x7075
_DOS_FOLDER = 0x10


@dataclass(frozen=True, slots=True)
class _Entry:
    """One member as the central directory describes it; `raw_name` still has a folder's final slash."""

    path: str
    is_folder: bool
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    central_octet: int


def read_zip(data: bytes, source: str, limits: Limits) -> Bundle:
    """Return the files of the archive.

    Raises: Refusal on the first thing that a second reader could see otherwise, or that costs too much.
    """
    directory, end = _find_directory(data, source, limits)
    entries = list(_read_directory(data, directory, end, source))
    _check_sizes(entries, source, limits)
    check_tree((Member(entry.path, entry.is_folder) for entry in entries), source, limits)
    starts = _check_layout(data, entries, directory, source)
    files = {
        entry.path: _content(data, entry, start, source)
        for entry, start in zip(entries, starts, strict=True)
        if not entry.is_folder
    }
    return finished(source, "zip", files)


def _find_directory(data: bytes, source: str, limits: Limits) -> tuple[int, int]:
    """Return where the central directory starts and ends, after the checks of the end record."""
    end = _find_end(data, source)
    _, disk, first_disk, here, total, size, start, comment_length = _END.unpack_from(data, end)
    if 0xFFFF in (disk, first_disk, here, total) or 0xFFFFFFFF in (size, start):
        raise refuse("A7-B021", "found a zip64 archive, expected a plain one", source, octet=end)
    if data[max(end - 20, 0) : end].startswith(ZIP64_LOCATOR_SIGNATURE):
        raise refuse(
            "A7-B021", "found a zip64 directory locator, expected a plain archive", source, octet=end
        )
    if disk or first_disk or here != total:
        raise refuse("A7-B021", "found one part of a split archive, expected a whole one", source, octet=end)
    if total > limits.members:
        raise refuse(
            "A7-B004", f"found {total} members, expected at most {limits.members}", source, octet=end
        )
    _check_comment(data[end + _END.size :], comment_length, source, end)
    if start + size != end:
        if start + size > end:
            message = f"the directory is said to end at octet {start + size}, behind its end record"
            raise refuse("A7-B020", message, source, octet=end)
        message = f"found {end - start - size} octets that the directory does not account for"
        raise refuse("A7-B019", message, source, octet=end, help="keep one archive in the file")
    return start, end


def _find_end(data: bytes, source: str) -> int:
    """Find the end record: it must close the file, with at most its own comment behind it."""
    if len(data) < _END.size:
        raise refuse("A7-B003", f"found {len(data)} octets, expected an end record of {_END.size}", source)
    last = data.rfind(END_SIGNATURE, max(0, len(data) - _END.size - 0xFFFF))
    if last < 0 or last + _END.size > len(data):
        raise refuse(
            "A7-B003", "found no end record, expected one at the end of the file", source, octet=len(data)
        )
    return last


def _check_comment(comment: bytes, length: int, source: str, end: int) -> None:
    """Accept only a short printable comment: anything else behind the end record may be another archive."""
    if len(comment) < length:
        raise refuse("A7-B003", "the archive's comment is cut short", source, octet=end)
    if len(comment) > length:
        raise refuse("A7-B019", f"found {len(comment) - length} octets after the archive", source, octet=end)
    if not all(0x20 <= octet < 0x7F for octet in comment) or b"PK" in comment:
        raise refuse("A7-B019", "found a comment that is not plain text", source, octet=end)


def _read_directory(data: bytes, position: int, end: int, source: str) -> Iterator[_Entry]:
    """Yield the entries of the central directory, which must fill it exactly."""
    announced = _END.unpack_from(data, end)[4]
    for _ in range(announced):
        if position + _CENTRAL.size > end or data[position : position + 4] != CENTRAL_SIGNATURE:
            raise refuse("A7-B022", "found no directory entry where one must be", source, octet=position)
        fields = _CENTRAL.unpack_from(data, position)
        _, _, version, flags, method, _, _, crc, packed, size = fields[:10]
        name_length, extra_length, comment_length, disk, _, attributes, offset = fields[10:]
        name_start = position + _CENTRAL.size
        extra_start = name_start + name_length
        following = extra_start + extra_length + comment_length
        if following > end:
            raise refuse("A7-B022", "a directory entry runs past the directory", source, octet=position)
        raw_name = data[name_start:extra_start]
        if version > _NEWEST_VERSION:
            message = (
                f"member {shown(raw_name)} needs version {version} of the format, newest is {_NEWEST_VERSION}"
            )
            raise refuse("A7-B021", message, source, octet=position)
        _check_feature(raw_name, flags, method, (packed, size, offset), disk, source, position)
        _check_extra(data[extra_start : extra_start + extra_length], raw_name, source, extra_start)
        name = _decoded(raw_name, flags, source, position)
        is_folder = _kind(name, attributes, source, position)
        path = name[:-1] if is_folder else name
        yield _Entry(path, is_folder, raw_name, flags, method, crc, packed, size, offset, position)
        position = following
    if position != end:
        raise refuse(
            "A7-B019", f"found {end - position} octets after the last directory entry", source, octet=position
        )


def _check_feature(
    name: bytes, flags: int, method: int, sizes: tuple[int, int, int], disk: int, source: str, octet: int
) -> None:
    if flags & _ENCRYPTED:
        raise refuse(
            "A7-B010",
            f"member {shown(name)} is encrypted, expected one that everyone can read",
            source,
            octet=octet,
            help="pack the offer without a password",
        )
    if flags & ~_KNOWN_FLAGS:
        raise refuse("A7-B021", f"member {shown(name)} has unknown flags {flags:#06x}", source, octet=octet)
    if method not in (STORED, DEFLATED):
        raise refuse(
            "A7-B011",
            f"member {shown(name)} has compression method {method}, expected 0 (stored) or 8 (deflated)",
            source,
            octet=octet,
        )
    if 0xFFFFFFFF in sizes or disk:
        raise refuse("A7-B021", f"member {shown(name)} needs zip64 or a second part", source, octet=octet)


def _check_extra(extra: bytes, name: bytes, source: str, octet: int) -> None:
    """Refuse extra fields that give a member a second name or size, or that are no list of fields."""
    position = 0
    while position < len(extra):
        if position + 4 > len(extra):
            raise refuse("A7-B022", f"the extra field of {shown(name)} is cut short", source, octet=octet)
        identifier, length = struct.unpack_from("<HH", extra, position)
        position += 4 + length
        if position > len(extra):
            raise refuse(
                "A7-B022", f"the extra field of {shown(name)} runs past its end", source, octet=octet
            )
        if identifier == _ZIP64_EXTRA:
            raise refuse("A7-B021", f"member {shown(name)} has a zip64 field", source, octet=octet)
        if identifier == _UNICODE_PATH_EXTRA:
            raise refuse("A7-B020", f"member {shown(name)} has a second name", source, octet=octet)


def _decoded(name: bytes, flags: int, source: str, octet: int) -> str:
    """Decode a member's name: UTF-8 where the flag says so, else ASCII (other code pages are guesses)."""
    try:
        return name.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        encoding = "UTF-8" if flags & _UTF8 else "ASCII, or the UTF-8 flag"
        raise refuse("A7-B014", f"member name {shown(name)} is not {encoding}", source, octet=octet) from None


def _kind(name: str, attributes: int, source: str, octet: int) -> bool:
    """Say whether a member is a folder; refuse links and other special members."""
    mode = attributes >> 16
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise refuse("A7-B017", f"member {shown(name)} is a symbolic link", source, octet=octet)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refuse(
            "A7-B018", f"member {shown(name)} is no regular file (mode {mode:o})", source, octet=octet
        )
    is_folder = name.endswith("/")
    said_folder = kind == stat.S_IFDIR or (kind == 0 and bool(attributes & _DOS_FOLDER))
    if said_folder != is_folder and (said_folder or kind == stat.S_IFREG):
        raise refuse("A7-B020", f"member {shown(name)} is a folder by one field only", source, octet=octet)
    return is_folder


def _check_sizes(entries: list[_Entry], source: str, limits: Limits) -> None:
    """Judge the declared sizes before anything is inflated."""
    for entry in entries:
        if entry.size > limits.member_octets:
            raise refuse(
                "A7-B005",
                f"member {shown(entry.path)} declares {entry.size} octets, expected at most {limits.member_octets}",
                source,
                octet=entry.central_octet,
            )
    total = sum(entry.size for entry in entries)
    packed = sum(entry.packed for entry in entries)
    if total > limits.total_octets:
        raise refuse(
            "A7-B006",
            f"members declare {total} octets together, expected at most {limits.total_octets}",
            source,
        )
    if total > limits.ratio_from_octets and total > limits.ratio * packed:
        raise refuse(
            "A7-B007",
            f"{packed} octets would expand to {total}, expected a ratio of at most {limits.ratio}",
            source,
        )


def _check_layout(data: bytes, entries: list[_Entry], directory: int, source: str) -> list[int]:
    """Check that members lie end to end from octet 0 to the directory; return where each content starts."""
    starts: dict[int, int] = {}
    position = 0
    for index in sorted(range(len(entries)), key=lambda index: entries[index].offset):
        entry = entries[index]
        if entry.offset != position:
            between = "overlaps the member before it" if entry.offset < position else "leaves a gap before it"
            raise refuse("A7-B019", f"member {shown(entry.path)} {between}", source, octet=entry.offset)
        starts[index] = _check_local(data, entry, directory, source)
        position = _after(data, entry, starts[index], directory, source)
    if position != directory:
        raise refuse(
            "A7-B019", f"found {directory - position} octets before the directory", source, octet=position
        )
    return [starts[index] for index in range(len(entries))]


def _check_local(data: bytes, entry: _Entry, directory: int, source: str) -> int:
    """Compare a local header with its directory entry; return where the content starts."""
    offset = entry.offset
    if offset + _LOCAL.size > directory or data[offset : offset + 4] != LOCAL_SIGNATURE:
        raise refuse("A7-B020", f"found no local header for {shown(entry.path)}", source, octet=offset)
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, offset)
    name_start = offset + _LOCAL.size
    extra_start = name_start + name_length
    content = extra_start + extra_length
    local = (data[name_start:extra_start], flags, method)
    if content > directory or local != (entry.raw_name, entry.flags, entry.method):
        raise _disagree(entry, source)
    expected = (entry.crc, entry.packed, entry.size)
    # A streaming writer leaves zeros here and writes the descriptor after the content.
    later = bool(flags & _DESCRIPTOR) and (crc, packed, size) == (0, 0, 0)
    if (crc, packed, size) != expected and not later:
        raise _disagree(entry, source, f": {size} and {entry.size} octets" if size != entry.size else "")
    _check_extra(data[extra_start:content], entry.raw_name, source, extra_start)
    return int(content)


def _disagree(entry: _Entry, source: str, what: str = "") -> Refusal:
    message = f"local header and directory disagree on {shown(entry.path)}{what}"
    return refuse("A7-B020", message, source, octet=entry.offset)


def _after(data: bytes, entry: _Entry, start: int, directory: int, source: str) -> int:
    """Return where a member ends, its descriptor included."""
    end = start + entry.packed
    if entry.flags & _DESCRIPTOR:
        fields = struct.pack("<LLL", entry.crc, entry.packed, entry.size)
        for descriptor in (DESCRIPTOR_SIGNATURE + fields, fields):
            if data.startswith(descriptor, end):
                end += len(descriptor)
                break
        else:
            raise refuse(
                "A7-B020", f"found no matching descriptor after {shown(entry.path)}", source, octet=end
            )
    if end > directory:
        raise refuse("A7-B003", f"member {shown(entry.path)} runs into the directory", source, octet=start)
    return end


def _content(data: bytes, entry: _Entry, start: int, source: str) -> bytes:
    """Return the content of a member after its size and checksum were verified."""
    packed = data[start : start + entry.packed]
    content = packed if entry.method == STORED else _inflate(packed, entry, source)
    if len(content) != entry.size:
        more = "at least " if len(content) > entry.size else ""
        raise refuse(
            "A7-B008",
            f"member {shown(entry.path)} declares {entry.size} octets, found {more}{len(content)}",
            source,
            octet=entry.offset,
        )
    if zlib.crc32(content) != entry.crc:
        raise refuse(
            "A7-B009",
            f"member {shown(entry.path)} has checksum {zlib.crc32(content):08x}, expected {entry.crc:08x}",
            source,
            octet=entry.offset,
        )
    return content


def _inflate(packed: bytes, entry: _Entry, source: str) -> bytes:
    """Inflate at most one octet more than declared: more would be a lie already told."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, entry.size + 1)
    except zlib.error as error:
        raise refuse(
            "A7-B009", f"member {shown(entry.path)} is not valid deflate data: {error}", source
        ) from None
    if len(content) <= entry.size and not inflater.eof:
        raise refuse(
            "A7-B009", f"the deflate data of {shown(entry.path)} has no end", source, octet=entry.offset
        )
    if inflater.unused_data:
        hidden = len(inflater.unused_data)
        raise refuse("A7-B019", f"found {hidden} octets after the data of {shown(entry.path)}", source)
    return content
