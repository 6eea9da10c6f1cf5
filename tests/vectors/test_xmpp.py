"""Public XMPP cases: stanzas of the extensions' examples, transcripts of RFC 6120."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC, STANZA = "xmpp", "xmpp.im.StreamElement"
HEAD = "<r xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'>"


def rows(*keys: str) -> Iterator[dict[str, Any]]:
    """Rows of the topic's tables that have all of `keys`."""
    for path in found_files("vectors", TOPIC, ".json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        for row in found if isinstance(found, list) else ():
            if isinstance(row, dict) and set(keys) <= set(row):
                yield row


def pieces(text: str) -> list[str]:
    """The elements of a text, each with the declarations that hold around it."""
    root = ElementTree.fromstring(HEAD + text + "</r>")
    return [ElementTree.tostring(child, "unicode") for child in root if not setattr(child, "tail", None)]


def infoset(element: Element) -> Any:
    """What an element says: elements of one name in order, space at the ends of texts aside.

    The order among elements of different names, and that of loose text beside them, mean nothing where a stanza is
    described; what nothing describes keeps its order, which the tests of the codec show.
    """
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    children: list[Any] = [(child.tag, infoset(child)) for child in element]
    values = sorted((name, _TRUTH.get(value, value)) for name, value in element.attrib.items())
    return values, text.split(), sorted(children, key=lambda each: str(each[0]))


_TRUTH = {"true": "1", "false": "0"}
"""XML Schema has two spellings of each truth value."""


def same(first: bytes | str, second: bytes | str) -> bool:
    """Whether two texts are one element."""
    left, right = ElementTree.fromstring(first), ElementTree.fromstring(second)
    return left.tag == right.tag and infoset(left) == infoset(right)


def again(codec: Codec, octets: bytes) -> Any:
    """Read an element, write it, and hold what was written to what was read; returns the value."""
    decoded = codec.decode(STANZA, octets)
    written = codec.encode(STANZA, decoded.native)
    context = SCOPE + octets + b"</_>"
    assert same(ElementTree.tostring(ElementTree.fromstring(context)[0]), written), written
    assert codec.encode(STANZA, codec.decode(STANZA, written).native) == written
    return decoded.plain


SCOPE = b'<_ xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">'
FEW = 8
"""So many examples may be wrong themselves."""


def test_examples_of_the_extensions(codec: Codec, cases: Any, vectors: Path) -> None:
    wrong = 0
    for row in rows("xep", "xml"):
        try:
            for text in pieces(row["xml"]):
                again(codec, text.encode())
        except Refused as refusal:
            assert refusal.code in ("missing_field", "out_of_range", "bad_text"), (row, refusal)
            wrong += 1
            reason = f"the example is not of its own schema: {refusal}"
            cases.cannot_run(TOPIC, f"XEP-{row['xep']}", row["caption"], reason)
            continue
        cases.ran(TOPIC)
    assert wrong < FEW


# ---- transcripts ----------------------------------------------------------------------------------------------

_START = re.compile(r"\s*(<\?xml[^>]*\?>)?\s*<([A-Za-z]+:)?stream(?=[\s>])[^>]*>")
_ELIDED = re.compile(r"\[ ?\.\.\.")


def parts(xml: str) -> Iterator[tuple[str, str]]:
    """The kinds and texts of what a step says: `start`, `element` or `end`, or `broken` for what is none."""
    found = _START.match(xml)
    if found:
        yield "start", found.group()
        xml = xml[found.end() :]
    ends = xml.rstrip().endswith("</stream:stream>")
    rest = xml.rstrip().removesuffix("</stream:stream>")
    if rest.strip():
        try:
            root = ElementTree.fromstring(SCOPE.decode() + rest + "</_>")
        except ElementTree.ParseError:
            yield "broken", rest
        else:
            for child in root:
                child.tail = None
                yield "element", ElementTree.tostring(child, "unicode")
    if ends:
        yield "end", ""


def refused(steps: list[dict[str, Any]], place: int) -> bool:
    """Whether the step is answered with an error that the peer's parser or schema finds."""
    words = (
        "not-well-formed",
        "invalid-xml",
        "bad-format",
        "bad-request",
        "bad-namespace-prefix",
        "unsupported-",
    )
    later = "".join(step["xml"] for step in steps[place + 1 : place + 3])
    return any(word in later for word in words)


def test_transcripts(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("section", "steps"):
        for place, step in enumerate(row["steps"]):
            if _ELIDED.search(step["xml"]) and "<body>" not in step["xml"]:
                cases.cannot_run(TOPIC, "RFC 6120", row["section"], "the transcript leaves octets out")
                continue
            for kind, text in parts(step["xml"]):
                taken = True
                try:
                    if kind == "start":
                        close = re.sub(r"\s*>$", "/>", text)
                        assert codec.decode(STANZA, close.strip().encode()).plain is not None
                    elif kind != "end":
                        again(codec, text.strip().encode())
                except Refused as refusal:
                    assert refusal.code != "internal"
                    taken = False
                assert taken or kind == "broken" or refused(row["steps"], place), (row["section"], text)
                assert not (taken and kind == "broken"), (row["section"], text)
        cases.ran(TOPIC)


def test_transcripts_through_a_stream(codec: Codec, cases: Any, vectors: Path) -> None:
    """The generated decoder of streams takes each side's text in order, octet by octet."""
    sdk = getattr(codec, "_class", None)
    if sdk is None:
        return
    for row in rows("section", "steps"):
        for side in {step["side"] for step in row["steps"]}:
            texts = [step["xml"] for step in row["steps"] if step["side"] == side]
            if not _START.match(texts[0]) or _ELIDED.search("".join(texts)):
                continue
            decoder, found, error = sdk(STANZA)[0].Decoder(), 0, None
            for text in texts:
                if _START.match(text) and found:
                    decoder = sdk(STANZA)[0].Decoder()
                try:
                    for octet in text.encode():
                        found += len(decoder.feed(bytes([octet])))
                except Exception as caught:
                    error = caught
                    break
            whole = "".join(step["xml"] for step in row["steps"])
            assert error is None or "stream:error" in whole or "error" in whole, (row["section"], error)
            assert found or error is not None, row["section"]
