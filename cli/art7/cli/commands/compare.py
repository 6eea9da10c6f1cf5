"""`art7 compare`: several offers side by side, as an access seeker or an authority sees them."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.day import day_of
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.offers import read_for_rules
from art7.cli.output import write_file
from art7.cli.terminal import say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.comparison.compare import Candidate
    from art7.validator.comparison.model import Comparison, SdkFile
    from art7.validator.offer import Offer

MOST_OFFERS = 16


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Compare offers: what to build for each and all, who can join one group, codecs, coverage.",
    epilog="Examples: art7 compare one-offer other-offer; art7 compare a.zip b.zip --format html -o comparison.html; "
    "art7 compare my-offer draft:F-07 --on 2026-11-01.",
)
@click.argument("offers", nargs=-1, required=True, type=click.Path())
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the verdicts (default: today).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    help="Form of the comparison.",
)
@click.option("--run", "runs", is_flag=True, help="Run every offer first, as `assess` does.")
@click.option("-o", "--output", type=click.Path(), help="Write the comparison to this file.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.pass_obj
def command(
    settings: Settings,
    offers: tuple[str, ...],
    on: datetime | None,
    form: str,
    runs: bool,
    output: str | None,
    force: bool,
) -> int:
    """Compare one or more offers (folders, archives, `draft:F-07`).

    What an access seeker must build for each and for all, what is shared, who can be in one group and where end-to-end
    identity is lost, codecs in common, the distance to standard components, and the verdict on each duty. An offer that
    cannot be read, or whose modules have faults, is a finding, and nothing is compared."""
    if len(offers) > MOST_OFFERS:
        raise Unusable(f"{len(offers)} offers are too many at once", f"name at most {MOST_OFFERS}")
    report = Report()
    found = _compared(offers, day_of(on), report, runs=runs)
    if found is None:
        return print_report(report, "json" if form == "json" else "text", settings)
    text = _rendered(found, form)
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_file(output, text.encode(), force=force)
        say(f"{len(offers)} {'offer' if len(offers) == 1 else 'offers'} compared; written: {output}")
    return ExitCode.CLEAN


def _compared(paths: tuple[str, ...], on: date, report: Report, *, runs: bool) -> Comparison | None:
    """Return the comparison; None when an offer cannot be read or built, which is then in the report."""
    from art7.validator.comparison.compare import compare

    read = [_read(path, report) for path in paths]
    offers = [each for each in read if each is not None]
    if len(offers) < len(paths):
        return None
    return compare([_candidate(each, on, runs=runs) for each in offers], ran=runs)


def _read(path: str, report: Report) -> Offer | None:
    """Return an offer whose modules can be built from; faults of form in its manifest are left to the verdicts."""
    own = Report()
    offer = read_for_rules(path, own)
    faults = [each for each in own.errors() if offer is None or each.code[3] not in "VB"]
    report.diagnostics += faults
    report.sources.update(own.sources)
    return None if faults else offer


def _candidate(offer: Offer, on: date, *, runs: bool) -> Candidate:
    from art7.cli.evidence import collect
    from art7.validator.assess import assess
    from art7.validator.comparison.compare import Candidate
    from art7.validator.evidence import NO_EVIDENCE
    from art7.validator.proving import with_answers

    evidence = NO_EVIDENCE
    if runs:
        offer = with_answers(offer)
        evidence = collect(offer)
    return Candidate(offer, assess(offer, on, evidence), _files(offer))


def _files(offer: Offer) -> tuple[SdkFile, ...]:
    """Return the generated SDK, file by file; equal files of two offers have one digest."""
    from art7.codegen.kept import kept_package
    from art7.validator.comparison.model import SdkFile

    made = []
    for path, text in sorted(kept_package(offer.specification).files.items()):
        octets = text.encode()
        made.append(SdkFile(path, sha256(octets).hexdigest(), len(octets), text.count("\n")))
    return tuple(made)


def _rendered(found: Comparison, form: str) -> str:
    from art7.validator.comparison.output import render_html, render_json, render_text

    return {"text": render_text, "json": render_json, "html": render_html}[form](found)
