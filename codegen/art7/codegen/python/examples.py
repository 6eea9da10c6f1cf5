"""A runnable example: a message made, written and read, in a few lines."""

from __future__ import annotations

from typing import Any

from art7.codegen.names import PackageNames
from art7.codegen.python.expressions import literal, quoted
from art7.codegen.vectors.construct import arm_of, parameters, valid_value
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification

LONGEST = 400
"""The longest value, in characters, that an example shows."""


def example_code(spec: Specification, names: PackageNames, package: str, modules: list[str]) -> str:
    """Return Python that encodes and decodes the first message for which a short value is found."""
    for module_name in modules:
        for record in spec.modules[module_name].records:
            if record.kind != "message":
                continue
            found = _example(spec, names, package, record)
            if found is not None:
                return found
    return f"import {package}\n\nprint({package}.__version__)"


def _example(spec: Specification, names: PackageNames, package: str, record: p.Record) -> str | None:
    params = parameters(spec, record)
    made = valid_value(spec, record, params)
    if made is None:
        return None
    writer = _Writer(spec, names)
    value = writer.record(record, made[0])
    if value is None or len(value) > LONGEST:
        return None
    given = writer.arguments(record, params)
    if given is None:
        return None
    own = names.classes[record.name]
    imports = writer.imports | {(names.modules[names.owners[record.name]], own)}
    lines = []
    for stem in sorted({stem for stem, _ in imports}):
        kinds = ", ".join(sorted(kind for module, kind in imports if module == stem))
        lines.append(f"from {package}.{stem} import {kinds}")
    comma = f", {given}" if given else ""
    lines += [
        "",
        f"octets = {value}.encode({given})",
        f"message = {own}.decode(octets{comma})",
        f"assert message.encode({given}) == octets",
    ]
    return "\n".join(lines)


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
        python = self.names.members(record)
        parts = []
        for slot in record.api():
            if slot.name not in value:
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
                arm = arm_of(shape, holder.get(shape.tag))
                return None if arm is None or arm.shape is None else self.shape(arm.shape, value, {})
            case s.Nullable(inner=inner):
                return self.shape(inner, value, holder)
            case s.Anything():
                return repr(value) if value == {} else None
            case _:
                return literal(value).text

    def arguments(self, record: p.Record, params: dict[str, Any]) -> str | None:
        from art7.codegen.names import parameter_names

        parts = []
        for param, name in zip(record.params, parameter_names(record), strict=True):
            text = self.shape(param.shape, params[param.name], {})
            if text is None:
                return None
            parts.append(f"{name}={text}")
        return ", ".join(parts)
