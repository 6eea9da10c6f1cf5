"""`art7 diff`: two versions of modules or of an offer, or two records of the same derivations; told by their kind."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.terminal import escaped, say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.grammar.ir.module import Specification
    from art7.runtime.difference.compare import Comparison, Difference, Side
    from art7.runtime.difference.derivations import Derivation

_SHOWN = 20
_OCTETS = 32


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Compare two versions of modules or of an offer, or two traces of derivations.",
    epilog="Examples: art7 diff old-offer new-offer; art7 diff old.a7 new.a7 --format markdown; "
    "art7 diff ours.json theirs.json; art7 diff ours.jsonl theirs.jsonl --source my-offer.",
)
@click.argument("left", metavar="OLD", type=click.Path())
@click.argument("right", metavar="NEW", type=click.Path())
@click.option(
    "--source",
    metavar="SOURCE",
    help="Of traces: the specification that judges, an offer, modules or a catalogue module. Else the catalogue.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="Form of the output; markdown of versions alone.",
)
@click.option("--sandbox", is_flag=True, help="Show secrets: the keys compared protect nothing.")
@click.pass_obj
def command(settings: Settings, left: str, right: str, source: str | None, form: str, sandbox: bool) -> int:
    """Compare OLD and NEW: modules (files, folders, names of the catalogue), offers (folders, bundles) or traces.

    Versions: each change with its level (text, source, wire, obligation), who no longer understands whom with a message
    that shows it, and what protects less. The exit code is 1 when something breaks or weakens without the notice that the
    offer's terms promise (modules promise none), or could not be proven.

    Traces (vectors of schedules, or `art7 run --format trace`): every value that differs is judged by its schedule; where a
    known mistake gives exactly the value found, it is named. Secrets are not shown, only told apart."""
    from art7.cli.changes import kind_of

    kinds = kind_of(left), kind_of(right)
    if kinds[0] != kinds[1]:
        raise Unusable(
            f"`{escaped(left[:80])}` are {kinds[0]}, `{escaped(right[:80])}` are {kinds[1]}",
            "name two of one kind",
        )
    if kinds[0] == "traces":
        return _compare_traces(settings, (left, right), source, form, sandbox=sandbox)
    return _compare_versions(settings, kinds[0], (left, right), form)


def _compare_versions(settings: Settings, kind: str, paths: tuple[str, str], form: str) -> int:
    from art7.cli.changes import compare_modules, compare_offers
    from art7.cli.changes_text import as_json, as_markdown, as_text

    report = Report()
    found = (compare_modules if kind == "modules" else compare_offers)(*paths, report)
    if found is None:
        return print_report(report, form, settings)
    say(as_json(found) if form == "json" else (as_markdown if form == "markdown" else as_text)(found, paths))
    return ExitCode.FINDINGS if found.has_findings else ExitCode.CLEAN


def _compare_traces(
    settings: Settings, paths: tuple[str, str], source: str | None, form: str, *, sandbox: bool
) -> int:
    from art7.runtime.difference.compare import compare
    from art7.runtime.difference.concealing import concealed

    left, right = paths
    report = Report()
    ours, theirs = _read(left, report), _read(right, report)
    specification = _specification(source, (*ours, *theirs), report) if not report.has_errors else None
    if report.has_errors:
        return print_report(report, form, settings)
    found = compare(ours, theirs, specification)
    if not sandbox:
        found = concealed(found, specification)
    say(json.dumps(_as_json(found), indent=2) if form == "json" else _text(found, left, right))
    return ExitCode.CLEAN if found.is_equal else ExitCode.FINDINGS


def _read(path: str, report: Report) -> list[Derivation]:
    from art7.runtime.difference.derivations import FILE_LIMIT, read_derivations

    try:
        with open(path, "rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        hint = "name a file of vectors, or one that `art7 run --format trace` wrote"
        raise Unusable(f"cannot read `{escaped(path)}`: {error.strerror}", hint) from None
    return read_derivations(os.path.basename(path), data, report)


def _specification(
    source: str | None, derivations: tuple[Derivation, ...], report: Report
) -> Specification | None:
    """The specification that `source` names, else the catalogue's modules of the schedules."""
    from art7.cli.sources import read_generator_source
    from art7.grammar.catalogue import catalogue_text
    from art7.grammar.load import load_sources

    if source is not None:
        given = read_generator_source(source, report)
        return None if given is None else given.specification
    modules = {each.schedule.rpartition(".")[0] for each in derivations}
    texts = [text for module in sorted(modules) if (text := catalogue_text(module)) is not None]
    return load_sources(dict(texts), report) if texts else None


