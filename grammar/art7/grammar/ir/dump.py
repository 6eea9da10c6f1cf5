"""A plan as text, one step a line: for tests, `art7 check --dump` and questions about a wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Module


def dump_module(module: Module) -> str:
    """Return every record of a module as text."""
    return "\n".join(dump(record) for record in module.records)


def dump(record: p.Record) -> str:
    """Return the slots and steps of a record as text, the same on every run."""
    flags = [word for word in ("origin", "deferred", "guarded", "recursive") if getattr(record, word)]
    head = f"{record.kind} {record.name} as {record.encoding}"
    if record.form is p.Form.TUPLE:
        flags.append("tuple")
    lines = [head + (f" [{' '.join(flags)}]" if flags else "")]
    for param in record.params:
        extra = " nullable" * param.nullable + " implicit" * param.implicit
        lines.append(f"  param {param.index} {param.name}: {_value(param.shape)}{extra}")
    for number, place in enumerate(record.places):
        lines.append(f"  place {number} {place.name}: {place.octets} octets")
    for slot in record.slots:
        extra = " optional" * slot.optional
        if slot.default is not None:
            extra += f" default {show(slot.default, record)}"
        if slot.value is not None:
            extra += f" = {show(slot.value, record)}"
        lines.append(f"  slot {slot.index} {slot.name} ({slot.role.value}): {_value(slot.shape)}{extra}")
    lines += list(_block(record.body, record, 1))
    return "\n".join(lines) + "\n"


def _block(block: p.Block, record: p.Record, level: int) -> Iterator[str]:
    pad = "  " * level
    for step in block.steps:
        yield pad + _step(step, record)
        for label, inner in _inner(step):
            if label:
                yield f"{pad}  {label}"
            yield from _block(inner, record, level + (2 if label else 1))
    if block.emit != tuple(range(len(block.emit))):
        yield f"{pad}emit {' '.join(map(str, block.emit))}"


def _inner(step: p.Step) -> Iterator[tuple[str, p.Block]]:
    """Yield the blocks inside a step with what tells them apart."""
    match step:
        case p.Branch(cases=cases, value_slots=values):
            for position, case in enumerate(cases):
                value = values[position] if values else None
                tail = f" -> {value}" if value is not None else ""
                tail += f" refuse {case.refuse.code}" if case.refuse is not None else ""
                yield f"{case.name} {_ranges(case.ranges)}{tail}", case.body
        case p.Kinds(cases=cases):
            for kind_case in cases:
                yield f"{kind_case.kind} -> {kind_case.slot}", kind_case.body
        case p.Fields(entries=entries):
            for field in entries:
                words = " required" * field.required + " packed" * field.packed
                item = f" item {field.item}" if field.item is not None else ""
                yield f"@{field.number} wire {field.wire} -> {field.slot}{item}{words}", field.body
        case p.Object() | p.Array():
            yield from _entries(step)
        case p.TlvChoice(cases=choices):
            for choice in choices:
                words = " ".join(x.hex() for x in choice.first) or "any"
                yield f"{choice.name} {words} -> {choice.slot}", choice.body
        case p.Either(cases=alternatives):
            for alternative in alternatives:
                yield (
                    f"{alternative.name} {_value(alternative.first)} -> {alternative.slot}",
                    alternative.body,
                )
        case p.Headers(entries=headers, other=other):
            for header in (*headers, *([other] if other is not None else [])):
                yield f"{'/'.join(header.names) or 'others'} -> {header.slot}", header.body
        case _:
            body = getattr(step, "body", None)
            if body is not None:
                yield "", body


def _entries(step: p.Object | p.Array) -> Iterator[tuple[str, p.Block]]:
    """Yield the members of an object or the places of an array, those of each case behind it."""

    def shown(entry: p.Entry) -> str:
        if isinstance(step, p.Array):
            return f"place -> {entry.slot}"
        return f"{entry.key!r} -> {entry.slot}{' required' * entry.required}"

    for entry in step.entries:
        yield shown(entry), entry.body
    for spread in step.spreads:
        for case in spread.cases:
            for entry in case.entries:
                yield f"when {_ranges(case.ranges)} {shown(entry)}", entry.body


def _ranges(ranges: tuple[tuple[object, object], ...]) -> str:
    if not ranges:
        return "otherwise"
    return ", ".join(repr(low) if low == high else f"{low}..{high}" for low, high in ranges)


_HIDDEN = frozenset(("body", "cases", "entries", "spreads", "value_slots"))


def _step(step: p.Step, record: p.Record) -> str:
    """Return a step's name and fields, defaults left out."""
    words = [type(step).__name__]
    for field in fields(step):
        value = getattr(step, field.name)
        if field.name in _HIDDEN or value == field.default:
            continue
        shown = _value(value, record)
        if field.name in ("slot", "item", "given", "at") and isinstance(value, int):
            shown = f"{value}:{record.slots[value].name}"
        words.append(shown if field.name == "slot" else f"{field.name}={shown}")
    return " ".join(words)


