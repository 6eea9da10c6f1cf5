"""Read a tar archive, plain or gzipped, in memory and strictly.

Read are the ustar, pax (POSIX.1-2017 §pax) and GNU forms that common tools write for regular files and
folders. What gives a second reading is refused: links, sparse members, a size in two places, data
between members.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.grammar.untrusted.bundle import Bundle, Member, check_tree, finished
from art7.grammar.untrusted.limits import MIB, Limits
from art7.grammar.untrusted.refusal import refuse, shown

BLOCK = 512
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_CHUNK = 64 << 10

_OCTAL = re.compile(rb" *[0-7]+[ \0]*")
_REGULAR = (b"0", b"\0")
_FOLDER = b"5"
_LINKS = (b"1", b"2", b"K")
_SPECIAL = {b"3": "character device", b"4": "block device", b"6": "FIFO", b"S": "sparse file"}

_PAX_HARMLESS = frozenset("atime ctime mtime uid gid uname gname comment".split())


@dataclass(slots=True)
class _Pending:
    """What extension headers said about the member that follows them."""

    path: bytes | None = None
    size: int | None = None
    seen: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class _Header:
    """One header block, checked; `content` is the octet where its data starts."""

    octet: int
    name: bytes
    size: int
    kind: bytes

    @property
    def content(self) -> int:
        return self.octet + BLOCK

    @property
    def following(self) -> int:
        return self.content + -(-self.size // BLOCK) * BLOCK


@dataclass(frozen=True, slots=True)
class _Entry:
    """A regular file or folder and where its content lies."""

    path: str
    is_folder: bool
    start: int
    size: int


def read_tar_gz(data: bytes, source: str, limits: Limits) -> Bundle:
    """Return the files of a gzipped tar; output is counted while inflating, never trusted."""
    return read_tar(_gunzip(data, source, limits), source, limits, kind="tar.gz")


def read_tar(data: bytes, source: str, limits: Limits, kind: str = "tar") -> Bundle:
    """Return the files of the archive. Raises: Refusal."""
    entries: list[_Entry] = []
    total = 0
    for entry in _entries(data, source, limits):
        entries.append(entry)
        total += entry.size
        if len(entries) > limits.members:
            raise refuse("A7-B004", f"found more than {limits.members} members", source, octet=entry.start)
        if total > limits.total_octets:
            raise refuse("A7-B006", f"members have more than {limits.total_octets} octets together", source)
    # `tar c .` lists the folder itself; it is the bundle, not a member of it.
    named = [entry for entry in entries if entry.path]
    check_tree((Member(entry.path, entry.is_folder) for entry in named), source, limits)
    files = {
        entry.path: data[entry.start : entry.start + entry.size] for entry in named if not entry.is_folder
    }
    return finished(source, kind, files)


def _gunzip(data: bytes, source: str, limits: Limits) -> bytes:
    """Inflate one gzip member within the limits. Source: RFC 1952."""
    # Headers and padding: two blocks a member, and the record that closes the archive.
    most = limits.total_octets + limits.members * 2 * BLOCK + 10 * MIB
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    out = bytearray()
    try:
        for start in range(0, len(data), _CHUNK):
            rest = data[start : start + _CHUNK]
            while rest and not inflater.eof:
                out += inflater.decompress(rest, _CHUNK)
                rest = inflater.unconsumed_tail
                _check_growth(len(out), start + _CHUNK - len(rest), most, source, limits)
            if inflater.eof:
                unread = max(0, len(data) - start - _CHUNK)
                _check_after(unread + len(inflater.unused_data), len(data), source)
                return bytes(out)
        while chunk := inflater.decompress(b"", _CHUNK):  # output that no longer needs input
            out += chunk
            _check_growth(len(out), len(data), most, source, limits)
    except zlib.error as error:
        raise refuse("A7-B009", f"the gzip data is not valid: {error}", source) from None
    if not inflater.eof:
        raise refuse("A7-B003", "the gzip data has no end", source, octet=len(data))
    return bytes(out)


def _check_after(hidden: int, length: int, source: str) -> None:
    if hidden > 0:
        raise refuse("A7-B019", f"found {hidden} octets after the gzip data", source, octet=length - hidden)


def _check_growth(came_out: int, went_in: int, most: int, source: str, limits: Limits) -> None:
    if came_out > limits.ratio_from_octets and came_out > limits.ratio * went_in:
        raise refuse(
            "A7-B007",
            f"{went_in} octets expanded to {came_out} and more, expected a ratio of at most {limits.ratio}",
            source,
        )
    if came_out > most:
        raise refuse("A7-B006", f"the archive expands beyond {most} octets", source)


def _entries(data: bytes, source: str, limits: Limits) -> Iterator[_Entry]:
    """Yield regular files and folders in order; the end must be two zero blocks and only zeros after."""
    position = 0
    pending = _Pending()
    headers = 0
    while True:
        block = data[position : position + BLOCK]
        if len(block) < BLOCK:
            raise refuse("A7-B003", "the archive ends without its closing blocks", source, octet=len(data))
        if not any(block):
            _check_end(data, position, pending, source)
            return
        headers += 1
        if headers > 3 * limits.members:  # a member has at most two extension headers of use
            raise refuse("A7-B004", f"found more than {limits.members} members", source, octet=position)
        header = _header(data, position, source)
        _check_extent(data, header, source, limits)
        if header.kind in (b"x", b"g", b"L"):
            _extend(pending, header, data[header.content : header.content + header.size], source)
        else:
            yield _entry(header, pending, source)
            pending = _Pending()
        position = header.following


def _check_end(data: bytes, position: int, pending: _Pending, source: str) -> None:
    rest = memoryview(data)[position:]
    if len(rest) < 2 * BLOCK:
        raise refuse("A7-B003", "found one closing block, expected two", source, octet=position)
    if bytes(rest).strip(b"\0") or len(data) % BLOCK:
        raise refuse("A7-B019", "found data after the end of the archive", source, octet=position)
    if pending.seen:
        raise refuse("A7-B022", "found an extension header without its member", source, octet=position)


def _header(data: bytes, octet: int, source: str) -> _Header:
    """Read and check one header block."""
    block = data[octet : octet + BLOCK]
    expected = _number(block[148:156], "checksum", source, octet)
    found = sum(block) - sum(block[148:156]) + 8 * 0x20
    if expected != found:
        raise refuse("A7-B022", f"header checksum {expected}, found {found}", source, octet=octet)
    name = _text(block[:100])
    # Only the POSIX form has a prefix; GNU keeps other things there.
    if block[257:265] == b"ustar\x0000" and block[345] != 0:
        name = _text(block[345:500]) + b"/" + name
    return _Header(octet, name, _number(block[124:136], "size", source, octet), block[156:157])


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _number(field: bytes, what: str, source: str, octet: int) -> int:
    """Read a number: octal digits, or base 256 when the first bit is set (GNU)."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    if _OCTAL.fullmatch(field) is None:
        raise refuse("A7-B022", f"{what} {shown(field)} is not an octal number", source, octet=octet)
    return int(field.strip(b" \0"), 8)


