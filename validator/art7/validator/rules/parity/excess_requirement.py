"""Rule `excess_requirement`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V455", clause="DMA Art. 7(5)", obligation="O-26", finding="F-23")
def excess_requirement(offer: Offer) -> Iterator[Finding]:
    """Whoever requests one function must implement something else as well.

    Why: some or all functionalities may be requested; nobody has to take what was not asked for.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        requires = { functions = ["7(2)(a)(ii)"] }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        requires = { functions = [] }
    """
    features = {feature.id: feature for feature in offer.manifest.feature}
    for n, function in offer.interoperable():
        for m, other in enumerate(function.requires.functions):
            yield Finding(
                f"a request for {function.point} pulls in {other}",
                offer.at("function", n, "requires", "functions", m),
                help="let each function be requested alone",
            )
        for m, name in enumerate(function.requires.features):
            feature = features.get(name)
            if feature is not None and function.point not in feature.points and feature.measure is None:
                yield Finding(
                    f"a request for {function.point} pulls in feature `{name}`, which it does not need",
                    offer.at("function", n, "requires", "features", m),
                    help="make the feature optional, or justify it by a measure",
                )
    for n, feature in enumerate(offer.manifest.feature):
        if feature.required and not feature.points and feature.measure is None:
            yield Finding(
                f"feature `{feature.id}` is required, and no function needs it",
                offer.at("feature", n),
                help="make it optional, or name the `points` that cannot work without it",
            )
