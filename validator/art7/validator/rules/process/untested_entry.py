"""Rule `untested_entry`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V307", clause="DMA Art. 7(5)", obligation="O-41", finding="F-28", defeats=False)
def untested_entry(offer: Offer) -> Iterator[Finding]:
    """The process tests an access seeker by something that the bundle does not have.

    Why: whoever must pass a test has to be able to run it beforehand.
    Bad:
        [[process.step]]
        id = "onboard"
        tests = ["scenario:minimal.Delivery.secret_exam"]
    Good:
        [[process.step]]
        id = "onboard"
        tests = ["scenario:minimal.Delivery.text_both_ways"]
    """
    for n, step in enumerate(offer.manifest.process.step):
        for m, test in enumerate(step.tests):
            if not offer.is_test(test):
                yield Finding(
                    f"`{test}` is no scenario, requirement or vector set of the bundle",
                    offer.at("process", "step", n, "tests", m),
                    help="name a test that can be run: `scenario:…`, `requirement:…` or `vectors:…`",
                )
