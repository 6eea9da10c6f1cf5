"""The language reference, one page a construct: the text is kept as one file, whose examples run as tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"\s*(```|~~~)")
_LINK = re.compile(r"\]\((?=[\w/-]+\.md)")


def split_reference(text: str) -> dict[str, str]:
    """Return the pages of the reference, `index.md` first: file name → Markdown.

    Each heading of the second level begins a page; headings below it move up by one.
    """
    intro, *sections = _sections(text)
    pages: dict[str, str] = {}
    for section in sections:
        title, _, body = section.partition("\n")
        name = _slug(title) + ".md"
        number = 2
        while name in pages:
            name, number = f"{_slug(title)}-{number}.md", number + 1
        pages[name] = f"# {title}\n{_LINK.sub(r'](../', _raised(body))}"
    listed = "\n".join(
        f"{at}. [{page.partition(chr(10))[0].removeprefix('# ')}]({name}){_about(page)}"
        for at, (name, page) in enumerate(pages.items(), 1)
    )
    intro = intro.replace("on this page", "on these pages")
    return {"index.md": f"{intro.rstrip()}\n\n## Constructs\n\n{listed}\n", **pages}


def _sections(text: str) -> list[str]:
    """Return the introduction and, without its `## `, each section."""
    parts: list[list[str]] = [[]]
    for line, is_code in _lines(text):
        if line.startswith("## ") and not is_code:
            parts.append([line[3:].strip()])
        else:
            parts[-1].append(line)
    return ["\n".join(part) for part in parts]


def _raised(text: str) -> str:
    """Return a section's text with its headings one level up."""
    return "\n".join(
        line[1:] if line.startswith("###") and not is_code else line for line, is_code in _lines(text)
    )


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line with whether it lies in a block of code."""
    is_code = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            is_code = not is_code
            yield line, True
        else:
            yield line, is_code


def _about(page: str) -> str:
    """Return the first sentence of a page, for the list of pages."""
    body = next((line for line in page.split("\n")[1:] if line and not line.startswith(("#", "`", "|"))), "")
    sentence = re.split(r"(?<=[.:]) ", body)[0].rstrip(":")
    return f": {sentence}" if sentence.endswith(".") else ""


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
