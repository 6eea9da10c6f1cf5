"""What an expression may see when it is prepared: the record's slots and parameters, and every shape.

Shapes are followed statically so that a member of a typed tuple is found by position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from art7.grammar.ir.expression import Attribute, Element, Expr, LocalRef, ParamRef, SlotRef
from art7.grammar.ir.plan import Form, Param, Record, Slot
from art7.grammar.ir.shape import Mapping as MappingShape
from art7.grammar.ir.shape import Nullable, RecordOf, Sequence, Shape

Evaluate = Callable[[Any], Any]
"""A prepared expression: frame → value."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`writing` tells which execution asks; `locals` are the shapes of bound variables (`None`: unknown)."""

    slots: tuple[Slot, ...]
    params: tuple[Param, ...]
    records: Callable[[str], Record]
    writing: bool = False
    locals: Mapping[str, Shape | None] = field(default_factory=dict)

    def bind(self, name: str, shape: Shape | None) -> Scope:
        """Return the scope with one more variable."""
        return replace(self, locals={**self.locals, name: shape})

    def shape(self, expr: Expr) -> Shape | None:
        """Return the shape of what `expr` yields, where it follows from declarations."""
        found = self._declared(expr)
        return found.inner if isinstance(found, Nullable) else found

    def _declared(self, expr: Expr) -> Shape | None:
        match expr:
            case SlotRef(index=index):
                return self.slots[index].shape
            case ParamRef(index=index):
                return self.params[index].shape
            case LocalRef(name=name):
                return self.locals.get(name)
            case Element(base=base):
                outer = self.shape(base)
                return outer.item if isinstance(outer, Sequence) else None
            case Attribute(base=base, name=name):
                return self.member(self.shape(base), name)
            case _:
                return None

    def member(self, shape: Shape | None, name: str) -> Shape | None:
        """Return the shape of member `name`."""
        if isinstance(shape, RecordOf):
            for slot in self.records(shape.name).slots:
                if slot.name == name:
                    return slot.shape
        return shape.value if isinstance(shape, MappingShape) else None

    def tuple_position(self, base: Expr, name: str) -> int | None:
        """Return where member `name` stands when `base` is a typed tuple."""
        shape = self.shape(base)
        if not isinstance(shape, RecordOf):
            return None
        record = self.records(shape.name)
        if record.form is not Form.TUPLE:
            return None
        return [slot.name for slot in record.api()].index(name)
