"""Recorded streams of XMPP: every element decodes and is written back as an equivalent; texts are those expected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, XMLPullParser, tostring

from catalogue_codec import found_files
from executions import Codec

STANZA = "xmpp.im.StreamElement"
_START = re.compile(r"(?:<\?xml[^>]*\?>\s*)?<stream:stream(?=[\s>])")


def streams() -> Iterator[tuple[Any, list[list[str]]]]:
    """The recordings, each with its streams: one side's pieces from a stream's start up to the next."""
    for path in found_files("captures", "xmpp", ".json"):
        recording = json.loads(path.read_text(encoding="utf-8"))
        sides: dict[tuple[str, str], list[list[str]]] = {}
        for entry in recording["stream"]:
            mine = sides.setdefault((entry["client"], entry["dir"]), [])
            if _START.match(entry["xml"]):
                mine.append([])
            mine[-1].append(entry["xml"])
        yield recording, [stream for each in sides.values() for stream in each]


def elements(stream: list[str]) -> Iterator[bytes]:
    """The elements of a stream, by another parser, each with the declarations that hold around it."""
    parser = XMLPullParser(("start", "end"))
    level = 0
    for piece in stream:
        parser.feed(piece)
        for event, element in parser.read_events():
            level += 1 if event == "start" else -1
            if event == "start" and level == 1:
                yield tostring(Element(element.tag, element.attrib))
            elif event == "end" and level == 1:
                element.tail = None
                yield tostring(element)


def infoset(element: Element) -> Any:
    """What an element says, loose space and the order among elements of different names aside."""
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    children: list[Any] = [(child.tag, infoset(child)) for child in element]
    return sorted(element.attrib.items()), text.strip(), sorted(children, key=lambda each: str(each[0]))


def tree(octets: bytes) -> Element:
    parser = XMLPullParser(("end",))
    parser.feed(octets)
    return list(parser.read_events())[-1][1]


def test_recorded_streams(codec: Codec, cases: Any, captures: Path) -> None:
    for recording, found in streams():
        bodies, envelopes = [], 0
        for stream in found:
            for octets in elements(stream):
                decoded = codec.decode(STANZA, octets)
                written = codec.encode(STANZA, decoded.native)
                left, right = tree(octets), tree(written)
                assert (left.tag, infoset(left)) == (right.tag, infoset(right)), octets
                assert codec.encode(STANZA, codec.decode(STANZA, written).native) == written
                assert any(value for key, value in decoded.plain.items() if key != "unknown"), octets
                message = decoded.plain["message"] or {}
                bodies += [body["value"] for body in message.get("body", ())]
                envelope = message.get("omemo_legacy") or message.get("omemo")
                envelopes += bool(envelope and envelope["payload"])
                cases.ran("captures: xmpp")
        assert {recording[name] for name in ("plain", "muc") if name in recording} <= set(bodies)
        sent = sum(1 for name in recording if name.startswith("omemo_") and isinstance(recording[name], dict))
        assert envelopes >= sent


def test_recorded_streams_as_they_came(codec: Codec, cases: Any, captures: Path) -> None:
    """The generated decoder of streams finds the same elements in the pieces as recorded."""
    made = getattr(codec, "_class", None)
    if made is None:
        return
    for _, found in streams():
        for stream in found:
            decoder, taken = made(STANZA)[0].Decoder(), []
            for piece in stream:
                taken += decoder.feed(piece.encode())
            assert len(taken) == len(list(elements(stream)))
            assert taken[0].header is not None
