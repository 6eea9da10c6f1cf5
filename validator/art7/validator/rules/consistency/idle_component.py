"""Rule `idle_component`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V220",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    defeats=False,
)
def idle_component(offer: Offer) -> Iterator[Finding]:
    """A component is said to come from the catalogue, and no module of the offer uses it.

    Why: either the standard is not used, or how it is used is stated nowhere.
    Bad:
        [[component]]
        standard = "RFC 6716"
        catalogue = "ietf.opus"
        profile = "exact"
    Good:
        --- modules/more.a7
        a7 1
        module more version 1.0
        use ietf.opus as opus
        --- offer.toml
        [[component]]
        standard = "RFC 6716"
        catalogue = "ietf.opus"
        profile = "exact"
    """
    modules = offer.declarations.specification.modules
    for n, component in enumerate(offer.manifest.component):
        name = component.catalogue
        if name is not None and name in offer.catalogue and name not in modules:
            yield Finding(
                f"`{name}` is listed as a component, and no module of the offer uses it",
                offer.at("component", n, "catalogue"),
                help="`use` it where it applies, or remove the component",
            )
