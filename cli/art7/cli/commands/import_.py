"""`art7 import`: a module from a description in another language."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import Unusable
from art7.cli.findings import exit_code
from art7.cli.module_files import read_standard_input
from art7.cli.output import shown, write_file
from art7.cli.terminal import escaped, note, say
from art7.grammar.diagnostics import Report, Severity
from art7.grammar.untrusted import read_file

FORMATS = ("tls", "cddl", "proto", "json-schema", "example")
_MOST = 2 << 20
_MOST_FILES = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}(\.[A-Za-z_][A-Za-z0-9_]{0,79}){0,8}")


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Make a module from a description in another language.",
    epilog="Examples: art7 import proto chat.proto -o chat.a7; art7 import tls draft.tls --use ietf.mls -o draft.a7; "
    "art7 import json-schema m.room.topic.yaml --module matrix.topic; "
    "art7 import example reaction.edn --type ietf.mimi_content.MimiContent.",
)
@click.argument("source_format", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="The module to write; standard output without it.")
@click.option("--module", "name", metavar="NAME", help="The module's name; by default that of the file.")
@click.option(
    "--use", multiple=True, metavar="MODULE", help="A catalogue module that declares types of the source."
)
@click.option("--type", "record", metavar="TYPE", help="The catalogue's message that an example is of.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the findings."
)
@click.pass_obj
def command(
    settings: Settings,
    source_format: str,
    file: str,
    output: str | None,
    name: str | None,
    use: tuple[str, ...],
    record: str | None,
    force: bool,
    form: str,
) -> int:
    """Make a module from FILE (- is standard input), written in FORMAT: tls, cddl, proto, json-schema or example.

    An example is a message as drafts print it: CBOR diagnostic notation, annotated hex or octets, told apart by what is
    in it. Its comments, the files of the same name beside it and its type must agree with it; it becomes a vector.

    Mistakes of the source and what could not be carried over are told on standard error and stand in a comment at the
    end of the module. The exit code is 0 when the whole meaning is kept, 1 when something must be looked at.
    """
    from art7.codegen.imports import import_source
    from art7.grammar.format import format_module

    if name is not None and not _NAME.fullmatch(name):
        raise Unusable(f"`{escaped(name[:60])}` is no name of a module", "write words with `.` between them")
    report = Report()
    data = read_standard_input(_MOST + 1) if file == "-" else read_file(file, report, most=_MOST)
    text = ""
    if data is not None:
        shown_as = "<stdin>" if file == "-" else file
        folder = _Folder(file)
        made = import_source(
            source_format, data, shown_as, report, name=name, use=use, reader=folder.open, record=record
        )
        text = format_module(made.text, f"{made.name}.a7") if made.text else ""
    if text and output is not None:
        write_file(output, text.encode(), force=force)
    elif text and form == "text":
        say(text.rstrip("\n"))
    if form == "json":
        _print_json(report, text, output)
    else:
        _tell(report, output if text else None, settings)
    return exit_code(report)


class _Folder:
    """Opens what a source imports: files beside it and below its folder, no others, a limited number of them."""

    def __init__(self, file: str) -> None:
        self.top = os.path.realpath(os.path.dirname(file) or os.curdir) if file != "-" else None
        self.shown = os.path.dirname(file)
        self.count = 0

    def open(self, path: str) -> tuple[str, bytes] | None:
        """Return the name to show and the content of a file; None when there is none that may be read."""
        if self.top is None or "\0" in path or self.count >= _MOST_FILES or len(path) > 500:
            return None
        self.count += 1
        target = os.path.realpath(os.path.join(self.top, path))
        if os.path.commonpath([target, self.top]) != self.top or not Path(target).is_file():
            return None
        content = read_file(target, Report(), most=_MOST)
        return (
            None
            if content is None
            else (os.path.join(self.shown, os.path.relpath(target, self.top)), content)
        )


def _print_json(report: Report, text: str, output: str | None) -> None:
    from art7.grammar.frames import render

    made = {
        "module": None if output else text,
        "file": output,
        "findings": json.loads(render(report, "json")),
    }
    say(json.dumps(made, indent=2))


def _tell(report: Report, output: str | None, settings: Settings) -> None:
    from art7.grammar.frames import render

    if report.diagnostics:
        note(render(report, "text", plain=settings.plain).rstrip("\n"))
    if not settings.quiet:
        errors = sum(found.severity is Severity.ERROR for found in report.diagnostics)
        notes = len(report.diagnostics) - errors
        if output is not None:
            note(f"wrote {shown(output)}: {_count(errors, 'finding')}, {_count(notes, 'note')}")
        elif not report.diagnostics:
            note("imported whole")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
