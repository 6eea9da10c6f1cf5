"""Rule `limit_beyond_field`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.grammar.ir.shape import Integer, Octets, Sequence, Text
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V214", clause="DMA Art. 7(2)(a)", obligation="O-06", defeats=False)
def limit_beyond_field(offer: Offer) -> Iterator[Finding]:
    """A declared limit is larger than what the field of the message can hold.

    Why: the manifest promises what the format refuses.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 9000000, send = 9000000, receive = 9000000, field = "minimal.Envelope.ciphertext" } }
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        limits = { text_octets = { own = 4096, send = 4096, receive = 4096, field = "minimal.Envelope.ciphertext" } }
    """
    for path, limit, point in offer.limits():
        slot = offer.declarations.slot(limit.field) if limit.field else None
        if slot is None:
            continue
        match slot.shape:
            case Text(maximum=most) | Octets(maximum=most) | Sequence(maximum=most) | Integer(maximum=most):
                pass
            case _:
                continue
        if most is not None and max(limit.send, limit.receive) > most:
            yield Finding(
                f"limit of {max(limit.send, limit.receive)} declared, but `{limit.field}` holds at most {most}",
                offer.at(*path),
                help="widen the field, or declare the limit that holds",
                related=(Related("the field", slot.span),),
                obligations=offer.obligations_of(point),
            )
