"""Role machines: names of roles, states, messages, timers and events resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.passes.named_places import NamedPlace, conditions_of, named_arguments
from art7.grammar.passes.scopes import did_you_mean
from art7.grammar.passes.signatures import lower_params

SETTABLE = (p.Role.GIVEN, p.Role.VIEW_INPUT, p.Role.KEPT)


def lower_protocol(module: Any, node: t.Protocol, schedules: dict[str, m.Schedule]) -> m.Protocol:
    """Return the protocol; `schedules` are those of this module and of the modules in use, by qualified name."""
    return _Lowering(module, node, schedules).run()


class _Lowering:
    def __init__(self, module: Any, node: t.Protocol, schedules: dict[str, m.Schedule]) -> None:
        self.module = module
        self.findings = module.findings
        self.node = node
        self.schedules = schedules
        self.roles: dict[str, Span] = {}
        self.channels: list[m.Channel] = []
        self.machines: dict[str, m.RoleMachine] = {}
        self.places: dict[str, NamedPlace] = {}
        self.events: dict[str, dict[str, tuple[p.Param, ...]]] = {}

    def run(self) -> m.Protocol:
        """Lower roles and channels first, then machines, then scenarios."""
        for item in self.node.items:
            if isinstance(item, t.Roles):
                for name in item.names:
                    self._once(self.roles, name, "role")
        for item in self.node.items:
            if isinstance(item, t.Channel):
                self._channel(item)
        for item in self.node.items:
            if isinstance(item, t.Role):
                self._role(item)
        for role, span in self.roles.items():
            if role not in self.machines:
                advice = f"write `role {role} {{ … }}`"
                self.findings.add("A7-S002", f"role `{role}` has no machine", span, advice)
        scenarios: dict[str, Span] = {}
        found = []
        for item in self.node.items:
            if isinstance(item, t.Scenario):
                self._once(scenarios, item.name, "scenario")
                found.append(self._scenario(item))
        requirements, _ = conditions_of(self.module, self._manual(), NamedPlace(self.module))
        return m.Protocol(
            f"{self.module.scope.name}.{self.node.name.text}",
            tuple(self.machines.values()),
            tuple(self.channels),
            tuple(found),
            requirements,
            self.node.meta.doc,
            tuple(ref.text for ref in self.node.meta.refs),
            self.node.name.span,
        )

    def _manual(self) -> list[t.Node]:
        rules: list[t.Node] = [x for x in self.node.items if isinstance(x, t.Requirement | t.Check)]
        for role in self.node.items:
            if isinstance(role, t.Role):
                rules += [x for x in role.items if isinstance(x, t.Requirement)]
        return rules

    def _once(self, names: dict[str, Span], name: t.Name, what: str) -> None:
        known = names.setdefault(name.text, name.span)
        if known != name.span:
            related = (Related("first here", known),)
            self.findings.add(
                "A7-S003", f"{what} `{name.text}` declared twice", name.span, "rename one of them", related
            )

    def _known_role(self, name: t.Name) -> bool:
        if name.text in self.roles:
            return True
        advice = did_you_mean(name.text, self.roles, "name it in `roles`")
        self.findings.add("A7-S001", f"unknown role `{name.text}`", name.span, advice)
        return False

    def message(self, name: t.QName) -> str | None:
        """Return the qualified record that `name` means; reports others."""
        entity = self.module.scope.find(tuple(part.text for part in name.parts))
        if entity is not None and entity.kind == "struct":
            return str(entity.name)
        known = [n for n, x in self.module.scope.entities.items() if x.kind == "struct"]
        advice = did_you_mean(name.text, known, "name a message of this module or of one in use")
        self.findings.add("A7-S004", f"unknown message `{name.text}`", name.span, advice)
        return None

    # ---- channels ----

    def _channel(self, item: t.Channel) -> None:
        if not self._known_role(item.sender) or not self._known_role(item.receiver):
            return
        ordered, lossy, bound = True, False, None
        carries: list[str] = []
        for prop in item.properties:
            match prop:
                case t.Ordered(value=value):
                    ordered = value
                case t.Lossy():
                    lossy = True
                case t.Bound(count=count):
                    bound = count.value
                    if not 1 <= bound <= 10_000:
                        self.findings.add(
                            "A7-S005", f"a channel of {str(bound)[:40]} messages", count.span, "1 to 10000"
                        )
                        bound = 1
                case t.Carries(messages=messages):
                    carries += [x for x in (self.message(q) for q in messages) if x is not None]
        ends = [(item.sender.text, item.receiver.text)]
        if item.two_way:
            ends.append((item.receiver.text, item.sender.text))
        for sender, receiver in ends:
            if any((c.sender, c.receiver) == (sender, receiver) for c in self.channels):
                message = f"two channels from `{sender}` to `{receiver}`"
                self.findings.add("A7-S003", message, item.span, "join them")
                continue
            self.channels.append(m.Channel(sender, receiver, ordered, lossy, bound, tuple(carries)))

    def _carried(self, sender: str, receiver: str, record: str, span: Span) -> None:
        """A message must be one that a channel between the two carries."""
        for channel in self.channels:
            if (channel.sender, channel.receiver) == (sender, receiver):
                if channel.carries and record not in channel.carries:
                    name = record.rpartition(".")[2]
                    message = f"no channel carries `{name}` from `{sender}` to `{receiver}`"
                    self.findings.add("A7-S006", message, span, f"add `{name}` to the channel's `carries`")
                return
        message = f"no channel from `{sender}` to `{receiver}`"
        self.findings.add("A7-S006", message, span, f"declare `channel {sender} -> {receiver}`")

    # ---- machines ----

    def _role(self, item: t.Role) -> None:
        if not self._known_role(item.name):
            return
        if item.name.text in self.machines:
            self.findings.add(
                "A7-S003", f"role `{item.name.text}` declared twice", item.name.span, "join them"
            )
            return
        place = NamedPlace(self.module)
        variables: list[m.Variable] = []
        timers: dict[str, int] = {}
        names: dict[str, Span] = {}
        for part in item.items:
            if isinstance(part, t.Var):
                self._once(names, part.name, "variable")
                variables.append(self._variable(part, place))
            elif isinstance(part, t.Timer):
                self._once(names, part.name, "timer")
                timers[part.name.text] = self._milliseconds(part.duration)
        states = {x.name.text: x.name.span for x in reversed(item.items) if isinstance(x, t.State)}
        role = _Role(self, item.name.text, place, timers, states)
        seen: dict[str, Span] = {}
        lowered: list[m.State] = []
        for part in item.items:
            if isinstance(part, t.State):
                self._once(seen, part.name, "state")
                lowered.append(role.state(part))
        if sum(state.kind == "start" for state in lowered) != 1:
            message = f"role `{item.name.text}` needs exactly one start state"
            self.findings.add("A7-S007", message, item.name.span, "mark it: `start state Name`")
        self.places[item.name.text] = place
        self.events[item.name.text] = role.events
        self.machines[item.name.text] = m.RoleMachine(
            item.name.text, tuple(lowered), tuple(variables), tuple(timers.items()), item.name.span
        )

    def _variable(self, part: t.Var, place: NamedPlace) -> m.Variable:
        shape = self.module.shape(part.type, self.module.context)
        initial: Expr | None = None
        if part.value is not None:
            kind = self.module.kind(shape)
            initial = place.expressions().of_kind(part.value, kind, Kind.NULL, hint=shape)
        place.bind(part.name.text, shape)
        return m.Variable(part.name.text, shape, initial, part.name.span)

    def _milliseconds(self, node: t.Expr) -> int:
        if isinstance(node, t.Duration) and 0 < node.milliseconds < 1 << 53:
            return node.milliseconds
        self.findings.add("A7-S008", "expected a time above zero", node.span, "write `60s`, `250ms`, `5min`")
        return 1000

    # ---- scenarios ----

    def _scenario(self, item: t.Scenario) -> m.Scenario:
        steps = [step for part in item.steps if (step := self._step(part)) is not None]
        return m.Scenario(item.name.text, tuple(steps), item.meta.doc, item.name.span)

    def _step(self, part: t.Step) -> m.ScenarioStep | None:
        match part:
            case t.Sends():
                record = self.message(part.message)
                if not self._known_role(part.sender) or not self._known_role(part.receiver) or record is None:
                    return None
                self._carried(part.sender.text, part.receiver.text, record, part.message.span)
                return m.ScenarioStep("send", part.sender.text, record, part.receiver.text, span=part.span)
            case t.Acts():
                return self._acts(part)
            case t.Expires():
                if not self._known_role(part.role):
                    return None
                machine = self.machines.get(part.role.text)
                timers = dict(machine.timers) if machine is not None else {}
                if machine is not None and part.timer.text not in timers:
                    self.unknown("timer", part.timer, timers)
                return m.ScenarioStep("timeout", part.role.text, event=part.timer.text, span=part.span)
            case t.Expects():
                if not self._known_role(part.role) or part.role.text not in self.places:
                    return None
                condition = self.places[part.role.text].expressions().truth(part.condition)
                return m.ScenarioStep("expect", part.role.text, condition=condition, span=part.span)

    def _acts(self, part: t.Acts) -> m.ScenarioStep | None:
        if not self._known_role(part.role):
            return None
        events = self.events.get(part.role.text, {})
        name = part.event.text
        if part.role.text in self.events and name not in events:
            self.unknown("event", part.event, events)
            return None
        shapes = {x.name: x.shape for x in events.get(name, ())}
        place = NamedPlace(self.module)
        arguments = named_arguments(self.module, part.args, shapes, name, place, "A7-S009")
        return m.ScenarioStep("local", part.role.text, event=name, arguments=arguments, span=part.span)

    def unknown(self, what: str, name: t.Name, known: Iterable[str]) -> None:
        """Report a name that its role does not have."""
        advice = did_you_mean(name.text, known, f"declare the {what}")
        self.findings.add("A7-S010", f"unknown {what} `{name.text}`", name.span, advice)


class _Role:
    """One role's states."""

    def __init__(
        self, owner: _Lowering, name: str, place: NamedPlace, timers: dict[str, int], states: dict[str, Span]
    ) -> None:
        self.owner = owner
        self.module = owner.module
        self.findings = owner.findings
        self.name = name
        self.place = place
        self.timers = timers
        self.states = states
        self.events: dict[str, tuple[p.Param, ...]] = {}
        self.results: dict[str, frozenset[str]] = {}

    def state(self, part: t.State) -> m.State:
        """Lower one state."""
        transitions = [self._transition(x) for x in part.items if isinstance(x, t.Transition)]
        ignore = self._waiting(part, t.IgnoreEvents)
        defer = self._waiting(part, t.DeferEvents)
        kind = next((k for k in ("start", "final", "hot") if k in part.kinds), "plain")
        return m.State(part.name.text, kind, tuple(transitions), ignore, defer, part.meta.doc, part.name.span)

    def _waiting(self, part: t.State, sort: type) -> tuple[tuple[str, str | None], ...]:
        found: list[tuple[str, str | None]] = []
        for item in part.items:
            if not isinstance(item, sort):
                continue
            assert isinstance(item, t.IgnoreEvents | t.DeferEvents), "called with one of these"
            source = item.source.text if item.source is not None else None
            if item.source is not None and not self.owner._known_role(item.source):
                continue
            for name in item.messages:
                record = self.owner.message(name)
                if record is not None:
                    if source is not None:
                        self.owner._carried(source, self.name, record, name.span)
                    found.append((record, source))
        return tuple(found)

    def _transition(self, part: t.Transition) -> m.Transition:
        place = self.place.copy()
        self.results = {}
        trigger = self._trigger(part.event, place)
        guard = place.expressions().truth(part.condition) if part.condition is not None else None
        actions = [x for action in part.actions if (x := self._action(action, place)) is not None]
        target = part.target.text if part.target is not None else None
        if part.target is not None and target not in self.states:
            self.owner.unknown("state", part.target, self.states)
            target = None
        return m.Transition(trigger, guard, tuple(actions), target, part.span)

    def _trigger(self, event: t.Event, place: NamedPlace) -> m.Trigger:
        match event:
            case t.Receive():
                known = self.owner._known_role(event.source)
                names = [x for x in (self.owner.message(q) for q in event.messages) if x is not None]
                for record, name in zip(names, event.messages, strict=False):
                    if known:
                        self.owner._carried(event.source.text, self.name, record, name.span)
                alias = event.alias.text if event.alias is not None else None
                if alias is not None:
                    place.bind(alias, s.RecordOf(names[0]) if len(names) == 1 else None)
                return m.Trigger("receive", tuple(names), event.source.text, alias)
            case t.TimeoutEvent():
                if event.timer.text not in self.timers:
                    self.owner.unknown("timer", event.timer, self.timers)
                return m.Trigger("timeout", (event.timer.text,))
            case t.LocalEvent():
                params = lower_params(self.module, event.params, self.module.context)
                self.events.setdefault(event.name.text, params)
                for param in params:
                    place.bind(param.name, param.shape)
                return m.Trigger("local", (event.name.text,), params=params)

    # ---- actions ----

    def _action(self, action: t.Action, place: NamedPlace) -> m.Action | None:
        match action:
            case t.Send():
                return self._send(action, place)
            case t.SetVar():
                return self._set(action, place)
            case t.StartTimer(timer=timer) | t.StopTimer(timer=timer):
                if timer.text not in self.timers:
                    self.owner.unknown("timer", timer, self.timers)
                return m.TimerAction("start" if isinstance(action, t.StartTimer) else "stop", timer.text)
            case t.Run():
                return self._run(action, place)
            case t.RaiseError():
                return m.RaiseAction(self.module.error_name(action.error, self.module.context))
            case t.Check():
                error = (
                    self.module.error_name(action.error, self.module.context)
                    if action.error is not None
                    else None
                )
                if isinstance(action.condition, t.Manual):
                    return None
                condition = self._checked(place.expressions().truth(action.condition), action.span)
                return m.CheckAction(condition, error, action.span)

    def _checked(self, expr: Expr, span: Span) -> Expr:
        """Names of schedule outputs must exist."""
        for node in e.walk(expr):
            if isinstance(node, e.Attribute) and isinstance(node.base, e.LocalRef):
                outputs = self.results.get(node.base.name)
                if outputs is not None and node.name not in outputs:
                    advice = did_you_mean(node.name, outputs, "name an output of the schedule")
                    self.findings.add(
                        "A7-S011", f"`{node.base.name}` has no output `{node.name}`", span, advice
                    )
        return expr

    def _send(self, action: t.Send, place: NamedPlace) -> m.SendAction | None:
        record = self.owner.message(action.message.name)
        known = self.owner._known_role(action.to)
        if record is None:
            return None
        if known:
            self.owner._carried(self.name, action.to.text, record, action.message.span)
        fields = self._fields(record, action.message.args, action.message.span, place)
        return m.SendAction(record, fields, action.to.text, action.span)

    def _fields(
        self, record: str, args: Sequence[t.Argument], span: Span, place: NamedPlace
    ) -> tuple[tuple[str, Expr], ...]:
        """Return members (and parameters) of a message to be written; required ones must be given."""
        found = self.module.record(record)
        if found is None:
            return ()
        shapes = {x.name: x.shape for x in found.slots if x.role in SETTABLE}
        shapes |= {x.name: x.shape for x in found.params if not x.implicit}
        name = record.rpartition(".")[2]
        given = named_arguments(self.module, args, shapes, name, place, "A7-S009")
        for _, expr in given:
            self._checked(expr, span)
        names = {x for x, _ in given}
        for slot in found.slots:
            required = (
                slot.role in (p.Role.GIVEN, p.Role.VIEW_INPUT) and not slot.optional and slot.default is None
            )
            if required and slot.name not in names:
                message = f"`{name}` needs `{slot.name}`"
                self.findings.add("A7-S009", message, span, f"write `{slot.name}: …`")
                break
        return given

    def _set(self, action: t.SetVar, place: NamedPlace) -> m.SetAction | None:
        variable = self.place.known.get(action.name.text)
        if variable is None:
            self.owner.unknown("variable", action.name, self.place.known)
            return None
        shape = variable[1]
        kind = self.module.kind(shape)
        expr = place.expressions().of_kind(action.value, kind, Kind.NULL, hint=shape)
        return m.SetAction(action.name.text, self._checked(expr, action.value.span), action.span)

    def _run(self, action: t.Run, place: NamedPlace) -> m.RunAction | None:
        name = action.schedule.name.text
        result = action.alias.text if action.alias is not None else None
        if name in ("encode", "decode"):
            return self._code(name, action, result, place)
        entity = self.module.scope.find(tuple(part.text for part in action.schedule.name.parts))
        schedule = self.owner.schedules.get(entity.name) if entity is not None else None
        if schedule is None:
            advice = did_you_mean(
                name, [x.rpartition(".")[2] for x in self.owner.schedules], "name a schedule"
            )
            self.findings.add("A7-S012", f"unknown schedule `{name}`", action.schedule.span, advice)
            if result is not None:
                place.bind(result, None)
            return None
        shapes: dict[str, s.Shape] = {x.name: x.shape for x in schedule.params}
        shapes |= {x.name: x.shape for x in schedule.inputs}
        arguments = named_arguments(self.module, action.schedule.args, shapes, name, place, "A7-S009")
        given = {x for x, _ in arguments}
        optional = {x.name for x in schedule.inputs if x.optional} | {
            x.name for x in schedule.params if x.nullable
        }
        missing = [x for x in shapes if x not in given and x not in optional]
        if missing:
            message = f"`{name}` needs `{missing[0]}`"
            self.findings.add("A7-S009", message, action.schedule.span, f"write `{missing[0]}: …`")
        for _, expr in arguments:
            self._checked(expr, action.schedule.span)
        if result is not None:
            place.bind(result, None, Kind.RECORD)
            self.results[result] = frozenset(schedule.outputs)
        return m.RunAction("schedule", schedule.name, arguments, result, action.span)

    def _code(
        self, operation: str, action: t.Run, result: str | None, place: NamedPlace
    ) -> m.RunAction | None:
        """`run encode(Message, member: …) as octets`, `run decode(Message, octets: …) as m`."""
        args = action.schedule.args
        qname = _qname(args[0].value) if args and args[0].label is None else None
        record = self.owner.message(qname) if qname is not None else None
        if record is None:
            if qname is None:
                message = f"`{operation}` takes a message first"
                self.findings.add(
                    "A7-S009", message, action.schedule.span, f"write `{operation}(Message, …)`"
                )
            if result is not None:
                place.bind(result, None)
            return None
        if operation == "encode":
            arguments = self._fields(record, args[1:], action.schedule.span, place)
            if result is not None:
                place.bind(result, s.Octets())
            return m.RunAction("encode", record, arguments, result, action.span)
        shapes: dict[str, s.Shape] = {"octets": s.Octets()}
        shapes |= {x.name: x.shape for x in self.module.params(record)}
        arguments = named_arguments(self.module, args[1:], shapes, operation, place, "A7-S009")
        for _, expr in arguments:
            self._checked(expr, action.schedule.span)
        if "octets" not in {x for x, _ in arguments}:
            self.findings.add("A7-S009", "`decode` needs `octets`", action.schedule.span, "write `octets: …`")
        if result is not None:
            place.bind(result, s.RecordOf(record))
        return m.RunAction("decode", record, arguments, result, action.span)


