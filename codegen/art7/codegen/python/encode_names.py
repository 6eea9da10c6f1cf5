"""Names inside a function that encodes: given members, computed ones by their expression, sizes by pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from art7.codegen.python.expressions import ATOM, COMPARE, OR, SUM, Code, expression, literal
from art7.codegen.python.in_order import Before, Cover
from art7.codegen.python.shapes import TypedScope, is_optional
from art7.grammar.ir.expression import Covered, Expr, is_positional
from art7.grammar.ir.plan import Record, Role
from art7.grammar.ir.shape import Octets, Text
from art7.grammar.ir.shape import Sequence as SequenceShape

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter


class Unsupported(Exception):
    """The fast encoder cannot be made for this record; the careful one writes it."""


@dataclass(slots=True)
class WriteFrame:
    """One record being encoded in the function; `values` says how each given slot is spelled."""

    record: Record
    shapes: TypedScope
    params: Sequence[Code]
    places: Sequence[Code]
    values: dict[int, Code] = field(default_factory=dict)
    octets: dict[int, Code] = field(default_factory=dict)
    counts: dict[int, Code] = field(default_factory=dict)
    fixed: dict[int, int] = field(default_factory=dict)
    """Slots that a rule leaves one value."""
    known: dict[Expr, Expr] = field(default_factory=dict)
    starts: dict[int, Code] = field(default_factory=dict)
    deferred: frozenset[int] = frozenset()
    index: str = "0"
    unknown: frozenset[int] = frozenset()
    """Views that only a reader knows."""
    number: int = 0
    """Tells the frames of one function apart."""
    tag: bytes | None = None
    """The identifier in place of a DER record's own."""


class EncodeNames:
    """The `Names` of one frame while its function is printed."""

    careful = False
    sure: frozenset[str] = frozenset()

    def __init__(self, emitter: EncodeEmitter, frame: WriteFrame) -> None:
        self.emitter = emitter
        self.frame = frame
        self.covering: tuple[str, str] | Cover | Before | None = None
        """While a fix-up is printed: the names of the message's octets and of the record's first; or what stands
        before the record, in a message written in order."""
        self._bound: dict[str, tuple[str, str, str]] = {}

    def slot(self, index: int) -> Code:
        frame = self.frame
        if index in frame.values:
            return frame.values[index]
        slot = frame.record.slots[index]
        if slot.value is not None and slot.role is Role.COMPUTED:
            if index in frame.deferred:
                raise Unsupported(slot.name)
            return expression(self.emitter.simplified(frame, slot.value), self)
        if slot.role is Role.VIEW and slot.value is not None and not is_positional(slot.value):
            # Asked for before the place where it is read.
            return expression(self.emitter.simplified(frame, slot.value), self)
        raise Unsupported(slot.name)

    def param(self, index: int) -> Code:
        return self.frame.params[index]

    def local(self, name: str) -> Code:
        return Code(self._bound[name][0])

    def member(self, base: Expr, code: Code, name: str) -> Code:
        return self.frame.shapes.member_code(base, code, name, self.emitter.scope)

    def bind(self, variable: str, source: Expr) -> tuple[str, str]:
        item = self.emitter.fresh(variable if len(variable) > 1 else f"item_{variable}")
        position = self.emitter.fresh(f"i_{item}")
        self._bound[variable] = (item, position, f"len({expression(source, self).text})")
        shape = self.frame.shapes.shape(source)
        self.frame.shapes.locals[variable] = shape.item if isinstance(shape, SequenceShape) else None
        return item, position

    def bind_item(self, variable: str, item: str, source: Expr) -> None:
        """Let `variable` stand for the item a loop is writing."""
        self._bound[variable] = (item, "", "")
        shape = self.frame.shapes.shape(source)
        self.frame.shapes.locals[variable] = shape.item if isinstance(shape, SequenceShape) else None

    def unbind(self, variable: str) -> None:
        del self._bound[variable]

    def is_last(self, variable: str) -> Code:
        _, position, length = self._bound[variable]
        return Code(f"{position} == {length} - 1", COMPARE)

    def measure(self, what: str, slot: int) -> Code:
        frame = self.frame
        if what == "octets" and slot in frame.octets:
            return frame.octets[slot]
        if what == "count" and slot in frame.counts:
            return frame.counts[slot]
        declared = frame.record.slots[slot]
        value = self.slot(slot)
        if what == "present":
            if value.text == "None":
                return literal(False)
            if not value.optional and not is_optional(declared):
                return literal(True)
            return Code(f"{value.at(COMPARE + 1)} is not None", COMPARE)
        if what == "offset":
            raise Unsupported("offset")
        if what == "octets":
            if not isinstance(declared.shape, Octets):
                raise Unsupported(declared.name)
        if what == "count" and isinstance(declared.shape, Text):
            pass
        if value.optional:
            return Code(f"len({value.at(OR + 1)} or ())")
        return Code(f"len({value.text})")

    def position(self, word: str) -> Code:
        if word == "index":
            return Code(self.frame.index)
        covering = self.covering
        if word != "start" or covering is None or isinstance(covering, Before):
            raise Unsupported(word)
        return covering.start if isinstance(covering, Cover) else Code(covering[1])

    def octet_count(self, expr: Expr) -> int | None:
        shape = self.frame.shapes.shape(expr)
        if isinstance(shape, Octets) and shape.minimum == shape.maximum:
            return shape.maximum
        return None

    def octet_at(self, offset: Expr) -> Code:
        raise Unsupported("octet_at")

    def covered(self, node: Covered) -> Code:
        if isinstance(self.covering, Before):
            if node.until != self.covering.until or node.overrides:
                raise Unsupported("covered")
            return Code(self.covering.variable)
        if self.covering is None or node.until is not None:
            raise Unsupported("covered")
        if isinstance(self.covering, Cover):
            return self.covering.octets(node, self)
        message, begin = self.covering
        parts: list[str] = []
        at = ""
        if len(node.overrides) > 1:
            raise Unsupported("two overrides")
        for override in node.overrides:
            if not override.lifted:
                raise Unsupported("override of the record itself")
            spot = self.frame.places[override.place]
            if not spot.text.isdigit():
                raise Unsupported("place of unknown offset")
            value = expression(self.emitter.simplified(self.frame, override.value), self)
            code = {1: "B", 2: "H", 4: "I", 8: "Q"}.get(override.octets)
            if code is None:
                raise Unsupported("override of odd size")
            parts.append(f"{message}[{at}:{spot.text}]")
            parts.append(f"{self.emitter.scope.pack(code)}({value.text})")
            at = str(int(spot.text) + override.octets)
        parts.append(f"{message}[{at}:{begin}]")
        return Code(" + ".join(parts), SUM if len(parts) > 1 else ATOM)

    def encoded(self, slot: int) -> Code:
        raise Unsupported("octets_of")

    def function(self, name: str) -> str:
        return self.emitter.scope.support(name)

    def standard(self, module: str) -> str:
        return self.emitter.scope.standard(module)

    def matcher(self, pattern: str) -> str:
        return self.emitter.scope.matcher(pattern)
