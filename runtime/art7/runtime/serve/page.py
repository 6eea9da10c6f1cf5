"""The page of a session: the ladder, each message octet by octet, what was refused and why, states, derived values.

All text is escaped; there is no inline script and nothing from elsewhere. It shows secrets because they are the sandbox's own.
"""

from __future__ import annotations

import html
import json
from typing import Any

from art7.interpreter.decode import decode_with
from art7.interpreter.dump import dump, explain
from art7.interpreter.errors import DecodeError
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.ladder import as_svg
from art7.runtime.layers import layers_of
from art7.runtime.serve.service import Live, Service
from art7.runtime.simulator import carried_by, outermost
from art7.runtime.trace import Entry

MOST_ENTRIES = 200
"""Entries that the page shows, the newest; the export has all."""

MOST_TEXT = 20_000

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fff;--soft:#f5f5fa;--line:#ccd;--bad:#b00020;--ok:#0a6b3d;--link:#1d4ed8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6ee;--paper:#15151b;--soft:#22222c;--line:#445;--bad:#ff8a80;--ok:#6fd59b;
--link:#9db8ff}}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:var(--ink);background:var(--paper)}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid var(--line);padding-top:1rem}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{overflow-x:auto;background:var(--soft);padding:.6rem}
table{border-collapse:collapse}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.bad{color:var(--bad);font-weight:600}.ok{color:var(--ok)}a{color:var(--link)}summary{cursor:pointer}details{margin:.4rem 0}
svg{width:100%;height:auto;background:#fafaff;border:1px solid var(--line)}svg text{font:12px system-ui,sans-serif;fill:#1b1b1f}
svg .role{font-weight:600;font-size:14px}svg .time{fill:#555}svg .lifeline{stroke:#99a;stroke-dasharray:3 4}
svg line.message{stroke:#1d4ed8;stroke-width:1.6}svg .head{fill:#1d4ed8}
svg line.lost,svg path.lost{stroke:#b00020;stroke-width:1.6;fill:none}svg circle{fill:#667}svg circle.derive{fill:#7a4b00}
svg circle.refused{fill:#b00020}svg circle.state{fill:#0a6b3d}svg .note{font-size:11px}
"""

SCRIPT = """
"use strict";
const main = document.querySelector("main");
const open = () => new Set([...main.querySelectorAll("details[open]")].map((each) => each.id));
const source = new EventSource(main.dataset.events);
source.onmessage = async () => {
  const answer = await fetch(main.dataset.part);
  if (!answer.ok) return;
  const before = open();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  main.replaceChildren(...fresh.body.childNodes);
  for (const id of before) document.getElementById(id)?.setAttribute("open", "");
};
"""


def session_page(service: Service, live: Live) -> str:
    """Return the whole page."""
    name = html.escape(live.row.protocol)
    address = f"/sessions/{live.row.id}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session of {name}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">'
        '<script defer src="/live.js"></script></head><body>'
        f'<main data-events="{address}/events" data-part="{address}/part">{session_part(service, live)}</main>'
        "</body></html>\n"
    )


def session_part(service: Service, live: Live) -> str:
    """Return what changes while the session goes on."""
    with service.shown(live) as peer:
        entries = list(peer.trace.entries[-MOST_ENTRIES:])
        states = peer.states()
        total = peer.trace.count
    esc = html.escape
    rows = "".join(
        f'<tr><th scope="row">{esc(role)}</th><td><code>{esc(state)}</code></td></tr>'
        for role, state in states.items()
    )
    refused = [each for each in entries if each.kind == "refuse"]
    why = "".join(_refusal(each) for each in refused) or '<p class="ok">Nothing was refused.</p>'
    export = f"/sessions/{live.row.id}/export"
    shown = "".join(_entry(service, live, each) for each in entries)
    older = f"<p>The newest {len(entries)} of {total} entries.</p>" if total > len(entries) else ""
    return (
        f"<h1>Session of {esc(live.row.protocol)}</h1><p>You play <strong>{esc(peer.remote)}</strong>; art7 plays the others, "
        "made from the offer alone. The keys are the sandbox's: this page shows them, "
        f'<a href="{export}">the export</a> does not.</p>'
        f'<h2>States</h2><table><thead><tr><th scope="col">Role</th><th scope="col">State</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f"<h2>Refused</h2>{why}"
        f"<h2>Ladder</h2>{older}{as_svg('Ladder of the session', peer.roles, entries)}"
        f"<h2>Every message, octet by octet, and every derived value</h2>{shown}"
    )


def _refusal(entry: Entry) -> str:
    data: Any = entry.data
    what = data.get("message") or data.get("event") or "what arrived"
    text = f"{entry.role} refused {what} with {data['code']}: {data['reason']}; it stays in state {data['state']}"
    return f'<p class="bad">✗ <a href="#entry-{entry.number}">{entry.number}</a> {html.escape(text)}</p>'


def _entry(service: Service, live: Live, entry: Entry) -> str:
    data: Any = entry.data
    name = (
        data.get("message")
        or data.get("schedule")
        or data.get("event")
        or data.get("timer")
        or data.get("state")
        or ""
    )
    mark = " ✗" if entry.kind == "refuse" else ""
    summary = html.escape(f"{entry.number} · {entry.at_ms} ms · {entry.role} {entry.kind} {name}{mark}")
    told = ""
    if entry.kind == "send":
        told = f"<pre>{html.escape(_octets(service, live, entry)[:MOST_TEXT])}</pre>"
    elif entry.kind == "derive":
        told = _derived(data)
    text = json.dumps(dict(data), indent=1, ensure_ascii=False)[:MOST_TEXT]
    return f'<details id="entry-{entry.number}"><summary>{summary}</summary>{told}<pre>{html.escape(text)}</pre></details>'


def _derived(data: Any) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{html.escape(str(step["name"]))}</code></th>'
        f"<td><code>{html.escape(str(step['value']))}</code></td></tr>"
        for step in (*data.get("inputs", ()), *data["steps"])
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _octets(service: Service, live: Live, entry: Entry) -> str:
    """Return what was on the wire octet by octet: the carrier, then what it carries, or why it cannot be read."""
    data: Any = entry.data
    octets = bytes.fromhex(data["octets"])
    layers = layers_of(service.specification)
    carried = carried_by(live.peer.protocol.channels, entry.role, data["receiver"])
    outer = sorted(outermost(layers, carried))[0]
    text = _annotated(service, outer, octets)
    try:
        inner, content = layers.open(outer, octets, InterpreterCodec(service.interpreter))
    except Refusal:
        return text
    return text if inner == outer else f"{text}\n\n{_annotated(service, inner, content)}"


def _annotated(service: Service, record: str, octets: bytes) -> str:
    head = f"{record}: {len(octets)} octets\n"
    try:
        decoded = decode_with(service.interpreter, record, octets)
        return head + dump(service.specification, decoded.tree, octets)
    except DecodeError as error:
        return head + explain(service.specification, record, error, octets)
