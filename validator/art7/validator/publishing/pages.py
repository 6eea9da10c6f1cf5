"""The content of an edition as HTML pages: they work from a disk, load nothing from elsewhere, and print.

Every value is escaped by the templates, and what would hide in a text is spelled out. Pages run one script of our own,
for the search and the list of editions; without it everything but those two is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from art7.grammar.frames import visible
from art7.validator.offer import Offer
from art7.validator.publishing import content
from art7.validator.publishing.content import Download, Shown
from art7.validator.publishing.editions import Edition

PAGES = {
    "index.html": "Overview",
    "coverage.html": "Article 7",
    "messages.html": "Messages",
    "requirements.html": "Requirements",
    "ladders.html": "Ladders",
    "changes.html": "Changes",
    "downloads.html": "Downloads",
    "search.html": "Search",
}
"""Path → title, in the order of the menu."""

_ASSETS = ("site.css", "site.js")


def edition_pages(offer: Offer, shown: Shown, downloads: tuple[Download, ...]) -> dict[str, bytes]:
    """Return the pages of one edition, relative to its folder."""
    ladders = [(f"ladders/{each.name}.html", each.name) for each in shown.ladders]
    made: dict[str, Mapping[str, Any]] = {
        "index.html": {
            "functions": content.functions(offer, shown),
            "modules": content.modules(offer, shown),
            "counts": _counts(offer, shown),
        },
        "coverage.html": {
            "functions": content.functions(offer, shown),
            "duties": content.duties(offer),
            "law": offer.law,
        },
        "messages.html": {"messages": content.messages(offer, shown)},
        "requirements.html": {"requirements": content.requirements(offer, shown)},
        "ladders.html": {
            "ladders": [(href, each) for (href, _), each in zip(ladders, shown.ladders, strict=True)]
        },
        "changes.html": {
            "log": content.change_log(offer),
            "changes": shown.changes,
            "previous": shown.previous,
        },
        "downloads.html": {"downloads": downloads},
        "search.html": {},
    }
    found = {path: _page(offer, path, values) for path, values in made.items()}
    for (path, _), each in zip(ladders, shown.ladders, strict=True):
        found[path] = _page(offer, path, {"ladder": each, "drawing": Markup(each.drawing)})
    rows = content.search_rows(offer, shown, PAGES.items(), ladders)
    found["assets/search.js"] = f"window.art7Search = {json.dumps(rows)};\n".encode()
    return found | {f"assets/{name}": _asset(name) for name in _ASSETS}


def front_page(editions: tuple[Edition, ...]) -> bytes:
    """Return the page above the editions."""
    return (
        _environment()
        .get_template("editions.html.j2")
        .render(editions=editions, up="", style=_style())
        .encode()
    )


def _page(offer: Offer, path: str, values: Mapping[str, Any]) -> bytes:
    name = path if path in PAGES else "ladder.html"
    title = PAGES.get(path) or values["ladder"].name
    text = (
        _environment()
        .get_template(f"{name}.j2")
        .render(
            offer=content.header(offer),
            menu=PAGES,
            here=path,
            title=title,
            up="../" * path.count("/"),
            **values,
        )
    )
    return text.encode()


def _counts(offer: Offer, shown: Shown) -> list[tuple[str, int, str]]:
    return [
        ("messages", len(content.messages(offer, shown)), "messages.html"),
        ("requirements", len(content.requirements(offer, shown)), "requirements.html"),
        ("scenarios, each played", len(shown.ladders), "ladders.html"),
        ("modules", len(offer.own_modules), "modules/index.html"),
    ]


def _asset(name: str) -> bytes:
    return (files("art7.validator.publishing") / "assets" / name).read_bytes()


def _style() -> Markup:
    return Markup(_asset("site.css").decode())


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("art7.validator.publishing", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_spelled_out,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _spelled_out(value: object) -> object:
    """Make control and direction characters visible; escaping for HTML comes after."""
    return "\n".join(visible(line) for line in value.split("\n")) if type(value) is str else value
