"""Timers of the roles, followed by what a trace tells: which run, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.module import Protocol, RoleMachine, TimerAction, Transition

_TRIGGERS = {"local": ("local", "event"), "timeout": ("timeout", "timer"), "receive": ("receive", "message")}


@dataclass(slots=True)
class Timers:
    """The ends of running timers: (role, timer) → (milliseconds, entry that started it)."""

    protocol: Protocol
    due: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def late(self, now_ms: float, tolerance_ms: float) -> tuple[str, str, float, int] | None:
        """Return (role, timer, end, entry) of the first timer that should have run out before `now_ms`."""
        over = [(end, key, entry) for key, (end, entry) in self.due.items() if end + tolerance_ms < now_ms]
        if not over:
            return None
        end, (role, timer), entry = min(over)
        return role, timer, end, entry

    def take(self, number: int, data: Mapping[str, Any], after: str) -> None:
        """Follow one entry of a role that was in `data["state"]` and is in `after` then."""
        kind, role = str(data["kind"]), str(data["role"])
        machine = next((each for each in self.protocol.roles if each.name == role), None)
        if kind == "resume":  # which transition it took is not told: nothing is claimed of the role's timers
            self.due = {key: end for key, end in self.due.items() if key[0] != role}
        if machine is None or kind not in _TRIGGERS:
            return
        if kind == "timeout":
            self.due.pop((role, str(data.get("timer"))), None)
        doings = {_timer_actions(each) for each in _candidates(machine, kind, data, after)}
        if len(doings) != 1:  # none, or the trace does not tell which: nothing is claimed of their timers
            for _, name in {each for doing in doings for each in doing}:
                self.due.pop((role, name), None)
            return
        lasts = dict(machine.timers)
        for verb, name in next(iter(doings)):
            self.due.pop((role, name), None)
            if verb == "start" and name in lasts:
                self.due[role, name] = (float(data.get("at_ms", 0)) + lasts[name], number)


def _candidates(machine: RoleMachine, kind: str, data: Mapping[str, Any], after: str) -> Sequence[Transition]:
    trigger, key = _TRIGGERS[kind]
    state = next((each for each in machine.states if each.name == data.get("state")), None)
    if state is None or (kind == "receive" and data.get("outcome") != "taken"):
        return ()
    return [
        each
        for each in state.transitions
        if each.trigger.kind == trigger
        and data.get(key) in each.trigger.names
        and (kind != "receive" or each.trigger.peer in (None, data.get("sender")))
        and (each.target or state.name) == after
    ]


def _timer_actions(transition: Transition) -> tuple[tuple[str, str], ...]:
    return tuple((each.verb, each.name) for each in transition.actions if isinstance(each, TimerAction))
