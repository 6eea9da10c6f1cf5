"""Reading and writing XML fast: expat from the standard library, and what it lets through refused.

Text of generated projects. Every function here says only yes or no (`ValueError` and its like mean no): the careful
reader of `xml_careful.py` explains a no. RFC 6120 §11.1: no document type, no comment, no processing instruction.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.primitives import base64_decode

XML_DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>""",
    re.IGNORECASE,
)
"""An XML declaration of version 1.0 in UTF-8 (XML 1.0 §2.8)."""

XML_TAG = re.compile(
    rb"""<[^ \t\r\n/>]+(?:[ \t\r\n]+[^ \t\r\n=/>]+[ \t\r\n]*=[ \t\r\n]*(?:"[^"]*"|'[^']*'))*[ \t\r\n]*/?>"""
)
"""A tag that the parser has found good."""

XML_DEPTH = 128
"""The most levels that are written."""


def xml_spelled(name: str) -> str:
    """Return a name of expat as `{uri}local`."""
    return "{" + name if "}" in name else name


def xml_end(context: bytes) -> bytes:
    """Return the end tag of the start tag that `context` is; of nothing, nothing."""
    found = XML_TAG.match(context)
    return b"" if found is None else b"</" + re.split(rb"[ \t\r\n>]", context[1:], maxsplit=1)[0] + b">"


def read_xml(data: bytes, size: int | None, depth: int, attributes: int, context: bytes) -> Element:
    """Read one element of at most `size` octets, nested at most `depth` deep, behind the start tag `context`.

    Raises: ValueError.
    """
    if type(data) is not bytes:
        data = bytes(data)
    if size is not None and len(data) > size:
        raise Refused
    # A text that begins so is UTF-8 to the parser, whatever follows. One octet is found much faster than two.
    if (
        data[:1] != b"<"
        or data[1:2] == b"\0"
        or (data.find(b"!") >= 0 and _xml_marked(data, b"!"))
        or (data.find(b"?") >= 0 and _xml_marked(data, b"?"))
    ):
        root = _xml_policed(data, context)
    else:
        try:
            parser = XMLParser()
            parser.feed(context + data + xml_end(context) if context else data)
            root = parser.close()
        except ParseError:
            raise Refused from None
    if context:
        root = _xml_only(root)
    # A level takes seven octets at least, an attribute five.
    size = len(data)
    if (size >= 7 * depth and data.count(b"<") > depth) or (
        size >= 5 * attributes and data.count(b"=") > attributes
    ):
        _xml_bounded(root, depth, attributes)
    return root


def _xml_marked(data: bytes, mark: bytes) -> bool:
    """Whether `mark` stands behind a `<`."""
    place = data.find(mark)
    while place >= 0:
        if data[place - 1] == 60:
            return True
        place = data.find(mark, place + 1)
    return False


def _xml_only(outer: Element) -> Element:
    """Return the one element inside the context; nothing but white space may stand beside it."""
    if len(outer) != 1 or (outer.text or "").strip(" \t\r\n") or (outer[0].tail or "").strip(" \t\r\n"):
        raise Refused
    return outer[0]


def _xml_bounded(root: Element, depth: int, attributes: int) -> None:
    """Refuse elements nested too deep, or with too many attributes."""
    level = [root]
    while level:
        if not depth:
            raise Refused
        for element in level:
            if len(element.attrib) > attributes:
                raise Refused
        level = [child for element in level for child in element]
        depth -= 1


def _xml_forbid(*_: Any) -> None:
    raise Refused


