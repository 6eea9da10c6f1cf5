"""An assessment as one HTML file: no script, no request, readable on paper and by screen readers."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from art7.grammar.frames import visible
from art7.validator.output.model import AssessmentView

TONES = {
    "met": "good",
    "partly met": "warn",
    "not met": "bad",
    "argued": "law",
    "undetermined": "open",
    "not yet due": "later",
    "extended": "later",
}
"""verdict → colour class; the symbol and the word say the same without colour."""


def render_html(shown: AssessmentView) -> str:
    """Return the page. Everything from the offer is escaped; the page may load nothing at all."""
    named = {each["id"]: each for each in (*shown["findings"], *shown["exhibits"], *shown["statements"])}
    named |= {each["id"]: each for each in (*shown["decisions"], *shown["rules"])}
    return template("assessment.html.j2").render(
        report=shown, named=named, tones=TONES, resting=_resting(shown)
    )


def _resting(shown: AssessmentView) -> dict[str, list[str]]:
    """Return the duties that rest on each finding, exhibit, statement and rule, by its id."""
    found: dict[str, list[str]] = {}
    for row in shown["verdicts"]:
        for name in (*row["findings"], *row["waived"], *row["exhibits"], *row["statements"], *row["rules"]):
            found.setdefault(name, []).append(row["obligation"])
    return found


@cache
def template(name: str) -> Template:
    """Return a page's template: what it is given is made visible and escaped."""
    environment = Environment(
        loader=PackageLoader("art7.validator.output", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _shown(value: object) -> object:
    """Make control and direction characters visible; escaping for HTML comes after."""
    return "\n".join(visible(line) for line in value.split("\n")) if type(value) is str else value
