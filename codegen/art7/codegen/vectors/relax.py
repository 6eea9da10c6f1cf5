"""A specification without its rules: what it writes breaks them, and the real one must say which."""

from __future__ import annotations

from dataclasses import replace

from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification


def without_rules(spec: Specification) -> Specification:
    """Return `spec` with every `Check` and `Domain` taken out."""
    modules = {
        name: replace(module, records=tuple(_record(record) for record in module.records))
        for name, module in spec.modules.items()
    }
    return Specification(modules)


def _record(record: p.Record) -> p.Record:
    return replace(record, body=_block(record.body))


def _block(block: p.Block) -> p.Block:
    kept = [place for place, step in enumerate(block.steps) if not isinstance(step, p.Check | p.Domain)]
    places = {old: new for new, old in enumerate(kept)}
    emit = tuple(places[old] for old in block.emit if old in places)
    return p.Block(tuple(_step(block.steps[place]) for place in kept), emit)


def _step(step: p.Step) -> p.Step:
    match step:
        case p.Region() | p.Loop() | p.When() | p.Present() | p.Items() | p.Members() | p.Tag() | p.Wrap():
            return replace(step, body=_block(step.body))
        case p.Tlv() | p.TlvOptional() | p.Child():
            return replace(step, body=_block(step.body))
        case p.TlvChoice():
            return replace(step, cases=tuple(replace(case, body=_block(case.body)) for case in step.cases))
        case p.Branch():
            return replace(step, cases=tuple(replace(case, body=_block(case.body)) for case in step.cases))
        case p.Kinds():
            return replace(step, cases=tuple(replace(case, body=_block(case.body)) for case in step.cases))
        case p.Fields():
            return replace(
                step, entries=tuple(replace(entry, body=_block(entry.body)) for entry in step.entries)
            )
        case p.Object() | p.Array():
            spreads = tuple(
                replace(
                    spread,
                    cases=tuple(replace(case, entries=_entries(case.entries)) for case in spread.cases),
                )
                for spread in step.spreads
            )
            return replace(step, entries=_entries(step.entries), spreads=spreads)
        case _:
            return step


def _entries(entries: tuple[p.Entry, ...]) -> tuple[p.Entry, ...]:
    return tuple(replace(entry, body=_block(entry.body)) for entry in entries)
