"""Plays the ladder of a fault on the machines of the runtime: events, messages and timers as it says, then what it shows.

What a person would enter (arguments of local events) is not part of a ladder: several values are tried until the machines
go the way it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from random import Random
from typing import Any

from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Attribute, Literal, LocalRef, walk
from art7.grammar.ir.module import Protocol, RoleMachine, Specification
from art7.interpreter.shared import interpreter_of
from art7.prover.witnesses import Ladder, LadderStep
from art7.runtime.endpoint import Refusal, StartTimer, StopTimer, Transmit
from art7.runtime.interpreted import InterpreterCodec, InterpreterEvaluator, interpreted_endpoint
from art7.runtime.network import Faults
from art7.runtime.play import Cast, interpreter_maker, perform

TRIES = 300
WALKS = 40


def play(ladder: Ladder, specification: Specification) -> str | None:
    """Return `None` where the machines do what the ladder says and the end shows the fault, else what happened."""
    protocol = next(
        p for m in specification.modules.values() for p in m.protocols if p.name == ladder.protocol
    )
    if ladder.shows == "never":
        return _never(ladder, specification, protocol)
    if ladder.shows == "stops":
        return _stops(ladder, specification, protocol)
    told = "nothing was tried"
    for choice in islice(_choices(ladder, protocol, specification), TRIES):
        stage = Stage(specification, protocol)
        outcome = stage.run(ladder, choice)
        if outcome is None:
            return None
        told = outcome
    return told


Choice = tuple[dict[str, Any], ...]


def _choices(ladder: Ladder, protocol: Protocol, specification: Specification) -> Iterator[Choice]:
    """Yield arguments for each local event of the ladder."""
    options = []
    for step in ladder.steps:
        if step.kind == "local":
            machine = _machine(protocol, step.role)
            params = next(
                t.trigger.params for state in machine.states for t in state.transitions
                if t.trigger.kind == "local" and step.name in t.trigger.names
            )  # fmt: skip
            literals = [x for each in protocol.roles for x in _literals(each)]
            columns = [[(p.name, v) for v in some(p.shape, specification, literals)] for p in params]
            options.append([dict(each) for each in product(*columns)])
    yield from product(*options)


def _literals(machine: RoleMachine) -> list[Any]:
    guards = [t.guard for state in machine.states for t in state.transitions if t.guard is not None]
    return [node.value for guard in guards for node in walk(guard) if isinstance(node, Literal)]


def some(shape: s.Shape | None, specification: Specification, literals: list[Any]) -> list[Any]:
    """Return a few values of a shape."""
    match shape:
        case s.Boolean():
            return [True, False]
        case s.Integer(minimum=low, maximum=high):
            found = [x for x in (1, 7, 0, *(x for x in literals if type(x) is int)) if low <= x <= high]
            return list(dict.fromkeys(found)) or [low]
        case s.Octets(minimum=low):
            return [bytes([each]) * max(low, 1) for each in (1, 2)]
        case s.Enumeration(name=name):
            enums = {e.name: e for m in specification.modules.values() for e in m.enums}
            return [member.low for member in enums[name].members]
        case s.Text(minimum=low):
            texts = [x for x in literals if isinstance(x, str)]
            return list(dict.fromkeys(["a" * max(low, 1), *texts]))
        case s.Nullable(inner=inner):
            return [*some(inner, specification, literals), None]
        case _:
            return ["a"]


@dataclass
class Stage:
    """Endpoints, what is under way between them, and the timers that run."""

    specification: Specification
    protocol: Protocol
    flying: dict[tuple[str, str], list[tuple[str, bytes]]] = field(default_factory=dict)
    past: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    timers: set[tuple[str, str]] = field(default_factory=set)
    refused: Refusal | None = None
    sent: list[Transmit] = field(default_factory=list)

    def __post_init__(self) -> None:
        interpreter = interpreter_of(self.specification)
        self.codec = InterpreterCodec(interpreter)
        self.evaluate = InterpreterEvaluator(interpreter)
        self.endpoints = {
            machine.name: interpreted_endpoint(self.specification, interpreter, machine, 1)
            for machine in self.protocol.roles
        }

    def run(self, ladder: Ladder, arguments: Choice) -> str | None:
        """Play all steps, then look at what the end shows."""
        given = iter(arguments)
        for number, step in enumerate(ladder.steps):
            is_last = number == len(ladder.steps) - 1
            if step.kind in ("send", "lose"):
                wrong = self._sent(step)
            else:
                if self.sent:
                    return f"{self.sent[0].message} was sent, which the ladder does not tell"
                wrong = self._event(step, next(given) if step.kind == "local" else {}, is_last)
            if wrong is not None:
                return f"step {number + 1}: {wrong}"
        if ladder.shows != "full":
            states = {name: endpoint.state for name, endpoint in self.endpoints.items()}
            if states != dict(ladder.states):
                return f"the roles are in {states}"
        return self._shown(ladder)

    def _sent(self, step: LadderStep) -> str | None:
        found = self.sent.pop(0) if self.sent else None
        if found is None or (found.message, found.receiver) != (step.name, step.peer):
            return f"{step.name} was not sent, but {found}"
        if step.kind == "send":
            self.flying.setdefault((step.role, found.receiver), []).append((found.message, found.octets))
        return None

    def _event(self, step: LadderStep, arguments: Mapping[str, Any], is_last: bool) -> str | None:
        endpoint = self.endpoints[step.role]
        try:
            if step.kind == "local":
                effects = endpoint.local(step.name, arguments)
            elif step.kind == "timeout":
                if (step.role, step.name) not in self.timers:
                    return f"timer {step.name} does not run"
                self.timers.discard((step.role, step.name))
                effects = endpoint.timeout(step.name)
            else:
                octets = self._delivered(step)
                if octets is None:
                    return f"{step.name} is not under way"
                effects = endpoint.receive(step.name, octets, step.peer or "")
        except Refusal as refusal:
            self.refused = refusal
            return None if is_last or step.kind == "receive" else str(refusal)
        self.sent = [effect for effect in effects if isinstance(effect, Transmit)]
        for effect in effects:
            if isinstance(effect, StartTimer):
                self.timers.add((step.role, effect.timer))
            elif isinstance(effect, StopTimer):
                self.timers.discard((step.role, effect.timer))
        return (
            None
            if endpoint.state == step.state
            else f"{step.role} is in {endpoint.state}, not in {step.state}"
        )

    def _delivered(self, step: LadderStep) -> bytes | None:
        key = (step.peer or "", step.role)
        waiting = self.flying.get(key, [])
        channel = next(c for c in self.protocol.channels if (c.sender, c.receiver) == key)
        for place, (message, octets) in enumerate(waiting):
            if message == step.name:
                del waiting[place]
                self.past[(*key, message)] = octets
                return octets
            if channel.ordered:
                break
        return self.past.get((*key, step.name)) if channel.lossy else None

    # ---- what the end shows ------------------------------------------------------------------------------

    def _shown(self, ladder: Ladder) -> str | None:
        match ladder.shows:
            case "refused":
                code = self.refused.code if self.refused is not None else "nothing"
                expected = "A7-R012" if ladder.steps[-1].kind == "local" else "A7-R010"
                return None if code == expected else f"{code} was refused"
            case "waits":
                return self._waits()
            case "kept":
                return None if any(e._held for e in self.endpoints.values()) else "nothing is kept"
            case "full":
                return self._full()
            case "ignored":
                return self._ignored(ladder.steps[-1])
            case "untold" | "unsent":
                return f"{self.sent[0].message} was sent" if self.sent else self._starts(ladder)
            case "elsewhere":
                return None if ladder.steps else "nothing was done"
            case "raised":
                return None if self.refused is not None else "nothing was refused"
            case "differ":
                return self._differ(dict(ladder.values))
            case _:
                return self._guards(ladder)

    def _ignored(self, step: LadderStep) -> str | None:
        machine = _machine(self.protocol, step.role)
        state = next(each for each in machine.states if each.name == self.endpoints[step.role].state)
        is_listed = any(name == step.name and peer in (None, step.peer) for name, peer in state.ignore)
        return None if is_listed and not self.sent and self.refused is None else f"{step.name} is not ignored"

    def _starts(self, ladder: Ladder) -> str | None:
        """Where a role waits for an answer to nothing, the last event sent nothing and a timer runs."""
        if ladder.shows == "untold":
            return None
        last = ladder.steps[-1]
        runs = any(role == last.role for role, _ in self.timers)
        return None if last.kind not in ("send", "lose") and runs else "something was sent, or no timer runs"

    def _differ(self, values: Mapping[str, Any]) -> str | None:
        """Nothing is under way, and the variables of the roles have these values."""
        if any(self.flying.values()) or self.timers:
            return f"under way: {self.flying}, timers: {self.timers}"
        held = {
            name: self.endpoints[name.partition(".")[0]].variables()[name.partition(".")[2]]
            for name in values
        }
        return None if held == dict(values) else f"they hold {held}"

    def _waits(self) -> str | None:
        kinds = {m.name: {state.name: state.kind for state in m.states} for m in self.protocol.roles}
        unresting = [n for n, e in self.endpoints.items() if kinds[n][e.state] in ("hot", "plain")]
        if not unresting and len({e.state for e in self.endpoints.values()}) < 1:
            return "every role may rest"
        for name in unresting:
            free = not any(role == name for role, _ in self.timers)
            if free and not any(self.flying.get((c.sender, name)) for c in self.protocol.channels):
                return None
        return None if not unresting and not self.timers else "somebody can still go on"

    def _full(self) -> str | None:
        for channel in self.protocol.channels:
            under_way = len(self.flying.get((channel.sender, channel.receiver), []))
            more = sum(
                each.receiver == channel.receiver for each in self.sent if self._is_of(channel.sender, each)
            )
            if channel.bound is not None and not channel.lossy and under_way + more > channel.bound:
                return None
        return f"there is room: {self.flying} {self.sent}"

    def _is_of(self, sender: str, effect: Transmit) -> bool:
        return any(c.sender == sender and effect.message in c.carries for c in self.protocol.channels)

    def _guards(self, ladder: Ladder) -> str | None:
        """Give the role the values of the ladder, and ask its guards."""
        values = dict(ladder.values)
        for role, state in ladder.states:
            machine, endpoint = _machine(self.protocol, role), self.endpoints[role]
            for variable in machine.variables:
                if variable.name in values:
                    endpoint._variables[variable.name] = values[variable.name]
            found = next(each for each in machine.states if each.name == state)
            for first in found.transitions:
                event = (first.trigger.kind, first.trigger.names, first.trigger.peer)
                same = [
                    t for t in found.transitions
                    if (t.trigger.kind, t.trigger.peer) == (event[0], event[2]) and set(t.trigger.names) & set(event[1])
                ]  # fmt: skip
                held = [
                    self._holds(t.guard, values, endpoint.variables()) for t in same if t.guard is not None
                ]
                if (ladder.shows == "gap" and held and not any(held)) or (
                    ladder.shows == "clash" and sum(held) > 1
                ):
                    return None
        return f"guards are as they should be for {values}"

    def _holds(self, guard: Any, values: dict[str, Any], variables: Mapping[str, Any]) -> bool:
        names = dict(variables)
        for node in walk(guard):
            if isinstance(node, LocalRef) and node.name in values:
                names[node.name] = values[node.name]
            if isinstance(node, Attribute) and isinstance(node.base, LocalRef):
                base = node.base.name
                mine = [v for n, v in values.items() if n.rpartition(".")[2] == node.name and "." in n]
                if mine:
                    known = names.get(base)
                    names[base] = {**(known if isinstance(known, dict) else {}), node.name: mine[0]}
        try:
            return bool(self.evaluate(guard, names))
        except Refusal:
            return False


def _machine(protocol: Protocol, role: str) -> RoleMachine:
    return next(machine for machine in protocol.roles if machine.name == role)


def walk_at_random(
    specification: Specification, protocol: Protocol, random: Random, length: int = 40
) -> Iterator[tuple[str, str, str, Stage]]:
    """Yield (role, kind of event, its name, the stage behind it) of a run in which chance decides."""
    stage = Stage(specification, protocol)
    for _ in range(length):
        options: list[tuple[str, str, str, str | None]] = [
            ("timeout", role, timer, None) for role, timer in sorted(stage.timers)
        ]
        for (sender, receiver), waiting in stage.flying.items():
            ordered = next(
                c.ordered for c in protocol.channels if (c.sender, c.receiver) == (sender, receiver)
            )
            for message, _ in waiting[:1] if ordered else waiting:
                options.append(("receive", receiver, message, sender))
        for machine in protocol.roles:
            state = next(x for x in machine.states if x.name == stage.endpoints[machine.name].state)
            options += [
                ("local", machine.name, t.trigger.names[0], None)
                for t in state.transitions if t.trigger.kind == "local"
            ]  # fmt: skip
        if not options:
            return
        kind, role, name, peer = random.choice(options)
        arguments: dict[str, Any] = {}
        if kind == "local":
            probe = Ladder(protocol.name, (LadderStep(kind, role, name),), (), "")
            arguments = random.choice(list(islice(_choices(probe, protocol, specification), 50)))[0]
        stage.sent, stage.refused = [], None
        stage._event(LadderStep(kind, role, name, peer, ""), arguments, True)
        yield role, kind, name, stage
        for effect in stage.sent:
            channel = next(c for c in protocol.channels if (c.sender, c.receiver) == (role, effect.receiver))
            waiting = stage.flying.setdefault((role, effect.receiver), [])
            if not (channel.lossy and random.random() < 0.3) and len(waiting) < (channel.bound or 4):
                waiting.append((effect.message, effect.octets))
        stage.sent = []


def _never(ladder: Ladder, specification: Specification, protocol: Protocol) -> str | None:
    """Walk at random: what never happens must not."""
    words = ladder.says.split()
    role = words[0]
    for seed in range(WALKS):
        for who, _, _, stage in walk_at_random(specification, protocol, Random(seed), 25):
            if who != role:
                continue
            if " never is in " in ladder.says and stage.endpoints[role].state == words[-1]:
                return f"{role} was in {words[-1]}"
            if " never starts " in ladder.says and (role, words[-1]) in stage.timers:
                return f"{words[-1]} was started"
    return None


def _stops(ladder: Ladder, specification: Specification, protocol: Protocol) -> str | None:
    """Some scenario of the protocol must fail when it is played."""
    module = protocol.name.rpartition(".")[0]
    interpreter = interpreter_of(specification)
    maker = interpreter_maker(specification, interpreter)
    cast = Cast("replay", {machine.name: maker for machine in protocol.roles})
    for scenario in protocol.scenarios:
        played = perform(
            specification, interpreter, module, protocol, scenario, cast, faults=Faults(), seed=1
        )
        if not played.outcome.passed:
            return None
    return "every scenario came true"
