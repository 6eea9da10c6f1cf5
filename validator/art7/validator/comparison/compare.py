"""From several offers, assessed on one day, to the model of their comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from art7.validator.assess import Assessment
from art7.validator.comparison.building import Needed, distance, needed, size_of
from art7.validator.comparison.joining import LEVELS, codecs, level
from art7.validator.comparison.model import (
    FORMAT,
    Comparison,
    CoverageCell,
    CoverageRow,
    OfferRow,
    SdkFile,
    Shared,
)
from art7.validator.comparison.structure import Structures
from art7.validator.offer import Offer
from art7.validator.output.view import CLOSING


@dataclass(frozen=True, slots=True)
class Candidate:
    """One offer with its verdicts and the files that were generated from it."""

    offer: Offer
    assessment: Assessment
    files: tuple[SdkFile, ...] = ()


def compare(candidates: Sequence[Candidate], ran: bool) -> Comparison:
    """Return the comparison of one or more offers, in the order given; `ran` says whether their scenarios were run."""
    labels = _labels([each.offer for each in candidates])
    structures = [Structures(each.offer.specification) for each in candidates]
    builds = [needed(each.offer, made) for each, made in zip(candidates, structures, strict=True)]
    rows = tuple(map(_row, labels, candidates, builds))
    named = list(zip(labels, (each.offer for each in candidates), structures, strict=True))
    return Comparison(
        format=FORMAT,
        on=candidates[0].assessment.on.isoformat(),
        tool=candidates[0].assessment.provenance.tool,
        ran=ran,
        offers=rows,
        together=size_of(
            [each.parts for each in builds],
            [each for build in builds for each in build.algorithms],
            [file for each in candidates for file in each.files],
        ),
        shared=_shared(rows),
        levels=tuple(level(name, named) for name in LEVELS),
        codecs=codecs([(label, offer) for label, offer, _ in named]),
        coverage=_coverage([each.assessment for each in candidates]),
        closing=CLOSING,
    )


def _labels(offers: Sequence[Offer]) -> list[str]:
    """Return a name for each offer that no other has."""
    names = [each.name for each in offers]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: n + 1].count(name)})"
        for n, name in enumerate(names)
    ]


def _row(label: str, candidate: Candidate, build: Needed) -> OfferRow:
    offer, assessment = candidate.offer, candidate.assessment
    return OfferRow(
        label=label,
        id=assessment.offer_id,
        version=assessment.version,
        gatekeeper=assessment.gatekeeper,
        service=assessment.service,
        digest=assessment.provenance.offer,
        functions=tuple(each.point for _, each in offer.interoperable()),
        build=size_of([build.parts], build.algorithms, candidate.files),
        distance=distance(offer, build.parts),
        parts=build.parts,
        algorithms=build.algorithms,
    )


def _shared(rows: Sequence[OfferRow]) -> tuple[Shared, ...]:
    """Return what at least two offers have: first what most of them have."""
    found = []
    holders: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in rows:
        for part in row.parts:
            by = "catalogue" if part.catalogue else "structure"
            key = part.name if part.catalogue else part.digest
            holders.setdefault((by, part.kind, key), []).append((row.label, part.name))
        for algorithm in row.algorithms:
            key = f"{algorithm.name} ({algorithm.source})" if algorithm.source else algorithm.name
            holders.setdefault(("algorithm", "primitive", key), []).append((row.label, key))
    for (by, kind, _), entries in holders.items():
        offers = tuple(dict.fromkeys(label for label, _ in entries))
        if len(offers) > 1:
            found.append(Shared(by, kind, tuple(dict.fromkeys(name for _, name in entries)), offers))
    order = {"catalogue": 0, "structure": 1, "algorithm": 2}
    return tuple(sorted(found, key=lambda e: (-len(e.offers), order[e.by], e.kind, e.names, e.offers)))


def _coverage(assessments: Sequence[Assessment]) -> tuple[CoverageRow, ...]:
    """Return the verdicts by duty; every assessment has every duty of the law, in its order."""
    return tuple(
        CoverageRow(
            rows[0].obligation.id,
            rows[0].obligation.clause,
            rows[0].obligation.title,
            tuple(
                CoverageCell(each.verdict, assessments[0].law.verdicts[each.verdict].symbol, each.reason)
                for each in rows
            ),
        )
        for rows in zip(*(each.judgements for each in assessments), strict=True)
    )
