"""An assessment as JSON: the view itself, octet for octet the same for the same input."""

from __future__ import annotations

import json

from art7.validator.output.model import AssessmentView


def render_json(shown: AssessmentView) -> str:
    """Return the JSON document, with a line end."""
    text = json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
