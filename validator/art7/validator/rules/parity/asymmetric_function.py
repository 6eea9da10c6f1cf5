"""Rule `asymmetric_function`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V454", clause="DMA Art. 7(2)(a), 7(5)", obligation=("O-26",), finding="F-23", defeats=False)
def asymmetric_function(offer: Offer) -> Iterator[Finding]:
    """A function is required in one direction and optional, or unavailable, in the other.

    Why: interoperability is mutual: what one side may send, the other side must be able to answer in kind.
    Bad:
        [[function]]
        point = "7(2)(a)(ii)"
        requires = { send = "optional", receive = "required" }
    Good:
        [[function]]
        point = "7(2)(a)(ii)"
        requires = { send = "required", receive = "required" }
    """
    for n, function in offer.interoperable():
        send, receive = function.requires.send, function.requires.receive
        if send != receive:
            yield Finding(
                f"function {function.point}: sending is {send}, receiving is {receive}",
                offer.at("function", n, "requires"),
                help="treat both directions alike",
                obligations=("O-26", *offer.obligations_of(function.point)),
            )
