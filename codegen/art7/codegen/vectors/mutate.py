"""Octets near valid ones: cut, too long, changed at every field, and the classic faults of JSON."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from art7.interpreter.errors import FieldNode

Constants = Sequence[int | str | bytes]


def octet_mutants(octets: bytes, tree: FieldNode | None, constants: Constants) -> Iterator[tuple[str, bytes]]:
    """Yield (comment, octets) for a message on octets; `tree` tells where its fields lie."""
    yield "no octets", b""
    yield "one octet after the end", octets + b"\x00"
    fields = [node for node in _leaves(tree) if node.offset <= len(octets)] if tree is not None else []
    starts = sorted({node.offset for node in fields} | {len(octets) - 1, 1})
    for start in starts:
        if 0 < start < len(octets):
            yield f"cut at octet {start}", octets[:start]
    for node in fields:
        end = node.offset + max(node.octets, 1)
        width = end - node.offset
        name = node.path or node.name
        old = octets[node.offset : end]
        for comment, new in (*_changes(old, width), *_constants(constants, width)):
            if new != old:
                yield f"{name}: {comment}", octets[: node.offset] + new + octets[end:]
    for place in range(min(len(octets), 96)):
        for bit in (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80):
            yield (
                f"octet {place} changed",
                octets[:place] + bytes((octets[place] ^ bit,)) + octets[place + 1 :],
            )


def cbor_mutants(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (comment, octets) for a CBOR map or array: other spellings of it, and more in it than there should be."""
    lead = octets[0] if octets else 0
    if lead >> 5 not in (4, 5) or lead & 31 >= 23:
        return
    major, count, rest = lead & 0xE0, lead & 31, octets[1:]
    one = b"\x38\x63\x01" if major == 0xA0 else b"\x01"
    yield "of no length told", bytes((major | 31,)) + rest + b"\xff"
    yield "its length in two octets", bytes((major | 24, count)) + rest
    yield "its length in three octets", bytes((major | 25, 0, count)) + rest
    yield "something unknown more", bytes((lead + 1,)) + rest + one
    yield "something unknown more, by a text", bytes((lead + 1,)) + rest + b"\x63new\x82\x01\xf6"
    yield "the same key twice", bytes((lead + 1,)) + rest + rest
    yield "one less than told", bytes((lead + 1,)) + rest
    yield "one more than told", bytes((max(lead - 1, major),)) + rest
    yield "of no length told, without an end", bytes((major | 31,)) + rest
    yield "in a tag", b"\xd9\xd9\xf7" + octets


def _leaves(node: FieldNode) -> Iterator[FieldNode]:
    if node.octets and node.path:
        yield node
    for child in node.children:
        yield from _leaves(child)


def _changes(old: bytes, width: int) -> Iterator[tuple[str, bytes]]:
    if width <= 8:
        yield "zero", bytes(width)
        yield "all ones", b"\xff" * width
        value = int.from_bytes(old, "big")
        for delta in (1, -1, 2, -2, 4, -4):
            yield f"{delta:+d}", ((value + delta) % (1 << 8 * width)).to_bytes(width, "big")
    if len(old) == 1:
        # Longer spellings of a small number: two and four octets with the length in the high bits, base 128.
        yield "two octets for one", bytes((0x40, old[0]))
        yield "four octets for one", bytes((0x80, 0, 0, old[0]))
        yield "the reserved prefix", b"\xc0"
        yield "overlong base 128", bytes((old[0] | 0x80, 0))
        yield "endless base 128", b"\xff" * 11
    if old:
        yield "left out", b""
        yield "twice", old + old
        yield "not UTF-8", b"\xff" + old[1:]


def _constants(constants: Constants, width: int) -> Iterator[tuple[str, bytes]]:
    for constant in constants:
        if isinstance(constant, int) and 0 <= constant < 1 << 8 * min(width, 8):
            yield f"{constant}", constant.to_bytes(width, "big")
        elif isinstance(constant, str | bytes):
            new = constant.encode() if isinstance(constant, str) else constant
            if len(new) == width:
                yield "a constant of a rule", new


