"""Rule `duplicate_id`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V211", clause="DMA Art. 7(4)", obligation="O-02", defeats=False, cause="ambiguity")
def duplicate_id(offer: Offer) -> Iterator[Finding]:
    """Two statements have the same id.

    Why: whatever refers to it could mean either.
    Bad:
        [[party]]
        id = "server"
        kind = "server"
        operator = "gatekeeper"
        [[quota]]
        subject = "lookup"
        duplicate = true
    Good:
        [[party]]
        id = "server"
        kind = "server"
        operator = "gatekeeper"
    """
    manifest = offer.manifest
    tables = {
        ("party",): [each.id for each in manifest.party],
        ("feature",): [each.id for each in manifest.feature],
        ("measure",): [each.id for each in manifest.measure],
        ("threat",): [each.id for each in manifest.threat],
        ("timer",): [each.id for each in manifest.timer],
        ("quota",): [each.subject for each in manifest.quota],
        ("example",): [each.id for each in manifest.example],
        ("parity",): [each.aspect for each in manifest.parity],
        ("process", "step"): [each.id for each in manifest.process.step],
        ("eligibility", "restriction"): [each.id for each in manifest.eligibility.restriction],
    }
    for path, ids in tables.items():
        for n, each in enumerate(ids):
            if (first := ids.index(each)) < n:
                yield Finding(
                    f"`{each}` is stated twice in `{'.'.join(path)}`",
                    offer.at(*path, n),
                    help="keep one, or give the second another id",
                    related=(Related("the first one", offer.at(*path, first)),),
                )
