"""XML from plain data: elements by the standard library, with nothing in them that XML 1.0 forbids."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from art7.grammar.frames import visible


def child(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element with text and attributes; characters that XML forbids or that nobody sees are spelled out."""
    made = SubElement(parent, tag, {name: shown(value) for name, value in attributes.items()})
    if text is not None:
        made.text = shown(text)
    return made


def shown(text: str) -> str:
    """Return text with every control, invisible or undecodable character spelled out; line ends stay."""
    return "\n".join(visible(line) for line in text.split("\n"))


def document(root: Element) -> str:
    """Return the document in UTF-8 with its declaration and a line end."""
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
