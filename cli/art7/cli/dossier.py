"""The forms of a dossier, by the name of their format, and the folder that holds them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from art7.cli.exits import Unusable

if TYPE_CHECKING:
    from art7.validator.output.model import AssessmentView

FILES: Mapping[str, str] = {
    "text": "dossier.txt",
    "json": "dossier.json",
    "html": "dossier.html",
    "pdf": "dossier.pdf",
    "sarif": "dossier.sarif",
    "junit": "junit.xml",
    "gitb": "gitb-conformance-statement.xml",
    "gitb-tar": "gitb-tar.xml",
    "annex": "article-11-annex.md",
    "questions": "questions.txt",
}
"""Format → name of its file in the folder of all of them."""

FORMS = (*FILES, "all")


def rendered(shown: AssessmentView, form: str, *, colour: bool = False) -> bytes:
    """Return the dossier in one format. Raises: `Unusable` for a PDF where nothing can set one."""
    if form == "pdf":
        return _pdf(shown)
    if form == "text":
        from art7.validator.output.text_output import render_text

        return render_text(shown, colour=colour).encode()
    return _renderer(form)(shown).encode()


def every_form(shown: AssessmentView) -> tuple[dict[str, bytes], str]:
    """Return the files of all formats, and why the PDF is not among them, if it is not."""
    found, why = {}, ""
    for form, name in FILES.items():
        try:
            found[name] = rendered(shown, form)
        except Unusable as error:
            why = error.message
    return found, why


def _pdf(shown: AssessmentView) -> bytes:
    from art7.validator.output.pdf_output import NoTypesetter, render_pdf

    try:
        return render_pdf(shown)
    except NoTypesetter as error:
        raise Unusable(str(error), "or choose another --format, such as html") from None


def _renderer(form: str) -> Callable[[AssessmentView], str]:
    from art7.validator.output import (
        annex_output,
        gitb_output,
        html_output,
        json_output,
        junit_output,
        questions,
        sarif_output,
    )

    return {
        "json": json_output.render_json,
        "html": html_output.render_html,
        "sarif": sarif_output.render_sarif,
        "junit": junit_output.render_junit,
        "gitb": gitb_output.render_statement,
        "gitb-tar": gitb_output.render_tar,
        "annex": annex_output.render_annex,
        "questions": questions.render_questions,
    }[form]
