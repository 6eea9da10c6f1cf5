"""Runnable examples with values of the specification: messages, refusals, streams, keys, roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from art7.codegen.names import PackageNames, parameter_names
from art7.codegen.python.endings import Endings
from art7.codegen.python.expressions import literal, quoted
from art7.codegen.python.machines import role_names
from art7.codegen.python.peeks import head_record
from art7.codegen.python.read_back import is_read_back
from art7.codegen.python.schedules import python_names, schedule_names
from art7.codegen.python.secret_types import is_secret, purpose_names
from art7.codegen.python.wrapping import wrapped
from art7.codegen.vectors.construct import arm_with
from art7.codegen.vectors.derivations import ScheduleVectors
from art7.codegen.vectors.valid import parameters, valid_value
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Named, RunAction, Specification, Transition
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError

LONGEST = 400
"""The longest value, in characters, that an example shows."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Pieces of Python that run by themselves; one that the specification has no matter for is empty."""

    use: str
    refusal: str = ""
    stream: str = ""
    peek: str = ""
    schedule: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class _Sample:
    """A message with a value that is short enough to be shown."""

    record: p.Record
    imports: str
    own_import: str
    kind: str
    value: str
    given: tuple[tuple[str, str], ...]
    octets: bytes
    is_read_back: bool
    """Whether reading gives the value itself: not where it adds what no user gives, as octets kept as read."""

    @property
    def arguments(self) -> str:
        """What `encode` takes."""
        return ", ".join(f"{name}={name}" for name, _ in self.given)

    @property
    def more(self) -> str:
        """What `decode` takes after the octets."""
        return f", {self.arguments}" if self.given else ""

    def lines(self) -> list[str]:
        """Imports and parameters, as every example begins."""
        return [self.imports, "", *(f"{name} = {text}" for name, text in self.given)]

    def constant(self) -> list[str]:
        """The octets, named."""
        return wrapped(f'octets = bytes.fromhex("{self.octets.hex()}")', 0)


def examples(spec: Specification, names: PackageNames, package: str, modules: list[str]) -> Examples:
    """Return what the README shows of `modules`."""
    samples = [
        sample
        for name in modules
        for record in spec.modules[name].records
        if record.kind == "message" and (sample := _sample(spec, names, package, record)) is not None
    ]
    schedule, role = _schedule(spec, names, package, modules), _role(spec, names, package, modules)
    if not samples:
        shown = f"import {package}\n\nprint({package}.__version__)"
        return Examples(shown, schedule=schedule, role=role)
    endings = Endings({record.name: record for module in spec.modules.values() for record in module.records})
    streamed = next((each for each in samples if endings.is_streamable(each.record)), None)
    headed = next((each for each in samples if _has_head(each.record)), None)
    return Examples(
        _use(samples[0]),
        _refusal(spec, package, samples),
        "" if streamed is None else _stream(streamed),
        "" if headed is None else _peek(headed),
        schedule,
        role,
    )


def _has_head(record: p.Record) -> bool:
    return record.carrier is p.Carrier.OCTETS and head_record(record) is not None


def _use(sample: _Sample) -> str:
    octets = f"octets = message.encode({sample.arguments})"
    read = f"{sample.kind}.decode(octets{sample.more})"
    if sample.is_read_back:
        read = f"assert {read} == message"
    else:
        read = f"assert {read}.encode({sample.arguments}) == octets"
    return "\n".join([*sample.lines(), *wrapped(f"message = {sample.value}", 0), octets, read])


def _refusal(spec: Specification, package: str, samples: list[_Sample]) -> str:
    """The first message that is refused when its last octet is lost."""
    for sample in samples:
        try:
            decode(spec, sample.record.name, sample.octets[:-1], parameters(spec, sample.record))
        except DecodeError:
            lines = [f"from {package} import DecodeError", *sample.lines(), *sample.constant(), "try:"]
            lines += [f"    {sample.kind}.decode(octets[:-1]{sample.more})", "except DecodeError as error:"]
            lines += [
                "    print(error)",
                "    print(error.code, error.requirement, error.path, error.offset)",
            ]
            return "\n".join(lines)
    return ""


def _stream(sample: _Sample) -> str:
    lines = [f"decoder = {sample.kind}.Decoder({sample.arguments})", "messages = []"]
    lines += ["for chunk in (octets[:3], octets[3:] + octets):", "    messages += decoder.feed(chunk)"]
    return "\n".join(
        [*sample.lines(), *sample.constant(), *lines, "decoder.close()", "assert len(messages) == 2"]
    )


