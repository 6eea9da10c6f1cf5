"""Executed evidence for an assessment: scenarios played, declared vectors replayed, the SDK generated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from art7.cli.vector_evidence import vector_exhibits
from art7.grammar.diagnostics import Report
from art7.validator.digests import root_digest
from art7.validator.evidence import Cause, Evidence, Exhibit
from art7.validator.law import ExhibitKind

if TYPE_CHECKING:
    from art7.runtime.generated import GeneratedPackage
    from art7.runtime.scenario import Outcome
    from art7.validator.offer import Offer

Collector: TypeAlias = "Callable[[Offer, GeneratedPackage], Iterator[Exhibit]]"

SEED = 7
"""Runs are repeated with this seed; it stands in the digest of the trace."""


def collect(offer: Offer, *, necessity: bool = True) -> Evidence:
    """Run what can be run from the bundle alone. A module with faults gives no evidence.

    `necessity` also plays the flows without each personal datum.
    """
    from art7.cli.generated import generated_package

    if any(found.code[3] not in "VB" for found in offer.reading):
        return Evidence()
    kinds: list[tuple[ExhibitKind, Collector]] = [
        ("scenario", _scenarios),
        ("vector", _vectors),
        ("vector", vector_exhibits),
        ("sdk", _sdk),
    ]
    if necessity:
        kinds.append(("necessity", _necessity))
    try:
        with generated_package(offer.specification) as package:
            found = [exhibit for kind, run in kinds for exhibit in _guarded(kind, run, offer, package)]
    except Exception as error:
        return Evidence((_our_fault("sdk", error),))
    return Evidence(tuple(found))


def _guarded(kind: ExhibitKind, run: Collector, offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    """Give what was collected; a fault of ours leaves the rest of the kind open, and is never a pass."""
    try:
        yield from run(offer, package)
    except Exception as error:
        yield _our_fault(kind, error)


def _our_fault(kind: ExhibitKind, error: Exception) -> Exhibit:
    return Exhibit(kind, "art7", "inconclusive", f"art7 itself failed: {type(error).__name__}")


def _scenarios(offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    """Play what the functions name, calm and over a bad network, each role by generated code and by the interpreter."""
    from art7.cli.runs import performances
    from art7.runtime.network import Faults
    from art7.runtime.play import qualified_name, scenarios_of

    calm, bad = Faults(), Faults(loss=150, duplicate=50, jitter_ms=200)
    specification = offer.specification
    provided = {name for _, function in offer.interoperable() for name in function.provides.scenarios}
    modules = sorted(offer.own_modules)
    wanted = [
        name for each in scenarios_of(specification, modules) if (name := qualified_name(*each)) in provided
    ]
    if not wanted:
        return
    played = performances(specification, modules, package, networks=(calm, bad), seeds=(SEED,), wanted=wanted)
    for name, group in groupby(played, key=lambda each: f"{each.outcome.protocol}.{each.outcome.scenario}"):
        yield _played(name, [each.outcome for each in group])


def _played(name: str, outcomes: list[Outcome]) -> Exhibit:
    digest = sha256("".join(outcome.trace_digest for outcome in outcomes).encode()).hexdigest()
    failed = next((outcome for outcome in outcomes if outcome.failure is not None), None)
    if failed is None or failed.failure is None:
        messages, lost = (sum(getattr(each, what) for each in outcomes) for what in ("messages", "lost"))
        detail = (
            f"{len(outcomes)} runs between endpoints made from the bundle alone, generated code against the "
            f"interpreter: {messages} messages, {lost} of them lost, seed {SEED}"
        )
        return Exhibit("scenario", name, "passed", detail, digest)
    failure = failed.failure
    detail = f"step {failure.step}, {failure.text}: {failure.reason} ({failure.code}, {failure.party})"
    if failure.party in ("art7", "network"):
        return Exhibit("scenario", name, "inconclusive", detail, digest)
    # Roles made from the bundle cannot be at fault themselves: what they cannot settle, the text leaves open.
    cause: Cause = "ambiguity" if failure.party == "specification" else "gatekeeper text"
    return Exhibit("scenario", name, "failed", detail, digest, cause)


def _vectors(offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    from art7.interpreter.vectors import check_vectors

    for name in sorted(offer.own_modules):
        module = offer.specification.modules[name]
        report = Report()
        check_vectors(offer.specification, module, report)
        broken = [found.span for found in report.errors()]
        for subject in dict.fromkeys(vector.subject for vector in module.vectors):
            own = [vector for vector in module.vectors if vector.subject == subject]
            full = subject if subject.startswith(f"{name}.") else f"{name}.{subject}"
            failed = sum(1 for vector in own if vector.span in broken)
            detail = f"{len(own) - failed} of {len(own)} vectors declared beside it hold"
            yield Exhibit("vector", full, "failed" if failed else "passed", detail)


def _necessity(offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    from art7.cli.necessity import necessity_exhibits

    return necessity_exhibits(offer)


def _sdk(offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    for path, text in package.files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
    detail = f"{len(package.files)} files generated from the bundle alone, and compiled"
    digest = root_digest({path: text.encode() for path, text in package.files.items()})
    yield Exhibit("sdk", ", ".join(sorted(offer.own_modules)), "passed", detail, digest)
