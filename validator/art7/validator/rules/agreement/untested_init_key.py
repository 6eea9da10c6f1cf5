"""Rule `untested_init_key`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V261",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-11",
    defeats=False,
    cause="ambiguity",
)
def untested_init_key(offer: Offer) -> Iterator[Finding]:
    """Nothing shows that a key package with one key for init and leaf is refused.

    Why: one implementation uses one key for both, others refuse it: a rule that is tested decides.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { init_key_test = "requirement:NONE-01" }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { init_key_test = "requirement:REC-01" }
    """
    for n, component in offer.components_about("D-11"):
        test = component.agreed.init_key_test
        if test is None or not offer.is_test(test):
            said = f"`{test}` is no test of the bundle" if test else "nothing tests"
            yield Finding(
                f"{said}: whether the init key may be the key of the leaf",
                offer.at("component", n)
                if test is None
                else offer.at("component", n, "agreed", "init_key_test"),
                help="add a negative vector, or a requirement that refuses equal keys, and name it",
            )