def _value(value: object, record: p.Record | None = None) -> str:
    if isinstance(value, p.Fault):
        return f"{value.code}{f'/{value.requirement}' if value.requirement else ''}"
    if isinstance(value, p.BitField):
        return f"{value.slot}:{value.width}<<{value.shift}{'?' if value.boolean else ''}"
    if isinstance(value, tuple):
        return f"({', '.join(_value(x, record) for x in value)})"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, _EXPRESSIONS):
        return show(value, record)
    if is_dataclass(value) and not isinstance(value, type):
        inner = [
            _value(getattr(value, f.name), record)
            for f in fields(value)
            if getattr(value, f.name) != f.default
        ]
        return f"{type(value).__name__}({', '.join(inner)})"
    return repr(value)


_EXPRESSIONS = (
    e.Literal,
    e.SlotRef,
    e.ParamRef,
    e.LocalRef,
    e.Attribute,
    e.Element,
    e.Unary,
    e.Binary,
    e.InRanges,
    e.Conditional,
    e.ListOf,
    e.Call,
    e.Measure,
    e.Position,
    e.OctetAt,
    e.Covered,
    e.EncodedSlot,
    e.Quantified,
    e.IsLast,
)


def show(expr: Expr, record: p.Record | None = None) -> str:
    """Return an expression as text, every operation in brackets."""

    def slot(index: int) -> str:
        return record.slots[index].name if record is not None and index < len(record.slots) else f"#{index}"

    match expr:
        case e.Literal(value=value):
            return f"x'{value.hex()}'" if isinstance(value, bytes) else repr(value)
        case e.SlotRef(index=index):
            return slot(index)
        case e.ParamRef(index=index):
            return f"${record.params[index].name}" if record is not None else f"${index}"
        case e.LocalRef(name=name):
            return f"%{name}"
        case e.Attribute(base=base, name=name):
            return f"{show(base, record)}.{name}"
        case e.Element(base=base, position=position):
            return f"{show(base, record)}[{show(position, record)}]"
        case e.Unary(op=op, operand=operand):
            return f"({op} {show(operand, record)})"
        case e.Binary(op=op, left=left, right=right):
            return f"({show(left, record)} {op} {show(right, record)})"
        case e.InRanges(operand=operand, ranges=ranges):
            return f"({show(operand, record)} in {_ranges(ranges)})"
        case e.Conditional(test=test, yes=yes, no=no):
            return f"(if {show(test, record)} then {show(yes, record)} else {show(no, record)})"
        case e.ListOf(items=items):
            return f"[{', '.join(show(x, record) for x in items)}]"
        case e.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(show(x, record) for x in arguments)})"
        case e.Measure(what=what, slot=index):
            return f"{what}({slot(index)})"
        case e.Position(word=word):
            return word
        case e.OctetAt(offset=offset):
            return f"octet_at({show(offset, record)})"
        case e.Covered(until=until, overrides=overrides):
            parts = ["self" if until is None else slot(until)]
            for o in overrides:
                place = f"^{o.place}" if o.lifted else slot(o.place)
                parts.append(f"{place}/{o.octets}: {show(o.value, record)}")
            return f"octets_before({', '.join(parts)})"
        case e.EncodedSlot(slot=index):
            return f"octets_of({slot(index)})"
        case e.Quantified(every=every, variable=variable, source=source, body=body):
            word = "every" if every else "some"
            return f"({word} %{variable} in {show(source, record)} satisfies {show(body, record)})"
        case e.IsLast(variable=variable):
            return f"is_last(%{variable})"
