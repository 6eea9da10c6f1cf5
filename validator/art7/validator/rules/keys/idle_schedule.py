"""Rule `idle_schedule`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V243", clause="DMA Art. 7(4)", obligation="O-23", defeats=False)
def idle_schedule(offer: Offer) -> Iterator[Finding]:
    """A function names a key schedule that no role machine of it runs.

    Why: the keys exist on paper; nothing says when they are derived.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        keys = ["minimal.MessageKeys", "minimal.MediaKeys"]
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        keys = ["minimal.MessageKeys"]
    """
    for n, function in offer.interoperable():
        protocol = offer.declarations.protocol(function.provides.protocol or "")
        if protocol is None:
            continue
        run = offer.declarations.schedules_run(function.provides.protocol or "")
        for k, name in enumerate(function.keys):
            declared = offer.declarations.find(name)
            if declared is not None and declared.kind == "schedule" and name not in run:
                yield Finding(
                    f"no role of `{function.provides.protocol}` runs `{name}`",
                    offer.at("function", n, "keys", k),
                    help="run it in a transition, or name the schedule that is run",
                    obligations=("O-23", *offer.obligations_of(function.point)),
                )