def _as_json(found: Comparison) -> dict[str, Any]:
    return {
        "equal": found.is_equal,
        "derivations": found.derivations,
        "values": found.values,
        "differences": [asdict(each) for each in found.differences],
        "consequences": found.consequences,
        "only": [{"side": side, "schedule": name, "where": where} for side, name, where in found.only],
        "unknown": sorted(found.unknown),
    }


def _text(found: Comparison, left: str, right: str) -> str:
    lines: list[str] = []
    for number, group in enumerate(_grouped(found.differences)):
        if number == _SHOWN:
            lines += ["and more; `--format json` has all", ""]
            break
        lines += [*_difference(group, is_first=number == 0), ""]
    for side, schedule, where in found.only[:_SHOWN]:
        lines.append(f"only on the {side}: {escaped(schedule)}, {escaped(where)}")
    for schedule in sorted(found.unknown)[: 0 if found.is_equal else _SHOWN]:
        lines.append(f"nothing judges {escaped(schedule)[:100]}: name its specification with --source")
    if found.consequences:
        verb = "differs" if found.consequences == 1 else "differ"
        lines.append(f"{_count(found.consequences, 'more value')} {verb} because of these")
    what = "equal" if found.is_equal else "different"
    counts = f"{_count(found.derivations, 'derivation')}, {_count(found.values, 'value')}"
    names = f"left {escaped(os.path.basename(left))}, right {escaped(os.path.basename(right))}"
    lines.append(f"{what}: {counts} ({names})")
    return "\n".join(lines)


def _grouped(differences: list[Difference]) -> list[list[Difference]]:
    """Differences that begin one after the other in one derivation by the same mistakes, together."""
    groups: list[list[Difference]] = []
    for each in differences:
        last = groups[-1][-1] if groups else None
        if last is not None and _cause(last) == _cause(each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _cause(each: Difference) -> tuple[object, ...]:
    sides = (each.left, each.right)
    mistakes = tuple(tuple(e.mistake for e in side.judgement.explanations) for side in sides)
    return (
        each.schedule,
        each.left.where,
        each.right.where,
        *(side.judgement.verdict for side in sides),
        mistakes,
    )


def _difference(group: list[Difference], is_first: bool) -> list[str]:
    first, *rest = group
    refs = f"  {escaped(', '.join(first.refs))}" if first.refs else ""
    places = (
        first.left.where
        if first.left.where == first.right.where
        else f"{first.left.where} | {first.right.where}"
    )
    lines = [
        f"{escaped(first.schedule)}, {escaped(places)}{refs}",
        f"  {'the first value that differs' if is_first else 'differs too'}: {escaped(first.name)}",
    ]
    for word, side in (("left", first.left), ("right", first.right)):
        lines += _side(word, side)
    if rest:
        names = ", ".join(escaped(each.name) for each in rest[:12]) + (", …" if len(rest) > 12 else "")
        lines.append(f"  the same holds for {names}")
    return lines


def _side(word: str, side: Side) -> list[str]:
    value = (
        "(not there)"
        if side.value is None
        else side.value
        if isinstance(side.value, str)
        else json.dumps(side.value)
    )
    shown = escaped(value if len(value) <= 2 * _OCTETS else value[: 2 * _OCTETS - 1] + "…")
    lines = [f"    {word:<6}{shown}  {side.judgement.verdict}"]
    for number, each in enumerate(side.judgement.explanations):
        lines.append(f"          {'or ' if number else ''}{each.mistake}: {escaped(each.what)}")
        lines.append(f"          next: {each.advice}")
    if side.judgement.verdict == "not as specified" and not side.judgement.explanations:
        lines.append(
            "          no known mistake gives this value: compare the inputs of this step one by one"
        )
    return lines


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
