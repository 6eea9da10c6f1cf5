"""What a diagram shows: the plan of a record as cells, frames and alternatives, whatever draws them.

One row of `rows.ROWS` per step of the plan; a step without one becomes a plain labelled cell, so that a page can
always be made, and a test names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from art7.codegen.pages.links import short_name
from art7.grammar.ir.expression import Expr, ParamRef, SlotRef
from art7.grammar.ir.module import Enum, Specification
from art7.grammar.ir.plan import Block, Record
from art7.grammar.ir.shape import Enumeration, Shape


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `bits` `None`: of variable size. `kind`: `field`, `length`, `constant`, `call`, `padding` or `plain`."""

    label: str
    bits: int | None = None
    note: str = ""
    kind: str = "field"


@dataclass(frozen=True, slots=True)
class Frame:
    """Several parts under one label. `kind`: `region`, `list`, `optional`, `object`, `entry`, `line` or `unordered`."""

    label: str
    kind: str
    parts: tuple[Node, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One alternative: when it is taken, and what it holds."""

    label: str
    parts: tuple[Node, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several alternatives."""

    label: str
    arms: tuple[Arm, ...]


Node = Cell | Frame | Choice


@dataclass(frozen=True, slots=True)
class Scope:
    """The record whose plan is read. `module` is whose names are written short.

    `sizes`: record → its bits, where it always has the same number of them.
    """

    record: Record
    module: str
    specification: Specification
    rows: Mapping[type, Row]
    sizes: Mapping[str, int | None]

    def parts(self, block: Block) -> tuple[Node, ...]:
        """Return what a diagram shows of the steps of `block`, in wire order."""
        return tuple(node for step in block.steps for node in self.step(step))

    def step(self, step: Any) -> tuple[Node, ...]:
        """Return what a diagram shows of one step; of an unknown one a plain cell with its name."""
        row = self.rows.get(type(step))
        if row is not None:
            return row(step, self)
        slot = getattr(step, "slot", None)
        name = self.name(slot) if isinstance(slot, int) else self.short(self.record.name)
        return (Cell(name, None, type(step).__name__, "plain"),)

    def name(self, slot: int | None) -> str:
        """Return what a slot is called on a page; hidden ones without what lowering added."""
        if slot is None:
            return self.short(self.record.name)
        name = self.record.slots[slot].name
        if name.startswith("_") and name.endswith("_item"):
            return "item"
        return name.lstrip("_") or "value"

    def short(self, name: str) -> str:
        """Return a qualified name as this module writes it."""
        return short_name(name, self.module)

    def enum_of(self, on: Expr) -> Enum | None:
        """Return the enum that the value of `on` is one of."""
        if not isinstance(on, SlotRef | ParamRef):
            return None
        found = self.record.slots if isinstance(on, SlotRef) else self.record.params
        return enum_of(found[on.index].shape, self.specification) if on.index < len(found) else None


Row = Callable[[Any, Scope], tuple[Node, ...]]
"""What a diagram shows of one step."""


def enum_of(shape: Shape, specification: Specification) -> Enum | None:
    """Return the enum that a value of `shape` is one of."""
    if isinstance(shape, Enumeration):
        module = specification.modules.get(shape.name.rpartition(".")[0])
        return next((each for each in module.enums if each.name == shape.name), None) if module else None
    return None


def bounds(minimum: int | None, maximum: int | None, unit: str) -> str:
    """Return how many there may be: `1 to 8 octets`, `at most 64 items`; nothing when nothing is said."""
    if maximum is None:
        return f"at least {minimum:,} {unit}" if minimum else ""
    if minimum == maximum:
        return f"{maximum:,} {unit}" if maximum != 1 else f"1 {unit.removesuffix('s')}"
    return f"{minimum:,} to {maximum:,} {unit}" if minimum else f"at most {maximum:,} {unit}"


def noted(*words: str) -> str:
    """Return those of `words` that say something, as one note."""
    return ", ".join(word for word in words if word)


def plain_text(octets: bytes) -> str:
    """Return the text of octets, with what cannot be seen spelled out and spaces as `␣`."""
    shown = octets.decode("utf-8", "backslashreplace")
    escaped = (
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in shown
    )
    return "".join(escaped).replace(" ", "␣")


def unknown_policy(policy: str) -> str:
    """Return what becomes of members that nobody declared."""
    return {
        "preserve": "unknown ones are kept",
        "ignore": "unknown ones are ignored",
        "reject": "unknown ones are refused",
    }.get(policy, policy)


def interval(minimum: int | None, maximum: int | None) -> str:
    """Return bounds of a number in words, nothing without any."""
    if minimum is None and maximum is None:
        return ""
    low, high = ("…" if each is None else number_text(each) for each in (minimum, maximum))
    return f"{low} to {high}"


def number_text(value: int) -> str:
    """Return a number; those beside a large power of two as such."""
    if value < 0:
        positive = number_text(-value)
        return f"−({positive})" if " " in positive else f"−{positive}"
    for power, words in ((value, ""), (value + 1, " − 1")):
        if power > 1 << 20 and power & (power - 1) == 0:
            return f"2^{power.bit_length() - 1}{words}"
    return f"{value:,}"


def fixed_bits(parts: tuple[Node, ...]) -> int | None:
    """Return how many bits `parts` take, `None` when that varies."""
    total = 0
    for part in parts:
        inner = part.bits if isinstance(part, Cell) else None
        if isinstance(part, Frame) and part.kind == "region":
            inner = fixed_bits(part.parts)
        if inner is None:
            return None
        total += inner
    return total


def described(parts: tuple[Node, ...], most: int = 40) -> str:
    """Return in words what a diagram shows, for those who cannot see it."""
    words = [_described(part) for part in parts[:most]]
    if len(parts) > most:
        words.append(f"and {len(parts) - most} more")
    return "; ".join(words) or "nothing on the wire"


def _described(part: Node) -> str:
    match part:
        case Cell(label=label, bits=bits, note=note):
            size = "" if bits is None else f"{bits} bits" if bits != 1 else "1 bit"
            return " ".join(word for word in (label, size, f"({note})" if note else "") if word)
        case Frame(label=label, kind=kind, parts=inner, note=note):
            held = described(inner, 12) if inner else ""
            head = " ".join(word for word in (kind, label, f"({note})" if note else "") if word)
            return f"{head}: [{held}]" if held else head
        case Choice(label=label, arms=arms):
            names = ", ".join(arm.label for arm in arms[:24])
            more = f" and {len(arms) - 24} more" if len(arms) > 24 else ""
            return f"one of {len(arms)} alternatives {label}: {names}{more}"
