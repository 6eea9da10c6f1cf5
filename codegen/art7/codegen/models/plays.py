"""A scenario of a protocol as a trace: the transitions that its steps lead through, written one behind the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from art7.codegen.models.names import Names
from art7.codegen.models.traces import Knows, Scribe, Sent, Trace, pruned
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir.shape import Octets
from art7.interpreter.errors import DecodeError
from art7.prover.secrets.calls import argument, opens_authenticated
from art7.prover.secrets.parties import slots_of
from art7.prover.secrets.samples import compute


def scenario_trace(specification: m.Specification, protocol: m.Protocol, scenario: m.Scenario) -> Trace:
    """Return the run of one scenario; secrets that roles still hold leak afterwards."""
    return _Play(specification, protocol, scenario).run()


class _Play:
    def __init__(self, specification: m.Specification, protocol: m.Protocol, scenario: m.Scenario) -> None:
        self.specification = specification
        self.scenario = scenario
        self.machines = {machine.name: machine for machine in protocol.roles}
        self.schedules = {x.name: x for module in specification.modules.values() for x in module.schedules}
        self.trace = Trace(f"scenario {scenario.name} of {protocol.name}", list(self.machines))
        names = Names()
        made: dict[tuple[str, str, tuple[str, ...]], str] = {}
        self.pairs = _pairs(protocol)
        self.scribes = {role: Scribe(self.trace, names, role, {}, made, self.pairs) for role in self.machines}
        self.states = {role: _start(machine) for role, machine in self.machines.items()}
        self.waiting: list[tuple[str, str, str, dict[str, str]]] = []
        self.secret: dict[str, set[str]] = {}
        for role, machine in self.machines.items():
            hidden = {x.name for x in machine.variables if isinstance(x.shape, Octets) and x.shape.secret}
            self.secret[role] = hidden
            for variable in machine.variables:
                scribe = self.scribes[role]
                scribe.env[variable.name] = scribe.know(
                    f"{role} {variable.name} at first", variable.name in hidden
                )

    def run(self) -> Trace:
        """Follow the steps, then say what leaks and what is asked."""
        for number, step in enumerate(self.scenario.steps):
            if step.kind == "local" and step.event is not None:
                given = {name: expr for name, expr in step.arguments}
                self._take(step.role, "local", step.event, None, given, {}, number)
            elif step.kind == "timeout" and step.event is not None:
                self._take(step.role, "timeout", step.event, None, {}, {}, number)
            elif step.kind == "send" and step.peer is not None and step.message is not None:
                self._deliver(step.role, step.peer, step.message, number)
        self._ask()
        return self.trace

    def _deliver(self, sender: str, receiver: str, message: str, number: int) -> None:
        for place, (one, two, name, fields) in enumerate(self.waiting):
            if (one, two) == (sender, receiver) and name.endswith(message.rpartition(".")[2]):
                del self.waiting[place]
                self._take(receiver, "receive", name, sender, {}, fields, number)
                return

    def _take(
        self,
        role: str,
        kind: str,
        event: str,
        peer: str | None,
        given: dict[str, e.Expr],
        fields: dict[str, str],
        number: int,
    ) -> None:
        transition = self._transition(role, kind, event, peer, number)
        if transition is None:
            return
        scribe = self.scribes[role]
        for param in transition.trigger.params:
            hidden = isinstance(param.shape, Octets) and param.shape.secret
            scribe.env[param.name] = scribe.know(
                f"{role} {param.name} {number}", hidden or param.name in given
            )
        if transition.trigger.binding is not None:
            for name, value in fields.items():
                scribe.env[f"{transition.trigger.binding}.{name}"] = value
        for action in transition.actions:
            self._act(role, action, peer, fields)
        self.states[role] = transition.target or self.states[role]

    def _transition(
        self, role: str, kind: str, event: str, peer: str | None, number: int
    ) -> m.Transition | None:
        """Return the transition whose first message is the one that the scenario goes on with, else the first."""
        state = next((x for x in self.machines[role].states if x.name == self.states[role]), None)
        fitting = [
            x
            for x in (state.transitions if state is not None else ())
            if x.trigger.kind == kind and event in x.trigger.names and x.trigger.peer in (None, peer)
        ]
        following = self.scenario.steps[number + 1 :]
        wanted = next((x.message for x in following if x.kind == "send" and x.role == role), None)
        for transition in fitting:
            if wanted is not None and any(
                name.endswith(wanted.rpartition(".")[2]) for name in _sends(transition)
            ):
                return transition
        return fitting[0] if fitting else None

    def _act(self, role: str, action: m.Action, peer: str | None, fields: dict[str, str]) -> None:
        scribe = self.scribes[role]
        match action:
            case m.SetAction(name=name, expr=expr):
                scribe.env[name] = scribe.value(expr, f"{role} {name}")
            case m.CheckAction(condition=condition):
                scribe.check(condition, role)
            case m.RunAction(operation="schedule"):
                self._schedule(role, action, peer, fields)
            case m.RunAction(result=str(result)):
                self._code(scribe, action, result)
            case m.SendAction():
                self._send(role, action)

    def _schedule(self, role: str, action: m.RunAction, peer: str | None, fields: dict[str, str]) -> None:
        schedule = self.schedules.get(action.name)
        if schedule is None:
            return
        scribe = self.scribes[role]
        short = schedule.name.rpartition(".")[2]
        given = {name: scribe.value(expr, f"{role} {name}") for name, expr in action.arguments}
        inner = Scribe(self.trace, scribe.names, role, {}, scribe.made, self.pairs)
        for param in schedule.params:
            inner.env[f"#{param.index}"] = given.get(param.name) or scribe.literal(param.name)
        for value in schedule.inputs:
            inner.env[value.name] = given.get(value.name) or scribe.literal(value.name)
        inner.run(schedule, f"{role} {short}")
        for name in schedule.outputs if action.result is not None else ():
            scribe.env[f"{action.result}.{name}"] = inner.env[name]
        opened = any(
            isinstance(node, e.Call) and opens_authenticated(node.function)
            for step in schedule.steps
            for node in e.walk(step.expr)
        )
        for name in sorted(set(fields.values()) & set(given.values())) if opened and peer is not None else ():
            self.trace.authentic.append((peer or "", role, name))

    def _code(self, scribe: Scribe, action: m.RunAction, result: str) -> None:
        """Join the members of a record, those that are not given as nothing; or take them apart again."""
        members = [slot.name for slot in slots_of(self.specification, action.name)] or [""]
        given = dict(action.arguments)
        stem = f"{scribe.role} {result}"
        if action.operation == "encode":
            parts = [
                scribe.value(given[x], f"{scribe.role} {x}") if x in given else scribe.literal("nothing")
                for x in members
            ]
            whole = parts[-1]
            for part in reversed(parts[:-1]):
                whole = scribe.make("join", (part, whole), stem)
            scribe.env[result] = whole
            return
        whole = scribe.value(given["octets"], stem) if "octets" in given else scribe.literal(result)
        for name in members[:-1]:
            scribe.env[f"{result}.{name}"], whole = scribe.cut(whole, f"{stem} {name}", f"{stem} rest")
        scribe.env[f"{result}.{members[-1]}"] = whole

    def _send(self, role: str, action: m.SendAction) -> None:
        scribe = self.scribes[role]
        fields = {
            name: scribe.value(expr, f"{role} {name}")
            for name, expr in action.fields
            if not isinstance(expr, e.Literal)
        }
        if not fields:
            fields = {"": scribe.literal(action.message)}
        self.trace.events.append(
            Sent(role, action.receiver, action.message, tuple(dict.fromkeys(fields.values())))
        )
        self.waiting.append((role, action.receiver, action.message, fields))

    def _ask(self) -> None:
        """Secrets that roles still hold leak at the end; what was private and never sent must stay so."""
        sent = {name for event in self.trace.events if isinstance(event, Sent) for name in event.names}
        for role, names in self.secret.items():
            held = dict.fromkeys(self.scribes[role].env[name] for name in sorted(names))
            self.trace.leaks += [(role, value) for value in held if value not in sent and not _first(value)]
        private = [x.name for x in self.trace.events if isinstance(x, Knows) and x.private]
        self.trace.confidential = [x for x in private if x not in sent]
        self.trace.authentic = list(dict.fromkeys(self.trace.authentic))
        pruned(self.trace)


def _first(name: str) -> bool:
    """Whether a variable never got a value."""
    return name.endswith("_at_first")


def _pairs(protocol: m.Protocol) -> dict[bytes, bytes]:
    """Return the public keys of private ones that role machines sign with and that are written out in them."""
    private: dict[bytes, str] = {}
    for machine in protocol.roles:
        for transition in (x for state in machine.states for x in state.transitions):
            for expr in (x for action in transition.actions for x in _exprs(action)):
                for node in e.walk(expr):
                    if isinstance(node, e.Call) and "_sign" in node.function:
                        key = argument(node, "private")
                        values = (
                            [x.value for x in e.walk(key) if isinstance(x, e.Literal)]
                            if key is not None
                            else []
                        )
                        private |= {
                            x: node.function.partition("_sign")[0] for x in values if isinstance(x, bytes)
                        }
    found = {}
    for value, algorithm in private.items():
        with suppress(DecodeError):
            call = e.Call(f"{algorithm}_public", (e.Literal(value, e.Kind.BYTES),), e.Kind.BYTES)
            found[bytes(compute(call, {}))] = value
    return found


def _exprs(action: m.Action) -> tuple[e.Expr, ...]:
    match action:
        case m.SetAction(expr=expr):
            return (expr,)
        case m.RunAction(arguments=pairs) | m.SendAction(fields=pairs):
            return tuple(expr for _, expr in pairs)
    return ()


def _start(machine: m.RoleMachine) -> str:
    return next((x.name for x in machine.states if x.kind == "start"), machine.states[0].name)


def _sends(transition: m.Transition) -> Iterator[str]:
    return (action.message for action in transition.actions if isinstance(action, m.SendAction))
