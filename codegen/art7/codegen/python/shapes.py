"""Static shapes of expressions and their Python types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.codegen.python.expressions import ATOM, Code, quoted
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir.expression import Attribute, Element, Expr, LocalRef, ParamRef, SlotRef
from art7.grammar.ir.plan import Form, Record, Role, Slot
from art7.grammar.ir.shape import (
    Anything,
    Boolean,
    Enumeration,
    Float,
    Integer,
    Label,
    Nullable,
    Octets,
    RecordOf,
    Sequence,
    Shape,
    Text,
    Union,
)
from art7.grammar.ir.shape import Mapping as MappingShape


@dataclass(slots=True)
class TypedScope:
    """Shapes of what expressions of one record mention, by declaration."""

    record: Record
    records: Mapping[str, Record]
    locals: dict[str, Shape | None] = field(default_factory=dict)

    def shape(self, expr: Expr) -> Shape | None:
        """Return the shape of what `expr` yields, where it follows from declarations."""
        found = self._declared(expr)
        return found.inner if isinstance(found, Nullable) else found

    def _declared(self, expr: Expr) -> Shape | None:
        match expr:
            case SlotRef(index=index):
                return self.record.slots[index].shape
            case ParamRef(index=index):
                return self.record.params[index].shape
            case LocalRef(name=name):
                return self.locals.get(name)
            case Element(base=base):
                outer = self.shape(base)
                return outer.item if isinstance(outer, Sequence) else None
            case Attribute(base=base, name=name):
                slot = self.member(self.shape(base), name)
                return slot.shape if slot is not None else None
            case _:
                return None

    def member(self, shape: Shape | None, name: str) -> Slot | None:
        """Return the slot that member `name` of a record shape is."""
        if isinstance(shape, RecordOf):
            for slot in self.records[shape.name].slots:
                if slot.name == name:
                    return slot
        return None

    def member_code(self, base: Expr, code: Code, name: str, scope: ModuleScope) -> Code:
        """Return the text of member `name` of an object that `code` spells."""
        shape = self.shape(base)
        slot = self.member(shape, name)
        if slot is None or code.optional or not isinstance(shape, RecordOf):
            spelled = quoted(_spelled(slot, shape, scope, name))
            return Code(f"{scope.support('member')}({code.text}, {spelled})", optional=True)
        place = self.place(base, name)
        if place is not None:
            return Code(f"{code.at(ATOM)}[{place}]")
        text = f"{code.at(ATOM)}.{_spelled(slot, shape, scope, name)}"
        return Code(text, optional=is_optional(slot))

    def attribute(self, base: Expr, name: str, scope: ModuleScope) -> str:
        """Return how member `name` of a record value is called in Python."""
        shape = self.shape(base)
        return _spelled(self.member(shape, name), shape, scope, name)

    def place(self, base: Expr, name: str) -> int | None:
        """Return the place of member `name` where the record value is a tuple."""
        shape = self.shape(base)
        if not isinstance(shape, RecordOf) or self.records[shape.name].form is not Form.TUPLE:
            return None
        return [slot.name for slot in self.records[shape.name].api()].index(name)


def _spelled(slot: Slot | None, shape: Shape | None, scope: ModuleScope, name: str) -> str:
    if slot is not None and isinstance(shape, RecordOf):
        return scope.names.members(scope.records[shape.name])[slot.index]
    from art7.codegen.names import RESERVED_MEMBERS, identifier

    return identifier(name, RESERVED_MEMBERS)


def is_optional(slot: Slot) -> bool:
    """Whether the API value of `slot` may be `None` to a reader."""
    return slot.optional or slot.role is Role.KEPT or isinstance(slot.shape, Nullable)


def is_secret(shape: Shape) -> bool:
    """Whether values of `shape` must not be shown."""
    match shape:
        case Octets(secret=secret):
            return secret
        case Nullable(inner=inner):
            return is_secret(inner)
        case Sequence(item=item):
            return is_secret(item)
        case _:
            return False


def annotation(shape: Shape, scope: ModuleScope) -> str:
    """Return the Python type of `shape`, for annotations."""
    match shape:
        case Integer():
            return "int"
        case Boolean():
            return "bool"
        case Float():
            return "float"
        case Octets():
            return "bytes"
        case Text():
            return "str"
        case Enumeration(name=name):
            enum = scope.enum(name)
            return "str" if enum is not None and enum.text else "int"
        case Sequence(item=item):
            return f"list[{annotation(item, scope)}]"
        case Label():
            return "int | str"
        case MappingShape(key=key, value=value):
            return f"dict[{annotation(key, scope)}, {annotation(value, scope)}]"
        case RecordOf(name=name):
            return scope.class_of(name)
        case Union(arms=arms):
            return _union(arms, scope)
        case Nullable(inner=inner):
            return optional(annotation(inner, scope))
        case Anything():
            scope.sibling_any()
            return "Any"


def optional(text: str) -> str:
    """Return the type `text` or `None`."""
    return text if text == "Any" or text == "None" or text.endswith("| None") else f"{text} | None"


def _union(arms: tuple[object, ...], scope: ModuleScope) -> str:
    texts: dict[str, None] = {}
    empty = False
    for arm in arms:
        shape = getattr(arm, "shape", None)
        if shape is None:
            empty = True
            continue
        for text in annotation(shape, scope).split(" | "):
            if text == "None":
                empty = True
            else:
                texts[text] = None
    if "Any" in texts:
        return "Any"
    return " | ".join([*texts, "None"] if empty or not texts else texts)
