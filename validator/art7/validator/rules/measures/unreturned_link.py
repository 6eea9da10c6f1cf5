"""Rule `unreturned_link`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V411",
    clause="DMA Art. 7(9)",
    obligation=("O-35"),
    defeats=False,
)
def unreturned_link(offer: Offer) -> Iterator[Finding]:
    """A measure claims to cover something that names another measure, or none.

    Why: what a restriction rests on has to be one measure, seen from both sides.
    Bad:
        [[data]]
        observed = "ip_address"
        measure = "M-2"
        [[measure]]
        id = "M-2"
        restricts = ["R-1"]
        threat = "T-1"
        necessity = "docs/measures.md#m-1"
        proportionality = "docs/measures.md#m-1-proportionality"
        less_restrictive = [{ option = "none of it", rejected_because = "docs/measures.md#m-1-options" }]
        evidence = ["docs/measures.md"]
        applies_to_own_clients = true
        review = 2027-03-01
    Good:
        [[data]]
        observed = "ip_address"
        measure = "M-1"
    """
    named = _named(offer)
    elsewhere = _reported_elsewhere(offer)
    for n, measure in enumerate(offer.manifest.measure):
        for m, what in enumerate(measure.restricts):
            if what in named and measure.id not in named[what] and (named[what] or what not in elsewhere):
                others = ", ".join(f"`{each}`" for each in sorted(named[what])) or "no measure"
                yield Finding(
                    f"`{measure.id}` restricts `{what}`, which names {others}",
                    offer.at("measure", n, "restricts", m),
                    help="link both ways",
                )


def _reported_elsewhere(offer: Offer) -> set[str]:
    """Return what other rules report when it names no measure at all."""
    manifest = offer.manifest
    return {
        *(each.id for each in manifest.eligibility.restriction),
        *(f"parity:{each.aspect}" for each in manifest.parity),
        *(f"data:{each.observed}" for each in manifest.data if each.observed),
    }


def _named(offer: Offer) -> dict[str, set[str]]:
    """Return, for each thing that a measure can restrict, the measures that it names itself."""
    manifest = offer.manifest
    rows = [(each.id, each.measure) for each in manifest.eligibility.restriction]
    rows += [(f"parity:{each.aspect}", each.measure) for each in manifest.parity]
    rows += [(f"data:{each.field or each.observed}", each.measure) for each in manifest.data]
    rows += [(f"feature:{each.id}", each.measure) for each in manifest.feature]
    rows += [(f"quota:{each.subject}", each.measure) for each in manifest.quota]
    found: dict[str, set[str]] = {}
    for what, measure in rows:
        found.setdefault(what, set()).update([measure] if measure else [])
    return found
