"""The command `art7`: its global options and the table of its commands, each loaded when it is used."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import click

from art7.cli.terminal import ColourChoice, escaped, wants_colour


class CommandRow(NamedTuple):
    """A command of the table: the module that holds it, and its one-line help (the same as its own)."""

    module: str
    help: str


COMMANDS: dict[str, CommandRow] = {
    "assess": CommandRow(
        "art7.cli.commands.assess",
        "Give a verdict for each duty of Article 7, with clause, reason, place and evidence.",
    ),
    "check": CommandRow(
        "art7.cli.commands.check",
        "Check modules: text, names, types, layout, vectors, proofs; never the law.",
    ),
    "compare": CommandRow(
        "art7.cli.commands.compare",
        "Compare offers: what to build for each and all, who can join one group, codecs, coverage.",
    ),
    "decode": CommandRow(
        "art7.cli.commands.decode", "Read one message and show every field, or why it is refused."
    ),
    "demo": CommandRow(
        "art7.cli.commands.demo", "Walk through the work of a regulator, a gatekeeper and an implementer."
    ),
    "diff": CommandRow(
        "art7.cli.commands.diff",
        "Compare two versions of modules or of an offer, or two traces of derivations.",
    ),
    "doctor": CommandRow(
        "art7.cli.commands.doctor", "Show what is installed and what each missing part is for."
    ),
    "format": CommandRow("art7.cli.commands.format", "Lay out modules in their one canonical form."),
    "encode": CommandRow("art7.cli.commands.encode", "Write one message from a value in JSON."),
    "explain": CommandRow(
        "art7.cli.commands.explain", "Explain a code, a field of the manifest, a duty or a requirement."
    ),
    "generate": CommandRow(
        "art7.cli.commands.generate",
        "Generate an SDK, test vectors, schemas, pages or models from a specification.",
    ),
    "import": CommandRow(
        "art7.cli.commands.import_", "Make a module from a description in another language."
    ),
    "init": CommandRow(
        "art7.cli.commands.init", "Begin an offer: a manifest and a module from a few answers."
    ),
    "interop": CommandRow(
        "art7.cli.commands.interop",
        "Say who was wrong in a recording of two implementations: side, clause, field, octet.",
    ),
    "publish": CommandRow(
        "art7.cli.commands.publish",
        "Make the public edition of an offer: bundle, SDK, vectors, pages, change log.",
    ),
    "monitor": CommandRow(
        "art7.cli.commands.monitor",
        "Check a recorded log against role machines and formats; tell the first departure.",
    ),
    "replay": CommandRow("art7.cli.commands.replay", "Run test vectors against a program in any language."),
    "run": CommandRow(
        "art7.cli.commands.run",
        "Play the scenarios of an offer between endpoints made from the bundle alone.",
    ),
    "seeker": CommandRow(
        "art7.cli.commands.seeker",
        "Chat with a test peer on an offer's generated SDK, as an access seeker.",
    ),
    "serve": CommandRow(
        "art7.cli.commands.serve",
        "Serve a test peer over HTTP and WebSocket that says what it disliked.",
    ),
    "sign": CommandRow(
        "art7.cli.commands.sign",
        "Sign an offer with an Ed25519 key: a bundle with an in-toto statement about every file.",
    ),
    "validate": CommandRow(
        "art7.cli.commands.validate", "Check a whole offer: modules, manifest, cross-references, rules."
    ),
    "verify": CommandRow(
        "art7.cli.commands.verify", "Verify that a bundle is what trusted keys signed, file by file."
    ),
}
"""name → row. A module holds its command under the name `command`; a test compares the help texts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the global options say to every command (`context.obj`)."""

    colour: ColourChoice = ColourChoice.AUTO
    quiet: bool = False
    plain: bool = False

    @property
    def colours_output(self) -> bool:
        """Whether standard output takes colour."""
        return sys.stdout is not None and wants_colour(self.colour, sys.stdout)


class Command(click.Command):
    """A command that refuses an option given twice, which click would take the last of."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        refuse_repeated_options(self, ctx, args)
        return super().parse_args(ctx, args)


class Application(click.Group):
    """The group of all commands; listing them loads none."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        command = import_module(row.module).command
        assert isinstance(command, click.Command), f"{row.module} holds no command"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name[:40], COMMANDS, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"no such command: `{escaped(name[:40])}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        refuse_repeated_options(self, ctx, args)
        return super().parse_args(ctx, args)


def refuse_repeated_options(command: click.Command, context: click.Context, arguments: list[str]) -> None:
    """Raise a usage error when an option that takes one value is given twice."""
    if context.resilient_parsing:
        return
    try:
        _, _, order = command.make_parser(context).parse_args(list(arguments))
    except click.UsageError:
        return  # told by the parsing proper
    seen: set[Any] = set()
    for parameter in order:
        if isinstance(parameter, click.Option) and not (parameter.multiple or parameter.count):
            if parameter in seen:
                raise click.UsageError(f"option {parameter.opts[0]} is given twice", context)
            seen.add(parameter)


SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from art7.grammar.version import __version__

        click.echo(f"art7 {__version__}")
        context.exit()


@click.group(
    cls=Application,
    context_settings=SETTINGS,
    epilog="Example: art7 explain A7-B007. Exit codes: 0 clean, 1 findings, 2 usage or unreadable input, 3 our own fault.",
)
@click.option(
    "--color",
    type=click.Choice([choice.value for choice in ColourChoice]),
    default="auto",
    help="Colour in the output. Also: NO_COLOR, FORCE_COLOR.",
)
@click.option("--plain", is_flag=True, help="One line for each fact, no drawing: for screen readers.")
@click.option("--quiet", is_flag=True, help="Print findings only, no progress and no summary.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@click.pass_context
def application(context: click.Context, color: str, quiet: bool, plain: bool) -> None:
    """Check, prove, build and run reference offers for messaging interoperability."""
    context.obj = Settings(ColourChoice(color), quiet, plain)
    context.color = context.obj.colours_output
