"""What goes to a terminal: colour or not, width, and nothing that steers it."""

from __future__ import annotations

import os
import sys
import unicodedata
from enum import Enum
from typing import TextIO


class ColourChoice(Enum):
    """The value of `--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def wants_colour(choice: ColourChoice, stream: TextIO) -> bool:
    """Say whether to colour a stream: the option, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if choice is not ColourChoice.AUTO:
        return choice is ColourChoice.ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escaped(text: str) -> str:
    r"""Return `text` with control, invisible and undecodable characters as ``\u{…}``; line breaks too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def escaped_lines(text: str) -> str:
    """Escape every line of a text, keeping its line breaks."""
    return "\n".join(escaped(line) for line in text.split("\n"))


def _shown(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN_CATEGORIES:
        return f"\\u{{{ord(character):X}}}"
    return character


def note(line: str) -> None:
    """Print a line to standard error; a closed standard error is no reason to fail."""
    if sys.stderr is None:
        return
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def say(text: str = "") -> None:
    """Print text to standard output."""
    if sys.stdout is not None:
        print(text, file=sys.stdout)
