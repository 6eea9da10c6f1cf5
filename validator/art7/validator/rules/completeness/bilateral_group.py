"""Rule `bilateral_group`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import plural

LEAST_SERVICES = 3


@rule(
    "A7-V112",
    clause="DMA Art. 7(2)(b)",
    obligation="O-11",
    finding="F-16",
)
def bilateral_group(offer: Offer) -> Iterator[Finding]:
    """A group is only ever shown between two services, or nobody decides the order of its changes.

    Why: with a bridge for each pair of services, members of two gatekeepers cannot be in one group.
    Bad:
        [[function]]
        point = "7(2)(b)(i)"
        own = true
        interoperable = true
        since = 2026-08-03
        identity = "minimal.FindAccount"
        keys = ["minimal.MessageKeys"]
        [function.provides]
        messages = ["minimal.Envelope"]
        protocol = "minimal.Delivery"
        scenarios = ["minimal.Delivery.text_both_ways"]
        [function.group]
        services = 2
        ordering = "server"
    Good:
        [[function]]
        point = "7(2)(b)(i)"
        own = true
        interoperable = true
        since = 2026-08-03
        identity = "minimal.FindAccount"
        keys = ["minimal.MessageKeys"]
        [function.provides]
        messages = ["minimal.Envelope"]
        protocol = "minimal.Delivery"
        scenarios = ["minimal.Delivery.text_both_ways"]
        [function.group]
        services = 3
        ordering = "server"
        [[party]]
        id = "device"
        plays = ["minimal.Delivery.sender", "minimal.Media.owner", "minimal.Media.reader", "minimal.Choice.user"]
        service = "own"
        [[party]]
        id = "first_guest"
        kind = "end"
        operator = "user"
        plays = ["minimal.Delivery.sender"]
        service = "first"
        [[party]]
        id = "second_guest"
        kind = "end"
        operator = "user"
        plays = ["minimal.Delivery.recipient"]
        service = "second"
    """
    for n, function in offer.interoperable():
        owed = offer.law.functions.get(function.point)
        protocol = function.provides.protocol
        if owed is None or not owed.group or protocol is None or not function.provides.scenarios:
            continue
        where = offer.at("function", n)
        if function.group is None or function.group.ordering is None:
            yield Finding(
                f"nothing says who decides the order of changes in groups of {function.point}",
                where,
                help="state `group` with the party that orders",
                obligations=offer.obligations_of(function.point),
            )
        shown = max((len(_services(offer, name)) for name in function.provides.scenarios), default=0)
        if shown < LEAST_SERVICES or (
            function.group is not None and function.group.services < LEAST_SERVICES
        ):
            yield Finding(
                f"no scenario of {function.point} has users of {LEAST_SERVICES} services in one group; "
                f"the widest has {plural(shown, 'service')}",
                where,
                help="show a group of three services, or state the protocol that joins them",
                obligations=offer.obligations_of(function.point),
            )


def _services(offer: Offer, name: str) -> set[str]:
    """Return the services whose users can take the parts of ends in a scenario."""
    scenario = offer.declarations.scenario(name)
    protocol = name.rpartition(".")[0]
    steps = scenario.steps if scenario else ()
    roles = {role for step in steps for role in (step.role, step.peer) if role}
    played = {f"{protocol}.{role}" for role in roles}
    ends = [party for party in offer.manifest.party if party.kind == "end" and played & set(party.plays)]
    return {party.service or party.id for party in ends}
