"""Rule `unlisted_component`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V219",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-02"),
    finding="F-04",
    defeats=False,
)
def unlisted_component(offer: Offer) -> Iterator[Finding]:
    """A module of the offer uses a standard of the catalogue that no component lists with its profile.

    Why: what is used of a standard, and what is left out, is known only to the program that was written from it.
    Bad:
        --- modules/more.a7
        a7 1
        module more version 1.0
        use ietf.opus as opus
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
    listed = {component.catalogue for component in offer.manifest.component}
    modules = offer.declarations.specification.modules
    for name in sorted(offer.own_modules):
        for used in modules[name].uses:
            if used in offer.catalogue and used not in listed:
                yield Finding(
                    f"module `{name}` uses `{used}`, which no `[[component]]` lists",
                    offer.at("component"),
                    help=f'add a component with `catalogue = "{used}"` and its profile',
                )
