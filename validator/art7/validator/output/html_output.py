"""An assessment as one HTML file: no script, no request, readable on paper and by screen readers."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from art7.grammar.frames import render_diagnostic, visible
from art7.validator.assess import Assessment
from art7.validator.output.view import view

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


def render_html(assessment: Assessment) -> str:
    """Return the page. Everything from the offer is escaped; the page may load nothing at all."""
    shown = view(assessment)
    frames = [
        render_diagnostic(found.diagnostic, assessment.sources).rstrip("\n")
        for found in assessment.validation.found
    ]
    return _template().render(report=shown, frames=frames, tones=TONES)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("art7.validator.output", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("assessment.html.j2")


def _shown(value: object) -> object:
    """Make control and direction characters visible; escaping for HTML comes after."""
    return "\n".join(visible(line) for line in value.split("\n")) if type(value) is str else value
