"""The octets of an XML text as nodes: well-formed, namespaces resolved, and nothing that RFC 6120 §11.1 forbids.

An element is a node whose value is a `dict`: its attributes as `@name`, its elements by name as lists, its characters
as `#`, everything in it in order as `#content`, and its own name as `#name`. Names in a namespace are spelled `{uri}name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat
from xml.parsers.expat import errors

from art7.interpreter.tree_nodes import Node, ScanRefused

ATTRIBUTES = 64
"""The most attributes of an element whose message sets no limit of its own."""

DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>""",
    re.IGNORECASE,
)
"""An XML declaration of version 1.0 in UTF-8 (XML 1.0 §2.8)."""

_NAME = re.compile(rb"<[^ \t\r\n/>]+")
_ATTRIBUTE = re.compile(rb"""[ \t\r\n]+([^ \t\r\n=/>]+)[ \t\r\n]*=[ \t\r\n]*("[^"]*"|'[^']*')""")
_CLOSE = re.compile(rb"[ \t\r\n]*(/?)>")
_JUNK = errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


@dataclass(slots=True)
class _Open:
    """An element under way: its node, the octet behind its start tag, and the characters it has so far."""

    node: Node
    content: list[Node]
    text: list[str] = field(default_factory=list)
    text_at: int = -1
    behind: int = 0
    is_empty: bool = False


class _Scan:
    """One reading. Octets of `context` stand before the text and do not count."""

    def __init__(self, data: bytes, start: int, depth: int, attributes: int, context: bytes) -> None:
        self.data = data
        self.context = context
        self.shift = start - len(context)
        self.depth = depth
        self.attributes = attributes
        self.open: list[_Open] = []
        self.stop = start
        self.root: Node | None = None
        self.ignored = 1 if context else 0
        self.parser = expat.ParserCreate("utf-8", "}")
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = lambda *_: self.forbid("no document type")
        self.parser.CommentHandler = lambda *_: self.forbid("no comment")
        self.parser.ProcessingInstructionHandler = lambda *_: self.forbid("no processing instruction")

    @property
    def here(self) -> int:
        return self.parser.CurrentByteIndex + self.shift

    def forbid(self, expected: str) -> NoReturn:
        raise ScanRefused("bad_xml", self.here, expected, "one")

    def start(self, name: str, attributes: list[str]) -> None:
        if self.ignored:
            self.ignored -= 1
            return
        at = self.here
        if self.root is not None and not self.open:
            raise ScanRefused("trailing_data", at, "the end of the text", "another element")
        if len(self.open) >= self.depth:
            raise ScanRefused("too_deep", at, f"at most {self.depth} levels", "one more")
        if len(attributes) > 2 * self.attributes:
            count = str(len(attributes) // 2)
            raise ScanRefused("too_many", at, f"at most {self.attributes} attributes", count)
        members: dict[str, Any] = {"#name": Node(_expanded(name), at, at)}
        opened = _Open(Node(members, at, at), [])
        places = self.places(at, opened)
        for key, value, (first, last) in zip(attributes[::2], attributes[1::2], places, strict=True):
            members["@" + _expanded(key)] = Node(value, first, last)
        self.open.append(opened)

    def places(self, at: int, opened: _Open) -> list[tuple[int, int]]:
        """Return where the values of the attributes lie; namespace declarations are none."""
        match = _NAME.match(self.data, at)
        assert match is not None, "the parser has seen the tag"
        position, found = match.end(), []
        while match := _ATTRIBUTE.match(self.data, position):
            position = match.end()
            if match.group(1) != b"xmlns" and not match.group(1).startswith(b"xmlns:"):
                found.append((match.start(2) + 1, match.end(2) - 1))
        match = _CLOSE.match(self.data, position)
        assert match is not None, "the parser has seen the tag"
        opened.behind, opened.is_empty = match.end(), bool(match.group(1))
        return found

    def characters(self, text: str) -> None:
        if not self.open:
            if text.strip(" \t\r\n"):
                raise ScanRefused("bad_xml", self.here, "an element", "characters")
            return
        opened = self.open[-1]
        at = self.here
        opened.text.append(text)
        if opened.text_at < 0:
            opened.text_at = at
        last = opened.content[-1] if opened.content else None
        if last is not None and isinstance(last.value, list):
            last.value.append(text)
        else:
            opened.content.append(Node([text], at, at))

    def end(self, name: str) -> None:
        if not self.open:  # the end of the context, which nothing but our own may be
            if self.here == self.stop:
                return
            raise ScanRefused("bad_xml", self.here, "an element", "an end tag")
        opened = self.open.pop()
        node, members = opened.node, opened.node.value
        node.end = opened.behind if opened.is_empty else self.data.index(b">", self.here) + 1
        at = opened.text_at if opened.text_at >= 0 else node.start
        members["#"] = Node("".join(opened.text), at, node.end)
        for each in opened.content:
            if isinstance(each.value, list):
                each.value, each.end = "".join(each.value), node.end
        members["#content"] = Node(opened.content, node.start, node.end)
        if not self.open:
            self.root = node
            return
        outer = self.open[-1]
        outer.content.append(node)
        held = outer.node.value.setdefault(members["#name"].value, Node([], node.start, node.end))
        held.value.append(node)
        held.end = node.end

    def document(self, start: int, end: int) -> Node:
        declaration = DECLARATION.match(self.data, start, end)
        if declaration is None and self.data[start : start + 5] == b"<?xml":
            raise ScanRefused("bad_xml", start, "version 1.0 in UTF-8", "another declaration")
        text, self.stop = self.data[start:end], end
        if declaration is not None:
            size = declaration.end() - start
            text = b" " * size + text[size:]
        try:
            self.parser.Parse(self.context + text + (b"</_>" if self.context else b""), True)
        except expat.ExpatError as error:
            place = min(max(self.parser.ErrorByteIndex + self.shift, start), end)
            code = "trailing_data" if error.code == _JUNK else "bad_xml"
            raise ScanRefused(code, place, "well-formed XML", errors.messages[error.code]) from None
        if self.root is None:
            raise ScanRefused("bad_xml", end, "a closed element", "the end")
        return self.root


def _expanded(name: str) -> str:
    return "{" + name if "}" in name else name


def scan_xml(
    data: bytes, start: int, end: int, depth: int, *, attributes: int = ATTRIBUTES, context: bytes = b""
) -> Node:
    """Return the element that octets `start` up to `end` are; raises `ScanRefused`.

    `context`: a start tag whose namespace declarations hold around the element.
    """
    try:
        data[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScanRefused("bad_text", start + error.start, "UTF-8", "other octets") from None
    if data[start : start + 3] == b"\xef\xbb\xbf":
        raise ScanRefused("bad_xml", start, "no byte order mark", "one")
    nul = data.find(b"\0", start, end)
    if nul >= 0:
        raise ScanRefused("bad_xml", nul, "well-formed XML", "octet 0x00")
    return _Scan(data, start, depth, attributes, context).document(start, end)


def xml_plain(node: Node) -> Any:
    """Return an element without places as `name`, `attributes` and `content`; texts as they are."""
    members = node.value
    if isinstance(members, str):
        return members
    if isinstance(members, list):
        return [xml_plain(one) for one in members]
    return {
        "name": members["#name"].value,
        "attributes": {key[1:]: one.value for key, one in members.items() if key[0] == "@"},
        "content": [xml_plain(one) for one in members["#content"].value],
    }
