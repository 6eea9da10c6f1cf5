"""Rule `unstated_container`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V255",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-05",
    defeats=False,
    cause="ambiguity",
)
def unstated_container(offer: Offer) -> Iterator[Finding]:
    """Key packages are handed over bare or in a container, and the offer or its examples leave open which.

    Why: the first octets are a version in one form and a wire format in the other; a strict reader refuses the wrong one.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { key_package_container = "(absent)" }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { key_package_container = "mls_message" }
    """
    for n, component in offer.components_about("D-05"):
        container = component.agreed.key_package_container
        if container is None:
            yield Finding(
                "key packages are handed over bare or as MLSMessage, and nothing says which",
                offer.at("component", n),
                help='state `agreed.key_package_container`: "bare" or "mls_message"',
            )
        for m, example in enumerate(offer.manifest.example):
            if container == "mls_message" and example.message.rpartition(".")[2] == "KeyPackage":
                yield Finding(
                    f"example `{example.id}` shows a bare key package; they are said to travel in MLSMessage",
                    offer.at("example", m, "message"),
                    help="show the container, or state that key packages are bare",
                )
