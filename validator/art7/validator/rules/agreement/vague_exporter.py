"""Rule `vague_exporter`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Schedule
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V256",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-06",
    defeats=False,
    cause="ambiguity",
)
def vague_exporter(offer: Offer) -> Iterator[Finding]:
    """What is exported from a group lacks its label, context or length, or does not fit its use.

    Why: two ends that export under different labels hold different keys, and only notice that nothing opens.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { exporter = { octets = 48, into = "minimal.MessageKeys" } }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { exporter = { octets = 32, into = "minimal.MessageKeys" } }
    """
    for n, component in offer.components_about("D-06"):
        exporter = component.agreed.exporter
        if exporter is None:
            yield Finding(
                f"what is exported from `{component.standard}` has no label, context and length",
                offer.at("component", n),
                help="state `agreed.exporter`",
            )
            continue
        found = offer.declarations.find(exporter.into or "")
        schedule = found.value if found is not None and isinstance(found.value, Schedule) else None
        sizes = {value.octets for value in schedule.inputs if value.label == "secret"} if schedule else set()
        if schedule is not None and exporter.octets not in sizes and None not in sizes:
            yield Finding(
                f"{exporter.octets} octets are exported, and no secret input of `{exporter.into}` has that length",
                offer.at("component", n, "agreed", "exporter"),
                help="export what the schedule takes",
            )
