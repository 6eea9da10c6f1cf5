"""Rule `contradicting_constant`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import ConstantDeclaration
from art7.validator.manifest.base import MILLISECONDS, milliseconds
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V223",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="F-29",
    defeats=False,
    cause="ambiguity",
)
def contradicting_constant(offer: Offer) -> Iterator[Finding]:
    """A constant of a module has another value than the timer that the manifest binds to it.

    Why: the token ends by the constant, the promise by the manifest.
    Bad:
        [[timer]]
        id = "lapse"
        constant = "minimal.KEPT"
        --- modules/minimal.a7
        const KEPT: u32 = 86400
    Good:
        [[timer]]
        id = "lapse"
        constant = "minimal.KEPT"
        --- modules/minimal.a7
        const KEPT: u32 = 7776000
    """
    for n, timer in enumerate(offer.manifest.timer):
        found = offer.declarations.find(timer.constant or "")
        value = found.value.value if found and isinstance(found.value, ConstantDeclaration) else None
        if isinstance(value, int) and value * MILLISECONDS["s"] != milliseconds(timer.value):
            yield Finding(
                f"timer `{timer.id}` is {timer.value} here and {value} seconds in `{timer.constant}`",
                offer.at("timer", n, "value"),
                help="state one value",
            )
