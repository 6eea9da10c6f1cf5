"""Reading XML with places: every element, attribute and text with its octet, and why a text is refused.

Text of generated projects, imported on the first refusal only. It takes exactly what `xml_fast.read_xml` takes. An
element is a node over a dict: attributes as `@name`, lists of elements by name, characters as `#`, everything in order
as `#content`, its own name as `#name`; a name in a namespace is `{uri}name`.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from art7.codegen.python.vendored.json_careful import JsonNode, JsonRefused
from art7.codegen.python.vendored.xml_fast import XML_DECLARATION, XML_TAG, xml_end, xml_spelled

_XML_ATTRIBUTE = re.compile(rb"""[ \t\r\n]+([^ \t\r\n=/>]+)[ \t\r\n]*=[ \t\r\n]*(?:"[^"]*"|'[^']*')""")
_XML_JUNK = 9
"""What expat calls something behind the document's element."""


class XmlScan:
    """One reading of `data[start:end]`, behind the octets of `context`, which do not count."""

    def __init__(self, data: bytes, depth: int, attributes: int, context: bytes) -> None:
        self.data = data
        self.depth = depth
        self.attributes = attributes
        self.context = context
        self.waiting = 1 if context else 0
        self.stack: list[dict[str, Any]] = []
        self.ends: list[int] = []
        self.root: JsonNode | None = None
        parser = self.parser = expat.ParserCreate("utf-8", "}")
        parser.ordered_attributes = True
        parser.StartElementHandler = self.opened
        parser.EndElementHandler = self.closed
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = lambda *_: self.refuse("bad_xml", "no document type", "one")
        parser.CommentHandler = lambda *_: self.refuse("bad_xml", "no comment", "one")
        parser.ProcessingInstructionHandler = lambda *_: self.refuse(
            "bad_xml", "no processing instruction", "one"
        )

    def place(self) -> int:
        """Where the parser stands."""
        return self.parser.CurrentByteIndex - len(self.context)

    def refuse(self, code: str, expected: str, got: str) -> None:
        """Refuse what the parser has just met."""
        raise JsonRefused(code, self.place(), expected, got)

    def opened(self, name: str, attributes: list[str]) -> None:
        """A start tag."""
        if self.waiting:
            self.waiting = 0
            return
        start = self.place()
        if self.root is not None and not self.stack:
            self.refuse("trailing_data", "the end of the text", "another element")
        if len(self.stack) >= self.depth:
            self.refuse("too_deep", f"at most {self.depth} levels", "one more")
        if len(attributes) > 2 * self.attributes:
            self.refuse("too_many", f"at most {self.attributes} attributes", str(len(attributes) // 2))
        tag = XML_TAG.match(self.data, start)
        end = start if tag is None else tag.end()
        places = [
            found.end(1) + re.match(rb"[ \t\r\n=]*.", self.data[found.end(1) :]).end()  # type: ignore[union-attr]
            for found in _XML_ATTRIBUTE.finditer(self.data, start, end)
            if found[1] != b"xmlns" and not found[1].startswith(b"xmlns:")
        ]
        element: dict[str, Any] = {"#name": JsonNode(xml_spelled(name), start)}
        for number, place in enumerate(places):
            element["@" + xml_spelled(attributes[2 * number])] = JsonNode(attributes[2 * number + 1], place)
        element["#content"] = JsonNode([], start)
        self.stack.append(element)
        self.ends.append(-1)

    def characters(self, text: str) -> None:
        """Characters, a piece at a time."""
        if not self.stack:
            if text.strip(" \t\r\n"):
                self.refuse("bad_xml", "an element", "characters")
            return
        content = self.stack[-1]["#content"].value
        if self.ends[-1] < 0:
            self.ends[-1] = self.place()
        if content and type(content[-1].value) is list:
            content[-1].value.append(text)
        else:
            content.append(JsonNode([text], self.place()))

    def closed(self, name: str) -> None:
        """An end tag."""
        if not self.stack:
            if self.place() == len(self.data):
                return  # the end of the context
            self.refuse("bad_xml", "an element", "an end tag")
        element, first = self.stack.pop(), self.ends.pop()
        name_node, content = element["#name"], element.pop("#content")
        pieces: list[str] = []
        for item in content.value:
            if type(item.value) is list:
                item.value = "".join(item.value)
                pieces.append(item.value)
        element["#"] = JsonNode("".join(pieces), name_node.start if first < 0 else first)
        element["#content"] = content
        node = JsonNode(element, name_node.start)
        if not self.stack:
            self.root = node
            return
        outer = self.stack[-1]
        outer["#content"].value.append(node)
        outer.setdefault(name_node.value, JsonNode([], node.start)).value.append(node)


def read_xml_nodes(data: bytes, depth: int, attributes: int, context: bytes) -> JsonNode:
    """Read one element with places. Raises JsonRefused."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefused("bad_text", error.start, "UTF-8", "other octets") from None
    if data.startswith(b"\xef\xbb\xbf"):
        raise JsonRefused("bad_xml", 0, "no byte order mark", "one")
    if b"\0" in data:
        raise JsonRefused("bad_xml", data.index(b"\0"), "well-formed XML", "octet 0x00")
    declared = XML_DECLARATION.match(data)
    if declared is None and data.startswith(b"<?xml"):
        raise JsonRefused("bad_xml", 0, "version 1.0 in UTF-8", "another declaration")
    if declared is not None:
        data = b" " * declared.end() + data[declared.end() :]
    scan = XmlScan(data, depth, attributes, context)
    try:
        scan.parser.Parse(context + data + xml_end(context), True)
    except expat.ExpatError as error:
        place = min(max(scan.parser.ErrorByteIndex - len(context), 0), len(data))
        code = "trailing_data" if error.code == _XML_JUNK else "bad_xml"
        raise JsonRefused(code, place, "well-formed XML", expat.ErrorString(error.code) or "") from None
    if scan.root is None:
        raise JsonRefused("bad_xml", len(data), "a closed element", "the end")
    return scan.root


def xml_plain(node: JsonNode) -> Any:
    """An element without places, as users see one that nothing describes."""
    value = node.value
    if type(value) is str:
        return value
    if type(value) is list:
        return [xml_plain(item) for item in value]
    return {
        "name": value["#name"].value,
        "attributes": {key[1:]: item.value for key, item in value.items() if key[0] == "@"},
        "content": [xml_plain(item) for item in value["#content"].value],
    }
