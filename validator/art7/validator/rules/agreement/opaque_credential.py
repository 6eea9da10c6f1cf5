"""Rule `opaque_credential`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V254",
    clause="DMA Art. 7(3), 7(4)",
    obligation=("O-19", "O-23"),
    finding="D-04",
    defeats=False,
    cause="ambiguity",
)
def opaque_credential(offer: Offer) -> Iterator[Finding]:
    """The octets inside a credential follow a syntax that nobody states.

    Why: a member whose name cannot be read by the others can send, and is not understood.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { credential = "(absent)" }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { credential = "minimal.Handle" }
    """
    registered = {row.identity for row in offer.manifest.identifier}
    for n, component in offer.components_about("D-04"):
        syntax = component.agreed.credential
        if syntax is None:
            yield Finding(
                f"what a credential of `{component.standard}` holds is not stated",
                offer.at("component", n),
                help="name an `identity` declaration as `agreed.credential`",
            )
        elif syntax not in registered and offer.declarations.find(syntax):
            yield Finding(
                f"credentials hold `{syntax}`, of which `[[identifier]]` says nothing",
                offer.at("component", n, "agreed", "credential"),
                help="register the identifier: who asserts it, how it is shown, what if services share it",
            )
