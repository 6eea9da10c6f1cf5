"""The only module that knows jinja2: page templates, filled from views.

Templates hold the shape of a page and nothing else; text for a place (a string in TOML, a line of Markdown)
is spelled by the views. Undefined names are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any


def render(package: str, template: str, view: Mapping[str, Any]) -> str:
    """Return template `template` of the `templates` folder of `package`, filled from `view`."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    text = resources.files(package).joinpath("templates").joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(text).render(dict(view))
