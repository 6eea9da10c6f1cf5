"""`art7 check`: modules by themselves; what they must do for the law is `validate`'s question."""

from __future__ import annotations

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.findings import format_option, print_report
from art7.cli.module_files import read_modules
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Check modules: text, names, types, layout; never the law.",
    epilog="Examples: art7 check modules; art7 check chat.a7 --format sarif; art7 check - < chat.a7.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@format_option
@click.pass_obj
def command(settings: Settings, paths: tuple[str, ...], form: str) -> int:
    """Check modules (files, folders or bundles; - reads standard input) by themselves.

    Modules in use are looked for among those given, then in the catalogue.
    """
    from art7.grammar.load import load_sources

    report = Report()
    load_sources(read_modules(paths, report), report)
    return print_report(report, form, settings)
