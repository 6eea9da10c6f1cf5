"""HTML as values: what is not `Html` is text and is escaped, so nothing from a specification becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Markup that may stand in a page as it is."""

    __slots__ = ()


Content = str | Html | Iterable["Content"]
"""What a tag holds: a text (escaped), markup, or several of them."""

NOTHING = Html("")


def visible(text: str) -> str:
    """Return `text` with every character spelled out that a reader would not see as it is: controls, bidi, unassigned."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{{{ord(c):x}}}" for c in text)


def text(content: Content) -> Html:
    """Return markup for `content`; texts are escaped."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(escape(visible(content)))
    return Html("".join(text(each) for each in content))


def tag(name: str, *content: Content, **attributes: str | int | None) -> Html:
    """Return the element `name`. Attributes: a final `_` is dropped, other `_` become `-`; `None` leaves one out."""
    spelled = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(visible(str(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{spelled}>{''.join(text(each) for each in content)}</{name}>")


def joined(parts: Iterable[Content], between: str | Html = " ") -> Html:
    """Return `parts` with `between` between them."""
    return Html(text(between).join(text(part) for part in parts))


def table(heads: Sequence[str], rows: Iterable[Iterable[Content]], caption: str, class_: str = "") -> Html:
    """Return a table in a frame that scrolls by itself, without the columns that are empty in every row.

    `caption` is for those who cannot see it at once.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    kept = [at for at, _ in enumerate(heads) if any(row[at] != _EMPTY for row in cells)]
    head = tag("tr", [tag("th", name, scope="col") for at, name in enumerate(heads) if at in kept])
    body = [tag("tr", [row[at] for at in kept]) for row in cells]
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body), class_="a7-grid")
    return scrolling(whole, caption, f"a7-table {class_}".strip())


def scrolling(content: Html, label: str, class_: str, searched: bool = True) -> Html:
    """Return `content` in a region that scrolls sideways where the page is too narrow, by keyboard too.

    `searched`: whether the site's search finds what is in it.
    """
    hidden = None if searched else ""
    return tag(
        "div", content, class_=class_, role="group", tabindex=0, aria_label=label, data_search_exclude=hidden
    )


def anchor(name: str) -> str:
    """Return `name` as a fragment of an address: letters, digits, `_`, `.`, `-`."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-") or "unnamed"


_EMPTY = tag("td", "")


def _cell(content: Content) -> Html:
    if isinstance(content, Html) and content.startswith(("<td", "<th")):
        return content
    return tag("td", content)
