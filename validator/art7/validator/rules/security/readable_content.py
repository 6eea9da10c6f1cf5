"""Rule `readable_content`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.flows import content_exposures
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V503", clause="DMA Art. 7(3)", obligation="O-18")
def readable_content(offer: Offer) -> Iterator[Finding]:
    """A message carries content or a secret in the clear to a role that is no end.

    Why: whoever receives a field can read it; what users write to one another is for the ends alone.
    Bad:
        --- modules/minimal.a7
        message Plain as json { limit size = 9000 body: text[..4000] data(personal: true, purpose: 'content', retention: 1d) }
        protocol Leak {
            roles writer, relay
            channel writer -> relay ordered bound 2 carries Plain
            role writer { start state Idle { on local write(t: text) => Done { send Plain(body: t) to relay } } final state Done }
            role relay { start state Idle { on Plain from writer => Done } final state Done }
            scenario leaks { writer local write  writer -> relay: Plain }
        }
        --- offer.toml
        [[party]]
        id = "server"
        plays = ["minimal.Delivery.server", "minimal.Media.store", "minimal.Leak.relay"]
        [[party]]
        id = "writer"
        kind = "end"
        operator = "user"
        plays = ["minimal.Leak.writer"]
        [[data]]
        field = "minimal.Plain.body"
        purpose = "content"
        function = ["7(2)(a)(i)"]
        recipient = "server"
        retention = "1d"
        legal_basis = "docs/privacy.md#basis"
        [[function]]
        point = "7(2)(a)(i)"
        [function.provides]
        messages = ["minimal.Envelope", "minimal.Receipt", "minimal.Plain"]
        scenarios = ["minimal.Delivery.text_both_ways", "minimal.Leak.leaks"]
    Good:
        [security]
        plaintext_roles = ["device"]
    """
    for exposure in content_exposures(offer):
        yield Finding(
            f"`{exposure.field}` ({exposure.what}) reaches role `{exposure.role}` of `{exposure.protocol}`, "
            f"which {exposure.party} plays",
            exposure.span,
            help="encrypt it for the ends before it is sent",
            related=(Related(f"in `{exposure.message}`, here", exposure.sent),),
        )
