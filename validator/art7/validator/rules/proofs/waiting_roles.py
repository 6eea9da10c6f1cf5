"""Rule `waiting_roles`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.proving import refuted
from art7.validator.rule import Finding, rule


@rule("A7-V831", clause="DMA Art. 7(1), 7(4)", obligation="O-02")
def waiting_roles(offer: Offer) -> Iterator[Finding]:
    """A run of the role machines ends where parties wait for one another for ever.

    Why: whoever builds what the offer says gets a conversation that stops without anybody's fault.
    Bad:
        --- modules/minimal.a7
        protocol Meeting {
            roles first, second
            channel first <-> second ordered bound 2 carries Envelope
            role first {
                start state Idle { on local begin => Waiting }
                state Waiting { on Envelope from second => Done }
                final state Done
            }
            role second {
                start state Idle { on local begin => Waiting }
                state Waiting { on Envelope from first => Done }
                final state Done
            }
            scenario stops { first local begin  second local begin }
        }
        --- offer.toml
        [[party]]
        id = "device"
        plays = [
            "minimal.Delivery.sender", "minimal.Delivery.recipient", "minimal.Media.owner", "minimal.Media.reader",
            "minimal.Choice.user", "minimal.Meeting.first",
        ]
        [[party]]
        id = "server"
        plays = ["minimal.Delivery.server", "minimal.Media.store", "minimal.Meeting.second"]
    Good:
        --- docs/changes.md
        No protocol is added.
    """
    yield from refuted(offer, "roles", ("deadlocks",))
