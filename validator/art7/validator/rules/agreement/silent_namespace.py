"""Rule `silent_namespace`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V259",
    clause="DMA Art. 7(3), 7(4)",
    obligation=("O-17", "O-23"),
    finding="D-09",
    defeats=False,
    cause="ambiguity",
)
def silent_namespace(offer: Offer) -> Iterator[Finding]:
    """The namespace of OMEMO is open, or a peer of the other one is served silently.

    Why: two namespaces live on one server; whoever falls back without a word loses what the newer one protects.
    Bad:
        [[component]]
        standard = "OMEMO"
        agreed = { fallback = "allowed" }
    Good:
        [[component]]
        standard = "OMEMO"
        agreed = { fallback = "refused" }
    """
    for n, component in offer.components_about("D-09"):
        agreed = component.agreed
        if agreed.namespace is None or agreed.fallback is None:
            yield Finding(
                f"`{component.standard}` has two namespaces, and nothing says which one holds and what of the other",
                offer.at("component", n),
                help="state `agreed.namespace` and `agreed.fallback`",
            )
        elif agreed.fallback == "allowed" and "confidentiality" in offer.manifest.security.interoperable:
            yield Finding(
                f"a peer outside `{agreed.namespace}` is served in an older form without a word",
                offer.at("component", n, "agreed", "fallback"),
                help='refuse it: `fallback = "refused"`',
            )
