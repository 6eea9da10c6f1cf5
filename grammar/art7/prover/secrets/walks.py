"""Transitions of role machines followed action by action: what each name holds, and which fields of the wire are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr
from art7.prover.secrets.calls import is_opening, is_sealing, opens_authenticated
from art7.prover.secrets.labels import NONE, Sources, sources
from art7.prover.secrets.parties import is_content, is_secret, slots_of
from art7.prover.secrets.values import named_values

OPENED, RESEALED, SECRET, WRITTEN, SEALED = "opened:", "resealed:", "secret:", "content:", "sealed:"
"""First words of labels: a plaintext that a role opened (of whom), what it sealed again, a secret, users' content, what
a schedule sealed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a name holds: labels, the fields of the message received that are in it, and its members' facts."""

    labels: Sources = NONE
    wire: frozenset[str] = frozenset()
    members: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A transition of a role in a state of a protocol."""

    protocol: m.Protocol
    machine: m.RoleMachine
    state: m.State
    transition: m.Transition

    @property
    def subject(self) -> str:
        """What answers call it."""
        return f"{self.protocol.name}.{self.machine.name}.{self.state.name}"

    @property
    def message(self) -> str | None:
        """The message received, where it is one."""
        trigger = self.transition.trigger
        return trigger.names[0] if trigger.kind == "receive" and len(trigger.names) == 1 else None


def places(protocol: m.Protocol) -> Iterator[Place]:
    """Yield every transition."""
    for machine in protocol.roles:
        for state in machine.states:
            yield from (Place(protocol, machine, state, transition) for transition in state.transitions)


class Walk:
    """The names of one transition, action by action."""

    def __init__(self, known: Known, place: Place) -> None:
        self.known = known
        self.place = place
        self.facts: dict[str, Fact] = dict(known.variables[place.machine.name])
        trigger = place.transition.trigger
        self.binding = trigger.binding
        for param in trigger.params:
            hidden = isinstance(param.shape, s.Octets) and param.shape.secret
            self.facts[param.name] = Fact(frozenset((f"{SECRET}{param.name}",)) if hidden else NONE)

    def labels(self, expr: Expr) -> Sources:
        """Return what flows into an expression and is not hidden on the way."""
        return sources(expr, self._of)

    def _of(self, expr: Expr) -> Sources:
        fact = self._fact(expr)
        return fact.labels if fact is not None else NONE

    def _fact(self, expr: Expr) -> Fact | None:
        if isinstance(expr, e.LocalRef):
            return self.facts.get(expr.name)
        if isinstance(expr, e.Attribute) and isinstance(expr.base, e.LocalRef):
            if expr.base.name == self.binding:
                return Fact(wire=frozenset((expr.name,)))
            fact = self.facts.get(expr.base.name)
            return None if fact is None else fact.members.get(expr.name, Fact(fact.labels, fact.wire))
        return None

    def wire(self, expr: Expr) -> frozenset[str]:
        """Return the fields of the message received that are in an expression."""
        found: frozenset[str] = frozenset()
        for node in e.walk(expr):
            fact = self._fact(node)
            found |= fact.wire if fact is not None else frozenset()
        return found

    def wire_of(self, pairs: Iterable[tuple[str, Expr]]) -> frozenset[str]:
        """Return the fields that are in any of some arguments."""
        return frozenset[str]().union(*(self.wire(expr) for _, expr in pairs))

    def take(self, action: m.Action) -> None:
        """Bind what an action makes."""
        match action:
            case m.SetAction(name=name, expr=expr):
                declared = self.known.variables[self.place.machine.name].get(name, Fact()).labels
                stays = frozenset(x for x in declared if x.startswith(SECRET))
                self.facts[name] = Fact(self.labels(expr) | stays, self.wire(expr))
            case m.RunAction(result=str(result)):
                self.facts[result] = self._made(action)

    def _made(self, action: m.RunAction) -> Fact:
        wire = self.wire_of(action.arguments)
        given = NONE.union(*(self.labels(expr) for _, expr in action.arguments))
        if action.operation == "encode":
            return Fact(given | self._content(action.name, {name for name, _ in action.arguments}), wire)
        if action.operation == "decode":
            opened = frozenset(x for x in given if x.startswith((OPENED, WRITTEN)))
            members = {
                slot.name: Fact(
                    opened | self._slot(action.name, slot.name, is_content(slot), is_secret(slot)), wire
                )
                for slot in slots_of(self.known.specification, action.name)
            }
            return Fact(opened, wire, members)
        schedule = self.known.schedules.get(action.name)
        if schedule is None:
            return Fact(given, wire)
        return Fact(NONE, wire, self._outputs(schedule, given, wire))

    def _content(self, record: str, given: set[str]) -> Sources:
        return NONE.union(
            *(
                self._slot(record, slot.name, True, False)
                for slot in slots_of(self.known.specification, record)
                if slot.name in given and is_content(slot)
            )
        )

    def _slot(self, record: str, name: str, content: bool, hidden: bool) -> Sources:
        word = WRITTEN if content else SECRET
        return frozenset((f"{word}{record}.{name}",)) if content or hidden else NONE

    def _outputs(self, schedule: m.Schedule, given: Sources, wire: frozenset[str]) -> dict[str, Fact]:
        functions = self.known.functions[schedule.name]
        seals = any(is_sealing(name) or name.endswith("_encrypt") for name in functions)
        opens = any(is_opening(name) for name in functions)
        carried = frozenset(x for x in given if x.startswith((OPENED, RESEALED, WRITTEN)))
        found = {}
        for value in named_values(schedule):
            if value.name not in schedule.outputs:
                continue
            labels = (
                frozenset(f"{RESEALED}{x.partition(':')[2]}" for x in carried if x.startswith(OPENED))
                if seals
                else carried
            )
            if value.label == "secret":
                labels |= {f"{SECRET}{schedule.name}.{value.name}"}
                peer = self.place.transition.trigger.peer
                labels |= {f"{OPENED}{peer}"} if opens and peer is not None and wire else NONE
            elif seals:
                labels |= {f"{SEALED}{schedule.name}"}
            found[value.name] = Fact(labels, wire)
        return found

    def authenticates(self, action: m.RunAction) -> bool:
        """Whether a run refuses what its sender did not seal or sign."""
        return action.operation == "schedule" and any(
            opens_authenticated(name) or name.endswith(("_verify", "_verify_raw"))
            for name in self.known.functions.get(action.name, ())
        )


class Known:
    """What the walks of a protocol's transitions share: its schedules, and what variables may hold."""

    def __init__(self, specification: m.Specification, protocol: m.Protocol) -> None:
        self.specification = specification
        self.schedules = {x.name: x for module in specification.modules.values() for x in module.schedules}
        self.functions = {name: _functions(x) for name, x in self.schedules.items()}
        self.variables: dict[str, dict[str, Fact]] = {}
        for machine in protocol.roles:
            self.variables[machine.name] = {x.name: Fact(_label(x)) for x in machine.variables}
        for _ in range(2):  # what a variable held on the way to another
            for place in places(protocol):
                self._follow(place)

    def _follow(self, place: Place) -> None:
        walk = Walk(self, place)
        variables = self.variables[place.machine.name]
        for action in place.transition.actions:
            walk.take(action)
            if isinstance(action, m.SetAction) and action.name in variables:
                more = frozenset(x for x in walk.facts[action.name].labels if not x.startswith(SECRET))
                variables[action.name] = Fact(variables[action.name].labels | more)


def _functions(schedule: m.Schedule) -> frozenset[str]:
    exprs = [step.expr for step in schedule.steps] + [x for _, x, _ in schedule.conditions]
    return frozenset(node.function for expr in exprs for node in e.walk(expr) if isinstance(node, e.Call))


def _label(variable: m.Variable) -> Sources:
    hidden = isinstance(variable.shape, s.Octets) and variable.shape.secret
    return frozenset((f"{SECRET}{variable.name}",)) if hidden else NONE
