"""`art7 publish`: an offer as a folder to put on a web server: bundle, SDK, vectors, pages, change log."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode
from art7.cli.findings import print_report
from art7.cli.offers import may_go_on, read_for_rules
from art7.cli.output import shown, write_tree
from art7.cli.terminal import say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.cli.publication import Earlier
    from art7.validator.offer import Offer
    from art7.validator.publishing.editions import Publication


@dataclass(frozen=True, slots=True)
class _Before:
    """What `--previous` names: where the offer before is, and the editions published so far."""

    offer: str
    publication: Publication | None


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Make the public edition of an offer: bundle, SDK, vectors, pages, change log.",
    epilog="Examples: art7 publish my-offer -o public; art7 publish my-offer -o new --previous public; "
    "art7 publish offer.zip -o public --previous old-offer.zip.",
)
@click.argument("offer", type=click.Path())
@click.option(
    "-o", "--output", required=True, metavar="DIR", help="The folder to write; it must be new or empty."
)
@click.option(
    "--previous",
    type=click.Path(),
    metavar="PATH",
    help="The edition before: an offer, or a folder that this command wrote, whose editions are kept.",
)
@click.option("--despite", multiple=True, metavar="CODE", help="Publish although this finding is there.")
@click.option("--force", is_flag=True, help="Replace the folder that is there.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    output: str,
    previous: str | None,
    despite: tuple[str, ...],
    force: bool,
    form: str,
) -> int:
    """Publish OFFER, a folder or an archive, as a folder of pages and files for a web server or a disk.

    Same offer, same octets, wherever it is made. An offer with findings is not published. Nothing is signed: sign the
    bundle first (`art7 sign`) and publish what that wrote."""
    report = Report()
    read = read_for_rules(offer, report)
    if read is None or not may_go_on(read, despite, report):
        return print_report(report, form, settings)
    before = _before(previous, report) if previous is not None else None
    files = None if report.has_errors else _publication(read, offer, before, report)
    if files is None:
        return print_report(report, form, settings)
    write_tree(output, files, force=force, inputs=[offer, *([previous] if previous is not None else [])])
    _tell(read, output, files, form)
    return ExitCode.CLEAN


def _before(previous: str, report: Report) -> _Before | None:
    """Return the edition before; a publication's newest bundle is the offer to compare with."""
    from art7.grammar.untrusted import read_folder
    from art7.grammar.untrusted.limits import MIB, Limits
    from art7.validator.publishing.codes import refuse
    from art7.validator.publishing.editions import EDITIONS, read_publication

    if not os.path.isfile(os.path.join(previous, EDITIONS)):
        return _Before(previous, None)
    bundle = read_folder(previous, report, limits=Limits(total_octets=1024 * MIB, members=100_000))
    publication = None if bundle is None else read_publication(bundle, report)
    if publication is None:
        return None
    folder = f"{publication.editions[0].version}/files/"
    found = (
        path
        for path in sorted(publication.files, key=len)
        if path.startswith(folder) and path.endswith(".zip")
    )
    newest = next(found, None)
    if newest is None:
        refuse(report, "A7-B201", "the newest edition has no bundle to compare with", EDITIONS)
        return None
    return _Before(os.path.join(previous, newest), publication)


def _publication(offer: Offer, path: str, before: _Before | None, report: Report) -> dict[str, bytes] | None:
    """Return every file of the publication; what stands against it goes to `report`."""
    from art7.cli.publication import edition_files
    from art7.validator.publishing.editions import check_new, editions_of, with_edition
    from art7.validator.publishing.pages import front_page

    head, keeper = offer.manifest.offer, offer.manifest.gatekeeper
    published = before.publication if before else None
    check_new(published, head.version, report)
    earlier = _earlier(path, before.offer, report) if before and not report.has_errors else None
    made = None if report.has_errors else edition_files(offer, earlier, report)
    if made is None:
        return None
    title = f"{keeper.service or head.id}, by {keeper.name or 'an unnamed gatekeeper'}"
    day = head.published.isoformat() if head.published else ""
    files = with_edition(published, made, head.version, day, title)
    return {**files, "index.html": front_page(editions_of(files))}


def _earlier(path: str, previous: str, report: Report) -> Earlier | None:
    from art7.cli.changes import compare_offers
    from art7.cli.changes_text import as_markdown
    from art7.cli.publication import Earlier

    known = read_for_rules(previous, report)
    compared = None if known is None else compare_offers(previous, path, report)
    if known is None or compared is None:
        return None
    version = known.manifest.offer.version
    return Earlier(version, compared, as_markdown(compared, (version, "this edition")))


def _tell(offer: Offer, output: str, files: dict[str, bytes], form: str) -> None:
    version = offer.manifest.offer.version
    own = sorted(path for path in files if path.startswith(f"{version}/"))
    if form == "json":
        say(json.dumps({"folder": output, "edition": version, "files": own}, indent=2))
        return
    say(f"edition {version}: {len(own)} files in {shown(output)}")
    for path in own:
        if path.startswith(f"{version}/files/"):
            say(f"  {path}  {len(files[path]):,} octets")
    say(f"open {shown(os.path.join(output, 'index.html'))}")
