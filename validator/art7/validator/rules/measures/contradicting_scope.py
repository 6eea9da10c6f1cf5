"""Rule `contradicting_scope`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.quantities import Stated, shown_quantity
from art7.validator.rule import Finding, rule


@rule("A7-V412", clause="DMA Art. 7(9), 13(6)", obligation=("O-35", "O-36"), defeats=False, cause="ambiguity")
def contradicting_scope(offer: Offer) -> Iterator[Finding]:
    """A measure is said to bind own clients or not to, and the figures that it restricts say otherwise.

    Why: a measure for third parties alone needs reasons that one for everybody does not.
    Bad:
        [[quota]]
        subject = "lookup"
        measure = "M-2"
        [[measure]]
        id = "M-2"
        restricts = ["quota:lookup"]
        threat = "T-1"
        necessity = "docs/measures.md#m-1"
        proportionality = "docs/measures.md#m-1-proportionality"
        less_restrictive = [{ option = "no limit", rejected_because = "docs/measures.md#m-1-options" }]
        evidence = ["docs/measures.md"]
        review = 2027-03-01
        applies_to_own_clients = false
    Good:
        [[quota]]
        subject = "lookup"
        measure = "M-2"
        [[measure]]
        id = "M-2"
        restricts = ["quota:lookup"]
        threat = "T-1"
        necessity = "docs/measures.md#m-1"
        proportionality = "docs/measures.md#m-1-proportionality"
        less_restrictive = [{ option = "no limit", rejected_because = "docs/measures.md#m-1-options" }]
        evidence = ["docs/measures.md"]
        review = 2027-03-01
        applies_to_own_clients = true
    """
    figures = dict(_restricted(offer))
    for n, measure in enumerate(offer.manifest.measure):
        known = [(name, *figures[name]) for name in measure.restricts if name in figures]
        if len(known) < len(measure.restricts):
            continue  # the rest of what it restricts has no figure that could tell
        same = [(name, own) for name, own, other in known if own == other]
        if measure.applies_to_own_clients is False and known and len(same) == len(known):
            said = f"is said not to bind own clients, whose {same[0][0]} is {shown_quantity(same[0][1])} all the same"
        elif measure.applies_to_own_clients and known and not same:
            name, own, other = known[0]
            said = f"is said to bind own clients, whose {name} is {shown_quantity(own)} and not {shown_quantity(other)}"
        else:
            continue
        yield Finding(
            f"measure `{measure.id}` {said}",
            offer.at("measure", n, "applies_to_own_clients"),
            help="mend `applies_to_own_clients`, or the figures",
        )


def _restricted(offer: Offer) -> Iterator[tuple[str, tuple[Stated, Stated]]]:
    """Yield the name by which a measure restricts a figure, with what own and interoperable users have."""
    manifest = offer.manifest
    for row in manifest.parity:
        yield f"parity:{row.aspect}", (row.own, row.interoperable)
    for quota in manifest.quota:
        yield f"quota:{quota.subject}", (quota.own, quota.interoperable)
    for name in ("availability", "latency_p99_ms"):
        level = getattr(manifest.service_levels, name)
        if level is not None:
            yield f"level:{name}", (level.own, level.interoperable)
