"""Rule `unprovided_function`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V102", clause="DMA Art. 7(2)", obligation="O-02", finding="F-03")
def unprovided_function(offer: Offer) -> Iterator[Finding]:
    """A function is called interoperable, but no declaration provides it.

    Why: a promise without messages, a role machine and a scenario cannot be implemented or run.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        provides = { scenarios = [] }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        provides = { scenarios = ["minimal.Delivery.text_both_ways"] }
    """
    for n, function in offer.interoperable():
        parts = {
            "messages": function.provides.messages,
            "protocol": function.provides.protocol,
            "scenarios": function.provides.scenarios,
            "identity": function.identity,
            "keys": function.keys,
        }
        if missing := [name for name, value in parts.items() if not value]:
            yield Finding(
                f"function {function.point} is called interoperable but names no {' and no '.join(missing)}",
                offer.at("function", n),
                help="name the declarations that provide it",
                obligations=("O-02", *offer.obligations_of(function.point)),
            )
