"""Which member paths a bundle may have: one spelling, one meaning on every file system and in every report."""

from __future__ import annotations

import re
import unicodedata

from art7.grammar.untrusted.limits import Limits
from art7.grammar.untrusted.refusal import refuse, shown

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_ASCII_PUNCTUATION = frozenset("._-+@=,()~ ")
_PLAIN = re.compile(r"[A-Za-z0-9_+@=,()~-][A-Za-z0-9._+@=,()~ -]*")


def check_path(path: str, archive: str, limits: Limits) -> None:
    """Refuse a member path that is not plain, relative, short, visible and single-script."""
    parts = path.split("/")
    _check_relative(path, parts, archive)
    if len(path.encode("utf-8", "surrogatepass")) > limits.path_octets or len(parts) > limits.path_depth:
        raise refuse(
            "A7-B013",
            f"path {shown(path)} has {len(path)} characters in {len(parts)} parts, expected at most "
            f"{limits.path_octets} octets in {limits.path_depth} parts",
            archive,
            help="shorten the path",
        )
    for part in parts:
        if reason := name_fault(part):
            raise refuse("A7-B014", f"{reason} in path {shown(path)}", archive, help="rename the file")


def _check_relative(path: str, parts: list[str], archive: str) -> None:
    if path.startswith("/") or _DRIVE.match(path):
        reason = "an absolute path"
    elif "\\" in path:
        reason = "a backslash"
    elif ".." in parts:
        reason = "`..`"
    elif "." in parts or "" in parts:
        reason = "an empty or `.` part"
    else:
        return
    raise refuse(
        "A7-B012",
        f"found {reason} in member path {shown(path)}, expected a plain relative path",
        archive,
        help="pack the offer again from inside its folder",
    )


def name_fault(name: str) -> str | None:
    """Say what is wrong with one part of a path, or return None.

    ASCII letters, digits and `._-+@=,()~` and inner spaces are free; beyond ASCII a name is in normal form
    C, unchanged by compatibility folding, of letters and digits of one script.
    """
    if name.endswith((" ", ".")) or name.startswith(" "):
        return "found a space or full stop at an end of a name"
    if _RESERVED.fullmatch(name):
        return "found a device name reserved by an operating system"
    if _PLAIN.fullmatch(name):
        return None
    if not unicodedata.is_normalized("NFC", name):
        return "found a name that is not in Unicode normal form C"
    for character in name:
        if fault := _character_fault(character):
            return fault
    scripts = {_script(c) for c in name if unicodedata.category(c).startswith("L")}
    if len(scripts) > 1 and not scripts <= _WRITTEN_TOGETHER:
        return f"found letters of several scripts ({', '.join(sorted(scripts))})"
    return None


_WRITTEN_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})


def _character_fault(character: str) -> str | None:
    point = f"U+{ord(character):04X}"
    if character.isascii():
        return (
            None if character.isalnum() or character in _ASCII_PUNCTUATION else f"found the character {point}"
        )
    category = unicodedata.category(character)
    name = unicodedata.name(character, "")
    if category[0] not in "LNM" or "COMBINING" in name or "SELECTOR" in name or "FILLER" in name:
        return f"found the invisible or special character {point}"
    if unicodedata.normalize("NFKC", character) != character:
        return f"found the compatibility character {point}, which stands for another one"
    return None


def _script(letter: str) -> str:
    """The first word of a letter's Unicode name is its script, closely enough to tell look-alikes apart."""
    return unicodedata.name(letter, "UNNAMED").split(" ")[0]


def folded(path: str) -> str:
    """Return the key under which the least exact file system would store a path."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())
