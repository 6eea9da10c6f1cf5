"""Exhibits that the validator gives itself: the flow of content through the formats, and a second run."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.evidence import Exhibit
from art7.validator.example_check import contradictions
from art7.validator.flows import content_exposures
from art7.validator.offer import Offer
from art7.validator.validate import Validation, validate
from art7.validator.vectors import file_vectors, lies


def own_exhibits(offer: Offer, validation: Validation) -> Iterator[Exhibit]:
    """Yield what examining the bundle alone can show."""
    yield from _flow(offer)
    yield from _vectors(offer)
    same = validate(offer).found == validation.found
    yield Exhibit(
        "reproduction",
        "rules",
        "passed" if same else "failed",
        "the rules gave the same findings twice" if same else "the rules gave other findings the second time",
    )


def _flow(offer: Offer) -> Iterator[Exhibit]:
    sendings = [s for s in offer.declarations.sendings if offer.declarations.is_own(s.protocol)]
    if not sendings:
        return
    exposures = list(content_exposures(offer))
    unplayed = [s for s in sendings if offer.player(s.protocol, s.receiver) is None]
    if exposures:
        first = exposures[0]
        detail = f"`{first.field}` reaches role `{first.role}`"
        yield Exhibit("flow", "content", "failed", detail)
    elif unplayed:
        detail = f"no party plays `{unplayed[0].receiver}` of `{unplayed[0].protocol}`"
        yield Exhibit("flow", "content", "inconclusive", detail)
    else:
        detail = (
            f"{len(sendings)} sendings followed, no content field or secret reaches a party that is no end"
        )
        yield Exhibit("flow", "content", "passed", detail)


def _vectors(offer: Offer) -> Iterator[Exhibit]:
    """Examples and vector files of the bundle, checked by the codec: one exhibit for each subject."""
    if offer.codec is None:
        return
    held: dict[str, list[bool]] = {}
    for example in offer.manifest.example:
        if any(form.kind != "value" and form.file in offer.bundle.files for form in example.forms):
            held.setdefault(example.message, []).append(not any(contradictions(offer, example)))
    for vector in file_vectors(offer):
        if vector.subject is not None and offer.declarations.record(vector.subject) and "bytes" in vector.row:
            held.setdefault(vector.subject, []).append(not any(lies(vector, offer.codec)))
    for subject, results in held.items():
        detail = f"{sum(results)} of {len(results)} examples and vectors of the bundle hold"
        yield Exhibit("vector", subject, "passed" if all(results) else "failed", detail)
