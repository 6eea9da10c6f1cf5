"""Octets that other octets spell: codings of text, each with the place that every octet comes from."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from art7.interpreter.text_refused import TextRefused

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE64URL = BASE64[:62] + b"-_"
HEX = b"0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Passage:
    """What a transform made: octets, and the place in the message that the octet at an offset comes from."""

    octets: bytes
    place: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Transform:
    """One coding. `stop`: where the run at a place ends; `read`: what the octets from start to stop spell."""

    stop: Callable[[bytes, int, int], int]
    read: Callable[[bytes, int, int], Passage]
    write: Callable[[bytes], bytes]


def _run_of(alphabet: bytes, padding: int) -> Callable[[bytes, int, int], int]:
    table = bytes(octet in alphabet for octet in range(256))

    def stop(data: bytes, place: int, end: int) -> int:
        while place < end and table[data[place]]:
            place += 1
        most = min(end, place + padding)
        while place < most and data[place] == 0x3D:
            place += 1
        return place

    return stop


def _read_hex(data: bytes, start: int, stop: int) -> Passage:
    if (stop - start) % 2:
        raise TextRefused("bad_coding", stop, "an even number of digits", f"{stop - start} digits")
    return Passage(bytes.fromhex(data[start:stop].decode("ascii")), lambda offset: start + 2 * offset)


def _read_base64(alphabet: bytes, padded: bool) -> Callable[[bytes, int, int], Passage]:
    values = {octet: value for value, octet in enumerate(alphabet)}

    def read(data: bytes, start: int, stop: int) -> Passage:
        last = stop
        while last > start and data[last - 1] == 0x3D:
            last -= 1
        signs, rest = last - start, (last - start) % 4
        if rest == 1 or (padded and stop - last != -signs % 4) or (not padded and stop != last):
            wanted = (
                "groups of four characters" if padded else "groups of four characters, the last of 2 to 4"
            )
            raise TextRefused("bad_coding", stop, wanted, f"{stop - start} characters")
        word = 0
        groups: list[bytes] = []
        for place in range(start, last):
            word = word << 6 | values[data[place]]
            # Groups are put together below; a word of all of them would take quadratic time.
            if (place - start) % 4 == 3:
                groups.append(word.to_bytes(3, "big"))
                word = 0
        if rest:
            spare = 4 if rest == 2 else 2
            if word & (1 << spare) - 1:
                raise TextRefused("bad_coding", last - 1, "unused bits that are zero", "others")
            groups.append((word >> spare).to_bytes(rest - 1, "big"))
        octets = b"".join(groups)
        return Passage(
            octets, lambda offset: stop if offset >= len(octets) else start + offset // 3 * 4 + offset % 3
        )

    return read


TRANSFORMS: dict[str, Transform] = {
    "hex": Transform(_run_of(HEX + b"ABCDEF", 0), _read_hex, lambda octets: octets.hex().encode()),
    "base64": Transform(_run_of(BASE64, 2), _read_base64(BASE64, True), b64encode),
    "base64url": Transform(
        _run_of(BASE64URL, 0),
        _read_base64(BASE64URL, False),
        lambda octets: urlsafe_b64encode(octets).rstrip(b"="),
    ),
}
"""Name of a coding → how it is read and written."""
