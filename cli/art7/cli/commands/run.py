"""`art7 run`: play the scenarios of an offer between endpoints that are made from the bundle alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.offers import may_go_on, read_for_rules
from art7.cli.output import write_file
from art7.cli.terminal import escaped, escaped_lines, say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.runtime.network import Faults
    from art7.runtime.play import Performance
    from art7.validator.offer import Offer

FORMS = ("text", "json", "html", "trace")


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Play the scenarios of an offer between endpoints made from the bundle alone.",
    epilog="Examples: art7 run my-offer; art7 run my-offer one_to_one_text --seed 3 --ladder; "
    "art7 run my-offer --loss 300 --format html -o run.html; art7 run my-offer one_to_one_text --flip 9.",
)
@click.argument("offer", type=click.Path())
@click.argument("scenario", nargs=-1)
@click.option("--seed", type=click.IntRange(0, 2**63), default=1, help="First seed; a seed repeats a run.")
@click.option(
    "--runs", type=click.IntRange(1, 1000), default=1, help="Seeds to play, counted from the first."
)
@click.option("--loss", type=click.IntRange(0, 900), default=150, help="Messages lost of 1,000, where lossy.")
@click.option("--duplicate", type=click.IntRange(0, 900), default=50, help="Messages doubled of 1,000.")
@click.option("--jitter", type=click.IntRange(0, 60_000), default=200, help="Milliseconds that reorder.")
@click.option(
    "--flip",
    type=click.IntRange(1),
    metavar="N",
    help="Turn over one bit of the N-th delivery: it must show.",
)
@click.option("--despite", multiple=True, metavar="CODE", help="Run although this finding is there.")
@click.option("--ladder", is_flag=True, help="Show who sent what to whom, and every derived key by name.")
@click.option("--redact", is_flag=True, help="Show no secrets, although they are the run's own.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="Form of the result.")
@click.option("-o", "--output", type=click.Path(), help="Write the result to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    scenario: tuple[str, ...],
    seed: int,
    runs: int,
    loss: int,
    duplicate: int,
    jitter: int,
    flip: int | None,
    despite: tuple[str, ...],
    ladder: bool,
    redact: bool,
    form: str,
    output: str | None,
    force: bool,
) -> int:
    """Play every scenario, or those named. One side is generated code, the other the interpreter, then the other way
    round, over a simulated network that loses, doubles and reorders what it may."""
    from art7.runtime.network import Faults

    report = Report()
    read = read_for_rules(offer, report)
    if read is None or not may_go_on(read, despite, report):
        return print_report(report, "json" if form == "json" else "text", settings)
    faults = Faults(loss=loss, duplicate=duplicate, jitter_ms=jitter, flip=flip)
    played = _play(read, scenario, range(seed, seed + runs), faults, sandbox=not redact)
    if not played:
        raise Unusable("the offer has no scenario to play", "write a `scenario` in one of its protocols")
    text = _rendered(played, form, ladder, read, flip)
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_file(output, text.encode(), force=force)
        say(f"written: {output}")
    return ExitCode.CLEAN if all(each.outcome.passed for each in played) else ExitCode.FINDINGS


def _play(
    offer: Offer, wanted: Sequence[str], seeds: Sequence[int], faults: Faults, *, sandbox: bool
) -> list[Performance]:
    from art7.cli.generated import generated_package
    from art7.cli.runs import UnknownScenario, performances

    specification = offer.specification
    modules = [name for name in specification.modules if name in offer.own_modules]
    with generated_package(specification) as package:
        played = performances(
            specification, modules, package, networks=(faults,), seeds=seeds, wanted=wanted, sandbox=sandbox
        )
        try:
            return list(_with_progress(played))
        except UnknownScenario as error:
            names = ", ".join(escaped(name) for name in error.known[:8])
            known = f"it has {names}" if names else "it has none"
            raise Unusable(f"no scenario of this offer is called `{escaped(error.name)}`", known) from None


def _with_progress(played: Iterator[Performance]) -> Iterator[Performance]:
    """Pass on what is played; on a terminal, say on standard error how far it is, and wipe that away at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from played
        return
    try:
        for number, each in enumerate(played, start=1):
            line = escaped(f"{number} runs played, last {each.outcome.scenario}, seed {each.outcome.seed}")
            sys.stderr.write(f"\r\x1b[K{line[:78]}")
            sys.stderr.flush()
            yield each
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _rendered(played: Sequence[Performance], form: str, ladder: bool, offer: Offer, flip: int | None) -> str:
    if form == "trace":
        return "".join(each.trace.lines() for each in played)
    if form == "json":
        from art7.runtime.scenario import as_mapping, damage

        rows = [
            {"cast": each.cast, **as_mapping(each.outcome), "damage": damage(each.trace.entries)}
            for each in played
        ]
        return json.dumps({"runs": rows}, indent=2, ensure_ascii=True)
    if form == "html":
        from art7.cli.run_page import run_page

        title = offer.manifest.offer.id if offer.manifest is not None else "an offer"
        return run_page(title, played)
    from art7.cli.run_text import run_text

    return escaped_lines(run_text(played, ladder=ladder, flip=flip))
