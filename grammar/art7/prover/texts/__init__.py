"""Texts: what cannot be told apart, cannot be read back, or has two spellings where there should be one.

Patterns are automata (`art7.prover.automata`), so that a shortest text of what two of them share is found; what it
leads to is then tried in the interpreter, and only what really goes wrong there is a finding. That two members begin
with the same character is refused when a module is read (`passes.derive_text_firsts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Module, Specification
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.texts.codes import CODES
from art7.prover.texts.one_form import one_form
from art7.prover.texts.patterns import one_way
from art7.prover.texts.reading_back import read_back

__all__ = ["CODES", "FAMILY", "prove"]

FAMILY = "texts"


def prove(specification: Specification, module: Module, budget: Budget) -> Iterator[Answer]:
    """Yield the answers about the patterns and records of a module."""
    yield from one_way(specification, module)
    for record in module.records:
        if any(param.implicit for param in record.params):
            continue
        if record.encoding == "text":
            yield from read_back(specification, record, budget)
        yield from one_form(specification, record, budget)
