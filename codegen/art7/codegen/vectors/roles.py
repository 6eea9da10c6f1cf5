"""The vectors of a protocol's roles: the declared scenarios played, then every state met with what may come there.

A vector is a run from the start: `params` holds its events and the randomness drawn, `value` what came of each
event. The roles are wired without loss or delay; a message is delivered when the one before it is done with.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from art7.codegen.vectors.construct import NOTHING, Builder
from art7.codegen.vectors.role_run import Event, Memory, RoleRun
from art7.codegen.vectors.valid import valid_value
from art7.grammar.ir.module import Module, Protocol, RoleMachine, Scenario, Specification
from art7.interpreter.errors import CodecError
from art7.interpreter.evaluate import Evaluator
from art7.interpreter.prepare import Interpreter
from art7.interpreter.values import to_json

DELIVERIES = 400
"""The most messages delivered in one scenario."""
VISITS = 24
"""The most states, by role, from which events are tried."""
TRIED = 8
"""The most events tried in one state that no scenario gives it there."""
SAMPLES = 6
"""The most octet strings of one message that are kept to be tried elsewhere."""

Vector = dict[str, Any]


@dataclass(slots=True)
class _Actor:
    """A role in a scenario: its run, and the events and results so far."""

    run: RoleRun
    events: list[Event] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)

    def step(self, event: Event) -> list[dict[str, Any]]:
        result = self.run.step(event)
        self.events.append(event)
        self.results.append(result)
        effects: list[dict[str, Any]] = result["effects"]
        return effects


@dataclass(frozen=True, slots=True)
class _Point:
    """A state as it was first reached: how, and what the role knew."""

    events: tuple[Event, ...]
    results: tuple[dict[str, Any], ...]
    memory: Memory


class ProtocolVectors:
    """The vectors of all roles of one protocol under construction."""

    def __init__(self, spec: Specification, module: Module, protocol: Protocol) -> None:
        self.spec = spec
        self.protocol = protocol
        local = protocol.name.removeprefix(f"{module.name}.")
        self.name = f"{module.name}.{local}"
        self._interpreter = Interpreter(spec)
        self._builder = Builder(spec)
        self.vectors: dict[str, list[Vector]] = {role.name: [] for role in protocol.roles}
        self._points: dict[str, list[_Point]] = {role.name: [] for role in protocol.roles}
        self._taken: dict[str, set[tuple[str, int]]] = {role.name: set() for role in protocol.roles}
        self._locals: dict[tuple[str, str], Event] = {}
        self._octets: dict[str, list[str]] = {}

    def make(self) -> dict[str, list[Vector]]:
        """Return role → vectors; same specification, same vectors."""
        for role in self.protocol.roles:
            self._reach(role.name, _Actor(self._run(role)))
        for scenario in self.protocol.scenarios:
            self._play(scenario)
        for role in self.protocol.roles:
            self._explore(role)
        return self.vectors

    def uncovered(self, role: RoleMachine) -> list[dict[str, str]]:
        """Return the transitions of a role that no vector takes."""
        found = []
        for state in role.states:
            for position, row in enumerate(state.transitions):
                if (state.name, position) not in self._taken[role.name]:
                    what = f"{state.name}: {row.trigger.kind} {', '.join(row.trigger.names)} ({position + 1})"
                    found.append({"what": "transition", "name": what, "reason": "no scenario leads there"})
        return found

    def _run(self, role: RoleMachine) -> RoleRun:
        return RoleRun(self.spec, self._interpreter, role, f"art7 {self.name}.{role.name}")

    # ---- scenarios ----------------------------------------------------------------------------------------

    def _play(self, scenario: Scenario) -> None:
        actors = {role.name: _Actor(self._run(role)) for role in self.protocol.roles}
        evaluate = Evaluator(self._interpreter)
        for step in scenario.steps:
            if step.kind not in ("local", "timeout") or step.role not in actors or step.event is None:
                continue
            event: Event = {"timeout": step.event}
            if step.kind == "local":
                event = self._local(actors[step.role].run, step.event, step.arguments, evaluate)
                self._locals.setdefault((step.role, step.event), event)
            self._deliver(actors, step.role, event)
        for name, actor in actors.items():
            if actor.events:
                comment = f"scenario {scenario.name}" + (f": {scenario.doc}" if scenario.doc else "")
                self._add(name, comment, ["declared"], actor.events, actor.results, actor.run)
                self._taken[name] |= actor.run.taken
                self._reach(name, actor, last=True)

    def _local(self, run: RoleRun, name: str, arguments: Any, evaluate: Evaluator) -> Event:
        shapes = {
            param.name: param.shape
            for state in run.role.states
            for row in state.transitions
            if row.trigger.kind == "local" and name in row.trigger.names
            for param in row.trigger.params
        }
        values = {}
        for key, expr in arguments:
            try:
                value = evaluate(expr, {})
            except CodecError:
                continue
            values[key] = to_json(self.spec, shapes[key], value) if key in shapes else value
        return {"local": name, "values": values}

    def _deliver(self, actors: dict[str, _Actor], role: str, event: Event) -> None:
        queue = deque([(role, event)])
        for _ in range(DELIVERIES):
            if not queue:
                return
            name, event = queue.popleft()
            actor = actors[name]
            for effect in actor.step(event):
                if "send" in effect and "bytes" in effect and effect["to"] in actors:
                    message = {"receive": effect["send"], "from": name, "bytes": effect["bytes"]}
                    self._keep(effect["send"], effect["bytes"])
                    queue.append((effect["to"], message))
            self._reach(name, actor)

    def _keep(self, message: str, octets: str) -> None:
        samples = self._octets.setdefault(message, [])
        if octets not in samples and len(samples) < SAMPLES:
            samples.append(octets)

    def _reach(self, role: str, actor: _Actor, *, last: bool = False) -> None:
        """Keep a state that is new; the last of a scenario too, where the role knows more."""
        points, memory = self._points[role], actor.run.memory
        if len(points) < VISITS and (last or all(point.memory.state != memory.state for point in points)):
            points.append(_Point(tuple(actor.events), tuple(actor.results), memory.copy()))

    # ---- what else may come in a state --------------------------------------------------------------------

    def _explore(self, role: RoleMachine) -> None:
        met: set[str] = set()
        for point in self._points[role.name]:  # grows while it is gone through
            self._visit(role, point, first=point.memory.state not in met)
            met.add(point.memory.state)

    def _visit(self, role: RoleMachine, point: _Point, *, first: bool) -> None:
        """Try what may come at a point; what takes no transition for the first time is a vector once a state."""
        tried = 0
        for comment, flags, event in self._candidates(role, point.memory.state):
            if tried == TRIED or (flags != ["branch"] and not first):
                return
            actor = _Actor(self._run(role), list(point.events), list(point.results))
            actor.run.memory = point.memory.copy()
            actor.step(event)
            if flags == ["branch"] and not actor.run.taken - self._taken[role.name]:
                continue
            tried += 1
            self._taken[role.name] |= actor.run.taken
            said = f"{point.memory.state}: {comment}"
            self._add(role.name, said, flags, actor.events, actor.results, actor.run)
            self._reach(role.name, actor)

    def _candidates(self, role: RoleMachine, state: str) -> list[tuple[str, list[str], Event]]:
        rows = next(each for each in role.states if each.name == state)
        found: list[tuple[str, list[str], Event]] = []
        expected = set()
        cut: list[Event] = []
        for row in rows.transitions:
            trigger = row.trigger
            for name in trigger.names:
                expected.add(name)
                if trigger.kind == "timeout":
                    found.append((f"timer {name} runs out", ["branch"], {"timeout": name}))
                elif trigger.kind == "local":
                    event = self._locals.get((role.name, name)) or self._sampled(name, trigger.params)
                    found.append((f"local {name}", ["branch"], event))
                for octets in self._samples(name) if trigger.kind == "receive" else ():
                    sender = trigger.peer or self._peer(role)
                    event = {"receive": name, "from": sender, "bytes": octets}
                    found.append((f"{name} of another run", ["branch"], event))
                    if not cut and len(octets) > 2:
                        cut = [{"receive": name, "from": sender, "bytes": octets[: len(octets) // 4 * 2]}]
                        found.append((f"{name} cut short", ["mutation"], cut[0]))
        for name in sorted(self._octets):
            if name not in expected and self._samples(name):
                event = {"receive": name, "from": self._peer(role), "bytes": self._samples(name)[0]}
                found.append((f"{name}, which is not waited for", ["mutation"], event))
                break
        return sorted(found, key=lambda each: each[1] != ["branch"])

    def _peer(self, role: RoleMachine) -> str:
        return next((each.name for each in self.protocol.roles if each.name != role.name), role.name)

    def _sampled(self, name: str, params: Any) -> Event:
        values = {
            param.name: to_json(
                self.spec, param.shape, self._builder.shape(param.shape, 0, {}, NOTHING, None)
            )
            for param in params
        }
        return {"local": name, "values": values}

    def _samples(self, name: str) -> list[str]:
        """Octets of a message: as scenarios sent it, else made."""
        if name not in self._octets:
            try:
                record = self.spec.record(name)
            except KeyError:
                return []
            made = None if record.params else valid_value(self.spec, record, {})
            self._octets[name] = [] if made is None else [made[1].hex()]
        return self._octets[name]

    def _add(
        self, role: str, comment: str, flags: list[str], events: list[Event], results: list[Any], run: RoleRun
    ) -> None:
        vectors = self.vectors[role]
        vectors.append(
            {
                "id": len(vectors) + 1,
                "comment": comment,
                "result": "valid",
                "flags": flags,
                "params": {"events": events, "random": run.memory.draws},
                "value": {"steps": results},
            }
        )
