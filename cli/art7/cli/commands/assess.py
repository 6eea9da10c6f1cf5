"""`art7 assess`: a verdict for each duty on a day, with everything that it rests on."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode
from art7.cli.findings import print_report
from art7.cli.offers import read_for_rules
from art7.cli.output import write_file
from art7.cli.terminal import say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.assess import Assessment

FORMS = ("text", "json", "html")


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Give a verdict for each duty of Article 7, with clause, reason, place and evidence.",
    epilog="Examples: art7 assess my-offer --on 2026-11-01; art7 assess offer.zip --format html -o dossier.html.",
)
@click.argument("offer", type=click.Path())
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the verdicts (default: today).",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="Form of the dossier.")
@click.option("--no-run", is_flag=True, help="Run nothing: duties that need a run stay undetermined.")
@click.option("--requests", type=click.Path(), help="A register of requests: TOML tables `[[request]]`.")
@click.option("-o", "--output", type=click.Path(), help="Write the dossier to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    on: datetime | None,
    form: str,
    no_run: bool,
    requests: str | None,
    output: str | None,
    force: bool,
) -> int:
    """Give a verdict for each duty of Article 7 on a day."""
    from art7.cli.evidence import collect
    from art7.cli.requests import read_requests
    from art7.validator.assess import assess
    from art7.validator.evidence import NO_EVIDENCE

    report = Report()
    read = read_for_rules(offer, report)
    register = read_requests(requests, report) if requests is not None else ()
    if read is None or (requests is not None and not register):
        return print_report(report, "json" if form == "json" else "text", settings)
    evidence = NO_EVIDENCE if no_run else collect(read)
    assessment = assess(read, _day(on), replace(evidence, requests=register))
    text = _rendered(assessment, form, settings.colours_output and output is None)
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_file(output, text.encode(), force=force)
        say(_summary(assessment, output))
    return ExitCode.CLEAN if assessment.is_clean else ExitCode.FINDINGS


def _summary(assessment: Assessment, output: str) -> str:
    """Return how many duties got each verdict, and where the dossier lies."""
    verdicts = dict.fromkeys(judgement.verdict for judgement in assessment.judgements)
    counts = ", ".join(f"{assessment.count(verdict)} {verdict}" for verdict in verdicts)
    return f"{counts}; written: {output}"


def _day(on: datetime | None) -> date:
    """Return the day asked for; without one today, or the day that a reproducible build gives."""
    if on is not None:
        return on.date()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal() and len(epoch) < 12:
        return date.fromordinal(date(1970, 1, 1).toordinal() + int(epoch) // 86_400)
    return date.today()


def _rendered(assessment: Assessment, form: str, colour: bool) -> str:
    from art7.validator.output import html_output, json_output, text_output

    if form == "html":
        return html_output.render_html(assessment)
    if form == "json":
        return json_output.render_json(assessment)
    return text_output.render_text(assessment, colour=colour)
