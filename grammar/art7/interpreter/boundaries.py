"""Parts between the lines of a boundary (RFC 2046 §5.1)."""

from __future__ import annotations

from art7.interpreter.text_refused import TextRefused

Span = tuple[int, int]


def delimiter(boundary: object) -> bytes:
    """Return what the lines of a boundary begin with. Raises: TextRefused, with offset 0."""
    octets = boundary.encode("utf-8", "replace") if isinstance(boundary, str) else b""
    if not 1 <= len(octets) <= 70 or octets[-1:] == b" " or any(x < 0x20 or x > 0x7E for x in octets):
        raise TextRefused("bad_boundary", 0, "a boundary of 1 to 70 characters", ascii(boundary)[:80])
    return b"--" + octets


def parts(data: bytes, start: int, end: int, mark: bytes) -> list[Span]:
    """Return where the parts lie. Raises: TextRefused."""
    found: list[Span] = []
    begin: int | None = None
    place = start
    while True:
        line = _next_line(data, place, start, end, mark)
        if line is None:
            wanted = "a line of the boundary" if begin is None else "the last line of the boundary"
            raise TextRefused("bad_boundary", end, wanted, "the end")
        at, following, closing = line
        if closing and begin is None:
            raise TextRefused("bad_boundary", at, "a line of the boundary", "its last line")
        if begin is not None:
            found.append((begin, max(begin, _before_eol(data, at, begin))))
        if closing:
            return found
        begin = place = following


def _next_line(data: bytes, place: int, start: int, end: int, mark: bytes) -> tuple[int, int, bool] | None:
    """Return the next line of the boundary: where it begins, where the next one does, whether it is the last."""
    while (at := data.find(mark, place, end)) >= 0:
        place = at + 1
        if at > start and data[at - 1] != 0x0A:
            continue
        stop = at + len(mark)
        closing = data[stop : min(stop + 2, end)] == b"--"
        stop += 2 if closing else 0
        while stop < end and data[stop] in b" \t":
            stop += 1
        if stop >= end:
            if closing:
                return at, end, True
        elif data[stop] == 0x0A:
            return at, stop + 1, closing
        elif data[stop : min(stop + 2, end)] == b"\r\n":
            return at, stop + 2, closing
    return None


def _before_eol(data: bytes, at: int, begin: int) -> int:
    if at - 1 < begin:
        return begin
    return at - 2 if at - 2 >= begin and data[at - 2] == 0x0D else at - 1


def write_parts(pieces: list[bytes], mark: bytes, eol: bytes) -> bytes:
    """Return parts between the lines of a boundary. Raises: TextRefused where a part holds one."""
    for piece in pieces:
        if _next_line(piece + eol, 0, 0, len(piece) + len(eol), mark) is not None:
            raise TextRefused("bad_boundary", 0, "a boundary that no part holds", ascii(mark)[:80])
    return b"".join(mark + eol + piece + eol for piece in pieces) + mark + b"--" + eol
