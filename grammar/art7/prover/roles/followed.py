"""Which variables of roles and which members of messages are followed while all other data is left open.

Those that a guard compares with literals, and those that they are copied from. Their values are literals of the text or
unknown, so there are finitely many; what computes makes a value unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from art7.grammar.ir import expression as e
from art7.grammar.ir.module import Protocol, RoleMachine, SendAction, SetAction, Transition
from art7.prover.roles.values import UNKNOWN, value_of

VARIABLES = 6
"""Variables of one role that are followed."""

MEMBERS = 3
"""Members of one message that are followed."""


class Message(NamedTuple):
    """A message under way: its record, and what is known of the members that are followed."""

    name: str
    known: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """Names of variables by role, and of members by record."""

    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def any(self, name: str) -> Message:
        """Return a message of which nothing is known."""
        return Message(name, (UNKNOWN,) * len(self.members.get(name, ())))

    def read(self, message: Message) -> dict[str, Any]:
        """Return what is known of a message by member."""
        return dict(zip(self.members.get(message.name, ()), message.known, strict=True))

    def written(self, action: SendAction, scope: Mapping[str, Any]) -> Message:
        """Return the message that is sent where names have the values of `scope`."""
        given = dict(action.fields)
        return Message(
            action.message,
            tuple(
                copied(given[name], scope) if name in given else UNKNOWN
                for name in self.members.get(action.message, ())
            ),
        )


def copied(expr: e.Expr, scope: Mapping[str, Any]) -> Any:
    """Return the value of an expression that only copies or chooses; what computes is unknown."""
    for node in e.walk(expr):
        if isinstance(node, e.Binary) and node.op not in _DECIDES:
            return UNKNOWN
    value = value_of(expr, scope)
    return value if value is None or isinstance(value, bool | int | str | bytes) else UNKNOWN


_DECIDES = ("and", "or", "==", "!=", "<", "<=", ">", ">=")


def followed_in(protocol: Protocol) -> Followed:
    """Return what is followed in a protocol."""
    variables: dict[str, dict[str, None]] = {machine.name: {} for machine in protocol.roles}
    members: dict[str, dict[str, None]] = {}
    size = -1
    while size != (size := sum(map(len, variables.values())) + sum(map(len, members.values()))):
        for machine in protocol.roles:
            for transition, expr in _asked(machine, variables[machine.name], members):
                _note(machine, transition, expr, variables[machine.name], members)
    return Followed(
        {name: tuple(found)[:VARIABLES] for name, found in variables.items()},
        {name: tuple(found)[:MEMBERS] for name, found in members.items()},
    )


def _asked(
    machine: RoleMachine, variables: Mapping[str, None], members: Mapping[str, Mapping[str, None]]
) -> Iterator[tuple[Transition, e.Expr]]:
    """Yield the expressions that decide guards, or what is followed already is copied from."""
    for state in machine.states:
        for transition in state.transitions:
            if transition.guard is not None:
                for term in _compared(transition.guard):
                    yield transition, term
            for action in transition.actions:
                if isinstance(action, SetAction) and action.name in variables:
                    yield transition, action.expr
                elif isinstance(action, SendAction):
                    for name, expr in action.fields:
                        if name in members.get(action.message, ()):
                            yield transition, expr


def _note(
    machine: RoleMachine, transition: Transition, expr: e.Expr, variables: dict[str, None],
    members: dict[str, dict[str, None]],
) -> None:  # fmt: skip
    names = {variable.name for variable in machine.variables}
    hidden = {param.name for param in transition.trigger.params}
    for node in e.walk(expr):
        match node:
            case e.Attribute(base=e.LocalRef(name=base), name=name) if base == transition.trigger.binding:
                for record in transition.trigger.names:
                    members.setdefault(record, {})[name] = None
            case e.LocalRef(name=name) if name in names - hidden and name != transition.trigger.binding:
                variables[name] = None
            case _:
                continue


def _compared(guard: e.Expr) -> list[e.Expr]:
    """Return the terms of a guard that are truth values or stand beside a literal."""
    match guard:
        case e.Binary(op="and" | "or", left=left, right=right):
            return _compared(left) + _compared(right)
        case e.Unary(op="not", operand=operand) | e.InRanges(operand=operand):
            return _compared(operand)
        case e.Binary(left=left, right=e.Literal()):
            return [left]
        case e.Binary(left=e.Literal(), right=right):
            return [right]
        case e.LocalRef() | e.Attribute():
            return [guard]
        case _:
            return []
