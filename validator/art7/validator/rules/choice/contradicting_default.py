"""Rule `contradicting_default`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.choices import machines
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V353",
    clause="DMA Art. 7(7), 13(6)",
    obligation=("O-30", "O-31"),
    finding="F-11",
    defeats=False,
    cause="ambiguity",
)
def contradicting_default(offer: Offer) -> Iterator[Finding]:
    """The default that the manifest states is not the start of the machine.

    Why: whether users can be reached before they decide must have one answer.
    Bad:
        [choice]
        gatekeeper_users = { default = "on" }
    Good:
        [choice]
        gatekeeper_users = { default = "off" }
    """
    for side, choice, role in machines(offer):
        start = next((state.name for state in role.states if state.kind == "start"), None)
        stated = choice.on if choice.default == "on" else choice.off
        if start is not None and start != stated:
            yield Finding(
                f"the default is said to be `{stated}`, but `{choice.machine}` starts in `{start}`",
                offer.at("choice", side),
                help="state the default that the machine has",
                obligations=(offer.choice_duty(side),),
            )
