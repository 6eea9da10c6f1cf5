"""`art7 format`: modules in their one canonical layout."""

from __future__ import annotations

import difflib
import json
import os
import sys
from dataclasses import dataclass

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import exit_code
from art7.cli.module_files import SUFFIX, read_modules
from art7.cli.output import write_file
from art7.cli.terminal import escaped, escaped_lines, note, say
from art7.grammar.diagnostics import Report

STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class Layout:
    """A module before and after; `after` is None where the text has errors."""

    name: str
    before: bytes
    after: bytes | None

    @property
    def is_changed(self) -> bool:
        return self.after is not None and self.after != self.before


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Lay out modules in their one canonical form.",
    epilog="Examples: art7 format modules; art7 format --check --diff chat.a7; art7 format - < chat.a7.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when something would change.")
@click.option("--diff", is_flag=True, help="Change nothing; print what would change.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(settings: Settings, paths: tuple[str, ...], check: bool, diff: bool, form: str) -> int:
    """Lay out modules (files or folders; - reads standard input) in their one canonical form.

    A module with errors is left as it is, and its errors are told.
    """
    report = Report()
    layouts = [_laid_out(name, data, report) for name, data in _modules(paths, report).items()]
    if not (check or diff):
        _write(layouts, to_output=form == "text")
    if form == "json":
        _print_json(layouts, report)
    else:
        _print_text(layouts, diff, check, settings)
        _note_findings(report)
    code = exit_code(report)
    would_change = (check or diff) and any(layout.is_changed for layout in layouts)
    return ExitCode.FINDINGS if would_change and code is ExitCode.CLEAN else code


def _modules(paths: tuple[str, ...], report: Report) -> dict[str, bytes]:
    for path in paths:
        if path != "-" and not path.endswith(SUFFIX) and os.path.isfile(path):
            raise Unusable(f"`{escaped(path)}` is no module", f"name a `{SUFFIX}` file or a folder")
    return read_modules(paths, report)


def _laid_out(name: str, data: bytes, report: Report) -> Layout:
    from art7.grammar.format import format_module
    from art7.grammar.source import decode_source

    errors = len(report.diagnostics)
    text = decode_source(data, name, report)
    after = "" if text is None else format_module(text, name, report)
    is_good = len(report.diagnostics) == errors
    return Layout(name, data, after.encode("utf-8") if is_good else None)


def _write(layouts: list[Layout], to_output: bool) -> None:
    for layout in layouts:
        if layout.name == STDIN and to_output:
            sys.stdout.buffer.write(layout.before if layout.after is None else layout.after)
        elif layout.is_changed and layout.after is not None:
            write_file(layout.name, layout.after, force=True)


def _print_text(layouts: list[Layout], diff: bool, check: bool, settings: Settings) -> None:
    changed = [layout for layout in layouts if layout.is_changed]
    if diff:
        for layout in changed:
            say(escaped_lines("\n".join(_difference(layout))))
    elif not settings.quiet:
        for layout in changed:
            if layout.name != STDIN:
                note(f"{'would lay out' if check else 'laid out'} {escaped(layout.name)}")


def _difference(layout: Layout) -> list[str]:
    before, after = (data.decode("utf-8").split("\n") for data in (layout.before, layout.after or b""))
    return list(difflib.unified_diff(before, after, layout.name, f"{layout.name} (laid out)", lineterm=""))


def _note_findings(report: Report) -> None:
    if report.diagnostics:
        from art7.grammar.frames import render

        note(render(report, "text").rstrip("\n"))


def _print_json(layouts: list[Layout], report: Report) -> None:
    from art7.grammar.frames import render

    files = [
        {"file": layout.name, "changed": layout.is_changed, "readable": layout.after is not None}
        for layout in layouts
    ]
    say(json.dumps({"files": files, "findings": json.loads(render(report, "json"))}, indent=2))
