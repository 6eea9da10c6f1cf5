"""Rule `secret_kept_and_erased`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Schedule
from art7.prover.secrets.lives import torn
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V242", clause="DMA Art. 7(3), 7(4)", obligation="O-23", cause="ambiguity")
def secret_kept_and_erased(offer: Offer) -> Iterator[Finding]:
    """A schedule says of one secret both that it is kept and that it is erased.

    Why: each implementation follows one of the two statements.
    Bad:
        --- modules/minimal.a7
        schedule Torn {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            keep root
            erase root
        }
        vectors Torn { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    Good:
        --- modules/minimal.a7
        schedule Whole {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            keep root
        }
        vectors Whole { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    """
    for declaration in offer.declarations.of("schedule"):
        schedule = declaration.value
        if isinstance(schedule, Schedule):
            for name in sorted(torn(schedule)):
                yield Finding(
                    f"`{name}` of `{declaration.name}` is both kept and erased",
                    declaration.span,
                    help="remove one of the two",
                )
