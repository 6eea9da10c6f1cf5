"""What diagrams show of steps on octets, tests and views."""

from __future__ import annotations

from typing import Any

from art7.codegen.pages.expression_text import expression_text, range_text
from art7.codegen.pages.layout import (
    Arm,
    Cell,
    Choice,
    Frame,
    Node,
    Row,
    Scope,
    bounds,
    noted,
    plain_text,
    unknown_policy,
)
from art7.grammar.ir import plan as p

_WIRE_TYPES = {0: "varint", 1: "8 octets", 2: "length and content", 5: "4 octets"}


def _nothing(step: Any, scope: Scope) -> tuple[Node, ...]:
    """Tests and views take no place on the wire."""
    return ()


def _bits(step: p.Bits, scope: Scope) -> tuple[Node, ...]:
    return tuple(Cell(scope.name(each.slot), each.width, _given(scope, each.slot)) for each in step.fields)


def _given(scope: Scope, slot: int) -> str:
    """Return the constant or expression that a computed slot has."""
    value = scope.record.slots[slot].value
    return "" if value is None else f"= {expression_text(value, scope.record)}"


def _uint(step: p.Uint, scope: Scope) -> tuple[Node, ...]:
    words = noted("little-endian" if step.little else "", _given(scope, step.slot))
    return (Cell(scope.name(step.slot), step.octets * 8, words),)


def _varint(step: p.Varint, scope: Scope) -> tuple[Node, ...]:
    words = noted(f"{step.form} varint", "zigzag" if step.zigzag else "", _given(scope, step.slot))
    return (Cell(scope.name(step.slot), None, words),)


def _float(step: p.FloatOctets, scope: Scope) -> tuple[Node, ...]:
    words = noted("IEEE 754", "little-endian" if step.little else "")
    return (Cell(scope.name(step.slot), step.octets * 8, words),)


def _prefix(extent: p.Extent) -> tuple[Node, ...]:
    """Return the length that stands before a region."""
    if not isinstance(extent, p.Prefixed):
        return ()
    if extent.form == "uint":
        return (Cell("length", extent.octets * 8, "little-endian" if extent.little else "", "length"),)
    return (Cell("length", None, f"{extent.form} varint", "length"),)


def _extent(extent: p.Extent, scope: Scope) -> str:
    match extent:
        case p.Exact(size=size):
            words = expression_text(size, scope.record)
            if words == "1":
                return "1 octet"
            return f"({words}) octets" if " " in words else f"{words} octets"
        case p.Rest():
            return "up to the end"
        case _:
            return ""


def _exact_bits(extent: p.Extent) -> int | None:
    size = getattr(extent, "size", None)
    value = getattr(size, "value", None)
    return value * 8 if isinstance(value, int) and 0 <= value <= 4096 else None


def _take(step: p.Take, scope: Scope) -> tuple[Node, ...]:
    fixed = _exact_bits(step.extent)
    limits = "" if fixed is not None else bounds(step.minimum, step.maximum, "octets")
    size = "" if fixed is not None else _extent(step.extent, scope)
    words = noted("UTF-8" if step.text else "", size, limits)
    return (*_prefix(step.extent), Cell(scope.name(step.slot), fixed, words))


def _constant(step: p.Constant, scope: Scope) -> tuple[Node, ...]:
    if scope.record.encoding == "text":
        return (Cell(f"'{plain_text(step.octets)}'", None, "", "constant"),)
    shown = step.octets.hex() if len(step.octets) <= 16 else f"{step.octets[:16].hex()}…"
    return (Cell(f"x'{shown}'", len(step.octets) * 8, "", "constant"),)


def _region(step: p.Region, scope: Scope) -> tuple[Node, ...]:
    inner = scope.parts(step.body)
    words = noted(_extent(step.extent, scope), bounds(step.minimum, step.maximum, "octets"))
    name = scope.name(step.slot)
    if len(inner) == 1 and isinstance(inner[0], Frame | Cell) and inner[0].label == name:
        only = inner[0]
        together = noted(words, only.note)
        merged = (
            Cell(name, only.bits, together, only.kind)
            if isinstance(only, Cell)
            else Frame(name, only.kind, only.parts, together)
        )
        return (*_prefix(step.extent), merged)
    if len(inner) == 1 and isinstance(inner[0], Choice):
        inner = (Choice(inner[0].label.removeprefix(f"{name} "), inner[0].arms),)
    return (*_prefix(step.extent), Frame(name, "region", inner, words))


