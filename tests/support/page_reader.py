"""A generated page as a reader's program sees it: tags, ids, links, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "source", "wbr", "base", "path", "use"}


@dataclass
class Page:
    """What stands in one page."""

    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, given = self.page, {name: value or "" for name, value in attrs}
        page.tags.add(tag)
        page.attributes |= set(given)
        if "id" in given:
            page.ids.append(given["id"])
        if tag == "a" and "href" in given:
            page.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            page.loads.append(given.get("href", ""))
        page.loads += [
            given[name] for name in ("src", "srcset", "data", "poster", "xlink:href") if name in given
        ]
        if tag not in VOID or self.in_svg():
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.page.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.page.texts.append(data)
        if self.open and self.open[-1] == "title":
            self.page.titles.append(data)

    def in_svg(self) -> bool:
        return "svg" in self.open


def read_page(text: str) -> Page:
    """Return what stands in `text`, which is HTML or Markdown with HTML in it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.page.unbalanced += reader.open
    return reader.page
