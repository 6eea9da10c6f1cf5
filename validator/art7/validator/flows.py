"""Who can read what: content and secrets followed from message to role, by the formats alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.diagnostics import Span
from art7.grammar.ir.plan import Slot
from art7.prover.secrets.parties import sensitive
from art7.validator.offer import Offer


@dataclass(frozen=True, slots=True)
class Exposure:
    """A field that a role can read although the party that plays it is no end."""

    field: str
    what: str
    message: str
    protocol: str
    role: str
    party: str
    span: Span
    sent: Span


def content_exposures(offer: Offer) -> Iterator[Exposure]:
    """Yield every readable content field and secret, once for each role that receives it."""
    yield from _received(offer)
    yield from _decoded(offer)


def _decoded(offer: Offer) -> Iterator[Exposure]:
    """Whoever decodes a record reads it, however it arrived."""
    for protocol_name, role, action in offer.declarations.runs():
        party = offer.player(protocol_name, role)
        if action.operation != "decode" or party is None or party.kind == "end":
            continue
        for name, slot, what in _sensitive_slots(offer, action.name):
            if offer.declarations.is_own(protocol_name):
                yield Exposure(
                    field=name,
                    what=what,
                    message=action.name,
                    protocol=protocol_name,
                    role=role,
                    party=party.id,
                    span=slot.span,
                    sent=action.span,
                )


def _received(offer: Offer) -> Iterator[Exposure]:
    seen: set[tuple[str, str, str]] = set()
    sensitive: dict[str, list[tuple[str, Slot, str]]] = {}
    for sending in offer.declarations.sendings:
        party = offer.player(sending.protocol, sending.receiver)
        if party is None or party.kind == "end" or not offer.declarations.is_own(sending.protocol):
            continue
        if sending.message not in sensitive:
            sensitive[sending.message] = list(_sensitive_slots(offer, sending.message))
        for name, slot, what in sensitive[sending.message]:
            key = (name, sending.protocol, sending.receiver)
            if key not in seen:
                seen.add(key)
                yield Exposure(
                    field=name,
                    what=what,
                    message=sending.message,
                    protocol=sending.protocol,
                    role=sending.receiver,
                    party=party.id,
                    span=slot.span,
                    sent=sending.span,
                )


def _sensitive_slots(offer: Offer, message: str) -> Iterator[tuple[str, Slot, str]]:
    for name, slot in offer.declarations.slots(message):
        if (what := sensitive(slot)) is not None:
            yield name, slot, what