def _xml_policed(data: bytes, context: bytes) -> Element:
    """Read a text that has markup beside elements: only CDATA sections and a declaration are taken."""
    data.decode("utf-8")
    declared = XML_DECLARATION.match(data)
    if declared is not None:
        data = data[declared.end() :]
    if data.startswith((b"\xef\xbb\xbf", b"<?xml")) or b"\0" in data:
        raise Refused
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: builder.start(
        xml_spelled(name), {xml_spelled(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: builder.end(xml_spelled(name))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.CommentHandler = parser.ProcessingInstructionHandler = _xml_forbid
    try:
        parser.Parse(context + data + xml_end(context), True)
    except expat.ExpatError:
        raise Refused from None
    return builder.close()


def xml_text(element: Element) -> str:
    """Return the characters of an element, without those of elements in it."""
    text = element.text or ""
    for child in element:
        if child.tail:
            text += child.tail
    return text


def xml_more(element: Element) -> bool:
    """Whether an element has more than its name: attributes, elements, characters that are no white space."""
    return bool(element.attrib or len(element) or (element.text and element.text.strip(" \t\r\n")))


def xml_any(element: Element) -> dict[str, Any]:
    """Return an element that nothing describes: its `name`, `attributes` and `content` in order."""
    return {"name": element.tag, "attributes": dict(element.attrib), "content": xml_content(element)}


def xml_content(element: Element) -> list[Any]:
    """Return texts and elements in order."""
    content: list[Any] = [element.text] if element.text else []
    for child in element:
        content.append(xml_any(child))
        if child.tail:
            content.append(child.tail)
    return content


_XML_DECIMAL = re.compile(r"[ \t\r\n]*([+-]?[0-9]{1,40})[ \t\r\n]*")
_XML_SPACE = {9: None, 10: None, 13: None, 32: None}
_XML_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def xml_decimal(text: str) -> int:
    """Return the integer that decimal digits spell. ValueError for anything else."""
    found = _XML_DECIMAL.fullmatch(text)
    if found is None:
        raise ValueError
    return int(found[1])


def xml_truth(text: str) -> bool:
    """Return the truth value that a text spells. KeyError for anything else."""
    return _XML_TRUTH[text.strip(" \t\r\n")]


def xml_octets(text: str) -> bytes:
    """Return the octets that base64 spells, white space aside. ValueError for anything else."""
    return base64_decode(text.translate(_XML_SPACE))


# ---- writing ----

_XML_NAME = re.compile(
    "[A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
    "[-.0-9A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c-\u200d\u203f-\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]*"
)
_XML_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_IN_TEXT = {38: "&amp;", 60: "&lt;", 62: "&gt;", 13: "&#13;"}
_XML_IN_VALUE = {38: "&amp;", 60: "&lt;", 34: "&quot;", 9: "&#9;", 10: "&#10;", 13: "&#13;"}
_XML_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")


def xml_escape(text: str) -> str:
    """Return characters as they stand between tags. ValueError for those that XML does not have."""
    if type(text) is str and text.isprintable() and "&" not in text and "<" not in text and ">" not in text:
        return text
    return _xml_odd(text, _XML_IN_TEXT)


def xml_quote(text: str) -> str:
    """Return characters as they stand between double quotes. ValueError for those that XML does not have."""
    if type(text) is str and text.isprintable() and "&" not in text and "<" not in text and '"' not in text:
        return text
    return _xml_odd(text, _XML_IN_VALUE)


def _xml_odd(text: str, table: dict[int, str]) -> str:
    if not isinstance(text, str) or _XML_FORBIDDEN.search(text):
        raise ValueError
    return str.translate(text, table)


def xml_tags(names: tuple[str, ...], outer: str) -> tuple[str, ...]:
    """Return how tags of these names begin inside an element of namespace `outer`."""
    tags = []
    for name in names:
        uri, _, local = name[1:].rpartition("}") if name[:1] == "{" else ("", "", name)
        tags.append(f"<{local}" if uri == outer else f'<{local} xmlns="{xml_quote(uri)}"')
    return tuple(tags)


def xml_empty(name: str, uri: str, outer: str) -> str:
    """Return an element without content whose local name is a value. ValueError for what is no name."""
    if not _XML_NAME.fullmatch(name):
        raise ValueError
    return f"<{name}/>" if uri == outer else f'<{name} xmlns="{xml_quote(uri)}"/>'


def xml_name(name: str) -> tuple[str, str]:
    """Return the namespace and the local part of a name. ValueError for what is none."""
    uri, _, local = name[1:].rpartition("}") if name[:1] == "{" else ("", "", name)
    if not _XML_NAME.fullmatch(local) or "}" in uri or (name[:1] == "{" and not uri):
        raise ValueError
    return uri, local


def xml_attribute(name: str, value: str, prefixes: dict[str, str]) -> str:
    """Return an attribute as it stands in a tag, its prefix declared before its first use."""
    uri, local = xml_name(name)
    declared = ""
    if uri == _XML_RESERVED[0]:
        local = f"xml:{local}"
    elif uri in _XML_RESERVED or (not uri and local == "xmlns"):
        raise ValueError
    elif uri:
        if uri not in prefixes:
            prefixes[uri] = f"n{len(prefixes)}"
            declared = f' xmlns:{prefixes[uri]}="{xml_quote(uri)}"'
        local = f"{prefixes[uri]}:{local}"
    return f'{declared} {local}="{xml_quote(value)}"'


def xml_written(value: Any, name: str, outer: str, depth: int) -> str:
    """Return the text of an element that nothing describes, inside one of namespace `outer`."""
    if depth > XML_DEPTH or value["name"] != name or value.keys() - {"name", "attributes", "content"}:
        raise ValueError
    uri, local = xml_name(name)
    if uri in _XML_RESERVED:
        raise ValueError
    head = f"<{local}" if uri == outer else f'<{local} xmlns="{xml_quote(uri)}"'
    prefixes: dict[str, str] = {}
    attributes, content = value.get("attributes", {}), value["content"]
    if not isinstance(attributes, dict) or not isinstance(content, list):
        raise ValueError
    for key, text in attributes.items():
        head += xml_attribute(key, text, prefixes)
    inside = xml_inside(content, uri, depth)
    return f"{head}>{inside}</{local}>" if inside else f"{head}/>"


def xml_inside(content: list[Any] | tuple[Any, ...], outer: str, depth: int) -> str:
    """Return the text of texts and elements in order."""
    return "".join(
        xml_escape(item) if isinstance(item, str) else xml_written(item, item["name"], outer, depth + 1)
        for item in content
    )


def xml_apart(unknown: dict[str, Any], written: tuple[tuple[str, bool], ...]) -> None:
    """Refuse further members that are written already."""
    for key, is_written in written:
        if is_written and key in unknown:
            raise Refused


def xml_unknown(unknown: dict[str, Any], prefixes: dict[str, str], outer: str, depth: int) -> tuple[str, str]:
    """Return the attributes, and the content, of what an element has beside its members."""
    head = inside = ""
    for key, value in unknown.items():
        if key == "#":
            inside += xml_escape(value)
        elif key[:1] == "@":
            head += xml_attribute(key[1:], value, prefixes)
        elif not isinstance(value, list) or key == "#content" or key.endswith("}*"):
            raise ValueError
        else:
            for item in value:
                inside += xml_written(item, key, outer, depth + 1)
    return head, inside
