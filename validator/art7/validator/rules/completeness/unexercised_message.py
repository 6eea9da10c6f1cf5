"""Rule `unexercised_message`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V109", clause="DMA Art. 7(4)", obligation="O-02", finding="F-03", defeats=False)
def unexercised_message(offer: Offer) -> Iterator[Finding]:
    """No scenario of a function sends one of the messages that are said to provide it.

    Why: what no scenario sends is never run, so nothing shows that it can be implemented.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        provides = { messages = ["minimal.Envelope", "minimal.Receipt", "minimal.Upload"] }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        provides = { messages = ["minimal.Envelope", "minimal.Receipt"] }
    """
    for n, function in offer.interoperable():
        scenarios = [s for name in function.provides.scenarios if (s := offer.declarations.scenario(name))]
        if not scenarios:
            continue
        protocols = {name.rpartition(".")[0] for name in function.provides.scenarios}
        sent = {step.message for scenario in scenarios for step in scenario.steps if step.message}
        sent |= offer.declarations.built_in(protocols)
        exercised = offer.declarations.closure(sent)
        for m, message in enumerate(function.provides.messages):
            if message in offer.declarations.carried - exercised:
                yield Finding(
                    f"no scenario of function {function.point} sends `{message}`",
                    offer.at("function", n, "provides", "messages", m),
                    help="add a scenario that sends it, or do not list it",
                    obligations=("O-02", *offer.obligations_of(function.point)),
                )
