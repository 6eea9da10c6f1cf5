"""Rule `ambiguous_error`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V225",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-41"),
    finding="F-21",
    defeats=False,
    cause="ambiguity",
)
def ambiguous_error(offer: Offer) -> Iterator[Finding]:
    """Two errors of the registry have one number, or one error has two answers.

    Why: whoever is told the number cannot know which error it was.
    Bad:
        --- modules/more.a7
        a7 1
        module more version 1.0
        errors { late = 401 "Too late." }
        message Note as json { limit size = 100 n: u8 data(personal: false) must N-1: n > 0 else late }
        --- offer.toml
        [errors]
        registry = ["minimal", "more"]
        response = [{ error = "more.late", status = 409, retry = false }]
    Good:
        --- modules/more.a7
        a7 1
        module more version 1.0
        errors { late = 403 "Too late." }
        message Note as json { limit size = 100 n: u8 data(personal: false) must N-1: n > 0 else late }
        --- offer.toml
        [errors]
        registry = ["minimal", "more"]
        response = [{ error = "more.late", status = 409, retry = false }]
    """
    numbers: dict[int, str] = {}
    modules = offer.declarations.specification.modules
    for name in (each for each in offer.manifest.errors.registry if each in modules):
        for error in modules[name].errors:
            other = numbers.setdefault(error.number, f"{name}.{error.name}")
            if other != f"{name}.{error.name}":
                yield Finding(
                    f"number {error.number} is `{name}.{error.name}` and `{other}`",
                    error.span,
                    help="give each error of the registry a number of its own",
                )
    answers: dict[str, int] = {}
    for n, response in enumerate(offer.manifest.errors.response):
        if answers.setdefault(response.error, n) != n:
            yield Finding(
                f"`{response.error}` is answered in two ways",
                offer.at("errors", "response", n),
                help="keep one row",
            )
