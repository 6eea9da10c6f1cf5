"""`art7 check`: modules by themselves; what they must do for the law is `validate`'s question."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.findings import exit_code, format_option, print_report
from art7.cli.module_files import read_modules
from art7.cli.terminal import say
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification

if TYPE_CHECKING:
    from art7.prover.answers import Proof


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Check modules: text, names, types, layout, vectors, proofs; never the law.",
    epilog="Examples: art7 check modules; art7 check chat.a7 --format sarif; art7 check - < chat.a7.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@format_option
@click.option("--proofs", is_flag=True, help="List every question asked and how it ended.")
@click.option(
    "--budget",
    type=click.FloatRange(0.0, 3600.0),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for one question of a proof.",
)
@click.option(
    "--ladders",
    type=click.Path(),
    metavar="FOLDER",
    help="Draw the run that shows each finding about roles: an SVG each, in a new folder.",
)
@click.option("--force", is_flag=True, help="Replace the folder of drawings.")
@click.pass_obj
def command(
    settings: Settings,
    paths: tuple[str, ...],
    form: str,
    proofs: bool,
    budget: float,
    ladders: str | None,
    force: bool,
) -> int:
    """Check modules (files, folders or bundles; - reads standard input) by themselves.

    Modules in use are looked for among those given, then in the catalogue. The vectors beside a definition are run,
    and what can be proved of formats, roles and keys is: what is refuted or could not be decided is a finding.
    """
    from art7.cli.proofs import as_json, listed, summary, witnesses
    from art7.grammar.load import load_sources
    from art7.prover.answers import Proof

    report = Report()
    texts = read_modules(paths, report)
    specification = load_sources(texts, report)
    if not report.has_errors:
        _run_vectors(specification, texts, report)
    proof = Proof() if report.has_errors else _prove(specification, texts, report, budget)
    if ladders is not None:
        _draw(proof, ladders, paths, force)
    if proofs and form == "json":
        say(as_json(proof.answers))
        return exit_code(report)
    told = print_report(report, form, settings)
    if form == "text":
        shown = [witnesses(proof), *([listed(proof.answers), summary(proof)] if proofs else [])]
        for each in filter(None, shown):
            say("\n" + each)
    return told


def _draw(proof: Proof, folder: str, inputs: tuple[str, ...], force: bool) -> None:
    """Write the drawings of all findings that have one into a folder, which is empty without such findings."""
    from art7.cli.output import write_tree
    from art7.cli.proofs import drawings

    write_tree(folder, drawings(proof), force=force, inputs=[path for path in inputs if path != "-"])


def _run_vectors(specification: Specification, texts: Container[str], report: Report) -> None:
    """Run the vectors of the modules given; those of the catalogue hold."""
    from art7.interpreter.vectors import check_vectors

    for module in specification.modules.values():
        if module.file in texts:
            check_vectors(specification, module, report)


def _prove(specification: Specification, texts: Container[str], report: Report, seconds: float) -> Proof:
    """Prove the modules given, each question in so many seconds; its findings join the report."""
    from art7.prover.budget import Budget
    from art7.prover.prove import ordered, prove

    names = [module.name for module in specification.modules.values() if module.file in texts]
    proof = prove(specification, names, Budget(question=seconds, module=30 * seconds))
    report.diagnostics += ordered(proof.findings())
    return proof
