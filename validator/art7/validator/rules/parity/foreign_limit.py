"""Rule `foreign_limit`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V457",
    clause="DMA Art. 7(2)(a)",
    obligation="O-05",
    defeats=False,
)
def foreign_limit(offer: Offer) -> Iterator[Finding]:
    """A limit is bound to a field that no message of its function holds.

    Why: the limit that counts is another one, and stands nowhere.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 20, send = 20, receive = 20, field = "minimal.Upload.name" } }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 20, send = 20, receive = 20, field = "minimal.Envelope.id" } }
    """
    for path, limit, point in offer.limits():
        if limit.field is None or offer.declarations.slot(limit.field) is None:
            continue
        record = limit.field.rpartition(".")[0]
        if len(path) > 3 and path[2] == "media":
            media = offer.manifest.function[int(path[1])].media[int(path[3])]
            moved = offer.declarations.closure(name for name in (media.upload, media.download) if name)
            fits = not moved or record in moved
        else:
            fits = offer.reads(point, limit.field)
        if not fits:
            yield Finding(
                f"`{limit.field}` is in no message that carries this of {point}",
                offer.at(*path),
                help="name the field whose type bounds it",
                obligations=offer.limit_duties(path, point),
            )
