"""Names inside a function that decodes: how slots, parameters and places of one record are spelled.

A record may be inlined into its caller, so a function can hold several frames, each with its own slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from art7.codegen.python.code import Place, sliced
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.expressions import ATOM, COMPARE, SUM, Code, expression, literal, truth
from art7.codegen.python.record_facts import RecordFacts
from art7.codegen.python.shapes import TypedScope
from art7.grammar.ir.expression import Covered, Expr, Literal, LocalRef, SlotRef
from art7.grammar.ir.plan import Record
from art7.grammar.ir.shape import Octets, RecordOf
from art7.grammar.ir.shape import Sequence as SequenceShape

if TYPE_CHECKING:
    from art7.codegen.python.decode_state import DecodeState


@dataclass(slots=True)
class Frame:
    """One record being decoded in the function. `target` is the variable of its object."""

    record: Record
    facts: RecordFacts
    members: tuple[str, ...]
    shapes: TypedScope
    target: str
    params: Sequence[Code]
    places: Sequence[Code]
    origin: str
    level: int
    start: str = ""
    """Text of the record's first octet, kept in a variable when somebody asks for it."""
    begun: Cursor | None = None
    """The cursor at the record's first octet."""
    values: dict[int, Code] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    """Kept slots that were compared with the computed value already."""
    redirect: dict[int, str] = field(default_factory=dict)
    """Slots whose value must go to a given target: arms of a union, what more than one arm may fill."""
    starts: dict[int, str] = field(default_factory=dict)
    spans: dict[int, tuple[str, str]] = field(default_factory=dict)
    sizes: dict[int, Expr] = field(default_factory=dict)
    """Octets of a slot as an expression over what was read before it."""
    extra: set[int] = field(default_factory=set)
    """Slots wanted though no expression mentions them: items of lists."""
    known: dict[Expr, Expr] = field(default_factory=dict)
    """What the branch under construction knows."""
    proved: dict[Expr, Place | None] = field(default_factory=dict)
    """Conditions tested before; those that speak of the cursor with its place."""
    tag: bytes | str | None = None
    """The identifier in place of a DER record's own, or the variable that holds its octet."""


