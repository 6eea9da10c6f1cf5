"""Rule `unequal_limit`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V452", clause="DMA Art. 7(2)(a)", obligation="O-05")
def unequal_limit(offer: Offer) -> Iterator[Finding]:
    """A size limit is lower for interoperable users than for own ones, or differs by direction.

    Why: a file that arrives in one direction only is half a function.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 4096, send = 1024, receive = 4096 } }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 4096, send = 4096, receive = 4096 } }
    """
    for path, limit, point in offer.limits():
        if limit.measure is None and (
            min(limit.send, limit.receive) < limit.own or limit.send != limit.receive
        ):
            yield Finding(
                f"limit of own users {limit.own}, sending {limit.send}, receiving {limit.receive}",
                offer.at(*path),
                help="make them equal, or justify the difference by a measure",
                obligations=offer.limit_duties(path, point),
            )
