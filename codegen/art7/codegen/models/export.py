"""Files of models: one for each schedule and each scenario, and the tables of who can read what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from art7.codegen.models.names import Names
from art7.codegen.models.plays import scenario_trace
from art7.codegen.models.proverif import proverif_text
from art7.codegen.models.traces import Trace, schedule_trace
from art7.codegen.models.verifpal import verifpal_text
from art7.grammar.ir.module import Specification
from art7.prover.secrets.readers import Reach, readers

LANGUAGES: dict[str, tuple[str, Callable[[Trace], str]]] = {
    "verifpal": (".vp", verifpal_text),
    "proverif": (".pv", proverif_text),
}
"""Target → ending of its files, and what writes one."""


def generate_models(
    spec: Specification, language: str, modules: Iterable[str] | None = None
) -> dict[str, str]:
    """Return path → text of a model for every schedule and scenario of the named modules (default: all).

    One that holds no secret and opens nothing has nothing to be asked, and no model.
    """
    ending, write = LANGUAGES[language]
    paths = Names()
    return {
        f"{paths.new(path)}{ending}": write(trace)
        for path, trace in _traces(spec, modules)
        if trace.confidential or trace.authentic
    }


def _traces(spec: Specification, modules: Iterable[str] | None) -> Iterator[tuple[str, Trace]]:
    for name in sorted(spec.modules if modules is None else modules):
        module = spec.modules[name]
        for schedule in module.schedules:
            yield schedule.name, schedule_trace(schedule)
        for protocol in module.protocols:
            for scenario in protocol.scenarios:
                yield f"{protocol.name} {scenario.name}", scenario_trace(spec, protocol, scenario)


def generate_readers(spec: Specification, modules: Iterable[str] | None = None) -> dict[str, str]:
    """Return the table of who can read, link and alter what: as a page and as JSON; nothing without a protocol."""
    rows = [
        row
        for name in sorted(spec.modules if modules is None else modules)
        for protocol in spec.modules[name].protocols
        for row in readers(spec, protocol)
    ]
    if not rows:
        return {}
    made = json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=True) + "\n"
    return {"readers.json": made, "readers.md": "\n".join(_page(rows)) + "\n"}


def _page(rows: list[Reach]) -> Iterator[str]:
    yield "# Who can read, link and alter what"
    place = ("", "")
    for row in rows:
        if (row.protocol, row.role) != place:
            place = (row.protocol, row.role)
            yield ""
            yield f"## `{row.role}` of `{row.protocol}`, {'an end' if row.end else 'no end'}"
            yield ""
            yield "| field | reads | links | alters |"
            yield "|---|---|---|---|"
        yield f"| `{row.message}.{row.field}` | {row.read} | {'yes' if row.link else 'no'} | {row.alter} |"
