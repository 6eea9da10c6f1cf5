"""Short session descriptions, made of the lines of public ones, to be mutated and judged."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import corpus

HEAD = b"v=0\r\no=- 20518 0 IN IP4 203.0.113.1\r\ns= \r\nt=0 0\r\nc=IN IP4 203.0.113.1\r\n"


def public_descriptions() -> list[str]:
    """Every text of the vectors and captures that begins as a description does."""
    found = [path.read_text(encoding="utf-8") for path in corpus.files("vectors", "sdp", ".sdp")]
    for kind, topic in (("vectors", "sdp"), ("captures", "webrtc")):
        for path in corpus.files(kind, topic, ".json"):
            found += _texts(json.loads(path.read_text(encoding="utf-8")))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("v=0"):
            yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def short_descriptions(count: int) -> list[bytes]:
    """Return that many descriptions of one or two sections with some of the lines of a public one."""
    chance = random.Random("sdp lines")
    texts = [text.encode().replace(b"\r\n", b"\n") for text in public_descriptions()]
    return [_short(chance.choice(texts), chance) for _ in range(count if texts else 0)]


def _short(text: bytes, chance: random.Random) -> bytes:
    session, *sections = text.split(b"\nm=")
    made = HEAD if chance.random() < 0.5 else session.partition(b"\na=")[0].replace(b"\n", b"\r\n") + b"\r\n"
    made += b"".join(line + b"\r\n" for line in _some(session.split(b"\n"), chance) if line.startswith(b"a="))
    for section in chance.sample(sections, min(len(sections), chance.choice((1, 1, 2)))):
        first, *lines = section.rstrip(b"\n").split(b"\n")
        kept = _some(lines, chance)
        formats = {line[7:].partition(b" ")[0] for line in kept if line.startswith(b"a=fmtp:")}
        kept += [
            line for line in lines if line[9:].partition(b" ")[0] in formats and line.startswith(b"a=rtpmap:")
        ]
        made += b"m=" + b"".join(line + b"\r\n" for line in (first, *kept))
    return made


def _some(lines: list[bytes], chance: random.Random) -> list[bytes]:
    places = sorted(chance.sample(range(len(lines)), min(len(lines), chance.randrange(8))))
    return [lines[place] for place in places]
