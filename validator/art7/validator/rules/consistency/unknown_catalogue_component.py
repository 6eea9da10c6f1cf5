"""Rule `unknown_catalogue_component`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V206", clause="DMA Art. 7(4)", obligation=("O-02", "O-21"), finding="F-02")
def unknown_catalogue_component(offer: Offer) -> Iterator[Finding]:
    """A component is said to be in the catalogue of standards, but is not.

    Why: an offer may only leave out of its bundle what the catalogue holds.
    Bad:
        [[component]]
        standard = "RFC 6716"
        catalogue = "ietf.opuss"
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
    for n, component in enumerate(offer.manifest.component):
        name = component.catalogue
        if name is None or name in offer.catalogue:
            continue
        yield Finding(
            f"no component `{name}` in the catalogue{suggestion(name, sorted(offer.catalogue))}",
            offer.at("component", n, "catalogue"),
            help="describe it in a module of the bundle, or name a component of the catalogue",
        )
