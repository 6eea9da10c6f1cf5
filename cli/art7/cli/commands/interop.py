"""`art7 interop`: say who was wrong in a recording of two implementations."""

from __future__ import annotations

import json

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.monitoring import check_protocols, open_log
from art7.cli.output import write_file
from art7.cli.sources import read_generator_source
from art7.cli.terminal import escaped, escaped_lines, say
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Say who was wrong in a recording of two implementations: side, clause, field, octet.",
    epilog="Examples: art7 interop exchange.jsonl my-offer; art7 run my-offer --format trace | art7 interop - my-offer. "
    "Exit codes: 0 nobody was wrong, 1 somebody was, or a conversation could not be decided, 2 unusable.",
)
@click.argument("file", type=click.Path())
@click.argument("source", type=click.Path())
@click.option(
    "--tolerance", type=click.IntRange(0, 3_600_000), default=250, show_default=True,
    help="Milliseconds by which a timer may be late.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the report."
)
@click.option("-o", "--output", type=click.Path(), help="Write the report to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.pass_obj
def command(
    settings: Settings, file: str, source: str, tolerance: int, form: str, output: str | None, force: bool
) -> int:
    """Hold a recording of both sides against an offer: a trace of `art7 run`, or messages as lines of JSON. FILE may be
    `-`. SOURCE is an offer, a module file or a module of the catalogue. Of each conversation the first fault is told: whose
    it is, the rule and the clause, the field and the octet, and what to do next."""
    from art7.runtime.interop.blame import blame
    from art7.runtime.interop.shown import as_mapping, as_text

    report = Report()
    read = read_generator_source(source, report)
    if read is None:
        return print_report(report, form, settings)
    check_protocols(read, ())
    with open_log(file) as log:
        found = blame(log, read.specification, read.modules, float(tolerance))
    if not found.conversations and not found.verdicts:
        raise Unusable(
            f"`{escaped(file)}` holds no line", "record messages as lines of JSON, or a trace of a run"
        )
    is_json = form == "json"
    text = (
        json.dumps(as_mapping(found), indent=2, ensure_ascii=True)
        if is_json
        else escaped_lines(as_text(found))
    )
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_file(output, text.encode(), force=force)
        say(f"written: {output}")
    return ExitCode.CLEAN if found.is_clean else ExitCode.FINDINGS
