"""Rule `unplayed_role`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V235", clause="DMA Art. 7(1)", obligation="O-02", finding="F-10", defeats=False)
def unplayed_role(offer: Offer) -> Iterator[Finding]:
    """A role of a protocol is played by no party, or by an end and a server alike.

    Why: whoever implements must know which of the machines is theirs.
    Bad:
        [[party]]
        id = "server"
        plays = []
    Good:
        [[party]]
        id = "server"
        plays = ["minimal.Delivery.server", "minimal.Media.store"]
    """
    for declaration in offer.declarations.of("role"):
        players = [party for party in offer.manifest.party if declaration.name in party.plays]
        if not players:
            yield Finding(
                f"no party plays role `{declaration.name}`",
                declaration.span,
                help="add it to `plays` of a `[[party]]`",
            )
        elif len({party.kind for party in players}) > 1:
            yield Finding(
                f"role `{declaration.name}` is played by {' and '.join(f'{p.id}, a {p.kind},' for p in players)}",
                offer.at("party"),
                help="leave it to parties of one kind: both ends, or one server",
            )
