"""`art7 check`: modules by themselves; what they must do for the law is `validate`'s question."""

from __future__ import annotations

from collections.abc import Container

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.findings import format_option, print_report
from art7.cli.module_files import read_modules
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Check modules: text, names, types, layout, vectors; never the law.",
    epilog="Examples: art7 check modules; art7 check chat.a7 --format sarif; art7 check - < chat.a7.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@format_option
@click.pass_obj
def command(settings: Settings, paths: tuple[str, ...], form: str) -> int:
    """Check modules (files, folders or bundles; - reads standard input) by themselves.

    Modules in use are looked for among those given, then in the catalogue. The vectors beside a definition are run.
    """
    from art7.grammar.load import load_sources

    report = Report()
    texts = read_modules(paths, report)
    specification = load_sources(texts, report)
    if not report.has_errors:
        _run_vectors(specification, texts, report)
    return print_report(report, form, settings)


def _run_vectors(specification: Specification, texts: Container[str], report: Report) -> None:
    """Run the vectors of the modules given; those of the catalogue hold."""
    from art7.interpreter.vectors import check_vectors

    for module in specification.modules.values():
        if module.file in texts:
            check_vectors(specification, module, report)
