"""An assessment as JSON: the view itself, byte for byte the same for the same input."""

from __future__ import annotations

import json

from art7.validator.assess import Assessment
from art7.validator.output.view import view


def render_json(assessment: Assessment) -> str:
    """Return the JSON document, with a line end."""
    return json.dumps(view(assessment), indent=2, ensure_ascii=False) + "\n"
