"""Rule `asymmetric_choice`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.choices import machines, user_steps
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V352", clause="DMA Art. 7(7), 13(4)", obligation=("O-30", "O-31"), finding="F-11", defeats=False)
def asymmetric_choice(offer: Offer) -> Iterator[Finding]:
    """Opting in takes more steps than opting out, or the other way round.

    Why: a choice that is harder in one direction is made for the user.
    Bad:
        --- modules/minimal.a7
        protocol Maze {
            roles user
            role user {
                start state Off { on local opt_in => On }
                state On { on local leave => Sure }
                state Sure { on local confirm => Off on local stay => On }
            }
            scenario in { user local opt_in }
        }
        --- offer.toml
        [choice]
        gatekeeper_users = { machine = "minimal.Maze.user", on = "On", off = "Off", default = "off" }
        [[party]]
        id = "user"
        kind = "end"
        operator = "user"
        plays = ["minimal.Maze.user"]
    Good:
        [choice]
        gatekeeper_users = { machine = "minimal.Choice.user", on = "On", off = "Off", default = "off" }
    """
    for side, choice, role in machines(offer):
        there, back = user_steps(role, choice.off, choice.on), user_steps(role, choice.on, choice.off)
        if there is not None and back is not None and there != back:
            yield Finding(
                f"opting in takes {there} steps and opting out {back} in `{choice.machine}`",
                offer.at("choice", side),
                help="make both directions equally short",
                obligations=(offer.choice_duty(side),),
            )
