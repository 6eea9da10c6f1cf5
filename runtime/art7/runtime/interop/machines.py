"""What a role machine does with one message, where that is certain, and which of its checks speak of what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.expression import Attribute, LocalRef, walk
from art7.grammar.ir.module import Action, CheckAction, RaiseAction, RunAction, SetAction, Specification
from art7.interpreter.schedules import find_schedule
from art7.runtime.endpoint import Refusal
from art7.runtime.monitor.conversation import Departure, Kit
from art7.runtime.monitor.hypothesis import Reaction, Role, place_of
from art7.runtime.monitor.knowledge import Unknown
from art7.runtime.monitor.lines import Line
from art7.runtime.monitor.tracker import Tracker


def prescribed(
    role: Role, tracker: Tracker, state: str, reaction: Reaction, message: str, line: Line
) -> str | None:
    """Return what a machine does with a message, or nothing where that is not certain."""
    word = role.sets_aside(state, message, line.sender)
    if reaction.is_open:
        return word if word and not reaction.refused and len(reaction.taken) == 1 else None
    if reaction.taken and not reaction.refused:
        return "taken"
    codes = {each.code for each in reaction.refused}
    return f"refused:{codes.pop()}" if len(codes) == 1 and not reaction.taken else None


def is_hidden(role: Role, tracker: Tracker, message: str) -> bool:
    """Whether taking `message` depends on what a trace does not tell: a derivation, or a variable that is not known."""
    known = {name for each in tracker.may(role.name) for name, value in each.cells.items()
             if not isinstance(value, Unknown)}  # fmt: skip
    hidden = {each.name for each in role.machine.variables} - known
    return any(
        isinstance(action, RunAction)
        or (
            isinstance(action, CheckAction)
            and any(isinstance(node, LocalRef) and node.name in hidden for node in walk(action.condition))
        )
        for state in role.machine.states
        for each in state.transitions
        if message in each.trigger.names
        for action in each.actions
    )


def is_groundless(
    specification: Specification, kit: Kit, tracker: Tracker, line: Line, message: str, value: Any, code: str
) -> bool:
    """Whether a refusal with `code` has no reason in any state of its receiver: the offer has no such error, or none of
    the checks that raise it can fail."""
    declared = {each.name for module in specification.modules.values() for each in module.errors}
    if code in BUILTIN_ERRORS or code.startswith("A7-"):
        return False
    if code not in declared:
        return True
    role = kit.strict[line.role]
    for each in tracker.may(line.role):
        for transition in role.on(each.state, "receive", message, line.sender):
            scope: dict[Any, Any] = {**each.cells, transition.trigger.binding: value}
            for action in transition.actions:
                if _may_raise(specification, kit, action, code, scope):
                    return False
    return True


def _may_raise(
    specification: Specification, kit: Kit, action: Action, code: str, scope: dict[Any, Any]
) -> bool:
    """Whether an action may refuse with `code`; `scope` is what is known before it, and then after it."""
    match action:
        case SetAction(name=name):
            scope[name] = Unknown()
        case RaiseAction(name=name):
            return name == code
        case RunAction(operation="schedule", name=name, result=result):
            scope[result] = Unknown()
            _, schedule = find_schedule(specification, name)
            return any(error == code for _, _, error in schedule.conditions)
        case RunAction():
            return True  # what is read or written inside may break a rule of its format
        case CheckAction(condition=condition, error=error) if error == code:
            try:
                holds = kit.knowledge.value(condition, scope)
            except Refusal:
                return True
            return isinstance(holds, Unknown) or not holds
    return False


def checked(kit: Kit, found: Departure) -> Iterator[str]:
    """Yield the members that the check names whose error it is."""
    for role in kit.strict.values():
        for state in role.machine.states:
            for each in state.transitions:
                if found.place not in ("", place_of(each.span)) or found.message not in each.trigger.names:
                    continue
                for action in each.actions:
                    if isinstance(action, CheckAction) and action.error == found.error:
                        yield from (
                            node.name
                            for node in walk(action.condition)
                            if isinstance(node, Attribute) and isinstance(node.base, LocalRef)
                            and node.base.name == each.trigger.binding
                        )  # fmt: skip