def _peek(sample: _Sample) -> str:
    return "\n".join([sample.own_import, "", *sample.constant(), f"print({sample.kind}.peek(octets))"])


def _sample(spec: Specification, names: PackageNames, package: str, record: p.Record) -> _Sample | None:
    """The message with the longest value that is short enough."""
    params = parameters(spec, record)
    found: _Sample | None = None
    for value, octets in _values(spec, record, params):
        writer = _Writer(spec, names)
        text = writer.record(record, value)
        given = writer.arguments(record, params)
        if text is None or len(text) > LONGEST or given is None or not octets or len(octets) > LONGEST // 2:
            continue
        own = names.classes[record.name]
        stem = names.modules[names.owners[record.name]]
        lines = []
        for each in sorted({each for each, _ in writer.imports}):
            kinds = ", ".join(sorted(kind for module, kind in writer.imports if module == each))
            lines.append(f"from {package}.{each} import {kinds}")
        own_import = f"from {package}.{stem} import {own}"
        if found is None or len(text) > len(found.value):
            try:
                same = is_read_back(spec, record, value, decode(spec, record.name, octets, params).value)
            except DecodeError:
                continue
            found = _Sample(record, "\n".join(lines), own_import, own, text, tuple(given), octets, same)
    return found


def _values(spec: Specification, record: p.Record, params: dict[str, Any]) -> Iterator[tuple[Any, bytes]]:
    """Yield values with their octets: those of the specification's own vectors, then one that was made."""
    for module in spec.modules.values():
        for vector in module.vectors:
            if vector.subject != record.name or not vector.accept or vector.given or not vector.octets:
                continue
            try:
                value = _given(spec, record, decode(spec, record.name, vector.octets, params).value)
                if encode(spec, record.name, value, params) == vector.octets:
                    yield value, vector.octets
            except (DecodeError, EncodeError):
                continue
    made = valid_value(spec, record, params)
    if made is not None:
        yield made


def _given(spec: Specification, record: p.Record, value: Any) -> Any:
    """Return a value as a user can make it: without the members that only reading tells."""
    if not isinstance(value, dict):
        return value
    return {
        slot.name: _given_member(spec, slot.shape, value[slot.name], value)
        for slot in record.api()
        if slot.name in value and slot.role is not p.Role.VIEW
    }


def _given_member(spec: Specification, shape: s.Shape, value: Any, holder: dict[str, Any]) -> Any:
    match shape:
        case s.RecordOf(name=name):
            return _given(spec, spec.record(name), value)
        case s.Sequence(item=item) if isinstance(value, list):
            return [_given_member(spec, item, one, {}) for one in value]
        case s.Union():
            arm = arm_with(shape, value, holder)
            return value if arm is None or arm.shape is None else _given_member(spec, arm.shape, value, {})
        case s.Nullable(inner=inner):
            return _given_member(spec, inner, value, holder)
        case _:
            return value


def _schedule(spec: Specification, names: PackageNames, package: str, modules: list[str]) -> str:
    """A run of the first schedule whose inputs can be shown, with every step printed."""
    purposes = purpose_names(spec, names)
    for name in modules:
        module = spec.modules[name]
        for schedule in module.schedules:
            made = ScheduleVectors(spec, module, schedule).simple()
            first = next((each for each in made if each["result"] == "valid"), None)
            spelled = python_names(schedule)
            shapes = {param.name: (spelled.parameters[param.index], param.shape) for param in schedule.params}
            shapes |= {value.name: (spelled.values[value.name], value.shape) for value in schedule.inputs}
            secrets = {value.name: _secret(value, purposes) for value in schedule.inputs if is_secret(value)}
            if first is None or not set(first["params"]) <= set(shapes):
                continue
            given = [(*shapes[key], value) for key, value in first["params"].items()]
            rows = ", ".join(
                [
                    *(
                        f"{shapes[key][0]}={_octets(value, secrets.get(key))}"
                        for key, value in first["params"].items()
                    ),
                    "trace=trace",
                ]
            )
            if len(rows) > 3 * LONGEST or not all(isinstance(shape, s.Octets) for _, shape, _ in given):
                continue
            function = schedule_names(module)[schedule.name][0]
            kinds = sorted({"Trace", *(secrets[key] for key in first["params"] if key in secrets)})
            lines = [
                f"from {package}.{names.modules[name]}_keys import {', '.join([*kinds, function])}",
                "",
                "trace = Trace()",
            ]
            lines += [*wrapped(f"keys = {function}({rows})", 0), "for name, value in trace.steps:"]
            return "\n".join([*lines, "    print(name, value)"])
    return ""


