"""Rule `unsent_message`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V203", clause="DMA Art. 7(4)", obligation="O-02")
def unsent_message(offer: Offer) -> Iterator[Finding]:
    """A message that provides a function is never sent by any role.

    Why: nobody would know when to send it or what to answer.
    Bad:
        --- modules/minimal.a7
        message Ghost as json { limit size = 100 n: u8 data(personal: false) }
        --- offer.toml
        [[function]]
        point = "7(2)(a)(i)"
        provides = { messages = ["minimal.Envelope", "minimal.Receipt", "minimal.Ghost"] }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        provides = { messages = ["minimal.Envelope", "minimal.Receipt"] }
    """
    carried = offer.declarations.carried
    for message, points in offer.provided_messages.items():
        declaration = offer.declarations.find(message)
        if declaration is not None and message not in carried:
            yield Finding(
                f"no role ever sends `{message}`, which serves {', '.join(points)}",
                declaration.span,
                help="send it in a role machine, or do not list it",
            )
