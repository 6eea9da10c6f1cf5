"""Which variables of a role can tell a departure: those that a guard, a check, a message or a decoded text depends on."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.expression import Expr, LocalRef, walk
from art7.grammar.ir.module import CheckAction, RoleMachine, RunAction, SendAction, SetAction


def telling_variables(machine: RoleMachine) -> frozenset[str]:
    """Return the names; what only keys are derived from is none of them, since nobody sees those."""
    actions = [action for state in machine.states for each in state.transitions for action in each.actions]
    found = {name for expr in _judged(machine) for name in _names(expr)}
    sets = [(each.name, _names(each.expr)) for each in actions if isinstance(each, SetAction)]
    is_growing = True
    while is_growing:
        more = {name for target, names in sets if target in found for name in names} - found
        found |= more
        is_growing = bool(more)
    return frozenset(variable.name for variable in machine.variables if variable.name in found)


def _judged(machine: RoleMachine) -> Iterator[Expr]:
    for state in machine.states:
        for transition in state.transitions:
            if transition.guard is not None:
                yield transition.guard
            for action in transition.actions:
                if isinstance(action, CheckAction):
                    yield action.condition
                elif isinstance(action, SendAction):
                    yield from (expr for _, expr in action.fields)
                elif isinstance(action, RunAction) and action.operation == "decode":
                    yield from (expr for _, expr in action.arguments)


def _names(expr: Expr) -> set[str]:
    return {node.name for node in walk(expr) if isinstance(node, LocalRef)}
