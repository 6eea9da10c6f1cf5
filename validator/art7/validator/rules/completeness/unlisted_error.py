"""Rule `unlisted_error`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V110", clause="DMA Art. 7(4)", obligation=("O-21", "O-41"), finding="F-21", defeats=False)
def unlisted_error(offer: Offer) -> Iterator[Finding]:
    """An error of the modules is missing from the closed registry.

    Why: who receives an error must know how it shows on the transport and whether trying again can help.
    Bad:
        --- modules/minimal.a7
        errors { too_busy = 409 }
        message Busy as json { limit size = 100 n: u8 data(personal: false) must BUSY-01: n < 9 else too_busy }
    Good:
        [errors]
        response = [{ error = "minimal.bad_mac", status = 403, retry = false }]
    """
    registry = set(offer.manifest.errors.registry)
    listed = {response.error for response in offer.manifest.errors.response}
    for declaration in offer.declarations.of("error"):
        module = offer.declarations.module_of(declaration.name)
        if module in registry and declaration.name not in listed:
            yield Finding(
                f"error `{declaration.name}` has no row in the registry",
                declaration.span,
                help="add it to `errors.response` with status and retry",
            )
        elif module not in registry and registry:
            yield Finding(
                f"error `{declaration.name}` is outside the registry",
                declaration.span,
                help=f"add `{module}` to `errors.registry`",
            )
