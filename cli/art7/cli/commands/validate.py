"""`art7 validate`: the whole bundle against the rules; due dates play no part."""

from __future__ import annotations

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.findings import format_option, print_report
from art7.cli.offers import read_for_rules
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Check a whole offer: modules, manifest, cross-references, rules.",
    epilog="Examples: art7 validate my-offer; art7 validate offer.zip; art7 validate draft:F-07; art7 explain A7-V301.",
)
@click.argument("offer", type=click.Path())
@click.option("--previous", type=click.Path(), help="The edition known before: refuse a rollback of it.")
@format_option
@click.pass_obj
def command(settings: Settings, offer: str, previous: str | None, form: str) -> int:
    """Check an offer (a folder or an archive) against every rule; due dates play no part."""
    from art7.validator.rollback import check_rollback
    from art7.validator.validate import validate

    report = Report()
    read = read_for_rules(offer, report)
    if read is not None:
        known = read_for_rules(previous, report) if previous is not None else None
        checked = validate(read).report(report.sources)
        if known is not None:
            check_rollback(known, read, checked)
        report = checked if previous is None or known is not None else report
    return print_report(report, form, settings)
