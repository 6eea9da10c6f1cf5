"""Rule `contradicting_tag`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.manifest.base import days
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V604", clause="DMA Art. 7(8)", obligation="O-32", finding="F-29", defeats=False, cause="ambiguity")
def contradicting_tag(offer: Offer) -> Iterator[Finding]:
    """The inventory says something else about a field than its module does.

    Why: one of the two is what happens; the user was told the other.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        retention = "365d"
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        retention = "30d"
    """
    for n, row in enumerate(offer.manifest.data):
        slot = offer.declarations.slot(row.field) if row.field else None
        tag = slot.data if slot else None
        if slot is None or tag is None:
            continue
        differences = []
        if tag.personal != row.personal:
            differences.append("whether it is personal")
        if tag.purpose and row.purpose and tag.purpose != row.purpose:
            differences.append(f"the purpose (`{tag.purpose}` in the module)")
        if tag.retention_days is not None and row.retention and days(row.retention) != tag.retention_days:
            differences.append(f"the retention ({tag.retention_days} days in the module)")
        if differences:
            yield Finding(
                f"inventory and module disagree on `{row.field}`: {', '.join(differences)}",
                offer.at("data", n),
                help="state one of them in both places",
                related=(Related("the field", slot.span),),
            )
