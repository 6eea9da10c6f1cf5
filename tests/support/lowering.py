"""Texts lowered for the tests of the passes."""

from __future__ import annotations

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Record, Verify
from art7.grammar.load import load_sources
from art7.grammar.passes.step_tree import walk_steps

HEAD = "a7 1\nmodule demo version 1.0\n"


def load(text: str, *, catalogue: bool = False, head: str = HEAD) -> tuple[Specification, Report]:
    """Load one text that need not be right."""
    report = Report()
    return load_sources({"demo.a7": head + text}, report, catalogue=catalogue), report


def codes(text: str, *, catalogue: bool = False, head: str = HEAD) -> list[str]:
    """The codes that a text yields, in order."""
    return [found.code for found in load(text, catalogue=catalogue, head=head)[1].diagnostics]


def module(text: str, *, catalogue: bool = False, head: str = HEAD) -> Module:
    """Lower a text that must be right."""
    found, report = load(text, catalogue=catalogue, head=head)
    shown = [f"{x.code} {x.span} {x.message}" for x in report.diagnostics]
    assert not shown, shown
    return next(iter(found.modules[name] for name in found.modules if not name.startswith("ietf")))


def record(text: str, name: str, *, catalogue: bool = False, head: str = HEAD) -> Record:
    """One record of a text that must be right."""
    found = module(text, catalogue=catalogue, head=head)
    return next(x for x in found.records if x.name == f"{found.name}.{name}")


def verified_slots(found: Record) -> dict[str, bool]:
    """Name of each verified slot → whether its test is implied."""
    return {
        found.slots[step.slot].name: step.implied
        for step in walk_steps(found.body)
        if isinstance(step, Verify)
    }
