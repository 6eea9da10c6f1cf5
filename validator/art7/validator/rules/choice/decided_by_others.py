"""Rule `decided_by_others`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.choices import machines, others_lead_to
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V354", clause="DMA Art. 7(7)", obligation=("O-30", "O-31"))
def decided_by_others(offer: Offer) -> Iterator[Finding]:
    """A message or a timer, not the user, switches interoperability on.

    Why: the decision is the user's; neither service may take it for them.
    Bad:
        --- modules/minimal.a7
        protocol Push {
            roles user
            role user {
                timer nudge = 60s
                start state Off { on local opt_in => On on local look => Off { start nudge } on timeout nudge => On }
                state On { on local opt_out => Off on timeout nudge => On }
            }
            scenario in { user local opt_in }
        }
        --- offer.toml
        [choice]
        gatekeeper_users = { machine = "minimal.Push.user", on = "On", off = "Off", default = "off" }
        [[party]]
        id = "user"
        kind = "end"
        operator = "user"
        plays = ["minimal.Push.user"]
    Good:
        [choice]
        gatekeeper_users = { machine = "minimal.Choice.user", on = "On", off = "Off", default = "off" }
    """
    for side, choice, role in machines(offer):
        if others_lead_to(role, choice.off, choice.on):
            yield Finding(
                f"`{choice.machine}` goes from `{choice.off}` to `{choice.on}` without an act of the user",
                role.span,
                help="let the way there begin with a `local` event",
                obligations=(offer.choice_duty(side),),
            )
