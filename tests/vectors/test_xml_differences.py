"""XML beside libxml2: what is read, and every name, attribute and text of it, over mutated texts.

`ART7_XML_MUTANTS` is how many mutants are tried on each execution; the default is a slice for every run. Where the two
differ the text has something that RFC 6120 forbids, or that Namespaces in XML 1.0 does: each is named below.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from executions import Codec, Refused

STANZA = "xmpp.im.StreamElement"
COUNT = int(os.environ.get("ART7_XML_MUTANTS", "1500"))
SCOPE = b'<_ xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">'

SEEDS = (
    b"<a xmlns='urn:a' b='1' xml:lang='en'>x<b c='&lt;&#10;'/>y<p:d xmlns:p='urn:p' p:e='&quot;&apos;'>z</p:d></a>",
    b"<x:a xmlns:x='urn:x' x:b='  two \t lines\n'><x:c>&#x41;&#65;&amp;</x:c><c xmlns='urn:c'><d xmlns=''/></c></x:a>",
    b"<a xmlns='urn:a'>\r\n<![CDATA[<b>&]]>\r<b>\xc3\xa9\xf0\x9f\x98\x80</b>&gt;]]&gt;</a>",
    b"<stream:x xmlns:y='urn:y'><y:z y:w='1' w='2'/><y:z/></stream:x>",
    b"<\xc3\xa9l\xc3\xa9ment xmlns='urn:a' \xc3\xa0-b.c='1'/>",
    b"<?xml version='1.0' encoding='utf-8'?>\n<a xmlns='urn:a'/>\n",
)
PIECES = (
    b"<", b">", b"/", b"</a>", b"<a>", b"<b/>", b"&", b"&amp;", b"&lt", b"&#0;", b"&#x1F;", b"&#xFFFE;", b"&e;", b"'", b'"', b"=",
    b" ", b"\r", b"\x00", b"\x0b", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"<!--x-->", b"<?x y?>",
    b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b":", b"x:", b" xmlns='urn:q'", b" xmlns:q='urn:q'", b" q:b='1'", b" b='1'",
    b" xmlns:q=''",
    b" xmlns:xml='urn:q'", b" xmlns:xmlns='urn:q'", b" xmlns='http://www.w3.org/2000/xmlns/'", b"1", b"-", b".", b"\xc2\xb7",
)  # fmt: skip


def mutants(count: int) -> Iterator[bytes]:
    chance = random.Random("xml")
    for _ in range(count):
        octets = bytearray(chance.choice(SEEDS))
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            place = chance.randrange(len(octets) + 1)
            match chance.randrange(7):
                case 0 | 1:
                    octets[place:place] = chance.choice(PIECES)
                case 2:
                    octets[place : place + chance.randrange(1, 4)] = chance.choice(PIECES)
                case 3:
                    del octets[place : place + chance.randrange(1, 5)]
                case 4 if place < len(octets):
                    octets[place] ^= 1 << chance.randrange(8)
                case 5:
                    start = chance.randrange(len(octets) + 1)
                    octets[place:place] = octets[start : start + chance.randrange(1, 30)]
                case _:
                    del octets[place:]
        yield bytes(octets)


def theirs(etree: Any, octets: bytes) -> Any:
    """What libxml2 makes of a text: its tree, or nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8")
    declared = re.match(rb"<\?xml[ \t\r\n][^>]*\?>", octets)
    if declared:  # libxml2 is to read it as part of the text, and the text inside its scope
        try:
            etree.fromstring(octets[: declared.end()] + b"<a/>", parser)
        except (etree.XMLSyntaxError, ValueError):
            return None
        octets = octets[declared.end() :]
    try:
        root = etree.fromstring(SCOPE + octets + b"</_>", parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if len(root) != 1 or (root.text or "").strip(" \t\r\n") or (root[0].tail or "").strip(" \t\r\n"):
        return None
    return None if any(type(each.tag) is not str for each in root.iter()) else tree(root[0])


def tree(element: Any) -> dict[str, Any]:
    content: list[Any] = [element.text] if element.text else []
    for child in element:
        content.append(tree(child))
        if child.tail:
            content.append(child.tail)
    return {"name": element.tag, "attributes": dict(element.attrib), "content": content}


_URI = rb"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#'\"]*:))[A-Za-z0-9/?#:@!$()*+,;=._~%-]*"
EXPLAINED = {
    "comment, instruction or document type": (rb"<!--|<\?|<!DOCTYPE", "RFC 6120 §11.1"),
    "byte order mark": (rb"^\xef\xbb\xbf", "RFC 6120 §11.6"),
    "reserved prefix or namespace": (
        rb"xmlns(:\w+)?\s*=\s*['\"]http://www|xmlns:xml",
        "Namespaces in XML 1.0 §3",
    ),
    "namespace that is no URI reference": (
        rb"xmlns(?::[^\s=]+)?\s*=\s*(?:'(?!" + _URI + rb"')|\"(?!" + _URI + rb'"))',
        "Namespaces in XML 1.0 §2.2: not an error of the text",
    ),
    "name of characters that later editions allow": (
        rb"<[^>]*[\x80-\xff]",
        "XML 1.0, fourth edition, Appendix B; RFC 6120 names that edition",
    ),
}
"""Where one takes what the other refuses: how it shows, and where a standard says so."""


def reason(octets: bytes) -> str | None:
    return next(
        (f"{name}: {clause}" for name, (shown, clause) in EXPLAINED.items() if re.search(shown, octets)), None
    )


def test_mutants_are_read_as_libxml2_does(codec: Codec, cases: Any) -> None:
    etree = pytest.importorskip("lxml.etree")
    explained: Counter[str] = Counter()
    taken = 0
    for octets in mutants(COUNT):
        expected = theirs(etree, octets)
        try:
            decoded = codec.decode(STANZA, octets)
        except Refused as refusal:
            assert refusal.code != "internal"
            found = None
        else:
            ((name, (found,)),) = decoded.plain["unknown"].items()
            assert found["name"] == name
            taken += 1
            again = codec.encode(STANZA, decoded.native)
            assert theirs(etree, again) == found or reason(octets) is not None, (octets, again)
        if found != expected:
            assert (found is None) != (expected is None), (octets, found, expected)
            why = reason(octets)
            assert why is not None, (octets, found, expected)
            explained[why] += 1
    assert taken > COUNT // 20
    for why, count in sorted(explained.items()):
        cases.cannot_run("differences: xml", f"{count} of {COUNT}", why, "libxml2 judges otherwise")