def _qname(node: t.Expr) -> t.QName | None:
    names: list[t.Name] = []
    span = node.span
    while isinstance(node, t.Attr):
        names.append(node.name)
        node = node.base
    if not isinstance(node, t.NameRef):
        return None
    names.append(t.Name(node.span, node.name))
    return t.QName(span, tuple(reversed(names)))


CODES = {
    "A7-S001": ("unknown role", "Roles are named in `roles`.", "Name it there, or correct the spelling."),
    "A7-S002": ("role without a machine", "Every role has one block of states.", "Write it."),
    "A7-S003": (
        "declared twice",
        "Roles, channels, states, variables, timers and scenarios have names of their own.",
        "Rename or join them.",
    ),
    "A7-S004": ("unknown message", "Machines exchange messages that a module declares.", "Name a message."),
    "A7-S005": ("channel bound out of range", "A channel holds 1 to 10,000 messages.", "State such a bound."),
    "A7-S006": (
        "message that no channel carries",
        "What is sent or received must be carried by a channel between the two roles.",
        "Add it to `carries`.",
    ),
    "A7-S007": (
        "start state missing or doubled",
        "Each role begins in exactly one state.",
        "Mark one state `start`.",
    ),
    "A7-S008": ("no time", "Timers run for a time above zero.", "Write a duration."),
    "A7-S009": (
        "wrong arguments",
        "Messages, schedules and events take their own members, and all that are required.",
        "Give the missing one, or correct the name.",
    ),
    "A7-S010": (
        "unknown state, timer, event or variable",
        "A role knows its own only.",
        "Declare it, or correct the spelling.",
    ),
    "A7-S011": ("unknown output", "Only outputs of a schedule can be read.", "Name an output."),
    "A7-S012": ("unknown schedule", "`run` takes a schedule, `encode` or `decode`.", "Name a schedule."),
}
"""Code → title, explanation, next step."""
