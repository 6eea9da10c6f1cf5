"""`art7 assess`: a verdict for each duty on a day, with everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.day import day_of
from art7.cli.dossier import FORMS, every_form, rendered
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.offers import read_for_rules
from art7.cli.output import write_file, write_tree
from art7.cli.terminal import note, say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.assess import Assessment, Invocation
    from art7.validator.evidence import Evidence
    from art7.validator.offer import Offer
    from art7.validator.output.model import AssessmentView


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files beside the offer, by the option that names them, and what is withheld in a public edition."""

    requests: str | None
    extensions: str | None
    judgements: str | None
    key: str | None
    public: bool
    withhold: tuple[str, ...]
    no_run: bool
    no_necessity: bool

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """(option, path) of each file that was given."""
        files = (self.requests, self.extensions, self.judgements, self.key)
        options = ("--requests", "--extensions", "--judgements", "--key")
        return tuple((option, path) for option, path in zip(options, files, strict=True) if path is not None)


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Give a verdict for each duty of Article 7, with clause, reason, place and evidence.",
    epilog="Examples: art7 assess my-offer --on 2026-11-01; art7 assess offer.zip --format html -o dossier.html; "
    "art7 assess my-offer --judgements judgements.toml --format all -o dossier.",
)
@click.argument("offer", type=click.Path())
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the verdicts (default: today).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    help="Form of the dossier; `all` is a folder.",
)
@click.option("--no-run", is_flag=True, help="Run nothing: duties that need a run stay undetermined.")
@click.option("--no-necessity", is_flag=True, help="Play no flow without a datum: quicker, asks less.")
@click.option("--requests", type=click.Path(), help="A register of requests: TOML tables `[[request]]`.")
@click.option(
    "--extensions", type=click.Path(), help="Decisions under Art. 7(6): TOML tables `[[extension]]`."
)
@click.option("--judgements", type=click.Path(), help="Decisions on points that are argued: `[[judgement]]`.")
@click.option("--key", type=click.Path(), help="A key file for the confidential and the public edition.")
@click.option("--public", is_flag=True, help="The public edition, with digests for what is withheld.")
@click.option(
    "--withhold", multiple=True, metavar="GLOB", help="Withhold what is quoted from these files too."
)
@click.option("-o", "--output", type=click.Path(), help="Write the dossier to this file or folder.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    on: datetime | None,
    form: str,
    no_run: bool,
    no_necessity: bool,
    requests: str | None,
    extensions: str | None,
    judgements: str | None,
    key: str | None,
    public: bool,
    withhold: tuple[str, ...],
    output: str | None,
    force: bool,
) -> int:
    """Give a verdict for each duty of Article 7 on a day."""
    _check_options(form, output, key, public, withhold)
    inputs = Inputs(requests, extensions, judgements, key, public, withhold, no_run, no_necessity)
    report = Report()
    read = read_for_rules(offer, report)
    made = None if read is None else _assessed(read, day_of(on), inputs, report)
    if made is None:
        return print_report(report, "json" if form == "json" else "text", settings)
    assessment, shown = made
    _write(shown, form, output, force=force, colour=settings.colours_output and output is None)
    if output is not None:
        say(_summary(assessment, output))
    return ExitCode.CLEAN if assessment.is_clean else ExitCode.FINDINGS


def _check_options(
    form: str, output: str | None, key: str | None, public: bool, withhold: tuple[str, ...]
) -> None:
    if form in ("all", "pdf") and output is None:
        raise Unusable(f"--format {form} is not for a terminal", "name where to write with -o")
    if key is None and (public or withhold):
        raise Unusable("a public edition needs a key", "write 32 random octets to a file and add --key FILE")


def _assessed(
    offer: Offer, on: date, inputs: Inputs, report: Report
) -> tuple[Assessment, AssessmentView] | None:
    """Return the assessment and what is shown of it; None when an input was refused."""
    from art7.cli.registers import read_judgements, read_key
    from art7.validator.assess import assess
    from art7.validator.decisions import with_decisions
    from art7.validator.output.editions import editions
    from art7.validator.output.view import view

    decisions = read_judgements(inputs.judgements, report) if inputs.judgements is not None else ()
    key = read_key(inputs.key, report) if inputs.key is not None else None
    evidence = _registers(inputs, report)
    if report.has_errors:
        return None
    if not inputs.no_run:
        from art7.cli.evidence import collect
        from art7.validator.proving import with_answers

        offer = with_answers(offer)
        found = collect(offer, necessity=not inputs.no_necessity)
        evidence = replace(found, requests=evidence.requests, extensions=evidence.extensions)
    assessment = assess(offer, on, evidence, invocation=_invocation(inputs))
    assessment = with_decisions(assessment, decisions, report)
    if report.has_errors:
        return None
    shown = view(assessment)
    if key is not None:
        confidential, public = editions(shown, key, inputs.withhold)
        shown = public if inputs.public else confidential
    return assessment, shown


def _registers(inputs: Inputs, report: Report) -> Evidence:
    """Return the evidence that needs no run: the registers."""
    from art7.cli.registers import read_extensions
    from art7.cli.requests import read_requests
    from art7.validator.evidence import Evidence

    requests = read_requests(inputs.requests, report) if inputs.requests is not None else ()
    granted = read_extensions(inputs.extensions, report) if inputs.extensions is not None else None
    return Evidence(requests=requests, extensions=granted)


def _invocation(inputs: Inputs) -> Invocation:
    """Return what the printed command repeats: files by their names, whatever folder they lie in here.

    The edition and its key are no part of it: both editions are of one dossier.
    """
    from art7.cli.registers import digest_of
    from art7.validator.assess import Invocation

    files = [(option, path) for option, path in inputs.named if option != "--key"]
    options = [part for option, path in files for part in (option, PurePath(path).name)]
    options += ["--no-run"] if inputs.no_run else []
    options += ["--no-necessity"] if inputs.no_necessity else []
    return Invocation(
        tuple(options), tuple((option.removeprefix("--"), digest_of(path)) for option, path in files)
    )


def _write(shown: AssessmentView, form: str, output: str | None, *, force: bool, colour: bool) -> None:
    if form == "all":
        files, why = every_form(shown)
        assert output is not None, "checked before anything was run"
        write_tree(output, files, force=force)
        if why:
            note(why)
        return
    octets = rendered(shown, form, colour=colour)
    if output is None:
        say(octets.decode().rstrip("\n"))
    else:
        write_file(output, octets, force=force)


def _summary(assessment: Assessment, output: str) -> str:
    """Return how many duties got each verdict, and where the dossier lies."""
    verdicts = dict.fromkeys(judgement.verdict for judgement in assessment.judgements)
    counts = ", ".join(f"{assessment.count(verdict)} {verdict}" for verdict in verdicts)
    return f"{counts}; written: {output}"
