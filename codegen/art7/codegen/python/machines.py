"""Role machines as tables: a class per role, a small function per guard and per list of actions."""

from __future__ import annotations

from art7.codegen.names import PackageNames, Scope, class_name, identifier
from art7.codegen.python.docstrings import FUTURE, cited, docstring, safe
from art7.codegen.python.expressions import OR, expression, negated, quoted, truth
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.schedules import ExtraModule
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.value_expressions import ValueNames, member_name
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import (
    Action,
    CheckAction,
    Module,
    Protocol,
    RaiseAction,
    RoleMachine,
    RunAction,
    SendAction,
    SetAction,
    Specification,
    TimerAction,
    Transition,
)
from art7.grammar.ir.plan import Param, Role


def role_names(module: Module) -> dict[tuple[str, str], str]:
    """Return the class name of each (protocol, role)."""
    scope = Scope()
    found = {}
    for protocol in module.protocols:
        local = protocol.name.removeprefix(f"{module.name}.")
        for role in protocol.roles:
            found[protocol.name, role.name] = scope.claim(class_name(f"{local}.{role.name}"))
    return found


def roles_module(spec: Specification, module: Module, names: PackageNames) -> ExtraModule | None:
    """Return the module of the role machines of `module`; `None` when it has none."""
    if not any(protocol.roles for protocol in module.protocols):
        return None
    records = {record.name: record for each in spec.modules.values() for record in each.records}
    scope = ModuleScope(spec, module, names, records=records)
    scope.from_standard("typing", "Any")
    spelled = role_names(module)
    parts = [
        _Role(protocol, role, spelled[protocol.name, role.name], scope).text()
        for protocol in module.protocols
        for role in protocol.roles
    ]
    for name in (
        "Received",
        "TimedOut",
        "Local",
        "Effect",
        "Send",
        "StartTimer",
        "StopTimer",
        "Fail",
    ):
        scope.support(name)
    exports = sorted(
        [*spelled.values(), "Received", "TimedOut", "Local", "Send", "StartTimer", "StopTimer", "Fail"]
    )
    listed = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in exports) + "]"
    title = docstring(
        f"Roles of {safe(module.name)}.",
        ["Each is a machine without sockets and clocks: `receive(event)` returns what to do."],
    )
    head = f"{title}\n\n{FUTURE}\n\n{scope.head()}\n\n{listed}"
    return ExtraModule(settled("\n\n\n".join([head, *parts]) + "\n"), scope.support_names(), tuple(exports))


