"""Rule `inescapable_choice`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.choices import leads_to, machines, reachable_states, user_steps
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V351", clause="DMA Art. 7(7)", obligation=("O-30", "O-31"))
def inescapable_choice(offer: Offer) -> Iterator[Finding]:
    """From some state of the choice a user cannot opt in, or cannot opt out, by an act of their own.

    Why: users stay free to decide, at any time, and without asking anybody.
    Bad:
        --- modules/minimal.a7
        protocol Trap {
            roles user
            role user { start state Off { on local opt_in => On } state On final state Gone }
            scenario in { user local opt_in }
        }
        --- offer.toml
        [choice]
        gatekeeper_users = { machine = "minimal.Trap.user", on = "On", off = "Off", default = "off" }
        [[party]]
        id = "user"
        kind = "end"
        operator = "user"
        plays = ["minimal.Trap.user"]
    Good:
        [choice]
        gatekeeper_users = { machine = "minimal.Choice.user", on = "On", off = "Off", default = "off" }
    """
    for side, choice, role in machines(offer):
        names = {state.name for state in role.states}
        where = offer.at("choice", side)
        if unknown := [state for state in (choice.on, choice.off) if state not in names]:
            yield Finding(
                f"`{choice.machine}` has no state {' and no state '.join(unknown)}",
                where,
                help=f"name states of the machine: {', '.join(sorted(names))}",
                obligations=(offer.choice_duty(side),),
            )
            continue
        ends = {state.name for state in role.states if state.kind == "final"}
        for state in sorted(reachable_states(role) - ends):
            for goal, act in ((choice.on, "opt in"), (choice.off, "opt out")):
                decided = state in (choice.on, choice.off)  # leaving these must begin with the user
                free = user_steps(role, state, goal) is not None if decided else leads_to(role, state, goal)
                if not free:
                    yield Finding(
                        f"from state `{state}` of `{choice.machine}` a user cannot {act}",
                        where,
                        help=f"add a `local` transition that leads to `{goal}`",
                        obligations=(offer.choice_duty(side),),
                    )
