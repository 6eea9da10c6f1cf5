"""Rule `unlisted_capabilities`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

KINDS = {"extensions": "ExtensionType", "proposals": "ProposalType", "credentials": "CredentialType"}


@rule(
    "A7-V253",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-03",
    defeats=False,
    cause="ambiguity",
)
def unlisted_capabilities(offer: Offer) -> Iterator[Finding]:
    """What every member of a group must support is not listed, or names what the standard does not know.

    Why: one leaf without an extension that the others rely on keeps its owner out of every group.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { required = { credentials = [] } }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { required = { credentials = ["basic"] } }
    """
    for n, component in offer.components_about("D-03"):
        required = component.agreed.required
        if required is None or not required.credentials:
            yield Finding(
                f"groups of `{component.standard}` require capabilities that are not listed",
                offer.at("component", n)
                if required is None
                else offer.at("component", n, "agreed", "required"),
                help="list extensions, proposals and at least one kind of credential in `agreed.required`",
            )
            continue
        module = offer.declarations.specification.modules.get(component.catalogue or "")
        known = {enum.name.rpartition(".")[2]: enum for enum in module.enums} if module else {}
        for key, kind in KINDS.items():
            members = {member.name for member in known[kind].members} if kind in known else None
            for name in getattr(required, key) if members is not None else ():
                if members is not None and name not in members:
                    yield Finding(
                        f"`{name}` is no {kind} of `{component.catalogue}`",
                        offer.at("component", n, "agreed", "required", key),
                        help="use the name of the module, or state the extension as a delta",
                    )
