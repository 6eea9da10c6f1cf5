"""`art7 init`: begin an offer by answering questions, on a terminal or from a file."""

from __future__ import annotations

import json
import sys

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.output import shown, write_tree
from art7.cli.terminal import note, say
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Begin an offer: a manifest and a module from a few answers.",
    epilog="Examples: art7 init my-offer; art7 init my-offer --answers answers.toml; art7 init --questions; "
    "then: art7 validate my-offer.",
)
@click.argument("folder", required=False, type=click.Path())
@click.option("--answers", metavar="FILE", help="Answers in TOML, a name a question, instead of asking.")
@click.option("--questions", "list_all", is_flag=True, help="List the questions, and ask nothing.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(settings: Settings, folder: str | None, answers: str | None, list_all: bool, form: str) -> int:
    """Write the beginning of an offer into FOLDER, which must be new or empty: nothing is ever replaced.

    The skeleton is read by every other command, its module passes `art7 check`, its scenario can be played, and
    `art7 validate` tells what is still missing, with the clause that asks for it."""
    from art7.validator.authoring.skeleton import skeleton

    if (folder is None) != list_all:
        raise click.UsageError("expected a folder, or --questions")
    if folder is None:
        _list(form)
        return ExitCode.CLEAN
    report = Report()
    given = _from_file(answers, report) if answers is not None else _asked()
    if given is None:
        return print_report(report, form, settings)
    files = {path: _laid_out(path, content, report) for path, content in skeleton(given).items()}
    write_tree(folder, files)
    if form == "json":
        say(json.dumps({"folder": folder, "files": sorted(files)}, indent=2))
    else:
        say(f"{len(files)} files in {shown(folder)}; `art7 validate` tells what is missing")
    return ExitCode.CLEAN


def _laid_out(path: str, content: bytes, report: Report) -> bytes:
    """Return a file as `art7 format` leaves it."""
    from art7.grammar.format import format_module

    return format_module(content.decode(), path, report).encode() if path.endswith(".a7") else content


def _list(form: str) -> None:
    from art7.validator.authoring.questions import questions

    if form == "json":
        rows = [
            {
                "name": each.name,
                "text": each.text,
                "form": each.form,
                "field": each.field,
                "default": each.default,
            }
            for each in questions()
        ]
        say(json.dumps(rows, indent=2))
        return
    for each in questions():
        default = f" [{each.default}]" if each.default is not None else ""
        say(f"{each.name:<12}{each.text} ({each.form}){default}")
        say(f"{'':<12}art7 explain {each.field}")


def _from_file(path: str, report: Report) -> dict[str, str] | None:
    from art7.grammar.untrusted import read_file
    from art7.validator.authoring.questions import read_answers

    content = read_file(path, report, most=1 << 20)
    if content is None:
        return None
    report.sources[path] = content.decode("utf-8", "replace")
    return read_answers(content, path, report)


def _asked() -> dict[str, str]:
    """Ask on the terminal, each question until the answer is one. Raises: Unusable where there is none."""
    from art7.validator.authoring.questions import Question, questions

    if not _has_terminal():
        raise Unusable("there is no terminal to ask on", "give the answers in a file: `--answers FILE`")

    def ask(question: Question) -> str:
        while True:
            answer = str(
                click.prompt(f"{question.text} ({question.form})", default=question.default, err=True)
            ).strip()
            fault = question.check(answer)
            if fault is None:
                return answer
            note(f"  {fault}; `art7 explain {question.field}` tells more")

    return {each.name: ask(each) for each in questions()}


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
