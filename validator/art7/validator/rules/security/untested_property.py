"""Rule `untested_property`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V504", clause="DMA Art. 7(9)", obligation="O-17", finding="F-28", defeats=False)
def untested_property(offer: Offer) -> Iterator[Finding]:
    """A security property is demanded of access seekers, and no test shows it.

    Why: what cannot be tested is decided by whoever has the power to refuse.
    Bad:
        [security]
        demanded = [{ property = "forward-secrecy" }]
    Good:
        [security]
        demanded = [{ property = "forward-secrecy", test = "scenario:minimal.Delivery.text_both_ways" }]
    """
    for n, demand in enumerate(offer.manifest.security.demanded):
        where = offer.at("security", "demanded", n)
        if demand.test is None:
            yield Finding(f"`{demand.property}` is demanded and has no test", where, help="name its `test`")
        elif not offer.is_test(demand.test):
            yield Finding(
                f"`{demand.test}` is no scenario, requirement or vector set of the bundle",
                where,
                help="name a test that can be run: `scenario:…`, `requirement:…` or `vectors:…`",
            )
        if demand.property not in offer.manifest.security.own:
            yield Finding(
                f"`{demand.property}` is demanded of access seekers, but own users do not have it",
                where,
                help="demand no more than own clients give",
            )
