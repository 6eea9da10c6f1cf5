"""Rule `endless_wait`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.proving import refuted
from art7.validator.rule import Finding, rule


@rule("A7-V832", clause="DMA Art. 7(1), 7(4)", obligation="O-02")
def endless_wait(offer: Offer) -> Iterator[Finding]:
    """A role stays in a `hot` state, which has to be left, after a message was lost or went unanswered.

    Why: the offer promises that the state is left; what its machines do does not keep the promise.
    Bad:
        --- modules/minimal.a7
        protocol Meeting {
            roles first, second
            channel first -> second lossy bound 2 carries Upload
            channel second -> first lossy bound 2 carries Download
            role first {
                start state Idle {
                    on local begin => Asked { send Upload(name: 'a', octets: x'00') to second }
                    ignore Download from second
                }
                hot state Asked { on Download from second => Idle }
            }
            role second { start state Idle { on Upload from first { send Download(name: 'a') to first } } }
            scenario asked { first local begin  first -> second: Upload  second -> first: Download }
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
    yield from refuted(offer, "roles", ("progress",))
