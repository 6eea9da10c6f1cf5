"""The page that the demo ends with: what was made, and with which commands."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from art7.cli.commands.demo import Done, Journey

STYLE = """
body{font:17px/1.55 system-ui,sans-serif;margin:3rem auto;max-width:52rem;padding:0 1rem;color:#1b1b1f;background:#fff}
h1{font-size:1.7rem}h2{font-size:1.2rem;margin:2.2rem 0 .3rem}p{margin:.3rem 0 .8rem}a{color:#1d4ed8}
ul{padding-left:1.2rem}li{margin:.35rem 0}.pages{display:grid;gap:.8rem;padding:0}
.pages{grid-template-columns:repeat(auto-fit,minmax(14rem,1fr))}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{background:#f5f5fa;padding:.7rem;overflow-x:auto}
summary{cursor:pointer;margin:.2rem 0}
.pages li{list-style:none;border:1px solid #ccd;border-radius:.5rem;padding:.9rem 1rem;margin:0}.pages a{font-weight:600}
"""

PAGES = (
    ("dossier.html", "Dossier of the offer in force", "a verdict for each duty of Article 7, with evidence"),
    ("draft.html", "Dossier of the draft", "the same, with every planted defect found"),
    ("run.html", "Its scenarios, played", "ladders, every message decoded, every derived key named"),
)


def index_page(tour: Sequence[Journey], taken: Sequence[Done]) -> str:
    """Return the page: each journey's steps with their commands and first lines; no script, no outside reference."""
    steps = iter(taken)
    cards = "".join(
        f'<li><a href="{name}">{html.escape(title)}</a><br>{html.escape(text)}</li>'
        for name, title, text in PAGES
    )
    parts = "".join(
        f"<h2>{html.escape(journey.who)}</h2><p>{html.escape(journey.why)}</p><ul>"
        + "".join(_step(done) for _, done in zip(journey.steps, steps, strict=False))
        + "</ul>"
        for journey in tour
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>art7: three journeys</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        "<body><main><h1>A reference offer goes in; a verdict, an SDK, vectors and a running conversation come out</h1>"
        f'<ul class="pages">{cards}</ul>{parts}'
        '<p>Generated code and vectors lie beside this page, in <a href="sdk/">sdk</a> and '
        '<a href="vectors/">vectors</a>.</p></main></body></html>\n'
    )


def _step(done: Done) -> str:
    output = "\n".join(done.output[: done.step.shown])
    return (
        f"<li>{html.escape(done.step.text)}<details><summary><code>{html.escape(done.line)}</code></summary>"
        f"<pre>{html.escape(output)}</pre></details></li>"
    )
