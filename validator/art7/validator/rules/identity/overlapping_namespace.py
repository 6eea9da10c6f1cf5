"""Rule `overlapping_namespace`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Resolution
from art7.prover.secrets.identities import says_which
from art7.validator.law import squeezed
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

PUBLIC = frozenset({"e164", "tel", "phone", "msisdn", "email", "mailto", "smtp"})


@rule("A7-V231", clause="DMA Art. 7(3)", obligation="O-19", finding="F-17", cause="ambiguity")
def overlapping_namespace(offer: Offer) -> Iterator[Finding]:
    """One identifier may exist on several services, and no rule says which one is meant.

    Why: with the same telephone number on two services, a message can reach the wrong account without anybody noticing.
    Bad:
        [[identifier]]
        identity = "minimal.Handle"
        shared = true
        resolution = "(absent)"
    Good:
        [[identifier]]
        identity = "minimal.Handle"
        shared = true
        resolution = "minimal.FindAccount"
    """
    rows = offer.manifest.identifier
    for n, row in enumerate(rows):
        where = offer.at("identifier", n)
        if not row.shared and squeezed(row.namespace) in PUBLIC:
            yield Finding(
                f"`{row.namespace}` is everybody's namespace, and is said not to be shared",
                offer.at("identifier", n, "shared"),
                help="other services know the same people by it: `shared = true`",
            )
        twins = [other.identity for other in rows if other.namespace == row.namespace and other is not row]
        if not row.shared and not twins:
            continue
        if row.resolution is None:
            yield Finding(
                f"identifiers of `{row.namespace}` exist on several services, without a rule of resolution",
                where,
                help="name a `resolve` declaration as `resolution`",
            )
            continue
        found = offer.declarations.find(row.resolution)
        rule_of = found.value if found and isinstance(found.value, Resolution) else None
        if rule_of is not None and not says_which(rule_of):
            yield Finding(
                f"`{row.resolution}` does not say which of several accounts is meant, or what if there is none",
                where,
                help="give it `order` and `otherwise`",
            )
