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
    from art7.codegen.replay.run import ReplayReport

_BUILTIN = "builtin:interpreter"
_SHOWN = 50


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Run test vectors against a program in any language.",
    epilog="Examples: art7 replay vectors --adapter 'python -m stun_sdk.adapter'; "
    "art7 replay vectors --adapter builtin:interpreter --source ietf.stun.",
)
@click.argument("vectors", type=click.Path())
@click.option(
    "--adapter",
    required=True,
    metavar="CMD",
    help=f"The program to start, or {_BUILTIN}.",
)
@click.option("--source", metavar="SOURCE", help=f"The specification that {_BUILTIN} executes.")
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
    settings: Settings, vectors: str, adapter: str, source: str | None, timeout: float, form: str
) -> int:
    """Run the vector files at VECTORS against the adapter program CMD: JSON lines in, JSON lines out."""
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
    chosen = _adapter(adapter, source, timeout, report)
    if chosen is None:
        return print_report(report, form, settings)
    outcome = replay(files, chosen)
    say(json.dumps(outcome.as_json(), indent=2) if form == "json" else _text(outcome, settings.quiet))
    if outcome.cannot_run is not None:
        return ExitCode.USAGE
    return ExitCode.CLEAN if outcome.clean else ExitCode.FINDINGS


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
