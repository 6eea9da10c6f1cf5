"""A message stanza of `benchmarks.xmpp_case`: elements once, unknown ones kept; no document type, comment, instruction.

Elements nest at most 128 deep and have at most 64 attributes. On writing characters that XML does not have are refused.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, XMLParser

_CHAT = "{http://jabber.org/protocol/chatstates}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_KNOWN = frozenset(("from", "to", "id", "type", _LANG))
_STATES = frozenset(("active", "composing", "paused", "inactive", "gone"))
_NAMES = {
    "{jabber:client}body": 1,
    "{jabber:client}subject": 2,
    "{jabber:client}thread": 3,
    "{urn:xmpp:receipts}request": 5,
    "{urn:xmpp:chat-markers:0}markable": 6,
    "{urn:xmpp:sid:0}origin-id": 7,
    "{urn:xmpp:sid:0}stanza-id": 8,
    "{urn:xmpp:delay}delay": 9,
}
_NAMES |= {_CHAT + state: 4 for state in _STATES}
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search
_NAME = re.compile(r"[A-Za-z_\u00c0-\U000effff][A-Za-z0-9_.\u00b7\u00c0-\U000effff-]*").fullmatch
_IN_TEXT = {38: "&amp;", 60: "&lt;", 62: "&gt;", 13: "&#13;"}
_IN_VALUE = {38: "&amp;", 60: "&lt;", 34: "&quot;", 9: "&#9;", 10: "&#10;", 13: "&#13;"}


class Refused(ValueError):
    """Not such a stanza."""


class Message:
    """One stanza."""

    __slots__ = (
        "from_",
        "to",
        "id",
        "type",
        "lang",
        "body",
        "subject",
        "thread",
        "chat_state",
        "receipt_request",
        "markable",
        "origin_id",
        "stanza_ids",
        "delay",
        "unknown",
    )


class MessageThread:
    """A conversation."""

    __slots__ = ("id", "parent")


class MessageOriginId:
    """The sender's name for it."""

    __slots__ = ("id",)


class StanzaId:
    """A server's name for it."""

    __slots__ = ("by", "id")


class MessageDelay:
    """When it was sent first."""

    __slots__ = ("from_", "reason", "stamp")


def _text(element: Element) -> str:
    text = element.text or ""
    for child in element:
        text += child.tail or ""
    return text


def _free(element: Element) -> dict[str, Any]:
    content: list[Any] = [element.text] if element.text else []
    for child in element:
        content.append(_free(child))
        if child.tail:
            content.append(child.tail)
    return {"name": element.tag, "attributes": dict(element.attrib), "content": content}


def _behind(data: bytes, mark: bytes) -> bool:
    place = data.find(mark)
    while place >= 0:
        if data[place - 1] == 60:
            return True
        place = data.find(mark, place + 1)
    return False


def _bounded(root: Element) -> None:
    level, depth = [root], 128
    while level:
        if not depth or any(len(element.attrib) > 64 for element in level):
            raise Refused
        level = [child for element in level for child in element]
        depth -= 1


def decode(data: bytes, *, explain: bool = True) -> Message:
    """Read a stanza."""
    size = len(data)
    if size > 262144 or data[:1] != b"<" or data[1:2] == b"\0":
        raise Refused
    if (data.find(b"!") >= 0 and _behind(data, b"!")) or (data.find(b"?") >= 0 and _behind(data, b"?")):
        raise Refused
    parser = XMLParser()
    parser.feed(data)
    node = parser.close()
    if (size >= 896 and data.count(b"<") > 128) or (size >= 320 and data.count(b"=") > 64):
        _bounded(node)
    if node.tag != "{jabber:client}message":
        raise Refused
    m = object.__new__(Message)
    attributes = node.attrib
    a = attributes.get
    m.from_ = a("from")
    m.to = a("to")
    m.id = a("id")
    m.type = a("type", "normal")
    m.lang = a(_LANG)
    unknown: dict[str, Any] = {}
    if not attributes.keys() <= _KNOWN:
        unknown = {"@" + key: attributes[key] for key in attributes if key not in _KNOWN}
    body = subject = thread = state = origin = delay = None
    request = markable = False
    ids = []
    stray = node.text is not None
    names = _NAMES.get
    for c in node:
        which = names(c.tag)
        if which == 1:
            if body is not None:
                raise Refused
            body = _text(c) if len(c) else c.text or ""
        elif which == 2:
            if subject is not None:
                raise Refused
            subject = _text(c) if len(c) else c.text or ""
        elif which == 3:
            if thread is not None:
                raise Refused
            thread = object.__new__(MessageThread)
            thread.parent = c.attrib.get("parent")
            thread.id = _text(c) if len(c) else c.text or ""
        elif which == 4:
            if state is not None:
                raise Refused
            state = c.tag[39:]
        elif which == 5:
            if request:
                raise Refused
            request = True
        elif which == 6:
            if markable:
                raise Refused
            markable = True
        elif which == 7:
            if origin is not None:
                raise Refused
            origin = object.__new__(MessageOriginId)
            origin.id = c.attrib["id"]
        elif which == 8:
            one = object.__new__(StanzaId)
            d = c.attrib
            one.id = d["id"]
            one.by = d["by"]
            ids.append(one)
        elif which == 9:
            if delay is not None:
                raise Refused
            delay = object.__new__(MessageDelay)
            d = c.attrib
            delay.from_ = d.get("from")
            delay.stamp = d["stamp"]
            delay.reason = _text(c) if len(c) else c.text or ""
        elif c.tag.startswith(_CHAT):
            raise Refused
        else:
            unknown.setdefault(c.tag, []).append(_free(c))
        if c.tail is not None:
            stray = True
    if stray and (characters := _text(node)).strip(" \t\r\n"):
        unknown["#"] = characters
    m.body = body
    m.subject = subject
    m.thread = thread
    m.chat_state = state
    m.receipt_request = request
    m.markable = markable
    m.origin_id = origin
    m.stanza_ids = ids
    m.delay = delay
    m.unknown = unknown
    return m