def _check_extent(data: bytes, header: _Header, source: str, limits: Limits) -> None:
    """Judge the declared size before a slice of it is taken."""
    if header.size > limits.member_octets:
        raise refuse(
            "A7-B005",
            f"member {shown(header.name)} declares {header.size} octets, expected at most {limits.member_octets}",
            source,
            octet=header.octet,
        )
    if header.following > len(data):
        raise refuse(
            "A7-B003",
            f"member {shown(header.name)} declares {header.size} octets, found {len(data) - header.content}",
            source,
            octet=header.octet,
        )
    if data[header.content + header.size : header.following].strip(b"\0"):
        raise refuse(
            "A7-B019", f"found data in the padding of {shown(header.name)}", source, octet=header.octet
        )


def _entry(header: _Header, pending: _Pending, source: str) -> _Entry:
    name = pending.path if pending.path is not None else header.name
    if header.kind in _LINKS:
        raise refuse("A7-B017", f"member {shown(name)} is a link", source, octet=header.octet)
    if header.kind in _SPECIAL:
        what = _SPECIAL[header.kind]
        raise refuse(
            "A7-B018", f"member {shown(name)} is a {what}, expected a file", source, octet=header.octet
        )
    if header.kind not in (*_REGULAR, _FOLDER):
        kind = shown(header.kind)
        raise refuse(
            "A7-B021", f"member {shown(name)} has the unknown type {kind}", source, octet=header.octet
        )
    if pending.size is not None and pending.size != header.size:
        raise refuse(
            "A7-B020",
            f"member {shown(name)} has {pending.size} octets by its pax record and {header.size} by its header",
            source,
            octet=header.octet,
        )
    is_folder = header.kind == _FOLDER
    if is_folder and header.size:
        raise refuse("A7-B020", f"folder {shown(name)} has content", source, octet=header.octet)
    if name.endswith(b"/") and not is_folder:
        raise refuse(
            "A7-B020", f"member {shown(name)} is a folder by its name only", source, octet=header.octet
        )
    return _Entry(_path(name, is_folder, source, header.octet), is_folder, header.content, header.size)


