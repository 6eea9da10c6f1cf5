"""Rule `unraised_error`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V204", clause="DMA Art. 7(4)", obligation="O-21", finding="F-21", defeats=False)
def unraised_error(offer: Offer) -> Iterator[Finding]:
    """An error is declared, but nothing ever raises it.

    Why: either a check was forgotten, or the error is not an error of this interface.
    Bad:
        --- modules/minimal.a7
        errors { phase_of_moon = 409 }
        --- offer.toml
        [errors]
        response = [{ error = "minimal.phase_of_moon", status = 409, retry = true }]
    Good:
        [errors]
        response = [{ error = "minimal.bad_mac", status = 403, retry = false }]
    """
    raised = offer.declarations.raised_errors()
    for declaration in offer.declarations.of("error"):
        if declaration.name not in raised:
            yield Finding(
                f"error `{declaration.name}` is never raised",
                declaration.span,
                help="raise it where it belongs, or remove it",
            )
