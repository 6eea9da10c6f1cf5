"""What the modules of an offer declare, by name: a view over the resolved specification for rules to ask.

Rules never walk the IR's plans. They ask for a declaration by its qualified name, for all of a kind, for
the slots that a message can hold, for who sends what to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import (
    CheckAction,
    Identity,
    Module,
    Protocol,
    RaiseAction,
    Resolution,
    RoleMachine,
    RunAction,
    Scenario,
    Schedule,
    SendAction,
    Specification,
)
from art7.grammar.ir.plan import Fault, Record, Requirement, Slot
from art7.grammar.ir.shape import Mapping as MappingShape
from art7.grammar.ir.shape import Nullable, RecordOf, Sequence, Shape, Union


@dataclass(frozen=True, slots=True)
class Declaration:
    """A named thing. `kind` is a word of the language (`message`, `schedule`, …) or `module`, `role`, `state`,
    `timer`, `scenario`, `field`, `error`; `value` is its node of the IR."""

    kind: str
    name: str
    value: object
    span: Span


@dataclass(frozen=True, slots=True)
class Sending:
    """One message that one role of a protocol sends to another."""

    protocol: str
    message: str
    sender: str
    receiver: str
    span: Span


class Declarations:
    """Everything declared by a specification; `own` names the modules of the offer itself."""

    def __init__(self, specification: Specification, own: Iterable[str]) -> None:
        self.specification = specification
        self.own = frozenset(own)

    @cached_property
    def by_name(self) -> Mapping[str, Declaration]:
        """Declarations by qualified name; the first one of a name counts."""
        found: dict[str, Declaration] = {}
        for declaration in self._walk():
            found.setdefault(declaration.name, declaration)
        return found

    def find(self, name: str) -> Declaration | None:
        """Return the declaration called `name`, or None."""
        return self.by_name.get(name)

    def of(self, *kinds: str) -> list[Declaration]:
        """Return the offer's own declarations of these kinds, in textual order."""
        return [d for d in self.by_name.values() if d.kind in kinds and self.is_own(d.name)]

    def names_of(self, kinds: Iterable[str]) -> list[str]:
        """Return the names of all declarations of these kinds."""
        return [name for kind in kinds for name in self._names_by_kind.get(kind, ())]

    @cached_property
    def _names_by_kind(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for declaration in self.by_name.values():
            found.setdefault(declaration.kind, []).append(declaration.name)
        return {kind: tuple(names) for kind, names in found.items()}

    def is_own(self, name: str) -> bool:
        """Whether a module of the offer (not of the catalogue) declares `name`."""
        return self.module_of(name) in self.own

    def module_of(self, name: str) -> str:
        """Return the longest prefix of `name` that is a module, or an empty text."""
        parts = name.split(".")
        prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((prefix for prefix in prefixes if prefix in self.specification.modules), "")

    def record(self, name: str) -> Record | None:
        """Return the message or struct called `name`, or None."""
        declaration = self.find(name)
        return declaration.value if declaration and isinstance(declaration.value, Record) else None

    def protocol(self, name: str) -> Protocol | None:
        """Return the protocol called `name`, or None."""
        declaration = self.find(name)
        return declaration.value if declaration and isinstance(declaration.value, Protocol) else None

    def role(self, name: str) -> RoleMachine | None:
        """Return the role machine `module.Protocol.role`, or None."""
        declaration = self.find(name)
        return declaration.value if declaration and isinstance(declaration.value, RoleMachine) else None

    def scenario(self, name: str) -> Scenario | None:
        """Return the scenario `module.Protocol.scenario`, or None."""
        declaration = self.find(name)
        return declaration.value if declaration and isinstance(declaration.value, Scenario) else None

    def slot(self, name: str) -> Slot | None:
        """Return the field `module.Message.field`, or None."""
        declaration = self.find(name)
        return declaration.value if declaration and isinstance(declaration.value, Slot) else None

    def runs(self) -> Iterator[tuple[str, str, RunAction]]:
        """Yield (protocol, role, action) of everything that role machines run."""
        for declaration in self.by_name.values():
            if isinstance(declaration.value, Protocol):
                for role in declaration.value.roles:
                    for state in role.states:
                        for transition in state.transitions:
                            for action in transition.actions:
                                if isinstance(action, RunAction):
                                    yield declaration.name, role.name, action

    def schedules_run(self, protocol: str) -> set[str]:
        """Return the qualified names of the schedules that the roles of a protocol run."""
        module = self.module_of(protocol)
        names = (a.name for name, _, a in self.runs() if name == protocol and a.operation == "schedule")
        return {name if self.find(name) else qualified(module, name) for name in names}

    @cached_property
    def requirement_ids(self) -> frozenset[str]:
        """The ids of all numbered requirements."""
        nodes = (node for module in self.specification.modules.values() for node in nodes_below(module))
        return frozenset(node.id for node in nodes if isinstance(node, Requirement))

    def docs(self) -> Iterator[tuple[str, str, Span]]:
        """Yield (name, prose, place) of every documented thing in the offer's own modules."""
        for name, module, nodes in self._own_nodes:
            for node in nodes:
                doc, span = getattr(node, "doc", ""), getattr(node, "span", None)
                if doc and (span is None or isinstance(span, Span)):
                    yield getattr(node, "name", name) or name, doc, span or _module_span(module.file)

    def references(self) -> Iterator[tuple[str, str, Span]]:
        """Yield (name, citation, place) of every `ref` in the offer's own modules."""
        for name, module, nodes in self._own_nodes:
            for node in nodes:
                span = getattr(node, "span", None) or _module_span(module.file)
                for reference in getattr(node, "refs", ()):
                    yield getattr(node, "name", getattr(node, "id", name)), reference, span

    @cached_property
    def _own_nodes(self) -> tuple[tuple[str, Module, tuple[object, ...]], ...]:
        modules = self.specification.modules.items()
        return tuple(
            (name, module, tuple(nodes_below(module))) for name, module in modules if name in self.own
        )

    def slots(self, name: str) -> Iterator[tuple[str, Slot]]:
        """Yield (qualified path, slot) of all that a reader of message `name` sees, nested records included."""
        pending, seen = [name], set[str]()
        while pending:
            current = pending.pop()
            record = self.record(current)
            if record is None or current in seen:
                continue
            seen.add(current)
            for slot in record.api():
                yield f"{current}.{slot.name}", slot
                pending.extend(records_of(slot.shape))

    @cached_property
    def sendings(self) -> tuple[Sending, ...]:
        """Everything that any role machine sends."""
        return tuple(
            sending
            for declaration in self.by_name.values()
            if isinstance(declaration.value, Protocol)
            for sending in _sendings(declaration.name, declaration.value)
        )

    def messages_of(self, protocol: str) -> set[str]:
        """Return the messages that protocol `protocol` sends, carries or waits for."""
        found = {s.message for s in self.sendings if s.protocol == protocol}
        value = self.protocol(protocol)
        if value is not None:
            found.update(m for channel in value.channels for m in channel.carries)
            found.update(_received(value))
        return found

    def closure(self, records: Iterable[str]) -> set[str]:
        """Return these records and all that they can hold."""
        found: set[str] = set()
        pending = list(records)
        while pending:
            name = pending.pop()
            record = self.record(name)
            if record is not None and name not in found:
                found.add(name)
                pending.extend(inner for slot in record.slots for inner in records_of(slot.shape))
        return found

    def built_in(self, protocols: Iterable[str]) -> set[str]:
        """Return the records that roles of these protocols encode or decode: what travels inside other messages."""
        chosen = set(protocols)
        return {
            a.name for name, _, a in self.runs() if name in chosen and a.operation in ("encode", "decode")
        }

    @cached_property
    def carried(self) -> set[str]:
        """Every record that is sent by some role, or travels inside what is sent."""
        protocols = [d.name for d in self.by_name.values() if d.kind == "protocol"]
        bound = [bind.target for module in self.specification.modules.values() for bind in module.binds]
        return self.closure({*(s.message for s in self.sendings), *self.built_in(protocols), *bound})

    def carried_between(self, protocol: str) -> dict[tuple[str, str], set[str]]:
        """Return, for each (sender, receiver) of a protocol, the messages that its channels carry."""
        value = self.protocol(protocol)
        found: dict[tuple[str, str], set[str]] = {}
        for channel in value.channels if value else ():
            found.setdefault((channel.sender, channel.receiver), set()).update(channel.carries)
        return found

    def outermost(self, message: str) -> str:
        """Return the message that carries `message` on the wire: itself, unless a `bind` puts it into another."""
        carriers = {bind.target: bind.record for m in self.specification.modules.values() for bind in m.binds}
        seen: set[str] = set()
        while message in carriers and message not in seen:
            seen.add(message)
            message = carriers[message]
        return message

    def raised_errors(self) -> set[str]:
        """Return the qualified names of errors that something raises."""
        return _raised(self)

    def _walk(self) -> Iterator[Declaration]:
        for module_name, module in self.specification.modules.items():
            yield Declaration("module", module_name, module, _module_span(module.file))
            for record in module.records:
                yield Declaration(record.kind, record.name, record, record.span)
                for slot in record.slots:
                    yield Declaration("field", f"{record.name}.{slot.name}", slot, slot.span)
            for enum in module.enums:
                yield Declaration("enum", enum.name, enum, enum.span)
            for error in module.errors:
                yield Declaration("error", qualified(module_name, error.name), error, error.span)
            for constant in module.constants:
                yield Declaration(
                    "const", qualified(module_name, constant.name), constant, _module_span(module.file)
                )
            for schedule in module.schedules:
                yield Declaration("schedule", qualified(module_name, schedule.name), schedule, schedule.span)
            for identity in module.identities:
                yield Declaration("identity", qualified(module_name, identity.name), identity, identity.span)
            for resolution in module.resolutions:
                yield Declaration(
                    "resolve", qualified(module_name, resolution.name), resolution, resolution.span
                )
            for protocol in module.protocols:
                yield from _protocol(qualified(module_name, protocol.name), protocol)


def qualified(module: str, name: str) -> str:
    """Return `name` with its module before it, unless it has it already."""
    return name if name.startswith(module + ".") else f"{module}.{name}"


def records_of(shape: Shape) -> Iterator[str]:
    """Yield the names of records that a value of `shape` can hold directly."""
    match shape:
        case RecordOf(name):
            yield name
        case Sequence(item=inner) | Nullable(inner=inner):
            yield from records_of(inner)
        case MappingShape(key=key, value=value):
            yield from records_of(key)
            yield from records_of(value)
        case Union(arms=arms):
            for arm in arms:
                if arm.shape is not None:
                    yield from records_of(arm.shape)
        case _:
            return


def _module_span(file: str) -> Span:
    return Span(file, 1, 1, 1, 1)


def _protocol(name: str, protocol: Protocol) -> Iterator[Declaration]:
    yield Declaration("protocol", name, protocol, protocol.span)
    for role in protocol.roles:
        yield Declaration("role", f"{name}.{role.name}", role, role.span)
        for state in role.states:
            yield Declaration("state", f"{name}.{role.name}.{state.name}", state, state.span)
        for timer, milliseconds in role.timers:
            yield Declaration("timer", f"{name}.{role.name}.{timer}", milliseconds, role.span)
    for scenario in protocol.scenarios:
        yield Declaration("scenario", f"{name}.{scenario.name}", scenario, scenario.span)


def _sendings(name: str, protocol: Protocol) -> Iterator[Sending]:
    for role in protocol.roles:
        for state in role.states:
            for transition in state.transitions:
                for action in transition.actions:
                    if isinstance(action, SendAction):
                        yield Sending(name, action.message, role.name, action.receiver, action.span)


def _received(protocol: Protocol) -> Iterator[str]:
    for role in protocol.roles:
        for state in role.states:
            for transition in state.transitions:
                if transition.trigger.kind == "receive":
                    yield from transition.trigger.names


def _raised(declarations: Declarations) -> set[str]:
    """Collect the error names mentioned by the IR, wherever a refusal is stated.

    The IR names an error without its module: the one that refuses declares it, or one that it uses.
    """
    modules = declarations.specification.modules
    declared = {name: {error.name for error in module.errors} for name, module in modules.items()}
    found: set[str] = set()
    for name, module in modules.items():
        for error in set(_errors_below(module)):
            used = () if error in declared[name] else [u for u in module.uses if error in declared.get(u, ())]
            found.update(qualified(where, error) for where in used or (name,))
    return found


def _errors_below(root: object) -> Iterator[str]:
    for node in nodes_below(root):
        yield from _errors_of(node)


def nodes_below(root: object) -> Iterator[object]:
    """Yield every node of the IR below `root`, each once, in textual order."""
    pending, seen = [root], set[int]()
    while pending:
        node = pending.pop()
        kind: Any = type(node)
        if isinstance(node, tuple):
            pending.extend(reversed(node))
        elif (members := _members(kind)) and id(node) not in seen:
            seen.add(id(node))
            yield node
            pending.extend(getattr(node, name) for name in members)


@cache
def _members(kind: type) -> tuple[str, ...]:
    """Return the fields of a kind of node, last first; nothing for what is no node."""
    if not is_dataclass(kind) or kind is Span:
        return ()
    return tuple(each.name for each in reversed(fields(kind)))


def _errors_of(node: object) -> Iterator[str]:
    match node:
        case Fault(code=error) | RaiseAction(name=error):
            yield error
        case Requirement(error=str(error)) | CheckAction(error=str(error)):
            yield error
        case Resolution():
            yield from (error for _, error in node.requires)
            yield from (error for _, _, error in node.conditions if error)
            if node.otherwise:
                yield node.otherwise
        case Schedule() | Identity():
            yield from (error for _, _, error in node.conditions if error)
        case _:
            return