class _Role:
    """One role under construction: its functions, then its class."""

    def __init__(self, protocol: Protocol, role: RoleMachine, kind: str, scope: ModuleScope) -> None:
        self.protocol = protocol
        self.role = role
        self.kind = kind
        self.scope = scope
        self.functions: list[str] = []
        self.count = 0

    def text(self) -> str:
        """The functions and the class."""
        machine, transition = self.scope.support("Machine"), self.scope.support("Transition")
        rows: dict[tuple[str, str, str], list[str]] = {}
        for state in self.role.states:
            for item in state.transitions:
                guard, act = self._guard(item), self._act(item)
                peer = quoted(item.trigger.peer) if item.trigger.peer else "None"
                target = quoted(item.target) if item.target else "None"
                for name in item.trigger.names:
                    key = (state.name, item.trigger.kind, name)
                    rows.setdefault(key, []).append(f"{transition}({peer}, {guard}, {act}, {target})")
        doc = cited(
            self.protocol.doc,
            self.protocol.refs,
            f"Role {safe(self.role.name)} of {safe(self.protocol.name)}",
        )
        lines = [
            f"class {self.kind}({machine}):",
            docstring(doc, [f"State by state: {self._states()}."], "    "),
            "",
        ]
        lines.append(f"    STATES = ({self._quoted([state.name for state in self.role.states])})")
        lines.append(f"    INITIAL = {quoted(self._initial())}")
        final = [state.name for state in self.role.states if state.kind == "final"]
        lines.append(f"    FINAL = frozenset(({self._quoted(final)}))")
        lines += self._variables()
        lines.append("    TIMERS = {")
        lines += [f"        {quoted(name)}: {milliseconds}," for name, milliseconds in self.role.timers]
        lines.append("    }")
        for constant, pick in (("IGNORED", "ignore"), ("DEFERRED", "defer")):
            found = [
                f"({quoted(state.name)}, {quoted(message)}, {quoted(peer) if peer else 'None'})"
                for state in self.role.states
                for message, peer in getattr(state, pick)
            ]
            lines.append(f"    {constant} = frozenset(({''.join(f'{row}, ' for row in found).rstrip()}))")
        lines.append("    TRANSITIONS = {")
        for key, items in rows.items():
            lines.append(f"        ({', '.join(quoted(part) for part in key)}): (")
            lines += [f"            {item}," for item in items]
            lines.append("        ),")
        lines.append("    }")
        return "\n\n\n".join([*self.functions, "\n".join(lines)])

    def _states(self) -> str:
        return ", ".join(safe(state.name) for state in self.role.states)

    def _quoted(self, names: list[str]) -> str:
        return "".join(f"{quoted(name)}, " for name in names).rstrip()

    def _initial(self) -> str:
        starts = [state.name for state in self.role.states if state.kind == "start"]
        return starts[0] if starts else self.role.states[0].name

    def _variables(self) -> list[str]:
        names = self._names({}, None)
        lines = ["    VARIABLES = {"]
        for variable in self.role.variables:
            initial = "None" if variable.initial is None else expression(variable.initial, names).text
            lines.append(f"        {quoted(variable.name)}: {initial},")
        return [*lines, "    }"]

    def _names(self, bound: dict[str, tuple[str, s.Shape | None]], binding: Transition | None) -> ValueNames:
        local: dict[str, tuple[str, s.Shape | None]] = {
            variable.name: (f"machine.variables[{quoted(variable.name)}]", variable.shape)
            for variable in self.role.variables
        }
        if binding is not None:
            trigger = binding.trigger
            if trigger.binding:
                single = trigger.names[0] if len(trigger.names) == 1 else None
                shape = s.RecordOf(single) if single in self.scope.records else None
                local[trigger.binding] = ("event.message", shape)
            for param in trigger.params:
                local[param.name] = (f"event.values[{quoted(param.name)}]", param.shape)
        return ValueNames(
            names=self.scope.names,
            records=self.scope.records,
            support=self.scope.support,
            module=self.scope.standard,
            parameters=[f"event.values[{quoted(p.name)}]" for p in self._params(binding)],
            parameter_shapes=[p.shape for p in self._params(binding)],
            locals=local | bound,
            careful=True,
            session="machine.",
        )

    def _params(self, binding: Transition | None) -> tuple[Param, ...]:
        return binding.trigger.params if binding is not None else ()

    def _next(self, word: str) -> str:
        self.count += 1
        return f"_{identifier(self.kind).lower()}_{word}_{self.count}"

    def _guard(self, item: Transition) -> str:
        if item.guard is None:
            return "None"
        name = self._next("guard")
        test = truth(item.guard, self._names({}, item)).at(OR)
        self.functions.append(f"def {name}(machine: Any, event: Any) -> Any:\n    return {test}")
        return name

    def _act(self, item: Transition) -> str:
        if not item.actions:
            return "None"
        name = self._next("act")
        self.scope.support("Effect")
        lines = [f"def {name}(machine: Any, event: Any) -> list[Effect]:", "    effects: list[Effect] = []"]
        if any(isinstance(action, SendAction) for action in item.actions):
            lines.append("    fields: dict[str, Any]")
        bound: dict[str, tuple[str, s.Shape | None]] = {}
        for action in item.actions:
            lines += [f"    {line}" for line in self._action(action, self._names(bound, item), bound)]
        self.functions.append("\n".join([*lines, "    return effects"]))
        return name

    def _action(
        self, action: Action, names: ValueNames, bound: dict[str, tuple[str, s.Shape | None]]
    ) -> list[str]:
        support = self.scope.support
        match action:
            case SetAction(name=name, expr=expr):
                return [f"machine.variables[{quoted(name)}] = {expression(expr, names).text}"]
            case SendAction():
                return self._send(action, names)
            case TimerAction(verb="start", name=name):
                return [
                    f"effects.append({support('StartTimer')}({quoted(name)}, machine.TIMERS[{quoted(name)}]))"
                ]
            case TimerAction(name=name):
                return [f"effects.append({support('StopTimer')}({quoted(name)}))"]
            case RunAction():
                return self._run(action, names, bound)
            case CheckAction(condition=condition, error=error):
                fault = support("MachineFault")
                return [
                    f"if {negated(condition, names).at(OR)}:",
                    f"    raise {fault}({quoted(error or 'rule_broken')})",
                ]
            case RaiseAction(name=name):
                return [f"raise {support('MachineFault')}({quoted(name)})"]

    def _send(self, action: SendAction, names: ValueNames) -> list[str]:
        record = self.scope.records.get(action.message)
        fields = [(name, expression(expr, names).text) for name, expr in action.fields]
        spelled = "".join(f"{quoted(name)}: {text}, " for name, text in fields).rstrip(", ")
        built = "None"
        if record is not None and self._is_buildable(action):
            members = ", ".join(
                f"{member_name(record, name, self.scope.names)}=fields[{quoted(name)}]" for name, _ in fields
            )
            built = f"{self._class(action.message)}({members})"
        return [
            f"fields = {{{spelled}}}",
            f"effects.append({self.scope.support('Send')}({quoted(action.message)}, {built}, {quoted(action.receiver)}, fields))",
        ]

    def _is_buildable(self, action: SendAction) -> bool:
        """Whether the fields given are members that `__init__` takes, and all that it needs."""
        record = self.scope.records[action.message]
        settable = {slot.name: slot for slot in record.api() if slot.role is not Role.VIEW}
        given = {name for name, _ in action.fields}
        needed = {
            name
            for name, slot in settable.items()
            if not slot.optional and slot.default is None and slot.role is not Role.KEPT
        }
        return given <= set(settable) and needed <= given

    def _class(self, record: str) -> str:
        """The class of a message, imported from the module of its codecs."""
        text = self.scope.names.classes[record]
        stem = self.scope.names.modules[self.scope.names.owners[record]]
        alias = f"{text}Message"
        self.scope.sibling(stem, f"{text} as {alias}")
        return alias

    def _run(
        self, action: RunAction, names: ValueNames, bound: dict[str, tuple[str, s.Shape | None]]
    ) -> list[str]:
        spelled = ", ".join(
            f"{quoted(name)}: {expression(expr, names).text}" for name, expr in action.arguments
        )
        call = f"machine.operate({quoted(action.operation)}, {quoted(action.name)}, {{{spelled}}})"
        if action.result is None:
            return [call]
        python = f"{identifier(action.result)}_result"
        shape = s.RecordOf(action.name) if action.operation == "decode" else None
        bound[action.result] = (python, shape)
        return [f"{python} = {call}"]
