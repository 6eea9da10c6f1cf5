"""Reading and writing CBOR fast (RFC 8949): octets to plain values and back.

Text of generated projects. Every function here says only yes or no (`Refused`, `IndexError` and their like mean no):
the careful reader of `cbor_careful.py` explains a no. `strict` asks for deterministic encoding (§4.2.1): shortest
heads, definite lengths, keys in the order of their octets.
"""

from __future__ import annotations

import struct
from typing import Any

from art7.codegen.python.vendored.cbor_values import Simple, Tagged
from art7.codegen.python.vendored.core import Refused

_CBOR_LEAST = (24, 1 << 8, 1 << 16, 1 << 32)
"""The least argument of heads with 1, 2, 4 and 8 octets behind them, where the shortest is asked for."""
_CBOR_WORDS: dict[int, Any] = {0xF4: False, 0xF5: True, 0xF6: None}
_cbor_half = struct.Struct(">e")
_cbor_single = struct.Struct(">f")
_cbor_double = struct.Struct(">d")


def read_cbor(data: bytes, size: int | None, depth: int, strict: bool, indefinite: bool) -> Any:
    """Read one CBOR value of at most `size` octets, its containers nested at most `depth` deep."""
    if type(data) is not bytes:
        data = bytes(memoryview(data))
    if size is not None and len(data) > size:
        raise Refused
    value, place = cbor_item(data, 0, depth, strict, indefinite and not strict)
    if place != len(data):
        raise Refused
    return value


def cbor_argument(data: bytes, place: int, strict: bool) -> tuple[int, int]:
    """Read the argument of the head at `place`, which has octets behind it; returns it and the place after."""
    width = (data[place] & 31) - 24
    if not 0 <= width <= 3:
        raise Refused
    end = place + 1 + (1 << width)
    if end > len(data):
        raise Refused
    argument = int.from_bytes(data[place + 1 : end], "big")
    if strict and argument < _CBOR_LEAST[width]:
        raise Refused
    return argument, end


def cbor_length(data: bytes, place: int, base: int) -> tuple[int, int]:
    """Read a head of major type `base` at `place` that has octets behind it; returns its argument and the place after."""
    if not base + 24 <= data[place] < base + 28:
        raise Refused
    return cbor_argument(data, place, False)


def cbor_length_strictly(data: bytes, place: int, base: int) -> tuple[int, int]:
    """As `cbor_length`, in the shortest form only."""
    if data[place] == base + 24:
        argument = data[place + 1]
        if argument < 24:
            raise Refused
        return argument, place + 2
    if not base + 24 <= data[place] < base + 28:
        raise Refused
    return cbor_argument(data, place, True)


def cbor_unsigned_at(data: bytes, place: int) -> tuple[int, int]:
    """Read an integer from 24 on, or one of more octets than it needs."""
    return cbor_length(data, place, 0)


def cbor_unsigned_at_strictly(data: bytes, place: int) -> tuple[int, int]:
    """Read an integer from 24 on."""
    return cbor_length_strictly(data, place, 0)


def cbor_integer_at(data: bytes, place: int) -> tuple[int, int]:
    """Read an integer that is not its own head."""
    first = data[place]
    if first < 0x20:
        return cbor_length(data, place, 0)
    if first < 0x38:
        return 0x1F - first, place + 1
    argument, place = cbor_length(data, place, 0x20)
    return -1 - argument, place


def cbor_integer_at_strictly(data: bytes, place: int) -> tuple[int, int]:
    """As `cbor_integer_at`, in the shortest form only."""
    first = data[place]
    if first < 0x20:
        return cbor_length_strictly(data, place, 0)
    if first < 0x38:
        return 0x1F - first, place + 1
    argument, place = cbor_length_strictly(data, place, 0x20)
    return -1 - argument, place


def cbor_item(data: bytes, place: int, depth: int, strict: bool, indefinite: bool) -> tuple[Any, int]:
    """Read the value at `place`; returns it and the place after."""
    first = data[place]
    if first >= 0xE0:
        return _cbor_other(data, place, strict)
    argument = first & 31
    start = place
    place += 1
    if argument >= 24:
        if argument == 31:
            if not indefinite:
                raise Refused
            return _cbor_indefinite(data, start, depth)
        argument, place = cbor_argument(data, start, strict)
    major = first >> 5
    if major == 0:
        return argument, place
    if major == 3 or major == 2:
        end = place + argument
        if end > len(data):
            raise Refused
        octets = data[place:end]
        return (octets if major == 2 else octets.decode()), end
    if major == 1:
        return -1 - argument, place
    if depth <= 0:
        raise Refused
    depth -= 1
    if major == 4:
        if argument > len(data) - place:
            raise Refused
        items = []
        for _ in range(argument):
            item, place = cbor_item(data, place, depth, strict, indefinite)
            items.append(item)
        return items, place
    if major == 6:
        value, place = cbor_item(data, place, depth, strict, indefinite)
        return Tagged(argument, value), place
    if 2 * argument > len(data) - place:
        raise Refused
    members: dict[Any, Any] = {}
    before = b""
    for _ in range(argument):
        start = place
        key, place = cbor_key_at(data, place, depth, strict, indefinite)
        if strict:
            octets = data[start:place]
            if octets < before:
                raise Refused
            before = octets
        if key in members:
            raise Refused
        members[key], place = cbor_item(data, place, depth, strict, indefinite)
    return members, place


