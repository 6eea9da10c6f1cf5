"""Docs, references and requirement numbers as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from art7.codegen.pages.markup import NOTHING, Html, joined, tag, text

_CODE = re.compile(r"`([^`\n]+)`")
_RFC = re.compile(r"RFC ?(\d{1,5})(?:#(?:section-|appendix-)?([0-9A-Za-z.]+))?\Z")


def prose(doc: str) -> Html:
    """Return a doc string as markup: text between back-quotes is code, everything else is as written."""
    parts = _CODE.split(doc)
    return Html("".join(tag("code", part) if at % 2 else text(part) for at, part in enumerate(parts)))


def paragraph(doc: str, class_: str | None = None) -> Html:
    """Return a doc string as a paragraph, nothing for an empty one."""
    return tag("p", prose(doc), class_=class_) if doc else NOTHING


def reference(ref: str) -> Html:
    """Return a citation; those of RFCs lead to their text at the RFC Editor (a link, never loaded by the page)."""
    found = _RFC.match(ref)
    if found is None:
        return tag("span", ref.replace("#", " § "), class_="a7-ref")
    number, section = found.groups()
    kind = "section" if section is None or section[0].isdigit() else "appendix"
    target = f"https://www.rfc-editor.org/rfc/rfc{number}"
    words = f"RFC {number}"
    if section:
        target += f"#{kind}-{quote(section)}"
        words += f" § {section}"
    return tag("a", words, class_="a7-ref", href=target, rel="noreferrer")


def references(refs: Iterable[str]) -> Html:
    """Return citations, one beside the other, each once."""
    return joined((reference(ref) for ref in dict.fromkeys(refs)), ", ")


def markdown_text(words: str) -> str:
    """Return `words` for a line of Markdown (a heading, a link's text) where nothing of it has a meaning."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~^=:-])", r"\\\1", text(words.replace("\n", " ")))