class DecodeNames:
    """The `Names` of one frame while its function is printed."""

    careful = False
    sure: frozenset[str] = frozenset()

    def __init__(self, emitter: DecodeState, frame: Frame) -> None:
        self.emitter = emitter
        self.frame = frame
        self._bound: dict[str, tuple[str, str, str]] = {}
        self._items: dict[str, tuple[Code, Frame | None, str]] = {}

    def slot(self, index: int) -> Code:
        found = self.frame.values.get(index)
        return found if found is not None else literal(None)

    def param(self, index: int) -> Code:
        return self.frame.params[index]

    def local(self, name: str) -> Code:
        if name in self._items:
            return self._items[name][0]
        return Code(self._bound[name][0])

    def member(self, base: Expr, code: Code, name: str) -> Code:
        if isinstance(base, LocalRef) and base.name in self._items:
            inner = self._items[base.name][1]
            if inner is not None:
                return inner.values[inner.record.slot(name).index]
        return self.frame.shapes.member_code(base, code, name, self.emitter.scope)

    def bind(self, variable: str, source: Expr) -> tuple[str, str]:
        item = self.emitter.fresh(variable if len(variable) > 1 else f"item_{variable}")
        position = self.emitter.fresh(f"i_{item}")
        length = f"len({expression(source, self).text})"
        self._bound[variable] = (item, position, length)
        shape = self.frame.shapes.shape(source)
        self.frame.shapes.locals[variable] = shape.item if isinstance(shape, SequenceShape) else None
        return item, position

    def unbind(self, variable: str) -> None:
        del self._bound[variable]

    def bind_item(self, variable: str, value: Code, inner: Frame | None, is_last: str) -> None:
        """Let `variable` stand for the item a loop has just read; `inner` is its frame when inlined."""
        self._items[variable] = (value, inner, is_last)

    def is_last(self, variable: str) -> Code:
        if variable in self._items:
            return Code(self._items[variable][2], COMPARE)
        _, position, length = self._bound[variable]
        return Code(f"{position} == {length} - 1", COMPARE)

    def measure(self, what: str, slot: int) -> Code:
        frame = self.frame
        if what == "present":
            return Code(f"{self.slot(slot).at(ATOM)} is not None", COMPARE)
        if what == "offset":
            return self._relative(frame.starts[slot])
        if what == "octets" and slot in frame.spans:
            start, end = frame.spans[slot]
            return difference(end, start)
        value = self.slot(slot)
        if value.text == "None":
            return literal(0)
        if value.optional:
            return Code(f"len({value.at(1)} or ())")
        return Code(f"len({value.text})")

    def position(self, word: str) -> Code:
        emitter = self.emitter
        match word:
            case "remaining":
                emitter.tighten()
                return difference(emitter.end, str(emitter.cursor))
            case "end":
                return self._relative(emitter.end)
            case "offset":
                return self._relative(str(emitter.cursor))
            case "index":
                return Code(emitter.index)
            case _:
                return self._relative(self.frame.start)

    def _relative(self, text: str) -> Code:
        return difference(text, self.frame.origin)

    def octet_count(self, expr: Expr) -> int | None:
        shape = self.frame.shapes.shape(expr)
        if isinstance(shape, Octets) and shape.minimum == shape.maximum:
            return shape.maximum
        size = self.frame.sizes.get(expr.index) if isinstance(expr, SlotRef) else None
        return size.value if isinstance(size, Literal) and isinstance(size.value, int) else None

    def octet_at(self, offset: Expr) -> Code:
        frame, emitter = self.frame, self.emitter
        place = expression(offset, self)
        text = place.text if frame.origin == "0" else f"{place.at(SUM)} + {frame.origin}"
        emitter.tighten()
        emitter.check_octet_at(offset, text, frame)
        return Code(f"{emitter.data}[{text}]")

    def covered(self, node: Covered) -> Code:
        frame, data = self.frame, self.emitter.data
        stop = frame.start if node.until is None else frame.starts[node.until]
        first = "" if frame.origin == "0" else frame.origin
        if not node.overrides:
            return Code(sliced(data, first, stop))
        parts, at = [], first
        spots = [
            (frame.places[o.place].text if o.lifted else frame.starts[o.place], o) for o in node.overrides
        ]
        if len(spots) > 1:
            rows = ", ".join(f"({spot}, {o.octets}, {expression(o.value, self).text})" for spot, o in spots)
            helper = self.emitter.scope.support("overridden")
            return Code(f"{helper}({data}, {first or '0'}, {stop}, ({rows},))")
        for spot, override in spots:
            value = expression(override.value, self)
            parts.append(sliced(data, at, spot))
            parts.append(self._octets(value, override.octets))
            at = add(spot, override.octets)
        parts.append(sliced(data, at, stop))
        return Code(" + ".join(parts), SUM)

    def _octets(self, value: Code, octets: int) -> str:
        code = {1: "B", 2: "H", 4: "I", 8: "Q"}.get(octets)
        if code:
            return f"{self.emitter.scope.pack(code)}({value.text})"
        return f'{value.at(ATOM)}.to_bytes({octets}, "big")'

    def encoded(self, slot: int) -> Code:
        start, end = self.frame.spans[slot]
        return Code(sliced(self.emitter.data, start, end))

    def function(self, name: str) -> str:
        return self.emitter.scope.support(name)

    def standard(self, module: str) -> str:
        return self.emitter.scope.standard(module)

    def matcher(self, pattern: str) -> str:
        return self.emitter.scope.matcher(pattern)


def _parse(text: str) -> tuple[str, int] | None:
    """Read `x`, `12`, `x + 12`."""
    if text.isdigit():
        return "", int(text)
    if text.isidentifier():
        return text, 0
    head, _, tail = text.partition(" + ")
    if head.isidentifier() and tail.isdigit():
        return head, int(tail)
    return None


def difference(left: str, right: str) -> Code:
    """Return `left - right` for places as text, folded where both count from one variable."""
    a, b = _parse(left), _parse(right)
    if b == ("", 0):
        return Code(left, ATOM if a is not None and not (a[0] and a[1]) else SUM)
    if a is not None and b is not None and a[0] == b[0]:
        return literal(a[1] - b[1])
    if b is not None and not (b[0] and b[1]):
        return Code(f"{left} - {right}", SUM)
    if b is not None:
        return Code(f"{left} - {b[0]} - {b[1]}", SUM)
    return Code(f"{left} - ({right})", SUM)


def add(text: str, octets: int) -> str:
    """Return a place as text, `octets` further on."""
    parsed = _parse(text)
    if parsed is None:
        return f"{text} + {octets}"
    return str(Place(parsed[0], parsed[1] + octets))


def is_literal(expr: Expr) -> bool:
    """Whether `expr` is a constant."""
    return isinstance(expr, Literal)


__all__ = ["DecodeNames", "Frame", "RecordOf", "add", "difference", "truth"]
