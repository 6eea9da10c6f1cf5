"""`art7 doctor`: what is installed, and what each missing part is for."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass
from importlib import metadata

import click

from art7.cli.application import COMMANDS, SETTINGS, Command
from art7.cli.exits import ExitCode
from art7.cli.terminal import say
from art7.grammar.version import __version__

_FOR = {
    "prove": "the solver behind `check`: without it, findings stay `not proven`",
    "lsp": "the language server for editors",
    "dask": "watching a log on a cluster: `monitor --engine dask://…`",
    "server": "the public test peer, `serve`",
    "pdf": "dossiers as signed PDF",
    "site": "building the documentation site",
    "calls": "calls with real media in scenarios",
}
"""extra → what it adds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A distribution that art7 uses; `extra` is None for what every installation needs."""

    name: str
    extra: str | None
    version: str | None


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Show what is installed and what each missing part is for.",
    epilog="Example: art7 doctor --format json. Exit code 1 when something that every command needs is missing.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
def command(form: str) -> int:
    """Show what is installed and what each missing part is for."""
    parts = _parts()
    if form == "json":
        say(json.dumps(_facts(parts), indent=2))
    else:
        _print(parts)
    broken = any(part.extra is None and part.version is None for part in parts)
    return ExitCode.FINDINGS if broken else ExitCode.CLEAN


def _facts(parts: list[Part]) -> dict[str, object]:
    return {
        "art7": __version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "commands": sorted(COMMANDS),
        "parts": [asdict(part) for part in parts],
    }


def _parts() -> list[Part]:
    """List what the installed metadata of art7 asks for, with the version that is there."""
    try:
        wanted = metadata.requires("art7") or []
    except metadata.PackageNotFoundError:
        wanted = []
    return [_part(requirement) for requirement in wanted]


def _part(requirement: str) -> Part:
    """Read `name<constraint; extra == "x"` as the metadata writes it (PEP 508)."""
    wanted, _, marker = requirement.partition(";")
    name = wanted.strip()
    for end, character in enumerate(name):
        if not (character.isalnum() or character in "._-"):
            name = name[:end]
            break
    extra = marker.partition("extra ==")[2].strip(" \"'") or None
    try:
        version: str | None = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = None
    return Part(name, extra, version)


def _print(parts: list[Part]) -> None:
    say(f"art7 {__version__}, Python {platform.python_version()} on {sys.platform}")
    say("\nneeded by every command:")
    for part in parts:
        if part.extra is None:
            say(f"  {'ok     ' if part.version else 'MISSING'}  {part.name} {part.version or ''}".rstrip())
    say("\nextras (pip install 'art7[NAME]'):")
    for extra in dict.fromkeys(part.extra for part in parts if part.extra):
        missing = [part.name for part in parts if part.extra == extra and part.version is None]
        state = f"not installed ({', '.join(missing)})" if missing else "installed"
        say(f"  {extra:<7}  {state}: {_FOR.get(extra, 'see the documentation')}")
