"""Reading CBOR with places: every value with the octet at which it starts, and why octets are refused.

Text of generated projects, imported on the first refusal only. It takes exactly what `cbor_fast.read_cbor` takes.
"""

from __future__ import annotations

import struct
from typing import Any, NoReturn

from art7.codegen.python.vendored.cbor_fast import cbor_float
from art7.codegen.python.vendored.cbor_values import Simple, Tagged
from art7.codegen.python.vendored.json_careful import JsonNode, JsonRefused


class CborNode(JsonNode):
    """A value and its place; of an octet string also the place of its content, -1 where that came in chunks."""

    __slots__ = ("content",)

    def __init__(self, value: Any, start: int, content: int = -1) -> None:
        super().__init__(value, start)
        self.content = content


class CborReader:
    """One reading of `data`, whose first octet is octet `base` of the message."""

    def __init__(self, data: bytes, base: int, strict: bool, indefinite: bool) -> None:
        self.data = data
        self.base = base
        self.strict = strict
        self.indefinite = indefinite and not strict
        self.place = 0

    def fail(self, code: str, place: int, expected: str, got: str) -> NoReturn:
        raise JsonRefused(code, self.base + place, expected, got)

    def head(self) -> tuple[int, int, int]:
        """Major type, additional information and argument (-1: indefinite) of the next head."""
        start = self.place
        if start >= len(self.data):
            self.fail("truncated", start, "a CBOR item", "the end")
        major, info = divmod(self.data[start], 32)
        self.place += 1
        if info < 24:
            return major, info, info
        if info == 31 and major in (2, 3, 4, 5, 7):
            return major, info, -1
        if info > 27:
            self.fail("bad_cbor", start, "additional information that has a meaning", str(info))
        width = 1 << (info - 24)
        octets = self.data[self.place : self.place + width]
        if len(octets) < width:
            self.fail("truncated", start, f"{width} more octets", str(len(octets)))
        self.place += width
        argument = int.from_bytes(octets, "big")
        if self.strict and major != 7 and (argument < 24 or argument.bit_length() <= 4 * width and width > 1):
            self.fail("not_canonical", start, "the shortest head", f"{width} octets for {argument}")
        return major, info, argument

    def item(self, depth: int) -> CborNode:
        """The next value, its containers at most `depth` deep."""
        start = self.place
        major, info, argument = self.head()
        if major == 0:
            return CborNode(argument, self.base + start)
        if major == 1:
            return CborNode(-1 - argument, self.base + start)
        if major in (2, 3):
            return self.string(start, major, argument)
        if major == 7:
            return CborNode(self.other(start, info, argument), self.base + start)
        if depth <= 0:
            self.fail("too_deep", start, "fewer levels", "one more")
        if argument < 0 and not self.indefinite:
            self.fail("not_canonical", start, "a definite length", "an indefinite one")
        if major == 6:
            return CborNode(Tagged(argument, self.item(depth - 1)), self.base + start)
        needed = argument if major == 4 else 2 * argument
        if needed > len(self.data) - self.place:
            self.fail("truncated", start, f"{needed} items", f"{len(self.data) - self.place} octets")
        held = self.items(argument, depth - 1) if major == 4 else self.members(argument, depth - 1)
        return CborNode(held, self.base + start)

    def more(self, count: int, read: int) -> bool:
        """Whether another item follows; a break is passed over."""
        if count >= 0:
            return read < count
        if self.data[self.place : self.place + 1] != b"\xff":
            return True
        self.place += 1
        return False

    def items(self, count: int, depth: int) -> list[CborNode]:
        found: list[CborNode] = []
        while self.more(count, len(found)):
            found.append(self.item(depth))
        return found

    def members(self, count: int, depth: int) -> dict[Any, CborNode]:
        found: dict[Any, CborNode] = {}
        before = b""
        while self.more(count, len(found)):
            start = self.place
            key = self.item(depth).value
            if not isinstance(key, (int, str, bytes)) or isinstance(key, bool):
                self.fail("wrong_kind", start, "an integer, a text or octets as a key", "another value")
            if key in found:
                self.fail("duplicate_field", start, "each key once", "a key again")
            octets = self.data[start : self.place]
            if self.strict and octets < before:
                self.fail("not_canonical", start, "keys in the order of their octets", "an earlier one")
            before = octets
            found[key] = self.item(depth)
        return found

    def string(self, start: int, major: int, length: int) -> CborNode:
        if length >= 0:
            octets = self.taken(start, length)
            content = self.place - length
            if major == 3:
                return CborNode(self.decoded(octets, content), self.base + start)
            return CborNode(octets, self.base + start, self.base + content)
        if not self.indefinite:
            self.fail("not_canonical", start, "a definite length", "an indefinite one")
        chunks: list[bytes] = []
        texts: list[str] = []
        while self.data[self.place : self.place + 1] != b"\xff":
            place = self.place
            kind, _, size = self.head()
            if kind != major or size < 0:
                self.fail("bad_cbor", place, "a chunk of definite length of the same kind", "another item")
            chunks.append(self.taken(place, size))
            if major == 3:
                texts.append(self.decoded(chunks[-1], self.place - size))
        self.place += 1
        return CborNode("".join(texts) if major == 3 else b"".join(chunks), self.base + start)

    def taken(self, start: int, length: int) -> bytes:
        left = len(self.data) - self.place
        if length > left:
            self.fail("truncated", start, f"{length} octets", str(left))
        self.place += length
        return self.data[self.place - length : self.place]

    def decoded(self, octets: bytes, place: int) -> str:
        try:
            return octets.decode()
        except UnicodeDecodeError as error:
            self.fail("bad_text", place + error.start, "UTF-8", f"octet {octets[error.start]:#04x}")

    def other(self, start: int, info: int, argument: int) -> Any:
        """A simple value or a float."""
        if info == 31:
            self.fail("bad_cbor", start, "an item", "a break")
        if info < 24:
            return {20: False, 21: True, 22: None}.get(argument, Simple(argument)) if info != 22 else None
        if info == 24:
            if argument < 32:
                self.fail("bad_cbor", start, "a simple value from 32 to 255", str(argument))
            return Simple(argument)
        octets = self.data[start + 1 : self.place]
        (value,) = struct.unpack({25: ">e", 26: ">f", 27: ">d"}[info], octets)
        if self.strict and cbor_float(value) != self.data[start : self.place]:
            self.fail("not_canonical", start, "the shortest float", f"{len(octets)} octets")
        return value


def read_cbor_nodes(data: bytes, base: int, depth: int, strict: bool, indefinite: bool) -> CborNode:
    """Read one CBOR value with places. Raises JsonRefused."""
    reader = CborReader(data, base, strict, indefinite)
    node = reader.item(depth)
    if reader.place != len(data):
        reader.fail("trailing_data", reader.place, "the end", f"{len(data) - reader.place} more octets")
    return node


def cbor_plain(node: JsonNode) -> Any:
    """The value of a node without places."""
    value = node.value
    if isinstance(value, dict):
        return {key: cbor_plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [cbor_plain(item) for item in value]
    return Tagged(value.tag, cbor_plain(value.value)) if isinstance(value, Tagged) else value


def cbor_relocated(node: CborNode, start: int) -> CborNode:
    """The node, it and all below it standing at `start`: octets that came in chunks have no one place."""
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        one.start, one.content = start, -1
        value = one.value
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, Tagged):
            waiting.append(value.value)
    return node