def _t(text: str) -> str:
    if type(text) is str and text.isprintable() and "&" not in text and "<" not in text and ">" not in text:
        return text
    if _FORBIDDEN(text):
        raise Refused
    return text.translate(_IN_TEXT)


def _v(text: str) -> str:
    if type(text) is str and text.isprintable() and "&" not in text and "<" not in text and '"' not in text:
        return text
    if _FORBIDDEN(text):
        raise Refused
    return text.translate(_IN_VALUE)


def _split(name: str) -> tuple[str, str]:
    space, _, local = name[1:].rpartition("}") if name[:1] == "{" else ("", "", name)
    if not _NAME(local) or "}" in space or space == "http://www.w3.org/2000/xmlns/":
        raise Refused
    return space, local


def _tag(name: str, attributes: dict[str, str], outer: str) -> tuple[str, str, str]:
    """How an element begins, its namespace and its local name; prefixes are declared before their first use."""
    space, local = _split(name)
    head = f"<{local}" if space == outer else f'<{local} xmlns="{_v(space)}"'
    return head + _free_attributes(attributes), space, local


def _free_attributes(attributes: dict[str, str]) -> str:
    head, prefixes = "", {"http://www.w3.org/XML/1998/namespace": "xml:", "": ""}
    for key, value in attributes.items():
        space, local = _split(key)
        if not space and local == "xmlns":
            raise Refused
        if space not in prefixes:
            prefixes[space] = f"n{len(prefixes) - 2}:"
            head += f' xmlns:{prefixes[space][:-1]}="{_v(space)}"'
        head += f' {prefixes[space]}{local}="{_v(value)}"'
    return head


def _free_element(node: dict[str, Any], outer: str, depth: int) -> str:
    if depth > 128 or len(node["attributes"]) > 64:
        raise Refused
    head, space, local = _tag(node["name"], node["attributes"], outer)
    inside = "".join(
        [_t(one) if isinstance(one, str) else _free_element(one, space, depth + 1) for one in node["content"]]
    )
    return f"{head}>{inside}</{local}>" if inside else f"{head}/>"


def _unknown(unknown: dict[str, Any]) -> tuple[str, str]:
    """Attributes and content that nothing describes; what a member holds is not written twice."""
    attributes, inside = {}, ""
    for key, value in unknown.items():
        if key in _NAMES or key.startswith(_CHAT) or key[1:] in _KNOWN and key[:1] == "@":
            raise Refused
        if key == "#":
            inside += _t(value)
        elif key[:1] == "@":
            attributes[key[1:]] = value
        else:
            for node in value:
                if node["name"] != key:
                    raise Refused
                inside += _free_element(node, "jabber:client", 2)
    return _free_attributes(attributes), inside


def encode(m: Message, *, explain: bool = True) -> bytes:
    """Write a stanza."""
    more_attributes, more = _unknown(m.unknown) if m.unknown else ("", "")
    o = '<message xmlns="jabber:client"'
    if m.from_ is not None:
        o += f' from="{_v(m.from_)}"'
    if m.to is not None:
        o += f' to="{_v(m.to)}"'
    if m.id is not None:
        o += f' id="{_v(m.id)}"'
    if m.type != "normal":
        o += f' type="{_v(m.type)}"'
    if m.lang is not None:
        o += f' xml:lang="{_v(m.lang)}"'
    o += more_attributes
    i = ""
    if m.body is not None:
        i += f"<body>{_t(m.body)}</body>" if m.body else "<body/>"
    if m.subject is not None:
        i += f"<subject>{_t(m.subject)}</subject>" if m.subject else "<subject/>"
    t = m.thread
    if t is not None:
        i += "<thread" if t.parent is None else f'<thread parent="{_v(t.parent)}"'
        i += f">{_t(t.id)}</thread>" if t.id else "/>"
    if m.chat_state is not None:
        if m.chat_state not in _STATES:
            raise Refused
        i += f'<{m.chat_state} xmlns="http://jabber.org/protocol/chatstates"/>'
    if m.receipt_request:
        i += '<request xmlns="urn:xmpp:receipts"/>'
    if m.markable:
        i += '<markable xmlns="urn:xmpp:chat-markers:0"/>'
    if m.origin_id is not None:
        i += f'<origin-id xmlns="urn:xmpp:sid:0" id="{_v(m.origin_id.id)}"/>'
    for one in m.stanza_ids:
        i += f'<stanza-id xmlns="urn:xmpp:sid:0" id="{_v(one.id)}" by="{_v(one.by)}"/>'
    d = m.delay
    if d is not None:
        i += '<delay xmlns="urn:xmpp:delay"'
        if d.from_ is not None:
            i += f' from="{_v(d.from_)}"'
        i += f' stamp="{_v(d.stamp)}"'
        i += f">{_t(d.reason)}</delay>" if d.reason else "/>"
    i += more
    data = (f"{o}>{i}</message>" if i else f"{o}/>").encode()
    if len(data) > 262144:
        raise Refused
    return data
