"""CBOR read strictly (RFC 8949), every node with its first and last octet.

The reader keeps its own stack, so nesting cannot exhaust Python's. Refusals, each at an octet of the input:

| refusal | at |
|---|---|
| `truncated`: fewer octets than a head, a string or as many items need | the head of that item |
| `bad_cbor`: reserved additional information, a break out of place, a wrong chunk, a short simple value in two octets | its head |
| `bad_text`: a text (of indefinite length: a chunk) that is not UTF-8 | the first bad octet |
| `wrong_kind`: a key that is no integer, text or octet string | the head of the key |
| `duplicate_field`: a key again | the head of the key |
| `too_deep`: an array, map or tag one level too deep | its head |
| `not_canonical`: where it is asked for (§4.2.1), a longer head, an indefinite length, keys out of order | that head |
| `trailing_data` | what follows the value |
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any, NoReturn

from art7.interpreter.cbor_values import Simple, Tagged
from art7.interpreter.tree_nodes import Node, ScanRefused

UNSIGNED, NEGATIVE, OCTETS, TEXT, ARRAY, MAP, TAG, OTHER = range(8)
BREAK = 0xFF
_WORDS = {20: False, 21: True, 22: None}
_ARGUMENTS = {24: 1, 25: 2, 26: 4, 27: 8}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


@dataclass(slots=True)
class _Open:
    """A container whose items are being read; `left` is `None` where a break ends it."""

    node: Node
    left: int | None
    key: Any = None
    has_key: bool = False
    last_key: bytes = b""
    key_start: int = 0


def scan_cbor(
    data: bytes,
    start: int,
    end: int,
    depth_limit: int,
    *,
    deterministic: bool = False,
    indefinite: bool = True,
    prefix: bool = False,
) -> Node:
    """Read the one value that `data[start:end]` is; with `prefix` octets may follow. Raises `ScanRefused`."""
    scanner = _Scanner(data, start, end, depth_limit, deterministic, indefinite and not deterministic)
    node = scanner.document()
    if not prefix and scanner.position < end:
        left = end - scanner.position
        raise ScanRefused("trailing_data", scanner.position, "the end", f"{left} more octets")
    return node


class _Scanner:
    """One reading. `stack` holds the open arrays, maps and tags."""

    def __init__(
        self, data: bytes, start: int, end: int, depth_limit: int, deterministic: bool, indefinite: bool
    ) -> None:
        self.data = data
        self.position = start
        self.end = end
        self.depth_limit = depth_limit
        self.deterministic = deterministic
        self.indefinite = indefinite
        self.stack: list[_Open] = []

    def document(self) -> Node:
        """Read item after item; a closed container is put into the one around it."""
        while True:
            node = self.item()
            while node is not None:
                if not self.stack:
                    return node
                node = self.place(node)

    def fail(self, code: str, offset: int, expected: str, got: str) -> NoReturn:
        raise ScanRefused(code, offset, expected, got)

    def head(self) -> tuple[int, int, int | None]:
        """Read a head; returns its major type, additional information and argument (`None`: indefinite)."""
        start = self.position
        if start >= self.end:
            self.fail("truncated", start, "a CBOR item", "the end")
        major, info = self.data[start] >> 5, self.data[start] & 31
        self.position += 1
        if info < 24:
            return major, info, info
        if info == 31:
            if major in (UNSIGNED, NEGATIVE, TAG):
                self.fail("bad_cbor", start, "an argument", "additional information 31")
            return major, info, None
        if info not in _ARGUMENTS:
            self.fail("bad_cbor", start, "additional information that has a meaning", str(info))
        octets = _ARGUMENTS[info]
        if self.position + octets > self.end:
            self.fail("truncated", start, f"{octets} more octets", f"{self.end - self.position}")
        argument = int.from_bytes(self.data[self.position : self.position + octets], "big")
        self.position += octets
        if self.deterministic and major != OTHER:
            if argument < (24 if octets == 1 else 1 << (octets * 4)):
                self.fail("not_canonical", start, "the shortest head", f"{octets} octets for {argument}")
        return major, info, argument

    def item(self) -> Node | None:
        """Read a scalar, or an empty container; open any other and return `None`."""
        start = self.position
        if self.stack and self.stack[-1].left is None and start < self.end and self.data[start] == BREAK:
            return self.closed_by_break()
        major, info, argument = self.head()
        match major:
            case 0:
                return Node(argument, start, self.position)
            case 1:
                assert argument is not None, "integers have an argument"
                return Node(-1 - argument, start, self.position)
            case 2 | 3:
                return self.string(start, major, argument)
            case 7:
                return self.other(start, info, argument)
            case _:
                return self.open(start, major, argument)

    def other(self, start: int, info: int, argument: int | None) -> Node:
        """A simple value or a float."""
        if argument is None:
            self.fail("bad_cbor", start, "an item", "a break")
        if info in _FLOATS:
            return Node(self.float(start, info), start, self.position)
        if info == 24 and argument < 32:
            self.fail("bad_cbor", start, "a simple value from 32 to 255 in two octets", str(argument))
        value = _WORDS[argument] if argument in _WORDS else Simple(argument)
        return Node(value, start, self.position)

    def float(self, start: int, info: int) -> float:
        form = _FLOATS[info]
        (value,) = struct.unpack(form, self.data[start + 1 : self.position])
        if self.deterministic and self.data[start : self.position] != shortest_float(value):
            self.fail("not_canonical", start, "the shortest float", f"{self.position - start} octets")
        return float(value)

    def string(self, start: int, major: int, length: int | None) -> Node:
        if length is None:
            return self.chunks(start, major)
        octets = self.taken(start, length)
        if major == TEXT:
            return Node(self.decoded(octets, self.position - length), start, self.position)
        return Node(octets, start, self.position, self.position - length)

    def taken(self, start: int, length: int) -> bytes:
        if length > self.end - self.position:
            self.fail("truncated", start, f"{length} octets", str(self.end - self.position))
        self.position += length
        return self.data[self.position - length : self.position]

    def decoded(self, octets: bytes, start: int) -> str:
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError as error:
            self.fail("bad_text", start + error.start, "UTF-8", f"octet {octets[error.start]:#04x}")

    def check_indefinite(self, start: int) -> None:
        if not self.indefinite:
            self.fail("not_canonical", start, "a definite length", "an indefinite one")

    def chunks(self, start: int, major: int) -> Node:
        """A string of indefinite length: definite chunks of its own major type, then a break."""
        self.check_indefinite(start)
        parts: list[Any] = []
        while not (self.position < self.end and self.data[self.position] == BREAK):
            place = self.position
            kind, _, length = self.head()
            if kind != major or length is None:
                self.fail("bad_cbor", place, "a chunk of definite length of the same kind", "another item")
            octets = self.taken(place, length)
            parts.append(self.decoded(octets, self.position - length) if major == TEXT else octets)
        self.position += 1
        return Node("".join(parts) if major == TEXT else b"".join(parts), start, self.position)

    def open(self, start: int, major: int, count: int | None) -> Node | None:
        if len(self.stack) >= self.depth_limit:
            self.fail("too_deep", start, f"at most {self.depth_limit} levels", "one more")
        if count is None:
            self.check_indefinite(start)
        if major == TAG:
            assert count is not None, "tags have a number"
            self.stack.append(_Open(Node(Tagged(count, None), start, start), 1))
            return None
        node = Node([] if major == ARRAY else {}, start, start)
        if count is not None:
            needed = count if major == ARRAY else 2 * count
            if needed > self.end - self.position:
                self.fail("truncated", start, f"{needed} items", f"{self.end - self.position} octets")
            if not count:
                node.end = self.position
                return node
        self.stack.append(_Open(node, count))
        return None

    def closed_by_break(self) -> Node:
        container = self.stack.pop()
        if container.has_key:
            self.fail("bad_cbor", self.position, "the value of a key", "a break")
        self.position += 1
        container.node.end = self.position
        return container.node

    def place(self, node: Node) -> Node | None:
        """Put an item into the innermost container; return that one when it closes."""
        container = self.stack[-1]
        holder = container.node.value
        if isinstance(holder, dict):
            if not container.has_key:
                self.key(container, holder, node)
                return None
            holder[container.key] = node
            container.has_key = False
        elif isinstance(holder, list):
            holder.append(node)
        else:
            container.node.value = Tagged(holder.tag, node)
        if container.left is None:
            return None
        container.left -= 1
        if container.left:
            return None
        self.stack.pop()
        container.node.end = self.position
        return container.node

    def key(self, container: _Open, members: dict[Any, Node], node: Node) -> None:
        if not isinstance(node.value, int | str | bytes) or isinstance(node.value, bool):
            self.fail("wrong_kind", node.start, "an integer, a text or octets as a key", "another value")
        if node.value in members:
            self.fail("duplicate_field", node.start, "a key once", "the same key again")
        octets = self.data[node.start : node.end]
        if self.deterministic and members and octets < container.last_key:
            self.fail("not_canonical", node.start, "keys in the order of their octets", "an earlier one")
        container.key, container.has_key, container.last_key = node.value, True, octets


def shortest_float(value: float) -> bytes:
    """Return the shortest float that keeps the value, with its head (RFC 8949 §4.2.1, §4.2.2 for NaN)."""
    if math.isnan(value):
        return b"\xf9\x7e\x00"
    for head, form in ((b"\xf9", ">e"), (b"\xfa", ">f")):
        try:
            octets = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, octets)[0] == value:
            return head + octets
    return b"\xfb" + struct.pack(">d", value)
