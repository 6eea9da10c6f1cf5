"""Words in other characters than ASCII, as headers of mail spell them (RFC 2047).

Text of generated projects.
"""

from __future__ import annotations

import re

from art7.codegen.python.vendored.primitives import BuiltinError, base64_decode
from art7.codegen.python.vendored.text_bodies import Unreadable, text_of_charset

_WORD = re.compile(r"(?<![^ \t(])=\?([!->@-~]+)\?([BbQq])\?([!->@-~]*)\?=(?![^ \t)])")
_SPELLED = re.compile(r"=([0-9A-Fa-f]{2})|=")


def encoded_words(value: str) -> str:
    """The text with its encoded words decoded (RFC 2047 §6.2); what cannot be decoded stays."""
    found: list[str] = []
    plain, follows = 0, False
    for match in _WORD.finditer(value):
        text = None if len(match[0]) > 998 else _word_text(*match.groups())
        if text is None:
            continue
        between = value[plain : match.start()]
        if not follows or between.strip(" \t"):
            found.append(between)
        found.append(text)
        plain, follows = match.end(), True
    return "".join(found) + value[plain:]


def _word_text(charset: str, coding: str, text: str) -> str | None:
    try:
        if coding in "Bb":
            octets = base64_decode(text)
        else:
            spelled = _SPELLED.sub(lambda match: chr(int(match[1], 16)), text.replace("_", " "))
            octets = spelled.encode("latin-1")
        return text_of_charset(octets, charset.partition("*")[0])
    except (BuiltinError, Unreadable, TypeError):
        return None
