"""Protocols with one thing wrong: each way to take something away from a role, or to lead it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from art7.grammar.ir.expression import Kind, Unary
from art7.grammar.ir.module import (
    Action,
    Module,
    Protocol,
    RoleMachine,
    SendAction,
    Specification,
    State,
    TimerAction,
    Transition,
)


@dataclass(frozen=True)
class Mutant:
    """A protocol with one fault: `kind` says which, `what` where."""

    kind: str
    what: str
    protocol: Protocol


def mutants_of(protocol: Protocol) -> Iterator[Mutant]:
    """Yield every mutant, in the order of the text."""
    for number, machine in enumerate(protocol.roles):
        for place, state in enumerate(machine.states):
            for kind, what, changed in _of_state(machine, state):
                states = (*machine.states[:place], changed, *machine.states[place + 1 :])
                roles = (
                    *protocol.roles[:number],
                    replace(machine, states=states),
                    *protocol.roles[number + 1 :],
                )
                yield Mutant(kind, f"{machine.name}.{state.name}: {what}", replace(protocol, roles=roles))


def _of_state(machine: RoleMachine, state: State) -> Iterator[tuple[str, str, State]]:
    for place, transition in enumerate(state.transitions):
        others = (*state.transitions[:place], *state.transitions[place + 1 :])
        trigger = transition.trigger
        event = f"{trigger.kind} {', '.join(name.rpartition('.')[2] for name in trigger.names)} ({place})"
        kind = "handler" if trigger.kind != "local" else "local"
        yield kind, f"no {event}", replace(state, transitions=others)
        for changed, what, other in _of_transition(machine, state, transition):
            kept = (*state.transitions[:place], other, *state.transitions[place + 1 :])
            yield changed, f"{event}: {what}", replace(state, transitions=kept)
    for place, (name, _) in enumerate(state.ignore):
        left = (*state.ignore[:place], *state.ignore[place + 1 :])
        yield "ignore", f"{name.rpartition('.')[2]} not ignored", replace(state, ignore=left)
    for place, (name, _) in enumerate(state.defer):
        left = (*state.defer[:place], *state.defer[place + 1 :])
        yield "defer", f"{name.rpartition('.')[2]} not deferred", replace(state, defer=left)


def _of_transition(
    machine: RoleMachine, state: State, transition: Transition
) -> Iterator[tuple[str, str, Transition]]:
    here = transition.target or state.name
    for other in machine.states:
        if other.name != here:
            yield "target", f"to {other.name}, not {here}", replace(transition, target=other.name)
    if transition.guard is not None:
        negated = Unary("not", transition.guard, Kind.BOOL)
        yield "guard", "guard negated", replace(transition, guard=negated)
    for place, action in enumerate(transition.actions):
        told = _told(action)
        if told is not None:
            left = (*transition.actions[:place], *transition.actions[place + 1 :])
            yield told[0], f"no {told[1]}", replace(transition, actions=left)


def _told(action: Action) -> tuple[str, str] | None:
    match action:
        case TimerAction(verb=verb, name=name):
            return "timer", f"{verb} {name}"
        case SendAction(message=message):
            return "send", f"send {message.rpartition('.')[2]}"
        case _:
            return None


def planted(specification: Specification, mutant: Mutant) -> tuple[Specification, Module]:
    """Return the specification with the mutant in its module."""
    name = mutant.protocol.name.rpartition(".")[0]
    module = specification.modules[name]
    protocols = tuple(mutant.protocol if p.name == mutant.protocol.name else p for p in module.protocols)
    changed = replace(module, protocols=protocols)
    return replace(specification, modules={**specification.modules, name: changed}), changed