def _path(name: bytes, is_folder: bool, source: str, octet: int) -> str:
    """Decode a name; `./` in front and a folder's final slash are how tar writes a relative tree."""
    try:
        path = name.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("A7-B014", f"member name {shown(name)} is not UTF-8", source, octet=octet) from None
    if is_folder:
        path = path.removesuffix("/")
        if path == ".":
            return ""
    if path in ("", "./"):
        raise refuse("A7-B012", "found a member without a name", source, octet=octet)
    return path.removeprefix("./")


def _extend(pending: _Pending, header: _Header, content: bytes, source: str) -> None:
    """Take over what a pax or GNU extension header says about the next member."""
    if header.kind == b"L":
        _set_path(pending, _text(content), source, header.octet)
    else:
        for key, value in _pax_records(content, source, header.content):
            _take_record(pending, header, key, value, source)
    pending.seen = pending.seen or header.kind != b"g"


def _set_path(pending: _Pending, path: bytes, source: str, octet: int) -> None:
    if pending.path is not None:
        raise refuse("A7-B020", f"member {shown(path)} is given a name twice", source, octet=octet)
    pending.path = path


def _take_record(pending: _Pending, header: _Header, key: str, value: bytes, source: str) -> None:
    if key in _PAX_HARMLESS or key.startswith(("LIBARCHIVE.", "SCHILY.")):
        return
    if key == "linkpath":
        raise refuse("A7-B017", f"found a pax link target {shown(value)}", source, octet=header.octet)
    if header.kind == b"x" and key == "path":
        _set_path(pending, value, source, header.octet)
    elif (
        header.kind == b"x" and key == "size" and pending.size is None and value.isdigit() and len(value) < 20
    ):
        pending.size = int(value)
    else:
        raise refuse("A7-B021", f"found the pax record {shown(key)}, which art7 does not read", source)


def _pax_records(content: bytes, source: str, octet: int) -> Iterator[tuple[str, bytes]]:
    """Yield (key, value) of `length key=value⏎` records; the length counts the whole record."""
    position = 0
    while position < len(content):
        space = content.find(b" ", position, position + 11)
        digits = content[position:space] if space > 0 else b""
        if not digits.isdigit() or digits.startswith(b"0"):
            raise refuse("A7-B022", "found a pax record without its length", source, octet=octet + position)
        end = position + int(digits)
        record = content[space + 1 : end]
        key, equals, value = record[:-1].partition(b"=")
        if (
            end > len(content)
            or end <= space
            or not equals
            or not record.endswith(b"\n")
            or not key.isascii()
        ):
            message = f"pax record length {int(digits)} does not fit its record"
            raise refuse("A7-B022", message, source, octet=octet + position)
        yield key.decode("ascii"), value
        position = end
