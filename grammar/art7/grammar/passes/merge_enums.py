"""Enums: members checked against the width, `extend` merged in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir.module import Enum, EnumMember
from art7.grammar.passes.check_arms import merged
from art7.grammar.passes.scalars import PLAIN
from art7.grammar.passes.scopes import Entity, did_you_mean


def lower_enum(module: Any, entity: Entity) -> Enum:
    """Return the enum of a declaration, without extensions."""
    node: t.Enum = entity.node
    base = node.base.text
    bits, text, signed = _base(module, node.base, base)
    empty = Enum(entity.name, (), node.openness != "closed", bits, text, signed=signed)
    members = _members(module, node.items, empty)
    if node.openness is None:
        advice = "say `open` (unknown values are kept) or `closed` (they are refused)"
        module.findings.add(
            "A7-T030", f"`{node.name.text}` is neither open nor closed", node.name.span, advice
        )
    refs = tuple(ref.text for ref in node.meta.refs)
    return replace(empty, members=members, doc=node.meta.doc, refs=refs, span=node.name.span)


def extend_enum(module: Any, enum: Enum, node: t.Extend, name: str) -> Enum:
    """Return `enum` with the members of an `extend`, under the qualified `name`."""
    return replace(enum, name=name, members=_members(module, node.items, enum))


def base_name(enum: Enum) -> str:
    """Return the integer type that an enum's values are written as."""
    return "text" if enum.text else f"{'i' if enum.signed else 'u'}{enum.bits}"


def domain_of(enum: Enum) -> tuple[Any, ...]:
    """Return the values that a closed enum admits, as ranges; nothing for an open one."""
    if enum.open:
        return ()
    if enum.text:
        return tuple((m.low, m.low) for m in enum.members)
    return tuple(merged([(m.low, m.high) for m in enum.members]))


def _base(module: Any, node: t.QName, name: str) -> tuple[int, bool, bool]:
    """Return the bits of the integers, whether texts stand there, and whether integers are signed."""
    if name == "text":
        return 0, True, False
    if name in PLAIN and name[0] in "ui" and name[1:].isdigit():
        return int(name[1:]), False, name[0] == "i"
    advice = did_you_mean(name, ("u8", "u16", "u32", "i8", "text"), "write `u8`, `i16` … or `text`")
    module.findings.add("A7-T031", f"an enum over `{name}`", node.span, advice)
    return 32, False, False


def _members(module: Any, items: Sequence[t.EnumItem], enum: Enum) -> tuple[EnumMember, ...]:
    """Return the members of `enum` and those of `items`."""
    members = list(enum.members)
    names: dict[str, Span | None] = {m.name: None for m in members}
    values: dict[Any, Span | None] = {m.low: None for m in members if m.low == m.high}
    for item in items:
        name, span = item.name.text, item.name.span
        if name in names:
            _twice(module, f"enum member `{name}` declared twice", span, names[name])
            continue
        low = _value(module, item.low, enum)
        high = _value(module, item.high, enum) if item.high is not None else low
        if low is None or high is None:
            continue
        if not enum.text and low > high:
            module.findings.add(
                "A7-T010", f"no value lies in {low}..{high}", item.low.span, "swap the bounds"
            )
            continue
        if low == high:
            if low in values:
                _twice(module, f"enum value {low!r} named twice", item.low.span, values[low])
            values[low] = item.low.span
        names[name] = span
        refs = tuple(ref.text for ref in item.meta.refs)
        members.append(EnumMember(name, low, high, item.meta.doc, refs))
    return tuple(members)


def _twice(module: Any, message: str, span: Span, first: Span | None) -> None:
    related = (Related("first here", first),) if first is not None else ()
    module.findings.add("A7-N004", message, span, "keep one of them", related)


def _value(module: Any, node: t.Expr, enum: Enum) -> Any:
    if enum.text:
        if isinstance(node, t.Chars):
            return node.value
        module.findings.add(
            "A7-T001", "expected a text, found something else", node.span, "write it in single quotes"
        )
        return None
    value = node.value if isinstance(node, t.Int) else module.constant(node, module.context)
    least, greatest = enum.limits
    if value is not None and not least <= value <= greatest:
        message = f"enum value {str(value)[:40]} does not fit {enum.bits} bits"
        advice = f"use {least} to {greatest}"
        if value < 0 and not enum.signed:
            advice += f", or make it an enum over `i{enum.bits}`"
        module.findings.add("A7-T020", message, node.span, advice)
        return None
    return value


CODES = {
    "A7-T030": (
        "enum neither open nor closed",
        "What happens to unknown values must be stated.",
        "Write `open` or `closed`.",
    ),
    "A7-T031": (
        "enum over another type",
        "The base of an enum is an integer of a width or `text`.",
        "Use `u8`, `i16` … or `text`.",
    ),
    "A7-T020": (
        "value that does not fit",
        "A constant, default or member lies outside its type.",
        "Give one that fits.",
    ),
}
"""Code → title, explanation, next step."""
