"""Charsets of texts, by the names that IANA has for them."""

from __future__ import annotations

from art7.interpreter.text_refused import TextRefused

CHARSETS = {
    "us-ascii": "ascii", "ascii": "ascii", "ansi_x3.4-1968": "ascii", "utf-8": "utf-8", "utf8": "utf-8",
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    "latin1": "iso8859-1", **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "iso-2022-jp": "iso2022-jp", "shift_jis": "shift-jis",
    "euc-jp": "euc-jp", "euc-kr": "euc-kr", "iso-2022-kr": "iso2022-kr", "gb2312": "gb2312", "gbk": "gbk",
    "gb18030": "gb18030", "big5": "big5", "utf-16": "utf-16", "utf-16be": "utf-16-be", "utf-16le": "utf-16-le",
}  # fmt: skip
"""Name, in small letters → Python's codec."""


def codec(charset: str | None) -> str:
    """Return the codec of a charset. Raises: TextRefused, with offset 0."""
    found = CHARSETS.get("us-ascii" if charset is None else charset.strip().lower())
    if found is None:
        raise TextRefused("bad_charset", 0, "the name of a known charset", ascii(charset)[:40])
    return found


def decode(octets: bytes, charset: str | None) -> str:
    """Return octets as a text. Raises: TextRefused, its offset that of the first bad octet."""
    try:
        return octets.decode(codec(charset))
    except UnicodeDecodeError as error:
        got = f"octet {octets[error.start]:#04x}" if error.start < len(octets) else "the end"
        raise TextRefused("bad_text", error.start, f"text in {charset or 'us-ascii'}", got) from None


def encode(text: str, charset: str | None) -> bytes:
    """Return a text as octets. Raises: TextRefused."""
    try:
        return text.encode(codec(charset))
    except UnicodeEncodeError as error:
        wanted = f"characters of {charset or 'us-ascii'}"
        raise TextRefused("bad_text", error.start, wanted, ascii(text[error.start])) from None
