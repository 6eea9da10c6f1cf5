"""A run as one page: each scenario with its ladder, every message decoded, every derived value named."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from art7.runtime.play import Performance
    from art7.runtime.trace import Entry

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1f;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid #ccd;padding-top:1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dde;vertical-align:top}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap;background:#f5f5fa;padding:.6rem}
svg{width:100%;height:auto;background:#fafaff;border:1px solid #dde}svg text{font:12px system-ui,sans-serif;fill:#1b1b1f}
svg .role{font-weight:600;font-size:14px}svg .time{fill:#555}svg .lifeline{stroke:#99a;stroke-dasharray:3 4}
svg line.message{stroke:#1d4ed8;stroke-width:1.6}svg .head{fill:#1d4ed8}
svg line.lost,svg path.lost{stroke:#b00020;stroke-width:1.6;fill:none}
svg line.lost{stroke-dasharray:6 4}svg circle{fill:#667}svg circle.derive{fill:#7a4b00}svg circle.refused{fill:#b00020}
svg circle.state{fill:#0a6b3d}svg .note{font-size:11px}svg .note.derive{fill:#7a4b00}svg .note.state{fill:#0a6b3d}
.ok{color:#0a6b3d;font-weight:600}.bad{color:#b00020;font-weight:600}details{margin:.4rem 0}summary{cursor:pointer}
@media print{details>*{display:block}}
"""


def run_page(title: str, played: Sequence[Performance]) -> str:
    """Return the page: no script, no outside reference, all text escaped."""
    rows = "".join(_row(index, each) for index, each in enumerate(played))
    sections = "".join(_section(index, each) for index, each in enumerate(played))
    heading = html.escape(title)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Run of {heading}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<main><h1>Run of {heading}</h1>"
        "<p>Every endpoint was made from the offer alone: one side runs generated code, the other the interpreter. "
        "The network lost, doubled and reordered what it may; a seed repeats a run octet for octet.</p>"
        '<table><thead><tr><th scope="col">Scenario</th><th scope="col">Result</th><th scope="col">Cast</th>'
        '<th scope="col">Messages</th><th scope="col">Lost</th><th scope="col">Reordered</th>'
        '<th scope="col">Derived values</th><th scope="col">Seed</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{sections}</main></body></html>\n"
    )


def _row(index: int, each: Performance) -> str:
    outcome = each.outcome
    result = '<span class="ok">✓ came true</span>' if outcome.passed else '<span class="bad">✗ failed</span>'
    cells = [
        f'<a href="#run-{index}">{html.escape(_name(each))}</a>', result, html.escape(each.cast),
        *(str(number) for number in (
            outcome.messages, outcome.lost, outcome.reordered, outcome.derived, outcome.seed)),
    ]  # fmt: skip
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _section(index: int, each: Performance) -> str:
    from art7.runtime.ladder import as_svg
    from art7.runtime.scenario import damage

    failure = each.outcome.failure
    told = ""
    if failure is not None:
        entries = ", ".join(str(number) for number in failure.entries)
        where = f", {failure.place}" if failure.place else ""
        told = (
            f'<p class="bad">Step {failure.step}, {html.escape(failure.text)}: {html.escape(failure.reason)}. '
            f"At fault: {html.escape(failure.party)} ({html.escape(failure.code)}{html.escape(where)}); "
            f"see entries {html.escape(entries)}.</p><p>{html.escape(failure.help)}</p>"
        )
    told += "".join(f"<p>Damage: {html.escape(sentence)}.</p>" for sentence in damage(each.trace.entries))
    picture = as_svg(f"Ladder of {_name(each)}", each.roles, each.trace.entries)
    entries = "".join(_entry(entry) for entry in each.trace.entries)
    return (
        f'<h2 id="run-{index}">{html.escape(_name(each))} · {html.escape(each.cast)}</h2>{told}'
        f"<details{' open' if index == 0 else ''}><summary>Ladder</summary>{picture}</details>"
        f"<details><summary>Every step, message and derived value</summary>{entries}</details>"
    )


def _entry(entry: Entry) -> str:
    data: Any = entry.data
    what = {
        "send": lambda: f"sends {data['message']} to {data['receiver']}",
        "receive": lambda: f"receives {data['message']} from {data['sender']}: {data['outcome']}",
        "resume": lambda: f"takes up {data['message']}: {data['outcome']}",
        "derive": lambda: f"derives by {data['schedule']}",
        "decode": lambda: f"decodes {data['message']}",
        "refuse": lambda: f"refuses: {data['code']}",
        "local": lambda: f"does {data['event']}",
    }.get(entry.kind, lambda: f"{entry.kind}")()
    text = json.dumps(dict(data), indent=1, ensure_ascii=False)
    undone = ", undone" if data.get("undone") else ""
    summary = f"{entry.number} · {entry.at_ms} ms · {entry.role} {what}{undone}"
    return f"<details><summary>{html.escape(summary)}</summary><pre>{html.escape(text)}</pre></details>"


def _name(each: Performance) -> str:
    return f"{each.outcome.protocol}.{each.outcome.scenario}"
