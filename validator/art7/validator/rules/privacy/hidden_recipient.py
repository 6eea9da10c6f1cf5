"""Rule `hidden_recipient`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V609",
    clause="DMA Art. 7(8)",
    obligation=("O-32", "O-33"),
    finding="F-29",
    defeats=False,
    cause="ambiguity",
)
def hidden_recipient(offer: Offer) -> Iterator[Finding]:
    """The inventory names only users' devices as recipients of what a server reads too.

    Why: whoever runs the server answers for the data; an inventory without it tells users that nobody does.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        recipient = "device"
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        recipient = "server"
    """
    named: dict[str, set[str]] = {}
    for row in offer.manifest.data:
        named.setdefault(_subject(row.field, row.observed), set()).add(row.recipient or "")
    services = {party.id for party in offer.manifest.party if party.kind != "end"}
    for n, row in enumerate(offer.manifest.data):
        # What is observed of a connection is seen by whoever runs the other end of it: a service, if there is one.
        readers = offer.readers(row.field.rpartition(".")[0]) if row.field else frozenset(services)
        hidden = sorted(readers & services)
        if (
            hidden
            and row.recipient in offer.parties
            and not named[_subject(row.field, row.observed)] & services
        ):
            yield Finding(
                f"`{row.field or row.observed}` is said to go to `{row.recipient}`; {', '.join(hidden)} reads it too",
                offer.at("data", n, "recipient"),
                help="name the service that reads it, in a row of its own if devices are recipients as well",
            )


def _subject(field: str | None, observed: str | None) -> str:
    return field or f"observed {observed}"
