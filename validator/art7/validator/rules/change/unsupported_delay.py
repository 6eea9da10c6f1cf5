"""Rule `unsupported_delay`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from art7.validator.offer import Offer
from art7.validator.periods import owed_day
from art7.validator.rule import Finding, rule


@rule("A7-V704", clause="DMA Art. 7(6)", obligation="O-29")
def unsupported_delay(offer: Offer) -> Iterator[Finding]:
    """A date lies beyond the statutory one, and no extension decision is cited.

    Why: only the Commission can move a date, on a reasoned request.
    Bad:
        [[function]]
        point = "7(2)(c)(i)"
        own = true
        interoperable = false
        planned = 2035-01-01
    Good:
        [[function]]
        point = "7(2)(c)(i)"
        own = true
        interoperable = false
        planned = 2030-02-03
    """
    for n, function in enumerate(offer.manifest.function):
        owed = offer.law.functions.get(function.point)
        due = owed_day(offer, owed.due) if owed is not None and function.own else None
        if due is None:
            continue
        until = max([due, *offer.extensions(function.point)])
        claimed: tuple[tuple[str, date | None], ...] = (
            ("planned", function.planned),
            ("since", function.since),
        )
        for name, day in claimed:
            if day is not None and day > until and not (name == "planned" and function.interoperable):
                yield Finding(
                    f"{function.point} is {name} {day}, owed from {until}, and no extension is cited",
                    offer.at("function", n, name),
                    help="keep the date, or cite the decision as `[[gatekeeper.extension]]`",
                    obligations=("O-29", *offer.obligations_of(function.point)),
                )
