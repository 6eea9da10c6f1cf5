"""An assessment as PDF: tagged (PDF/UA-1), for keeping (PDF/A-3b), with the JSON attached.

typst sets it, from the extra `pdf`. It sees a folder with the template and the data and nothing else, uses its own fonts
alone, and reads the day of the verdicts as the time: the same dossier gives the same octets.
"""

from __future__ import annotations

import calendar
import json
import tempfile
from datetime import date
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from art7.validator.output.json_output import render_json
from art7.validator.output.model import AssessmentView
from art7.validator.output.xml_text import shown as spelled


class NoTypesetter(Exception):
    """The program that sets PDF files is not installed."""


def render_pdf(shown: AssessmentView) -> bytes:
    """Return the file. Raises: `NoTypesetter`."""
    try:
        typst: Any = import_module("typst")
    except ImportError:
        raise NoTypesetter("no PDF without typst: install art7[pdf]") from None
    template = files("art7.validator.output").joinpath("templates", "assessment.typ").read_bytes()
    noon = calendar.timegm((*date.fromisoformat(shown["on"]).timetuple()[:3], 12, 0, 0))
    with tempfile.TemporaryDirectory(prefix="art7-pdf-") as folder:
        source = Path(folder, "assessment.typ")
        source.write_bytes(template)
        Path(folder, "dossier.json").write_text(render_json(_spelled(shown)), "utf-8")
        made = typst.compile(
            str(source),
            root=folder,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1", "a-3b"],
            timestamp=noon,
        )
    assert isinstance(made, bytes), "one document gives one file"
    return made


def _spelled(shown: AssessmentView) -> AssessmentView:
    """Return the view with control and direction characters spelled out, as on every page."""
    return cast("AssessmentView", json.loads(json.dumps(_walk(shown))))


def _walk(value: Any) -> Any:
    match value:
        case str():
            return spelled(value)
        case dict():
            return {key: _walk(item) for key, item in value.items()}
        case list():
            return [_walk(item) for item in value]
        case _:
            return value