def json_mutants(octets: bytes, constants: Constants) -> Iterator[tuple[str, bytes]]:
    """Yield (comment, octets) for a JSON message."""
    yield from _text_mutants(octets)
    tree = json.loads(octets)
    places = list(_places(tree, ()))
    for place in places:
        name = "/".join(str(part) for part in place) or "the root"
        if place:
            yield f"{name} left out", _dumped(_without(tree, place))
        here = _get(tree, place)
        if isinstance(here, int | str):
            for constant in constants:
                if type(constant) is type(here) and constant != here:
                    yield f"{name}: a constant of a rule", _dumped(_put(tree, place, constant))
        for comment, value in _LEAVES:
            yield f"{name}: {comment}", _dumped(_put(tree, place, value))
        if isinstance(here, dict):
            yield f"{name}: an unknown member", _dumped(_put(tree, place, {**here, "unknown_member": 1}))
        if isinstance(here, str):
            yield f"{name}: longer", _dumped(_put(tree, place, here + "x" * 70_000))
            yield f"{name}: shorter", _dumped(_put(tree, place, here[:-1]))
            yield f"{name}: other characters", _dumped(_put(tree, place, "!" + here[1:]))
        if isinstance(here, int) and not isinstance(here, bool):
            for delta in (1, -1):
                yield f"{name}: {delta:+d}", _dumped(_put(tree, place, here + delta))
        if isinstance(here, list):
            yield f"{name}: no items", _dumped(_put(tree, place, []))
            yield f"{name}: many items", _dumped(_put(tree, place, (here or [None]) * 1_100))


_LEAVES: tuple[tuple[str, Any], ...] = (
    ("null", None),
    ("true", True),
    ("a fraction", 1.5),
    ("a negative number", -1),
    ("beyond 2^53", 1 << 53),
    ("beyond 2^64", 1 << 64),
    ("an empty text", ""),
    ("a text", "no such value"),
    ("an array", []),
    ("an object", {}),
)


def _text_mutants(octets: bytes) -> Iterator[tuple[str, bytes]]:
    yield "no octets", b""
    yield "a byte order mark", b"\xef\xbb\xbf" + octets
    yield "something after the end", octets + b" x"
    yield "cut in the middle", octets[: len(octets) // 2]
    yield "not UTF-8", octets[:-1] + b',"\xff":1}'
    yield "a comma too many", octets[:-1] + b",}"
    if octets[:1] == b"{" and len(octets) > 2:
        first = json.dumps(next(iter(json.loads(octets)))).encode()
        yield "a member twice", octets[:-1] + b"," + first + b":0}"
        yield "not a number", octets[:-1] + b',"x":NaN}'
        yield "a number beyond binary64", octets[:-1] + b',"x":1e999}'
        yield "half of a surrogate pair", octets[:-1] + b',"x":"\\ud800"}'
        yield "nested too deep", octets[:-1] + b',"x":' + b"[" * 200 + b"]" * 200 + b"}"
        yield "larger than the limit", octets[:-1] + b',"x":"' + b"x" * 70_000 + b'"}'
    yield "another kind of value", b"[]"


def _places(tree: Any, here: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield here
    if isinstance(tree, dict):
        for key in tree:
            yield from _places(tree[key], (*here, key))
    elif isinstance(tree, list):
        for index in range(min(len(tree), 2)):
            yield from _places(tree[index], (*here, index))


def _get(tree: Any, place: tuple[str | int, ...]) -> Any:
    for part in place:
        tree = tree[part]
    return tree


def _put(tree: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(tree)
    _get(changed, place[:-1])[place[-1]] = value
    return changed


def _without(tree: Any, place: tuple[str | int, ...]) -> Any:
    changed = copy.deepcopy(tree)
    del _get(changed, place[:-1])[place[-1]]
    return changed


def _dumped(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
