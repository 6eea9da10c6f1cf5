"""`art7 monitor`: hold a recorded log against the role machines and formats of an offer."""

from __future__ import annotations

import json

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.monitoring import OPEN, monitored, open_log
from art7.cli.output import write_file
from art7.cli.sources import read_generator_source
from art7.cli.terminal import escaped, escaped_lines, say
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Check a recorded log against role machines and formats; tell the first departure.",
    epilog="Examples: art7 monitor traffic.jsonl my-offer; art7 run my-offer --format trace | art7 monitor - my-offer; "
    "art7 monitor traffic.jsonl my-offer --engine dask://scheduler:8786. "
    "Exit codes: 0 nothing departs, 1 departures, undecided conversations or bad lines, 2 unusable.",
)
@click.argument("file", type=click.Path())
@click.argument("source", type=click.Path())
@click.option("--protocol", "wanted", multiple=True, metavar="NAME", help="Watch this protocol alone.")
@click.option(
    "--open", "most_open", type=click.IntRange(64, 10_000_000), default=OPEN, show_default=True,
    help="Conversations followed at once; the longest silent one gives way.",
)  # fmt: skip
@click.option("--engine", default="here", help="`here`, or `dask://HOST:PORT` of a scheduler.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the report."
)
@click.option("-o", "--output", type=click.Path(), help="Write the report to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.pass_obj
def command(
    settings: Settings,
    file: str,
    source: str,
    wanted: tuple[str, ...],
    most_open: int,
    engine: str,
    form: str,
    output: str | None,
    force: bool,
) -> int:
    """Read a log line by line: messages as they were recorded, or a trace of `art7 run`. FILE may be `-`. SOURCE is an
    offer, a module file or a module of the catalogue. Whatever no run of the roles explains is a departure; of each
    conversation the first is told, with its clause, its place and the last messages."""
    report = Report()
    read = read_generator_source(source, report)
    if read is None:
        return print_report(report, form, settings)
    with open_log(file) as log:
        found = monitored(log, read, report.sources, wanted=wanted, most_open=most_open, engine=engine)
    if not found.lines:
        raise Unusable(
            f"`{escaped(file)}` holds no line", "record messages as lines of JSON, or a trace of a run"
        )
    if form == "json":
        from art7.runtime.monitor.shown import as_mapping

        text = json.dumps(as_mapping(found), indent=2, ensure_ascii=True)
    else:
        from art7.runtime.monitor.shown import as_text

        text = escaped_lines(as_text(found))
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_file(output, text.encode(), force=force)
        say(f"written: {output}")
    return ExitCode.CLEAN if found.is_clean else ExitCode.FINDINGS
