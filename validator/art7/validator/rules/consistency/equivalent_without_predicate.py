"""Rule `equivalent_without_predicate`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import EQUIVALENTS
from art7.validator.rule import Finding, rule


@rule("A7-V213", clause="DMA Art. 7(3), 7(9)", obligation=("O-17", "O-23"), finding="F-05", cause="ambiguity")
def equivalent_without_predicate(offer: Offer) -> Iterator[Finding]:
    """An equivalent of a protocol is allowed without a test, a decision maker and a time limit.

    Why: whoever decides what is equivalent decides who gets access.
    Bad:
        [[component]]
        standard = "Signal Double Ratchet"
        profile = "equivalent"
    Good:
        [[component]]
        standard = "Signal Double Ratchet"
        profile = "equivalent"
        acceptance = { predicate = "scenario:minimal.Delivery.text_both_ways", decided_by = "server", max = "20d" }
    """
    for n, component in enumerate(offer.manifest.component):
        if component.profile != "equivalent":
            continue
        acceptance = component.acceptance
        if acceptance is None:
            yield Finding(
                f"an equivalent of `{component.standard}` is allowed without criteria",
                offer.at("component", n),
                help="state `acceptance` with predicate, decided_by and max",
            )
        elif not offer.is_test(acceptance.predicate):
            yield Finding(
                f"`{acceptance.predicate}` is no scenario, requirement or vector set of the bundle",
                offer.at("component", n, "acceptance", "predicate"),
                help="name a test that can be run: `scenario:…`, `requirement:…` or `vectors:…`",
            )
    has_acceptance = any(component.acceptance for component in offer.manifest.component)
    for line in offer.prose if not has_acceptance else ():
        if found := EQUIVALENTS.search(line.text):
            yield Finding(
                f"an equivalent is allowed without criteria: `{found[0].lower()}`",
                line.span(found.start(), found.end()),
                help="state a component with profile `equivalent` and its `acceptance`",
            )
