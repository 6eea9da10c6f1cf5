"""How names, data and prose of a source are spelled in a module; nothing else puts text of a source into one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

WORDS = frozenset(
    """a7 align and as ascii bind bound cache canonical carries channel check closed const data default defer
    deprecated derive else empty encoding enum erase errors every expect extend false fill final for from
    function given hot identity if ignore in input into keep lenient let limit line local lossy manual match max
    may message module must not null on open or order ordered otherwise output pattern prefix preserve property
    protocol raise ref refuse accept reject require resolve rest role roles route run satisfies scenario schedule
    select send set should since size skip some split start state stop struct then timeout timer to token null true
    unknown unordered until use var vectors version when with within""".split()
)
"""Words that mean something somewhere; between back-quotes none of them does."""

TYPES = frozenset(
    """bool bytes text secret any integer number double float empty map optional tagged coded label base64 base64url
    hex varint sbits ascii null decimal date list record""".split()
)
MEASURES = frozenset({"self", "end", "remaining"})
"""Names that mean something of the wire in every expression."""

_BUILTIN = re.compile(r"[uis](?:[0-9]{1,3})|s?fixed(?:32|64)|leb128|mls_varint")
_GOOD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 80
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(name: str) -> str:
    """Return `name` as an ASCII word: `m.relates_to` → `m_relates_to`, `1st` → `_1st`."""
    flat = unicodedata.normalize("NFKD", name[:400]).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9_]+", "_", flat).strip("_") if not _GOOD.fullmatch(flat) else flat
    word = word[:_LONGEST] or "unnamed"
    return f"_{word}" if word[0].isdigit() else word


def pascal(name: str) -> str:
    """Return `name` as the name of a type: `signed-part` → `SignedPart`, `mimiContent` → `MimiContent`."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", plain(name)) if part]
    word = "".join(part[0].upper() + part[1:] for part in parts) or "Unnamed"
    return f"T{word}" if word[0].isdigit() else word


def snake(name: str) -> str:
    """Return `name` as the name of a member where spaces or capitals stand between words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain(name))
    return plain(re.sub(r"_+", "_", spaced).strip("_").lower())


def type_name(name: str) -> str:
    """Return a name for a type that no builtin type has."""
    word = plain(name)
    return f"{word}_type" if word in TYPES or _BUILTIN.fullmatch(word) else word


def member_name(name: str) -> str:
    """Return a name for a member that expressions can mention."""
    word = plain(name)
    return f"{word}_" if word in MEASURES else word


def unique(name: str, taken: Container[str]) -> str:
    """Return `name`, or the first of `name_2`, `name_3` … that is not taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def word(name: str) -> str:
    """Spell a name, in back-quotes where it would be a keyword."""
    return f"`{name}`" if name in WORDS else name


def data(text: str) -> str:
    """Spell data: 'text'."""
    return "'" + _escaped(text, "'") + "'"


def octets(value: bytes) -> str:
    """Spell octets: x'0aff'."""
    return f"x'{value.hex()}'"


def number(value: int | float) -> str:
    """Spell a number that may be below zero."""
    return str(value)


def prose(text: str, most: int = 4000) -> str:
    """Spell prose on one line: "text"; white space is one space, what is longer than `most` is cut with `…`."""
    flat = " ".join(text.split())
    return '"' + _escaped(flat if len(flat) <= most else flat[: most - 1] + "…", '"') + '"'


def comment(text: str, most: int = 400) -> str:
    """Spell a comment: one line, nothing in it that a terminal would act on."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= most else flat[: most - 1] + "…"
    return f"// {_escaped(cut, '')}".rstrip()


def one_of(subject: str, values: Iterable[str]) -> str:
    """Spell the test whether a value is among others."""
    listed = list(values)
    return f"{subject} == {listed[0]}" if len(listed) == 1 else f"{subject} in [{', '.join(listed)}]"


def _escaped(text: str, mark: str) -> str:
    return "".join(
        _ESCAPES.get(c, "\\" + c if c == mark else c if _is_visible(c) else _code(c)) for c in text
    )


def _is_visible(character: str) -> bool:
    if " " <= character <= "~":
        return True
    return unicodedata.category(character)[0] not in "CZ" or character == " "


def _code(character: str) -> str:
    point = ord(character)
    return f"\\u{{{0xFFFD if 0xD800 <= point <= 0xDFFF else point:X}}}"
