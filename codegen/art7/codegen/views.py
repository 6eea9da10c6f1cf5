"""What page templates may see: complete, every text spelled for its place."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One a7 module of a package: its file stem, its name and version, one line about it."""

    stem: str
    name: str
    version: str
    doc: str
    types: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that a package carries: its module, and what it says of itself."""

    name: str
    doc: str


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A generated project. Each example is Python that runs, or empty."""

    distribution: str
    package: str
    version: str
    title: str
    source: str
    modules: tuple[ModuleRow, ...]
    needs_cryptography: bool
    example: str
    refusal_example: str
    stream_example: str
    peek_example: str
    schedule_example: str
    role_example: str
    has_schedules: bool
    has_roles: bool
    sessions: tuple[SessionRow, ...] = ()
    session_example: str = ""


def toml_text(text: str) -> str:
    """Return a TOML basic string: one line, control characters and quotes escaped."""
    spelled = "".join(_toml(character) for character in " ".join(text.split()))
    return f'"{spelled}"'


def _toml(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() and not 0xD800 <= ord(character) < 0xE000:
        return character
    point = ord(character)
    if 0xD800 <= point < 0xE000:
        return "?"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def markdown_text(text: str, limit: int = 300) -> str:
    """Return text that Markdown shows as it stands: one line, markup escaped, nothing that hides or reorders."""
    flat = " ".join(text.split())
    shown = "".join(c for c in flat if c.isprintable() and unicodedata.category(c) not in ("Cf", "Co", "Cs"))
    if len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return "".join("\\" + c if c in "\\`*_{}[]()<>#+-!|~$&" else c for c in shown)


def markdown_code(text: str) -> str:
    """Return text as inline code; backquotes and control characters left out."""
    shown = "".join(c for c in " ".join(text.split()) if c.isprintable() and c not in "`|")
    return f"`{shown[:200]}`" if shown.strip() else "``"
