"""Rule `slow_process`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.calendar import shortest_days
from art7.validator.offer import Offer
from art7.validator.process import longest_path
from art7.validator.rule import Finding, rule


@rule("A7-V301", clause="DMA Art. 7(5)", obligation="O-27", finding="F-22")
def slow_process(offer: Offer) -> Iterator[Finding]:
    """A request can take longer than three months on the longest path of the process.

    Why: the function must be operational three months after the request; the shortest three months have 89 days.
    Bad:
        [[process.step]]
        id = "onboard"
        max = "90d"
    Good:
        [[process.step]]
        id = "onboard"
        max = "60d"
    """
    path = longest_path(offer.manifest.process)
    most = shortest_days(3)
    if path is not None and path.days > most:
        steps = " → ".join(path.steps)
        yield Finding(
            f"the longest way to an operational function takes {path.days:g} days, expected at most {most}: {steps}",
            offer.at("process"),
            help="shorten the steps on this path",
        )
