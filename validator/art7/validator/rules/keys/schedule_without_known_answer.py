"""Rule `schedule_without_known_answer`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import vector_subjects


@rule("A7-V245", clause="DMA Art. 7(4)", obligation="O-23", finding="F-25", defeats=False)
def schedule_without_known_answer(offer: Offer) -> Iterator[Finding]:
    """A key schedule has no vector.

    Why: with a known answer two implementations find a wrong label in a minute; without one they see "could not decrypt".
    Bad:
        --- modules/minimal.a7
        schedule Untested {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            erase root
        }
    Good:
        --- modules/minimal.a7
        schedule Tested {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            erase root
        }
        vectors Tested { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    """
    known = vector_subjects(offer)
    for declaration in offer.declarations.of("schedule"):
        if declaration.name not in known:
            yield Finding(
                f"no vector for schedule `{declaration.name}`",
                declaration.span,
                help="add a `vectors` block, or a file made by `art7 generate vectors`",
            )
