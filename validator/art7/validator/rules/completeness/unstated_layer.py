"""Rule `unstated_layer`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V101", clause="DMA Art. 7(4)", obligation="O-21", finding=("F-20", "F-03"), defeats=False)
def unstated_layer(offer: Offer) -> Iterator[Finding]:
    """A layer of the completeness profile has an empty row.

    Why: whoever implements from the offer would have to ask, guess or wait.
    Bad:
        [operations]
        incidents = "(absent)"
    Good:
        [operations]
        incidents = "docs/terms.md#incidents"
    """
    asked_for = {path for duty in offer.law.obligations.values() for path in duty.states}
    points = {function.point for _, function in offer.interoperable()}
    for layer in offer.law.layers:
        if layer.points and not points & set(layer.points):
            continue
        for item in layer.items:
            stated = [offer.states(path) for path in item.manifest]
            declared = any(offer.declares(kind) for kind in item.declares)
            if declared or (stated and (all(stated) if item.all else any(stated))):
                continue
            if any(path in asked_for for path in item.manifest if not offer.states(path)):
                continue  # said already, with the duty that asks for it
            wanted = [f"`{path}`" for path in item.manifest] + [
                f"a `{kind}` in a module" for kind in item.declares
            ]
            yield Finding(
                f"layer {layer.title}: nothing states {item.title}",
                offer.at(*(item.manifest[0].split(".") if item.manifest else ())),
                help=f"state {(' and ' if item.all else ' or ').join(wanted)}",
            )