def _secret(value: Named, purposes: dict[str, str]) -> str:
    """Return the class of a secret."""
    return purposes[value.purpose] if value.purpose else "Secret"


def _octets(text: str, kind: str | None) -> str:
    octets = f'bytes.fromhex("{text}")'
    return f'{kind}.fromhex("{text}")' if kind else octets


def _role(spec: Specification, names: PackageNames, package: str, modules: list[str]) -> str:
    """The first step of a role that the application begins, with nothing to be run for it."""
    for name in modules:
        module = spec.modules[name]
        for protocol in module.protocols:
            for role in protocol.roles:
                start = next((state for state in role.states if state.kind == "start"), None)
                for row in start.transitions if start is not None else ():
                    if row.trigger.kind != "local" or row.trigger.params or not _is_plain(row):
                        continue
                    kind, event = role_names(module)[protocol.name, role.name], row.trigger.names[0]
                    lines = [f"from {package}.{names.modules[name]}_roles import Local, {kind}", ""]
                    lines += [f"machine = {kind}()"]
                    lines += [f"for effect in machine.receive(Local({quoted(event)})):", "    print(effect)"]
                    return "\n".join([*lines, "print(machine.state)"])
    return ""


def _is_plain(row: Transition) -> bool:
    return row.guard is None and not any(isinstance(action, RunAction) for action in row.actions)


class _Writer:
    """Spells plain values as Python that makes them."""

    def __init__(self, spec: Specification, names: PackageNames) -> None:
        self.spec = spec
        self.names = names
        self.imports: set[tuple[str, str]] = set()

    def record(self, record: p.Record, value: Any) -> str | None:
        if isinstance(value, tuple):
            items = [self.shape(slot.shape, item, {}) for slot, item in zip(record.api(), value, strict=True)]
            return (
                None if None in items else f"({', '.join(map(str, items))}{',' if len(items) == 1 else ''})"
            )
        if not isinstance(value, dict):
            return None
        python = self.names.members(record)
        parts = []
        for slot in record.api():
            if slot.name not in value or slot.role is p.Role.VIEW:
                continue
            if value[slot.name] is None and (slot.optional or slot.role is p.Role.KEPT):
                continue
            text = self.shape(slot.shape, value[slot.name], value)
            if text is None:
                return None
            parts.append(f"{python[slot.index]}={text}")
        kind = self.names.classes[record.name]
        stem = self.names.modules[self.names.owners[record.name]]
        self.imports.add((stem, kind))
        if any(other != stem and name == kind for other, name in self.imports):
            return None  # two classes of one name: another message makes a simpler example
        return f"{kind}({', '.join(parts)})"

    def shape(self, shape: s.Shape, value: Any, holder: dict[str, Any]) -> str | None:
        if value is None:
            return "None"
        match shape:
            case s.RecordOf(name=name):
                return self.record(self.spec.record(name), value)
            case s.Sequence(item=item):
                items = [self.shape(item, one, {}) for one in value]
                return None if None in items else f"[{', '.join(map(str, items))}]"
            case s.Mapping(value=inner):
                found = {key: self.shape(inner, one, {}) for key, one in value.items()}
                pairs = [f"{quoted(key)}: {text}" for key, text in found.items()]
                return None if None in found.values() else f"{{{', '.join(pairs)}}}"
            case s.Union():
                arm = arm_with(shape, value, holder)
                return None if arm is None or arm.shape is None else self.shape(arm.shape, value, {})
            case s.Nullable(inner=inner):
                return self.shape(inner, value, holder)
            case s.Anything():
                return repr(value) if value == {} else None
            case _:
                return literal(value).text if isinstance(value, int | str | bytes) else None

    def arguments(self, record: p.Record, params: dict[str, Any]) -> list[tuple[str, str]] | None:
        """Return the parameters, spelled."""
        given = []
        for param, name in zip(record.params, parameter_names(record), strict=True):
            text = self.shape(param.shape, params[param.name], {})
            if text is None:
                return None
            given.append((name, text))
        return given
