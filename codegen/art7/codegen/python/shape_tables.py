"""The shapes of a package as data, for its adapter and its property tests."""

from __future__ import annotations

from art7.codegen.names import PackageNames, Scope, identifier, parameter_names
from art7.codegen.python.expressions import literal, quoted, tuple_of
from art7.codegen.python.machines import role_names
from art7.codegen.python.schedules import python_names, schedule_names
from art7.codegen.python.wrapping import wrapped
from art7.codegen.roots import is_root
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Enum, Module, RoleMachine, Schedule, Specification
from art7.grammar.ir.plan import Form, Record, Role


def records_table(spec: Specification, names: PackageNames) -> str:
    """Return the source of `RECORDS`."""
    enums = {enum.name: enum for module in spec.modules.values() for enum in module.enums}
    rows = []
    for module in _modules(spec):
        for record in module.records:
            rows.append(f"{quoted(record.name)}: {_row(record, names, enums)}")
    return _table(rows)


def stems_table(spec: Specification, names: PackageNames) -> str:
    """Return the source of `STEMS`."""
    rows = []
    for record in (each for module in _modules(spec) for each in module.records if is_root(each)):
        rows.append(f"{quoted(record.name)}: {quoted(names.functions[record.name])}")
    return _table(rows)


def schedules_table(spec: Specification, names: PackageNames) -> str:
    """Return the source of `SCHEDULES`."""
    enums = {enum.name: enum for module in spec.modules.values() for enum in module.enums}
    rows = []
    for module in _modules(spec):
        spelled = schedule_names(module)
        for schedule in module.schedules:
            name = schedule.name if "." in schedule.name else f"{module.name}.{schedule.name}"
            stem = f"{names.modules[module.name]}_keys"
            row = _schedule_row(schedule, stem, spelled[schedule.name][0], enums)
            rows.append(f"{quoted(name)}: {row}")
    return _table(rows)


def roles_table(spec: Specification, names: PackageNames) -> str:
    """Return the source of `ROLES`."""
    enums = {enum.name: enum for module in spec.modules.values() for enum in module.enums}
    rows = []
    for module in _modules(spec):
        spelled = role_names(module)
        for protocol in module.protocols:
            local = protocol.name.removeprefix(f"{module.name}.")
            for role in protocol.roles:
                stem, kind = f"{names.modules[module.name]}_roles", spelled[protocol.name, role.name]
                events = ", ".join(f"{quoted(name)}: {row}" for name, row in _events(role, enums).items())
                name = quoted(f"{module.name}.{local}.{role.name}")
                rows.append(f"{name}: ({quoted(stem)}, {quoted(kind)}, {{{events}}})")
    return _table(rows)


def _events(role: RoleMachine, enums: dict[str, Enum]) -> dict[str, str]:
    """Return local event → its parameters with their shapes."""
    found: dict[str, str] = {}
    for state in role.states:
        for row in state.transitions:
            if row.trigger.kind == "local":
                params = tuple_of(
                    f"({quoted(p.name)}, {shape_text(p.shape, enums)})" for p in row.trigger.params
                )
                for name in row.trigger.names:
                    found.setdefault(name, params)
    return found


def _table(rows: list[str]) -> str:
    """A dict display, a row a line where it fits."""
    if not rows:
        return "{}"
    lines = [line + ("," if last else "") for row in rows for line, last in _lines(row)]
    return "{\n" + "\n".join(lines) + "\n}"


def _lines(row: str) -> list[tuple[str, bool]]:
    lines = wrapped(row, 4, reserve=1)
    return [(line, place == len(lines) - 1) for place, line in enumerate(lines)]


def _modules(spec: Specification) -> list[Module]:
    return [spec.modules[name] for name in sorted(spec.modules)]


def _row(record: Record, names: PackageNames, enums: dict[str, Enum]) -> str:
    python = names.members(record)
    kept = {getattr(step, "unknown_slot", None) for step in record.body.steps}
    members = []
    for slot in record.api():
        optional = slot.optional or slot.role in (Role.KEPT, Role.VIEW)
        default = literal(slot.default.value).text if isinstance(slot.default, e.Literal) else "None"
        shape = shape_text(slot.shape, enums)
        if slot.index in kept:
            shape = f'("kept", {shape})'
        members.append(f"({quoted(slot.name)}, {quoted(python[slot.index])}, {shape}, {optional}, {default})")
    params = [
        f"({quoted(param.name)}, {quoted(name)}, {shape_text(param.shape, enums)})"
        for param, name in zip(record.params, parameter_names(record), strict=True)
    ]
    stem, kind = names.modules[names.owners[record.name]], names.classes[record.name]
    return (
        f"({quoted(stem)}, {quoted(kind)}, {record.form is Form.TUPLE}, {tuple_of(members)}, "
        f"{tuple_of(params)}, {is_root(record)})"
    )


