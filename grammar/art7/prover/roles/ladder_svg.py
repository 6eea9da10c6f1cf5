"""A ladder as one SVG: without script or outside reference, with a title and a description for readers who cannot see it.

Standing alone it brings its own style, readable on light and dark; inside a page (`standalone=False`) the page's rules hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from art7.prover.roles.ladder_text import Rung, cut, plain, roles_of, rungs_of
from art7.prover.witnesses import Ladder

STYLE = (
    "<style>"
    ".ladder{font:14px system-ui,sans-serif;background:#fff;fill:#1a1a1a}"
    ".ladder .role{font-weight:600}.ladder .time{fill:#595959;font-size:12px}"
    ".ladder .lifeline{stroke:#a6a6a6}.ladder .message{stroke:#1a1a1a;stroke-width:1.5}"
    ".ladder .lost{stroke:#b00020;stroke-width:1.5;stroke-dasharray:5 4;fill:none}.ladder .head{fill:#1a1a1a}"
    ".ladder .label,.ladder .note{stroke:none}.ladder .note.state{font-weight:600}"
    ".ladder .refused{fill:#b00020}.ladder .says{font-weight:600}"
    "@media(prefers-color-scheme:dark){.ladder{background:#151515;fill:#eee}.ladder .time{fill:#b3b3b3}"
    ".ladder .lifeline{stroke:#666}.ladder .message{stroke:#eee}.ladder .head{fill:#eee}"
    ".ladder .lost{stroke:#ff8a80}.ladder .refused{fill:#ff8a80}}"
    "</style>"
)
"""Colours of at least 4.5:1 against their ground."""

ROW = 26
LANE = 260
MARGIN = 130


def as_svg(ladder: Ladder) -> str:
    """Return a run as an SVG that stands alone, with what its end shows below."""
    title = f"{ladder.protocol.rpartition('.')[2]}: {ladder.says}"
    return drawn(title, roles_of(ladder), rungs_of(ladder), says=ladder.says)


def drawn(
    title: str, roles: Sequence[str], shown: Sequence[Rung], *, says: str = "", standalone: bool = True
) -> str:
    """Return the rungs as one SVG."""
    width = MARGIN * 2 + LANE * max(len(roles) - 1, 0)
    height = 70 + ROW * (len(shown) + bool(says))
    x = {role: MARGIN + LANE * index for index, role in enumerate(roles)}
    described = f"{len(shown)} events between {', '.join(roles)}"
    if says:
        told = [
            f"{rung.role} {'to ' + rung.receiver if rung.receiver else rung.kind}: {rung.text}"
            for rung in shown
        ]
        described = f"{described}. {'; '.join(told)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" class="ladder">',
        f"<title>{_escaped(title)}</title>",
        f"<desc>{_escaped(described)}</desc>",
    ]
    if standalone:
        parts.append(STYLE)
    for role in roles:
        parts.append(f'<text x="{x[role]}" y="24" class="role" text-anchor="middle">{_escaped(role)}</text>')
        parts.append(
            f'<line x1="{x[role]}" y1="36" x2="{x[role]}" y2="{height - 10 - ROW * bool(says)}" class="lifeline"/>'
        )
    for index, rung in enumerate(shown):
        parts += _svg_rung(rung, x, 60 + ROW * index)
    if says:
        parts.append(f'<text x="12" y="{height - 12}" class="says">{_escaped(cut(says, width // 8))}</text>')
    return "".join([*parts, "</svg>"])


def _svg_rung(rung: Rung, x: dict[str, int], y: int) -> list[str]:
    here, text = x[rung.role], _escaped(cut(rung.text, 90))
    parts = [f'<text x="4" y="{y + 4}" class="time">{_escaped(rung.at)}</text>']
    if rung.receiver is None:
        parts.append(f'<circle cx="{here}" cy="{y}" r="4" class="{rung.kind}"/>')
        parts.append(f'<text x="{here + 9}" y="{y + 4}" class="note {rung.kind}">{text}</text>')
        return parts
    there = x[rung.receiver]
    sign = 1 if there > here else -1
    end = there - sign * (LANE // 3 if rung.kind == "lost" else 2)
    parts.append(f'<line x1="{here}" y1="{y}" x2="{end}" y2="{y}" class="{rung.kind}"/>')
    if rung.kind == "lost":
        cross = f"M{end - 5} {y - 5}l10 10m0 -10l-10 10"
        parts.append(f'<path d="{cross}" class="lost"/>')
    else:
        head = f"M{end} {y}l{-sign * 9} -5v10z"
        parts.append(f'<path d="{head}" class="head"/>')
    parts.append(
        f'<text x="{(here + there) // 2}" y="{y - 5}" text-anchor="middle" class="label">{text}</text>'
    )
    return parts


def _escaped(text: str) -> str:
    return escape(plain(text))