def cbor_key_at(data: bytes, place: int, depth: int, strict: bool, indefinite: bool) -> tuple[Any, int]:
    """Read a key: an integer, a text or octets."""
    if data[place] >= 0x80:
        raise Refused
    return cbor_item(data, place, depth, strict, indefinite)


def _cbor_indefinite(data: bytes, place: int, depth: int) -> tuple[Any, int]:
    """Read a string, array or map of indefinite length."""
    major = data[place] >> 5
    place += 1
    if major == 2 or major == 3:
        parts: list[Any] = []
        while data[place] != 0xFF:
            if data[place] >> 5 != major or data[place] & 31 == 31:
                raise Refused
            part, place = cbor_item(data, place, depth, False, False)
            parts.append(part)
        return (b"" if major == 2 else "").join(parts), place + 1
    if depth <= 0 or (major != 4 and major != 5):
        raise Refused
    depth -= 1
    if major == 4:
        items = []
        while data[place] != 0xFF:
            item, place = cbor_item(data, place, depth, False, True)
            items.append(item)
        return items, place + 1
    members: dict[Any, Any] = {}
    while data[place] != 0xFF:
        key, place = cbor_key_at(data, place, depth, False, True)
        if key in members:
            raise Refused
        members[key], place = cbor_item(data, place, depth, False, True)
    return members, place + 1


def _cbor_other(data: bytes, place: int, strict: bool) -> tuple[Any, int]:
    """Read a simple value or a float."""
    first = data[place]
    if first in _CBOR_WORDS:
        return _CBOR_WORDS[first], place + 1
    if first < 0xF8:
        return Simple(first & 31), place + 1
    if first == 0xF8:
        if data[place + 1] < 32:
            raise Refused
        return Simple(data[place + 1]), place + 2
    return cbor_float_at(data, place, strict)


def cbor_float_at(data: bytes, place: int, strict: bool) -> tuple[float, int]:
    """Read a float; returns it and the place after."""
    first = data[place]
    if first == 0xF9:
        end = place + 3
        (value,) = _cbor_half.unpack_from(data, place + 1)
    elif first == 0xFA:
        end = place + 5
        (value,) = _cbor_single.unpack_from(data, place + 1)
    elif first == 0xFB:
        end = place + 9
        (value,) = _cbor_double.unpack_from(data, place + 1)
    else:
        raise Refused
    if strict and cbor_float(value) != data[place:end]:
        raise Refused
    return value, end


def cbor_unwrap(octets: Any, depth: int, strict: bool, indefinite: bool, empty: bool) -> Any:
    """Read the CBOR value that an octet string holds; with `empty` none is a map without members."""
    if type(octets) is not bytes:
        raise Refused
    if empty and not octets:
        return {}
    return read_cbor(octets, None, depth, strict, indefinite)