def _schedule_row(schedule: Schedule, stem: str, function: str, enums: dict[str, Enum]) -> str:
    shapes: dict[str, s.Shape] = {value.name: value.shape for value in schedule.inputs}
    for step in schedule.steps:
        for value in (step.value,) if isinstance(step, Derive) else step.parts:
            shapes[value.name] = value.shape
    claimed = Scope()
    outputs = [
        f"({quoted(name)}, {quoted(claimed.claim(identifier(name, frozenset(('self',)))))}, "
        f"{shape_text(shapes[name], enums)})"
        for name in schedule.outputs
        if name in shapes
    ]
    given = [
        f"({quoted(name)}, {quoted(python)}, {shape_text(shape, enums)})"
        for name, python, shape in _given(schedule)
    ]
    shapes |= {param.name: param.shape for param in schedule.params}
    values = ", ".join(f"{quoted(name)}: {shape_text(shape, enums)}" for name, shape in shapes.items())
    asked = tuple_of(quoted(word) for word in ("random", "fresh") if _asks_for(schedule, word))
    return (
        f"({quoted(stem)}, {quoted(function)}, {tuple_of(given)}, {tuple_of(outputs)}, {{{values}}}, {asked})"
    )


def _asks_for(schedule: Schedule, word: str) -> bool:
    """Whether a run asks its caller for randomness (`random`) or memory (`fresh`)."""
    return any(
        isinstance(node, e.Call) and node.function == word
        for step in schedule.steps
        for node in e.walk(step.expr)
    )


def _given(schedule: Schedule) -> list[tuple[str, str, s.Shape]]:
    spelled = python_names(schedule)
    found = [(param.name, spelled.parameters[param.index], param.shape) for param in schedule.params]
    return found + [(value.name, spelled.values[value.name], value.shape) for value in schedule.inputs]


def shape_text(shape: s.Shape, enums: dict[str, Enum]) -> str:
    """Return a shape as data."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            return f'("integer", {low}, {high})'
        case s.Boolean():
            return '("boolean",)'
        case s.Float():
            return '("float",)'
        case s.Octets(minimum=low, maximum=high):
            return f'("octets", {low}, {high})'
        case s.Text(minimum=low, maximum=high, pattern=pattern):
            return f'("text", {low}, {high}, {quoted(pattern) if pattern is not None else None})'
        case s.Enumeration(name=name):
            enum = enums.get(name)
            ranges = (
                [f"({literal(m.low).text}, {literal(m.high).text})" for m in enum.members] if enum else []
            )
            return f'("enum", {bool(enum and enum.text)}, {tuple_of(ranges)})'
        case s.Sequence(item=item, minimum=low, maximum=high):
            return f'("list", {shape_text(item, enums)}, {low}, {high})'
        case s.Label(minimum=low, maximum=high):
            return f'("label", {low}, {high})'
        case s.Mapping(key=s.Text(), value=value, minimum=low, maximum=high):
            return f'("map", {shape_text(value, enums)}, {low}, {high})'
        case s.Mapping(key=key, value=value, minimum=low, maximum=high):
            return f'("keyed", {shape_text(key, enums)}, {shape_text(value, enums)}, {low}, {high})'
        case s.RecordOf(name=name):
            return f'("record", {quoted(name)})'
        case s.Union(tag=tag, arms=arms):
            return f'("union", {quoted(tag)}, {tuple_of(_arm(arm, enums) for arm in arms)})'
        case s.Nullable(inner=inner):
            return f'("nullable", {shape_text(inner, enums)})'
        case s.Anything(dialect=dialect):
            return '("any",)' if dialect == "json" else f'("any", {quoted(dialect)})'


def _arm(arm: s.UnionArm, enums: dict[str, Enum]) -> str:
    cases = tuple_of(f"({literal(low).text}, {literal(high).text})" for low, high in arm.cases)
    return f"({cases}, {'None' if arm.shape is None else shape_text(arm.shape, enums)})"
