"""Pages as files of their own, for whoever has no site: one style sheet inside, no script, nothing loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import TypeAlias

from art7.codegen.pages import generate_pages
from art7.codegen.pages.markup import NOTHING, Html, tag, text
from art7.grammar.ir.module import Specification

Above: TypeAlias = Callable[[str], Html]

STYLE = """
html{--md-accent-fg-color:var(--a7-edge);font-size:20px}
body{font:16px/1.55 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
body{color:var(--a7-ink);background:var(--a7-paper)}a{color:var(--a7-link)}h1{font-size:1.7rem}
h2{font-size:1.3rem;margin-top:2.5rem;border-top:1px solid var(--a7-rule);padding-top:1rem}
h3{font-size:1.1rem;margin-top:2rem}code,pre{font:.85em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre{overflow-x:auto;border:1px solid var(--a7-rule);padding:.6rem}
pre code{overflow-wrap:normal}summary{cursor:pointer;margin:.3rem 0}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_HEADING = re.compile(r"(#{1,3}) (.*?)(?: \{ #([A-Za-z0-9_.-]+) \})?\Z")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|~^=:-])")


def style_sheet() -> str:
    """Return the rules of diagrams and tables; the site's pages have them too."""
    return (files("art7.codegen.pages") / "a7.css").read_text(encoding="utf-8")


def generate_documents(
    specification: Specification, modules: Iterable[str], above: Above = lambda up: NOTHING
) -> dict[str, str]:
    """Return the pages of `modules` and their list as HTML: path → text.

    `above` gives what stands over each page, from the way up to the folder of the pages (`../` for each level).
    """
    pages = generate_pages(specification, modules)
    return {path.removesuffix(".md") + ".html": _document(page, path, above) for path, page in pages.items()}


def _document(page: str, path: str, over: Above) -> str:
    """Return a page in its frame. Its Markdown is that of `generate_pages`: headings, and blocks of markup."""
    body, title = [], ""
    for line in page.split("\n\n"):
        found = _HEADING.match(line.strip())
        if found is None:
            body.append(line.strip())
            continue
        level, words, place = found.groups()
        title = title or words
        body.append(tag(f"h{len(level)}", Html(_ESCAPED.sub(r"\1", words)), id=place))
    up = "../" * path.count("/")
    home = f"{up}index.html"
    name = Html(_ESCAPED.sub(r"\1", title)) or text("Modules")
    above = "" if path == "index.md" else tag("nav", tag("a", "All modules", href=home))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{tag('title', name)}<style>{style_sheet()}{STYLE}</style></head>"
        f'<body class="md-typeset">{over(up)}{above}<main>{"".join(body)}</main></body></html>\n'
    )
