"""Rule `unilateral_technology`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.law import squeezed
from art7.validator.offer import Offer
from art7.validator.phrases import public_document
from art7.validator.rule import Finding, rule

LAYERS = {
    "encryption": ("schedule",),
    "content": ("message",),
    "delivery": ("protocol",),
    "identity": ("identity",),
}


@rule(
    "A7-V113",
    clause="DMA Art. 46(1)(c), 48",
    obligation=("O-42"),
    finding="F-30",
    defeats=False,
)
def unilateral_technology(offer: Offer) -> Iterator[Finding]:
    """The gatekeeper picks a technology of its own, and does not say how far it is from the nearest public standard.

    Why: whoever has built on a standard has to see what is left to build, and a standard that is adopted later has to fit.
    Bad:
        [reporting]
        mapping = [{ layer = "identity", standard = "RFC 7565", relation = "used" }]
    Good:
        [reporting]
        mapping = [{ layer = "identity", standard = "RFC 7565", relation = "translatable" }]
    """
    rows = {row.layer: (n, row) for n, row in enumerate(offer.manifest.reporting.mapping)}
    for layer, kinds in LAYERS.items():
        own = offer.declarations.of(*kinds)
        if own and layer not in rows:
            yield Finding(
                f"`{own[0].name}` and {len(own) - 1} more are the gatekeeper's own {layer}, "
                "compared with no public standard",
                offer.at("reporting"),
                help=f'add a row to `reporting.mapping` with `layer = "{layer}"`',
            )
    cited = {squeezed(reference.partition("#")[0]) for _, reference, _ in offer.declarations.references()}
    components = {squeezed(each.standard) for each in offer.manifest.component}
    for layer, (n, row) in rows.items():
        name = squeezed(row.standard)
        where = offer.at("reporting", "mapping", n)
        if not public_document(row.standard.replace(" ", "").replace(".", "")) and name not in components:
            yield Finding(
                f"`{row.standard}` is not a standard that everybody can read", where, help="compare with one"
            )
        elif row.relation == "used" and name not in components | cited:
            yield Finding(
                f"{layer} is said to use `{row.standard}`, which no component and no module does",
                where,
                help="add the component with its profile, or state the relation that holds",
            )
