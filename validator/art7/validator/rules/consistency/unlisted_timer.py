"""Rule `unlisted_timer`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V227",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="F-27",
    defeats=False,
)
def unlisted_timer(offer: Offer) -> Iterator[Finding]:
    """A role machine has a timer that the manifest does not list.

    Why: timers of both sides are compared with one another; one that is not listed is compared with nothing.
    Bad:
        [[timer]]
        id = "retry"
        absent = true
    Good:
        [[timer]]
        id = "retry"
        value = "60s"
    """
    listed = {timer.declared for timer in offer.manifest.timer}
    if not offer.manifest.timer:
        return
    same = {_shared(name) for name in listed if name}
    if any(name is not None and offer.declarations.find(name) is None for name in listed):
        return  # a name is misspelt, which another rule reports
    for declaration in offer.declarations.of("timer"):
        protocol = offer.declarations.protocol(_shared(declaration.name)[0])
        if protocol is not None and protocol.channels and _shared(declaration.name) not in same:
            yield Finding(
                f"timer `{declaration.name}` of {declaration.value} ms is not listed",
                declaration.span,
                help="add a `[[timer]]` that names it as `declared`",
            )


def _shared(name: str) -> tuple[str, str]:
    """Return protocol and name of a timer: the roles of one protocol share what they call by one name."""
    role, _, timer = name.rpartition(".")
    return role.rpartition(".")[0], timer
