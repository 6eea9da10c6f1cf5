"""Rule `leftover_secret`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Schedule
from art7.prover.secrets.lives import unsettled
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V241", clause="DMA Art. 7(3), 7(4)", obligation=("O-18", "O-23"))
def leftover_secret(offer: Offer) -> Iterator[Finding]:
    """A secret of a key schedule is neither kept, nor erased, nor handed on.

    Why: forward secrecy depends on what is erased and when; a forgotten secret lives on in one implementation only.
    Bad:
        --- modules/minimal.a7
        schedule Careless {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
        }
        vectors Careless { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    Good:
        --- modules/minimal.a7
        schedule Careful {
            input root: secret[32] for kdf.root
            derive next: secret[32] = hmac_sha256(key: root, data: x'01')
            output next
            erase root
        }
        vectors Careful { accept given { root: x'0000000000000000000000000000000000000000000000000000000000000000' } }
    """
    for declaration in offer.declarations.of("schedule"):
        schedule = declaration.value
        if not isinstance(schedule, Schedule):
            continue
        for secret in unsettled(schedule):
            yield Finding(
                f"secret `{secret.name}` of `{declaration.name}` is neither kept, erased nor an output",
                secret.span,
                help=f"write `erase {secret.name}` or `keep {secret.name}`",
            )
