"""Who can read, link and alter what: a row for each field that a role of a protocol sends, receives or hands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.ir import module as m
from art7.grammar.ir.plan import Slot
from art7.grammar.ir.shape import Text
from art7.prover.secrets.calls import is_opening
from art7.prover.secrets.parties import is_end, slots_of
from art7.prover.secrets.unverified import verified_fields
from art7.prover.secrets.walks import SEALED, Known, Walk, places

Field = tuple[str, str]
"""A message and a field of it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What `role` of `protocol` can do with a field.

    `read`: `yes`, `sealed` (it sees a ciphertext) or `opens` (it has the key). `link`: whether the field tells it who is
    meant. `alter`: `writes` (its own), `unnoticed`, `noticed` (the receiver verifies the field) or `no`.
    """

    protocol: str
    role: str
    end: bool
    message: str
    field: str
    read: str
    link: bool
    alter: str


def readers(specification: m.Specification, protocol: m.Protocol) -> Iterator[Reach]:
    """Yield a row for each role and field, roles and fields in the order of the text."""
    facts = _Facts(specification, protocol)
    for machine in protocol.roles:
        role = machine.name
        for message in facts.messages_of(role):
            for slot in slots_of(specification, message):
                place = (message, slot.name)
                has_key = (role, *place) in facts.opened | facts.written
                read = "yes" if place not in facts.sealed else "opens" if has_key else "sealed"
                yield Reach(
                    protocol.name,
                    role,
                    is_end(protocol, role),
                    message,
                    slot.name,
                    read,
                    read != "sealed" and _names_somebody(slot),
                    facts.alter(role, place),
                )


def _names_somebody(slot: Slot) -> bool:
    """Whether a field is personal, or an identifier by its pattern."""
    tagged = slot.data is not None and slot.data.personal
    return tagged or (slot.data is None and isinstance(slot.shape, Text) and slot.shape.pattern is not None)


class _Facts:
    """What the transitions say of fields: who writes, hands on, opens and verifies them."""

    def __init__(self, specification: m.Specification, protocol: m.Protocol) -> None:
        self.protocol = protocol
        self.written: set[tuple[str, str, str]] = set()
        self.handed: set[tuple[str, str, str]] = set()
        self.opened: set[tuple[str, str, str]] = set()
        self.verified: set[tuple[str, str, str]] = set()
        sealed: dict[Field, bool] = {}
        known = Known(specification, protocol)
        for place in places(protocol):
            walk, role = Walk(known, place), place.machine.name
            if place.message is not None:
                self.verified |= {(role, place.message, name) for name in verified_fields(known, place)}
            for action in place.transition.actions:
                if isinstance(action, m.SendAction):
                    self._sent(walk, role, action, sealed)
                elif isinstance(action, m.RunAction) and place.message is not None:
                    self._ran(known, walk, role, place.message, action)
                walk.take(action)
        self.sealed = {field for field, always in sealed.items() if always}

    def _sent(self, walk: Walk, role: str, action: m.SendAction, sealed: dict[Field, bool]) -> None:
        for name, expr in action.fields:
            if walk.place.message == action.message and name in walk.wire(expr):
                self.handed.add((role, action.message, name))
                continue
            self.written.add((role, action.message, name))
            is_sealed = any(label.startswith(SEALED) for label in walk.labels(expr))
            field = (action.message, name)
            sealed[field] = sealed.get(field, True) and is_sealed

    def _ran(self, known: Known, walk: Walk, role: str, message: str, action: m.RunAction) -> None:
        if any(is_opening(name) for name in known.functions.get(action.name, ())):
            self.opened |= {(role, message, name) for name in walk.wire_of(action.arguments)}

    def messages_of(self, role: str) -> list[str]:
        """Return the messages that a role sends or receives, in the order of the channels."""
        found: dict[str, None] = {}
        for channel in self.protocol.channels:
            if role in (channel.sender, channel.receiver):
                found |= dict.fromkeys(channel.carries)
        return list(found)

    def alter(self, role: str, field: Field) -> str:
        """Return what becomes of a change by a role."""
        if (role, *field) in self.written:
            return "writes"
        if (role, *field) not in self.handed:
            return "no"
        noticed = any(
            (other.name, *field) in self.verified for other in self.protocol.roles if other.name != role
        )
        return "noticed" if noticed else "unnoticed"
