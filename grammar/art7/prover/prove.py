"""The door: all families asked about modules, what is known by content taken from the cache."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from art7.grammar.cache import Cache
from art7.grammar.diagnostics import Diagnostic
from art7.grammar.ir.module import Module, Specification
from art7.prover.answers import Answer, Proof, Standing
from art7.prover.budget import Budget

FAMILIES: tuple[str, ...] = (
    "art7.prover.formats",
    "art7.prover.texts",
    "art7.prover.readings",
    "art7.prover.secrets",
    "art7.prover.roles",
)
"""Modules with a function `prove(specification, module, budget)` that yields answers; asked in this order."""


def prove(specification: Specification, names: Iterable[str], budget: Budget | None = None) -> Proof:
    """Return the answers about the modules `names` of a specification without errors.

    Answers that ended (not those that were given up) are kept by the digest of the module with all it uses.
    """
    budget = budget or Budget()
    cache = Cache.open()
    proof = Proof()
    for name in names:
        module = specification.modules[name]
        budget.start()
        for family in FAMILIES:
            proof.answers += _answers(specification, module, family, budget, cache)
    return proof


def _answers(
    specification: Specification, module: Module, family: str, budget: Budget, cache: Cache
) -> tuple[Answer, ...]:
    origin, digest = specification.origins.get(module.name, (None, ""))
    key = cache.key("proof", family, module.name, digest) if digest and origin is module else None
    kept = cache.get(key) if key is not None else None
    if isinstance(kept, tuple) and all(isinstance(answer, Answer) for answer in kept):
        return kept
    answers = tuple(import_module(family).prove(specification, module, budget))
    if key is not None and not any(answer.standing is Standing.NOT_PROVEN for answer in answers):
        cache.put(key, answers)
    return answers


def ordered(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings in the order of their places."""
    return sorted(
        findings, key=lambda found: (found.span.file, found.span.line, found.span.column, found.code)
    )
