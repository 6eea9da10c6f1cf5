"""Rule `indistinguishable_messages`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V218", clause="DMA Art. 7(4)", obligation=("O-02", "O-21"), finding="F-02", cause="ambiguity")
def indistinguishable_messages(offer: Offer) -> Iterator[Finding]:
    """Several messages arrive on one channel, and nothing in the octets says which one it is.

    Why: two readers can take the same octets for different messages; the text allows both readings.
    Bad:
        --- modules/minimal.a7
        message Ping as json { limit size = 100 n: u8 data(personal: false) }
        message Pong as json { limit size = 100 n: u8 data(personal: false) }
        protocol Echo {
            roles near, far
            channel near -> far ordered bound 2 carries Ping, Pong
            role near {
                start state Idle { on local go => Done { send Ping(n: 1) to far send Pong(n: 2) to far } }
                final state Done
            }
            role far { start state Idle { on Ping from near on Pong from near => Done } final state Done }
            scenario goes { near local go near -> far: Ping near -> far: Pong }
        }
        --- offer.toml
        [[party]]
        id = "probe"
        kind = "end"
        operator = "user"
        plays = ["minimal.Echo.near", "minimal.Echo.far"]
    Good:
        --- modules/minimal.a7
        message Ping as json { limit size = 100 n: u8 data(personal: false) }
        protocol Echo {
            roles near, far
            channel near -> far ordered bound 2 carries Ping
            role near { start state Idle { on local go => Done { send Ping(n: 1) to far } } final state Done }
            role far { start state Idle { on Ping from near => Done } final state Done }
            scenario goes { near local go near -> far: Ping }
        }
        --- offer.toml
        [[party]]
        id = "probe"
        kind = "end"
        operator = "user"
        plays = ["minimal.Echo.near", "minimal.Echo.far"]
    """
    for declaration in offer.declarations.of("protocol"):
        for pair, carried in offer.declarations.carried_between(declaration.name).items():
            outer = sorted({offer.declarations.outermost(message) for message in carried})
            if len(outer) > 1:
                yield Finding(
                    f"nothing on the wire from `{pair[0]}` to `{pair[1]}` tells {', '.join(f'`{m}`' for m in outer)} apart",
                    declaration.span,
                    help="carry them in one message with a kind, by `bind … when …`",
                )
