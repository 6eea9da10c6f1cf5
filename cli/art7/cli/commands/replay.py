"""`art7 replay`: test vectors against any program that speaks the adapter protocol."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.sources import read_generator_source
from art7.cli.terminal import escaped, say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.codegen.replay.adapter import Adapter
    from art7.codegen.replay.files import VectorFile
    from art7.codegen.replay.run import ReplayReport

_BUILTIN = "builtin:interpreter"
_SHOWN = 50


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Run test vectors against a program in any language.",
    epilog="Examples: art7 replay vectors --adapter 'python -m stun_sdk.adapter'; "
    "art7 replay vectors --adapter builtin:interpreter --source ietf.stun; "
    "art7 replay vectors --mutants 100 --source ietf.stun.",
)
@click.argument("vectors", type=click.Path())
@click.option("--adapter", metavar="CMD", help=f"The program to start, or {_BUILTIN}.")
@click.option("--source", metavar="SOURCE", help=f"The specification that {_BUILTIN} or --mutants is about.")
@click.option(
    "--mutants",
    type=click.IntRange(0),
    metavar="N",
    help="Instead of a program: put N faults, one at a time, into the code generated from SOURCE (0: every one), and "
    "say which of them no vector finds.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Which N faults are drawn.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="Seconds for one reply.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(
    settings: Settings,
    vectors: str,
    adapter: str | None,
    source: str | None,
    mutants: int | None,
    seed: int,
    timeout: float,
    form: str,
) -> int:
    """Run the vector files at VECTORS against the adapter program CMD: JSON lines in, JSON lines out.

    With --mutants they are set upon the generated codec with faults in it: how good are the vectors?
    """
    from art7.codegen.replay.files import load_vectors
    from art7.codegen.replay.run import replay

    if not os.path.exists(vectors):
        raise Unusable(
            f"no such file or folder: `{escaped(vectors)}`", "name a folder of `art7 generate vectors`"
        )
    report = Report()
    files = load_vectors(Path(vectors), report)
    if report.has_errors:
        return print_report(report, form, settings)
    if mutants is not None:
        return _mutants(settings, files, source, mutants, seed, form, report)
    if adapter is None:
        raise click.UsageError("Missing option '--adapter': the program to run, or --mutants")
    chosen = _adapter(adapter, source, timeout, report)
    if chosen is None:
        return print_report(report, form, settings)
    outcome = replay(files, chosen)
    say(json.dumps(outcome.as_json(), indent=2) if form == "json" else _text(outcome, settings.quiet))
    if outcome.cannot_run is not None:
        return ExitCode.USAGE
    return ExitCode.CLEAN if outcome.clean else ExitCode.FINDINGS


def _mutants(
    settings: Settings,
    files: list[VectorFile],
    source: str | None,
    count: int,
    seed: int,
    form: str,
    report: Report,
) -> int:
    """Say how many mutants the vectors find; findings are those that they do not, and a codec that fails unchanged."""
    from art7.codegen.mutants.report import report_text
    from art7.codegen.mutants.run import MutantsFailed, run_mutants

    if source is None:
        raise click.UsageError("--mutants needs --source: the specification that the code is generated from")
    given = read_generator_source(source, report)
    if given is None:
        return print_report(report, form, settings)
    try:
        found = run_mutants(given.specification, given.name, given.modules, files, sample=count, seed=seed)
    except MutantsFailed as failure:
        raise Unusable(
            f"the mutants could not be run: {escaped(str(failure))}", "run it on Linux or macOS"
        ) from None
    text = "\n".join(escaped(line) for line in report_text(found))
    say(json.dumps(found.as_json(), indent=2) if form == "json" else text)
    return ExitCode.FINDINGS if found.failing or found.survivors() else ExitCode.CLEAN


def _adapter(command_line: str, source: str | None, timeout: float, report: Report) -> Adapter | None:
    if command_line == _BUILTIN:
        from art7.codegen.replay.builtin import InterpreterAdapter

        if source is None:
            raise click.UsageError(f"{_BUILTIN} needs --source: the specification to execute")
        given = read_generator_source(source, report)
        return None if given is None else InterpreterAdapter(given.specification)
    from art7.codegen.replay.adapter import ProcessAdapter

    try:
        words = shlex.split(command_line)
    except ValueError as error:
        raise click.UsageError(f"--adapter: {error}") from None
    if not words:
        raise click.UsageError("--adapter: expected a program to start")
    return ProcessAdapter(words, timeout)


def _text(outcome: ReplayReport, quiet: bool) -> str:
    lines = []
    failures = list(outcome.failures()) if outcome.cannot_run is None else []
    for failed in failures[:_SHOWN]:
        comment = f" ({escaped(failed.comment)})" if failed.comment else ""
        place = f"{escaped(failed.file)} vector {failed.vector}, {failed.op}"
        lines.append(f"{failed.status}: {place}: {escaped(failed.message)}{comment}")
    if len(failures) > _SHOWN:
        lines.append(f"and {len(failures) - _SHOWN} more")
    if outcome.cannot_run is not None:
        lines.append(f"the adapter cannot run: {escaped(outcome.cannot_run)}")
    if not quiet or not lines:
        counts = outcome.counts()
        lines.append(", ".join(f"{count} {status}" for status, count in counts.items()))
        if not counts["passed"] and not failures:
            lines.append("nothing was executed: the adapter supports none of the vectors' types")
    return "\n".join(lines)
