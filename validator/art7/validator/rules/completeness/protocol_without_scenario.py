"""Rule `protocol_without_scenario`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V108", clause="DMA Art. 7(4)", obligation="O-21", finding="F-03", defeats=False)
def protocol_without_scenario(offer: Offer) -> Iterator[Finding]:
    """A protocol of the offer has no scenario at all.

    Why: a role machine that is never run shows nothing; a scenario is the smallest trace that an implementer can follow.
    Bad:
        --- modules/minimal.a7
        protocol Idle {
            roles watcher
            role watcher {
                start state Off { on local finish => Done }
                final state Done
            }
        }
        --- offer.toml
        [[party]]
        id = "watcher"
        kind = "end"
        operator = "user"
        plays = ["minimal.Idle.watcher"]
    Good:
        --- modules/minimal.a7
        protocol Idle {
            roles watcher
            role watcher {
                start state Off { on local finish => Done }
                final state Done
            }
            scenario ends { watcher local finish }
        }
        --- offer.toml
        [[party]]
        id = "watcher"
        kind = "end"
        operator = "user"
        plays = ["minimal.Idle.watcher"]
    """
    for declaration in offer.declarations.of("protocol"):
        protocol = offer.declarations.protocol(declaration.name)
        if protocol is not None and not protocol.scenarios:
            yield Finding(
                f"protocol `{declaration.name}` has no scenario",
                declaration.span,
                help="add a `scenario` that runs it from start to end",
            )
