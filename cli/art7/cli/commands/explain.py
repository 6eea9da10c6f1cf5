"""`art7 explain`: the page of a code, or of a field of the manifest."""

from __future__ import annotations

import difflib
import json
import textwrap
from dataclasses import asdict

import click

from art7.cli.application import SETTINGS, Command
from art7.cli.codes import CodePage, all_codes, find_code
from art7.cli.exits import Unusable
from art7.cli.manifest_fields import FieldPage, explain_field, field_paths
from art7.cli.subjects import find_subject, subject_names
from art7.cli.terminal import escaped, say

WIDTH = 88


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Explain a code, a field of the manifest, a duty or a requirement.",
    epilog="Examples: art7 explain A7-B007; art7 explain gatekeeper.name; art7 explain O-06; art7 explain --all.",
)
@click.argument("what", required=False)
@click.option("--all", "list_all", is_flag=True, help="List every code with its title.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
def command(what: str | None, list_all: bool, form: str) -> None:
    """Explain a finding's code (A7-B007), a field of the manifest (gatekeeper.name), a duty (O-06), a word of a verdict
    (undetermined), the code of a refusal (truncated), or a requirement of the catalogue (STUN-14-01)."""
    if (what is None) != list_all:
        raise click.UsageError("expected one code, field or other subject, or --all")
    if what is None:
        _print_list(form)
    elif (page := find_code(what.upper())) is not None:
        _print_code(page, form)
    elif (field := explain_field(what)) is not None:
        _print_field(field, form)
    elif (subject := find_subject(what)) is not None:
        _print_code(subject, form)
    else:
        raise Unusable(f"nothing is known about `{escaped(what[:60])}`", _suggestion(what))


def _suggestion(what: str) -> str:
    known = [*all_codes(), *field_paths(), *subject_names()]
    near = difflib.get_close_matches(what.upper(), known, 1) or difflib.get_close_matches(what, known, 1)
    return f"did you mean `{near[0]}`?" if near else "`art7 explain --all` lists every code"


def _print_list(form: str) -> None:
    pages = all_codes().values()
    if form == "json":
        say(json.dumps([{"code": page.code, "title": page.title} for page in pages], indent=2))
        return
    for page in pages:
        say(f"{page.code}  {page.title}")


def _print_code(page: CodePage, form: str) -> None:
    if form == "json":
        say(json.dumps(asdict(page), indent=2))
        return
    say(textwrap.fill(f"{page.code}: {page.title}", WIDTH))
    if page.clause:
        say(f"clause: {page.clause}")
    for paragraph in page.paragraphs:
        say()
        say(textwrap.fill(paragraph, WIDTH))
    for name, example in (("Refused", page.bad), ("Accepted", page.good)):
        if example:
            say(f"\n{name}:\n{textwrap.indent(example, '    ')}")


def _print_field(page: FieldPage, form: str) -> None:
    if form == "json":
        say(json.dumps(asdict(page), indent=2))
        return
    say(f"{page.path}: {page.kind}, {'mandatory' if page.is_required else 'optional'}")
    if page.description:
        say()
        say("\n".join(textwrap.fill(part, WIDTH) for part in page.description.split("\n\n")))
    if page.fields:
        say()
        say(textwrap.fill("Fields: " + ", ".join(page.fields), WIDTH, subsequent_indent="    "))