def _loop(step: p.Loop, scope: Scope) -> tuple[Node, ...]:
    count = "" if step.count is None else f"{expression_text(step.count, scope.record)} items"
    until = "" if step.until is None else f"up to x'{step.until.hex()}'"
    skipped = "" if step.skip is None else f"x'{step.skip:02x}' between items is skipped"
    words = noted(count, bounds(step.minimum, step.maximum, "items"), until, skipped)
    return (Frame(scope.name(step.slot), "list", scope.parts(step.body), words),)


def _branch(step: p.Branch, scope: Scope) -> tuple[Node, ...]:
    on, enum = expression_text(step.on, scope.record), scope.enum_of(step.on)
    arms = []
    for case in step.cases:
        label = range_text(case.ranges, enum)
        if case.refuse is not None:
            arms.append(Arm(f"{label}: refused, {case.refuse.code}", (), refused=True))
        else:
            arms.append(Arm(label, scope.parts(case.body)))
    label = f"by {on}" if step.slot is None else f"{scope.name(step.slot)} by {on}"
    return (Choice(label, tuple(arms)),)


def _when(step: p.When, scope: Scope) -> tuple[Node, ...]:
    words = f"if {expression_text(step.condition, scope.record)}"
    return (Frame(words, "optional", scope.parts(step.body)),)


def _present(step: p.Present, scope: Scope) -> tuple[Node, ...]:
    name = scope.name(step.slot)
    inner = scope.parts(step.body)
    return (Cell(f"{name} present", 8, "0 or 1"), Frame("if 1", "optional", inner))


def _call(step: p.CallRecord, scope: Scope) -> tuple[Node, ...]:
    name, target = scope.name(step.slot), scope.short(step.record)
    words = noted("or null" if step.nullable else "", f"tag {step.tag.hex()}" if step.tag else "")
    label = target if name == "item" else f"{name}: {target}"
    return (Cell(label, scope.sizes.get(step.record), words, "call"),)


def _fields(step: p.Fields, scope: Scope) -> tuple[Node, ...]:
    rows: list[Node] = []
    for entry in step.entries:
        head = entry.number << 3 | entry.wire
        cells = (Cell(f"tag {head}", 8 * max(1, -(-head.bit_length() // 7)), "", "constant"),)
        repeated = entry.item is not None
        kind = "list" if repeated else "region" if entry.required else "optional"
        words = noted(
            _WIRE_TYPES.get(entry.wire, f"wire type {entry.wire}"),
            "repeated" if repeated else "",
            "packed" if entry.packed else "",
            "required" if entry.required else "",
        )
        label = f"{entry.number}: {scope.name(entry.slot)}"
        rows.append(Frame(label, kind, (*cells, *scope.parts(entry.body)), words))
    note = noted("in any order", unknown_policy(step.unknown))
    return (Frame("fields", "unordered", tuple(rows), note),)


def _align(step: p.Align, scope: Scope) -> tuple[Node, ...]:
    return (Cell("padding", None, f"x'{step.octet:02x}' to a multiple of {step.to} octets", "padding"),)


OCTETS_ROWS: dict[type, Row] = {
    p.Domain: _nothing,
    p.View: _nothing,
    p.Verify: _nothing,
    p.Check: _nothing,
    p.Bits: _bits,
    p.Uint: _uint,
    p.Varint: _varint,
    p.FloatOctets: _float,
    p.Take: _take,
    p.Constant: _constant,
    p.Region: _region,
    p.Loop: _loop,
    p.Branch: _branch,
    p.When: _when,
    p.Present: _present,
    p.CallRecord: _call,
    p.Fields: _fields,
    p.Align: _align,
}
"""Step → what is shown of it."""