def first_cbor(data: bytes, size: int | None, depth: int, strict: bool, indefinite: bool) -> bytes:
    """Return the octets of the CBOR value that `data` begin with; all of them where they begin with none."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        return data
    octets = bytes(data) if size is None else bytes(data[:size])
    try:
        _, place = cbor_item(octets, 0, depth, strict, indefinite and not strict)
    except (Refused, LookupError, ValueError, RecursionError, struct.error):
        return bytes(data)
    return octets[:place]


# ---- writing ----


CBOR_SMALL = tuple(bytes((number,)) for number in range(24))
"""Integers that are their own head."""
CBOR_BYTES = tuple(bytes((0x40 + size,)) for size in range(24))
"""Heads of short octet strings."""
CBOR_TEXTS = tuple(bytes((0x60 + size,)) for size in range(24))
"""Heads of short texts."""
CBOR_LISTS = tuple(bytes((0x80 + size,)) for size in range(24))
"""Heads of short arrays."""


def cbor_head(base: int, argument: int) -> bytes:
    """Return the shortest head; `base` is the major type in its place (0x80 for arrays)."""
    if argument < 24:
        return bytes((base + argument,))
    if argument < 0x100:
        return bytes((base + 24, argument))
    if argument < 0x10000:
        return bytes((base + 25, argument >> 8, argument & 255))
    if argument < 0x100000000:
        return bytes((base + 26,)) + argument.to_bytes(4, "big")
    return bytes((base + 27,)) + argument.to_bytes(8, "big")


def cbor_integer(value: int) -> bytes:
    """Write an integer from -2^64 to 2^64-1."""
    if not isinstance(value, int):
        raise Refused
    return cbor_head(0, value) if value >= 0 else cbor_head(0x20, -1 - value)


def cbor_bytes(value: bytes) -> bytes:
    """Write octets."""
    if type(value) is not bytes:
        value = bytes(memoryview(value))
    return cbor_head(0x40, len(value)) + value


def cbor_as_bytes(value: Any) -> bytes:
    """The octets of anything that holds octets."""
    return bytes(memoryview(value))


def cbor_text(value: str) -> bytes:
    """Write a text."""
    if not isinstance(value, str):
        raise Refused
    octets = value.encode()
    return cbor_head(0x60, len(octets)) + octets


def cbor_label(value: int | str) -> bytes:
    """Write an integer or a text."""
    if isinstance(value, str):
        return cbor_text(value)
    if isinstance(value, bool):
        raise Refused
    return cbor_integer(value)


def cbor_key(value: Any) -> bytes:
    """Write the key of a map."""
    return cbor_bytes(value) if isinstance(value, bytes) else cbor_label(value)


def cbor_float(value: float) -> bytes:
    """Write a float in its shortest form."""
    if not isinstance(value, (int, float)):
        raise Refused
    value = float(value)
    if value != value:
        return b"\xf9\x7e\x00"
    single = b""
    if value - value == 0.0 and abs(value) > 3.4028235677973366e38:
        return b"\xfb" + _cbor_double.pack(value)
    single = _cbor_single.pack(value)
    if _cbor_single.unpack(single)[0] != value:
        return b"\xfb" + _cbor_double.pack(value)
    if value - value != 0.0 or abs(value) <= 65504.0:
        half = _cbor_half.pack(value)
        if _cbor_half.unpack(half)[0] == value:
            return b"\xf9" + half
    return b"\xfa" + single


def cbor_boolean(value: bool) -> bytes:
    """Write true or false."""
    if type(value) is not bool:
        raise Refused
    return b"\xf5" if value else b"\xf4"


def cbor_any(value: Any, sort: bool, depth: int = 0) -> bytes:
    """Write any value that CBOR has; keys in the order of their octets with `sort`, else as they stand."""
    if depth > 128:
        raise Refused
    if value is None:
        return b"\xf6"
    if isinstance(value, str):
        return cbor_text(value)
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return cbor_integer(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return cbor_bytes(bytes(value))
    if isinstance(value, float):
        return cbor_float(value)
    if isinstance(value, (list, tuple)):
        return cbor_head(0x80, len(value)) + b"".join([cbor_any(item, sort, depth + 1) for item in value])
    if isinstance(value, dict):
        return cbor_map(
            [(cbor_key(key), cbor_any(item, sort, depth + 1)) for key, item in value.items()], sort
        )
    if isinstance(value, Tagged):
        if not isinstance(value.tag, int) or value.tag < 0:
            raise Refused
        return cbor_head(0xC0, value.tag) + cbor_any(value.value, sort, depth + 1)
    if isinstance(value, Simple):
        return cbor_simple(value.number)
    raise Refused


def cbor_simple(number: int) -> bytes:
    """Write a simple value."""
    if not (0 <= number < 20 or number == 23 or 32 <= number < 256):
        raise Refused
    return cbor_head(0xE0, number)


def cbor_map(members: list[tuple[bytes, bytes]], sort: bool) -> bytes:
    """Write a map of members already written."""
    if sort:
        members.sort()
    return cbor_head(0xA0, len(members)) + b"".join([key + value for key, value in members])


def cbor_merged(known: list[tuple[bytes, bytes]], unknown: Any, sort: bool) -> bytes:
    """Write a map of members already written (`known`) and preserved ones."""
    members = dict(known)
    for key, value in unknown.items():
        spelled = cbor_key(key)
        if spelled in members:
            raise Refused
        members[spelled] = cbor_any(value, sort)
    return cbor_map(list(members.items()), sort)


def cbor_wrapped(octets: bytes, empty: bool) -> bytes:
    """Write CBOR as an octet string; with `empty` a map without members is none."""
    return b"\x40" if empty and octets == b"\xa0" else cbor_bytes(octets)


def cbor_as_kept(octets: bytes, kept: Any, depth: int, strict: bool, indefinite: bool, empty: bool) -> bytes:
    """Write CBOR as an octet string: the octets kept of it, where they hold the same."""
    if kept is None:
        return cbor_wrapped(octets, empty)
    kept = bytes(memoryview(kept))
    found = cbor_unwrap(kept, depth, strict, indefinite, empty)
    if cbor_any(found, True) != cbor_any(read_cbor(octets, None, 1000, False, True), True):
        raise Refused
    return cbor_bytes(kept)


def other_members(members: dict[Any, Any], known: frozenset[Any]) -> dict[Any, Any]:
    """The members of a map that are not `known`."""
    return {key: value for key, value in members.items() if key not in known}


def keys_are(members: Any, *kinds: type) -> bool:
    """Whether every key of a map is of one of some kinds; true and false are none."""
    return all(isinstance(key, kinds) and type(key) is not bool for key in members)
