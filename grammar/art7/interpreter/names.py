"""What the names in a role machine's expressions stand for, as far as declarations tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import (
    Action,
    CheckAction,
    RunAction,
    SendAction,
    SetAction,
    Specification,
    Transition,
)
from art7.grammar.ir.shape import RecordOf, Shape

Shapes = Mapping[str, Shape]


def shapes_of_names(specification: Specification) -> dict[int, Shapes]:
    """Return, by identity of each expression in a transition, the shapes of the names that it may use."""
    found: dict[int, Shapes] = {}
    for module in specification.modules.values():
        for protocol in module.protocols:
            for role in protocol.roles:
                variables = {variable.name: variable.shape for variable in role.variables}
                for state in role.states:
                    for transition in state.transitions:
                        found.update(_within(transition, variables))
    return found


def _within(transition: Transition, variables: Shapes) -> Iterator[tuple[int, Shapes]]:
    trigger = transition.trigger
    names = {**variables, **{param.name: param.shape for param in trigger.params}}
    if trigger.binding:
        names.pop(trigger.binding, None)
        if len(trigger.names) == 1:
            names[trigger.binding] = RecordOf(trigger.names[0])
    if transition.guard is not None:
        yield id(transition.guard), names
    for action in transition.actions:
        for expr in _expressions(action):
            yield id(expr), names
        if isinstance(action, RunAction) and action.result is not None:
            names = {name: shape for name, shape in names.items() if name != action.result}
            if action.operation == "decode":
                names[action.result] = RecordOf(action.name)


def _expressions(action: Action) -> Iterator[Expr]:
    match action:
        case SetAction(expr=expr) | CheckAction(condition=expr):
            yield expr
        case SendAction(fields=pairs) | RunAction(arguments=pairs):
            yield from (expr for _, expr in pairs)
        case _:
            return
