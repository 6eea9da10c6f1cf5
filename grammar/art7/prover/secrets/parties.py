"""Which roles are ends, and which fields are for ends alone."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Channel, Protocol, Specification
from art7.grammar.ir.plan import Record, Slot
from art7.grammar.ir.shape import Octets

CONTENT = "content"
"""A data tag whose purpose is this word, or begins with it, marks what users write to one another."""

BETWEEN = frozenset(
    "server gatekeeper relay hub proxy gateway store provider directory broker router homeserver mediator bridge".split()
)
"""Words in names of roles that stand between the ends."""


def is_end(protocol: Protocol, role: str) -> bool:
    """Whether a role is an end: it neither hands on what it was sent, nor is it called after what stands between."""
    if BETWEEN & set(role.lower().split("_")):
        return False
    incoming = [x for x in protocol.channels if x.receiver == role]
    outgoing = [x for x in protocol.channels if x.sender == role]
    return not any(_hands_on(one, two) for one in incoming for two in outgoing if one.sender != two.receiver)


def _hands_on(one: Channel, two: Channel) -> bool:
    return bool(set(one.carries) & set(two.carries))


def is_content(slot: Slot) -> bool:
    """Whether a field holds what users write to one another."""
    purpose = slot.data.purpose if slot.data else None
    return purpose is not None and purpose.replace("_", "-").split("-")[0] == CONTENT


def is_secret(slot: Slot) -> bool:
    """Whether a field holds secret octets."""
    return isinstance(slot.shape, Octets) and slot.shape.secret


def sensitive(slot: Slot) -> str | None:
    """Return what a field holds that is for the ends alone, in a phrase."""
    if is_secret(slot):
        return "a secret"
    return "content in the clear" if is_content(slot) else None


def slots_of(specification: Specification, record: str) -> Iterator[Slot]:
    """Yield the members of a message; none of an unknown one."""
    found = find_record(specification, record)
    yield from (slot for slot in found.slots if slot.is_api) if found is not None else ()


def find_record(specification: Specification, name: str) -> Record | None:
    """Return a record by its qualified name."""
    try:
        return specification.record(name)
    except KeyError:
        return None
