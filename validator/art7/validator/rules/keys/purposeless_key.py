"""Rule `purposeless_key`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Schedule
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V244", clause="DMA Art. 7(4)", obligation="O-23", defeats=False)
def purposeless_key(offer: Offer) -> Iterator[Finding]:
    """A key that enters a schedule has no stated purpose.

    Why: a key used for two purposes can be turned against one of them; `for` makes the one purpose checkable.
    Bad:
        --- modules/minimal.a7
        schedule Vague {
            input root: secret[32]
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            erase root
        }
        vectors Vague { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    Good:
        --- modules/minimal.a7
        schedule Clear {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            erase root
        }
        vectors Clear { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    """
    for declaration in offer.declarations.of("schedule"):
        schedule = declaration.value
        if isinstance(schedule, Schedule):
            for each in schedule.inputs:
                if each.label == "secret" and each.octets is not None and each.purpose is None:
                    yield Finding(
                        f"secret `{each.name}` of `{declaration.name}` has no purpose",
                        each.span,
                        help="add `for …`, e.g. `for kdf.root`",
                    )
