"""Numbered sentences: their list on a page, each with an anchor, and the short list below what they bind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from art7.codegen.pages.links import Links, others, qualified
from art7.codegen.pages.markup import NOTHING, Content, Html, anchor, joined, table, tag, text
from art7.codegen.pages.prose import prose, references
from art7.grammar.ir.module import Module
from art7.grammar.ir.plan import Requirement


def requirement_links(requirements: Iterable[Requirement], links: Links) -> Html:
    """Return a line that leads to the requirements of one declaration."""
    found = list({each.id: each for each in requirements}.values())
    if not found:
        return NOTHING
    rows = [tag("li", _link(each), text(" "), prose(each.text)) for each in found]
    return Html(tag("p", "What must hold:", class_="a7-rules") + tag("ul", rows))


def _link(requirement: Requirement) -> Html:
    return tag("a", requirement.id, href=f"#{anchor(requirement.id)}", class_="a7-req")


def all_requirements(module: Module, links: Links) -> dict[str, tuple[Requirement, Html]]:
    """Return every requirement of a module once, by id, with where it is stated."""
    found: dict[str, tuple[Requirement, Html]] = {}
    for requirement, where in _stated(module, links):
        found.setdefault(requirement.id, (requirement, where))
    return dict(sorted(found.items(), key=lambda item: _natural(item[0])))


def _stated(module: Module, links: Links) -> Iterator[tuple[Requirement, Html]]:
    for record in module.records:
        for requirement in record.requirements:
            yield requirement, links.declared(record.name)
    for each in others(module):
        name = qualified(each.name, module.name)
        for requirement in each.requirements:
            yield requirement, links.declared(name)
    for requirement in module.requirements:
        yield requirement, text("the module")


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """`STUN-5-02` before `STUN-14-01`."""
    words = name.replace(".", "-").split("-")
    return tuple((int(word), "") if word.isascii() and word.isdigit() else (-1, word) for word in words)


def _numbered(name: str, level: str) -> Html:
    link = tag("a", name, href=f"#{anchor(name)}")
    return tag("th", link, tag("p", level, class_="a7-more"), scope="row", id=anchor(name))


def requirement_table(module: Module, links: Links, shown: Mapping[str, list[Html]]) -> Html:
    """Return the table of all requirements. `shown`: requirement → links to the vectors that break it."""
    refused = {each.requirement: each.code for each in module.refusals}
    rows: list[tuple[Content, ...]] = []
    for name, (requirement, where) in all_requirements(module, links).items():
        error = requirement.error or refused.get(name)
        broken = joined(shown.get(name, []), ", ")
        more = [tag("p", text("For "), where, class_="a7-more")]
        if broken:
            more.append(tag("p", text("Broken by "), broken, class_="a7-more"))
        if requirement.manual and name not in refused:
            more.append(tag("p", "Checked by people", class_="a7-more"))
        rows.append(
            (
                _numbered(name, requirement.level),
                joined([prose(requirement.text), references(requirement.refs), *more]),
                tag("code", error, class_="a7-word") if error else NOTHING,
            )
        )
    heads = ("Id, level", "Sentence", "Error")
    return table(heads, rows, "Requirements", "a7-requirements") if rows else NOTHING
