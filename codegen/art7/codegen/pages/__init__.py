"""Pages of modules: everything from the IR, nothing by hand for one module, the same octets on every run.

A page is Markdown with escaped markup between its headings; the site and `art7 generate docs` frame it.
"""

from __future__ import annotations

from collections.abc import Iterable

from art7.codegen.pages.links import Links, links_of, page_of
from art7.codegen.pages.markup import Content, Html, tag
from art7.codegen.pages.module_page import module_page
from art7.codegen.pages.prose import prose
from art7.codegen.pages.rows import record_sizes
from art7.grammar.ir.module import Module, Specification

__all__ = ["generate_pages", "page_of"]


def generate_pages(specification: Specification, modules: Iterable[str]) -> dict[str, str]:
    """Return the pages of `modules` and `index.md`, their list: path → Markdown."""
    names = sorted(set(modules))
    links = links_of(specification, frozenset(names), record_sizes(specification))
    pages = {page_of(name): module_page(specification.modules[name], links.at(name)) for name in names}
    return {"index.md": _index(specification, names, links), **pages}


def _index(specification: Specification, names: list[str], links: Links) -> str:
    """Return the list of modules, by the organisation that their first name is."""
    lines = ["# Modules"]
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.partition(".")[0], []).append(name)
    for family, members in families.items():
        cards = [_card(specification.modules[name]) for name in members]
        lines += [f"## {family}", f'<div class="a7-part">{tag("ul", cards, class_="a7-cards")}</div>']
    return "\n\n".join(lines) + "\n"


def _card(module: Module) -> Html:
    messages = sum(record.kind == "message" for record in module.records)
    counts = [
        (messages, "message"),
        (len(module.schedules), "schedule"),
        (len(module.protocols), "protocol"),
        (len(module.identities), "identity"),
        (len(module.vectors), "vector"),
    ]
    told = ", ".join(f"{count} {_plural(word, count)}" for count, word in counts if count)
    encodings = ", ".join(sorted({record.encoding for record in module.records}))
    parts: list[Content] = [
        tag("a", tag("code", module.name), href=page_of(module.name).removesuffix(".md") + ".html"),
        tag("p", prose(module.doc)),
        tag("p", " · ".join(part for part in (encodings, told) if part), class_="a7-counts"),
    ]
    return tag("li", parts)


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return word.removesuffix("y") + "ies" if word.endswith("y") else word + "s"
