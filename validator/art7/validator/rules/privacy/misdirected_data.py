"""Rule `misdirected_data`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V608",
    clause="DMA Art. 7(8)",
    obligation=("O-32", "O-33"),
    finding="F-29",
    defeats=False,
    cause="ambiguity",
)
def misdirected_data(offer: Offer) -> Iterator[Finding]:
    """The inventory names a recipient that never receives the field.

    Why: users are told that one party gets their data, while the messages take it to another.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        recipient = "bystander"
        [[party]]
        id = "bystander"
        kind = "server"
        operator = "requester"
        plays = ["minimal.Media.store"]
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        recipient = "server"
    """
    for n, row in enumerate(offer.manifest.data):
        readers = offer.readers(row.field.rpartition(".")[0]) if row.field else frozenset()
        if readers and row.recipient in offer.parties and row.recipient not in readers:
            yield Finding(
                f"`{row.field}` is said to go to `{row.recipient}`; it is received by {', '.join(sorted(readers))}",
                offer.at("data", n, "recipient"),
                help="name the party that receives it",
            )
