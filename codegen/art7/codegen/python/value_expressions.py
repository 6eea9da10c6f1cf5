"""Expressions over values, without octets under a cursor: tree records, schedules and role machines.

`ValueNames` tells the printer of `expressions.py` how such a function spells what an expression mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from art7.codegen.names import PackageNames, identifier
from art7.codegen.python.expressions import (
    ATOM,
    BIT_OR,
    COMPARE,
    Code,
    expression,
    literal,
    negated,
    quoted,
)
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.plan import Form, Record

_OWN_FUNCTIONS = frozenset(("min", "max", "abs"))
"""Python's own: nothing to import."""
_SESSION_FUNCTIONS = frozenset(("random", "fresh"))
"""Handed in by the caller: a parameter of that name, or an attribute of `ValueNames.session`."""


class Unprintable(Exception):
    """An expression that has no meaning over plain values; its text names the node."""


@dataclass(slots=True)
class ValueNames:
    """How names are spelled: sources of slots, parameters and local names, and the support module.

    `support` registers a function of the support module and returns its name. `fields` is true where a
    record value is a `dict` (careful twin), false where it is an object.
    """

    names: PackageNames
    records: Mapping[str, Record]
    support: Callable[[str], str]
    module: Callable[[str], str]
    slots: Sequence[str] = ()
    slot_shapes: Sequence[s.Shape] = ()
    parameters: Sequence[str] = ()
    parameter_shapes: Sequence[s.Shape] = ()
    nullable: frozenset[int] = frozenset()
    """Parameters that the caller may not have."""
    locals: Mapping[str, tuple[str, s.Shape | None]] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    """Slots whose absence is `ABSENT` (null is a value of theirs)."""
    optional: frozenset[int] = frozenset()
    """Slots that may be absent."""
    careful: bool = False
    sure: frozenset[str] = frozenset()
    """Named values that were tested before: none of them is absent."""
    fields: bool = False
    session: str = ""
    """Prefix of the functions that the caller hands in (`machine.`)."""
    _bound: dict[str, list[tuple[str, e.Expr]]] = field(default_factory=dict)
    _depth: int = 0

    def slot(self, index: int) -> Code:
        """Return the value of a slot; `ABSENT` is `None` in expressions."""
        if index in self.absent:
            return Code(f"{self.support('present')}({self.slots[index]})", optional=True)
        return Code(self.slots[index], optional=index in self.optional)

    def param(self, index: int) -> Code:
        """Return a parameter."""
        return Code(self.parameters[index], optional=index in self.nullable)

    def local(self, name: str) -> Code:
        """Return a quantified variable or a named value."""
        if self._bound.get(name):
            return Code(self._bound[name][-1][0])
        return Code(self.locals[name][0])

    def member(self, base: e.Expr, code: Code, name: str) -> Code:
        """Return member `name` of a record value."""
        record = self._record_of(base)
        if record is None:
            return Code(f"{self.support('member')}({code.text}, {quoted(name)})", optional=True)
        api = [slot.name for slot in record.api()]
        if record.form is Form.TUPLE and name in api:
            return Code(f"{code.at(ATOM)}[{api.index(name)}]")
        slot = next((slot for slot in record.slots if slot.name == name), None)
        optional = code.optional or slot is None or slot.optional
        python = member_name(record, name, self.names)
        key = name if self.fields else python
        if self.fields or code.optional:
            return Code(f"{self.support('member')}({code.text}, {quoted(key)})", optional=optional)
        return Code(f"{code.at(ATOM)}.{python}", optional=optional)

    def bind(self, variable: str, source: e.Expr) -> tuple[str, str]:
        """Bind a quantified variable; returns its name and that of its position."""
        self._depth += 1
        python = f"_{identifier(variable)}_{self._depth}"  # no name of a specification begins so
        self._bound.setdefault(variable, []).append((python, source))
        return python, f"{python}_place"

    def unbind(self, variable: str) -> None:
        """End the scope of `bind`."""
        self._depth -= 1
        self._bound[variable].pop()

    def is_last(self, variable: str) -> Code:
        """Return whether the bound item is the last."""
        python, source = self._bound[variable][-1]
        return Code(f"{python}_place == len({expression(source, self).text}) - 1", COMPARE)

    def measure(self, what: str, slot: int) -> Code:
        """Return a fact about a slot."""
        name = self.slots[slot]
        if what == "present":
            nothing = self.support("ABSENT") if slot in self.absent else "None"
            return Code(f"{name} is not {nothing}", COMPARE)
        value = self.slot(slot)
        if what == "octets" and isinstance(bare(self.slot_shapes[slot]), s.Text):
            return Code(f"{self.support('octets_count')}({value.text})")
        return Code(f"{self.support('length')}({value.text})" if value.optional else f"len({value.text})")

    def position(self, word: str) -> Code:
        """Refuse: there is no cursor."""
        raise Unprintable(word)

    def octet_count(self, expr: e.Expr) -> int | None:
        """Return how many octets an expression certainly has: nothing is certain of what a caller gives."""
        return None

    def octet_at(self, offset: e.Expr) -> Code:
        """Refuse: there are no octets."""
        raise Unprintable("octet_at")

    def covered(self, node: e.Covered) -> Code:
        """Refuse: there are no octets."""
        raise Unprintable("octets_before")

    def encoded(self, slot: int) -> Code:
        """Return the octets of an octet string, or of a text in UTF-8."""
        if isinstance(bare(self.slot_shapes[slot]), s.Text):
            return Code(f"{self.slot(slot).at(ATOM)}.encode()")
        return self.slot(slot)

    def function(self, name: str) -> str:
        """Return the name of a support function, imported; of one that the caller hands in, where it is."""
        if name in _SESSION_FUNCTIONS:
            return f"{self.session}{name}"
        return name if name in _OWN_FUNCTIONS else self.support(name)

    def standard(self, module: str) -> str:
        """Return the name of a standard module, imported."""
        return self.module(module)

    def matcher(self, pattern: str) -> str:
        """Return what matches the whole of a text, for a pattern that no text makes slow."""
        return f"{self.support('whole_matcher')}({quoted(pattern)})"

    def shape(self, expr: e.Expr) -> s.Shape | None:
        """Return the shape of the value of `expr` where it can be told."""
        match expr:
            case e.SlotRef(index=index) if index < len(self.slot_shapes):
                return bare(self.slot_shapes[index])
            case e.ParamRef(index=index) if index < len(self.parameter_shapes):
                return bare(self.parameter_shapes[index])
            case e.LocalRef(name=name):
                return self._local_shape(name)
            case e.Attribute(base=base, name=name):
                record = self._record_of(base)
                slot = next((slot for slot in record.slots if slot.name == name), None) if record else None
                return bare(slot.shape) if slot else None
            case e.Element(base=base):
                holder = self.shape(base)
                return bare(holder.item) if isinstance(holder, s.Sequence) else None
            case _:
                return None

    def _local_shape(self, name: str) -> s.Shape | None:
        if self._bound.get(name):
            holder = self.shape(self._bound[name][-1][1])
            return bare(holder.item) if isinstance(holder, s.Sequence) else None
        found = self.locals.get(name)
        return bare(found[1]) if found and found[1] else None

    def _record_of(self, expr: e.Expr) -> Record | None:
        shape = self.shape(expr)
        return self.records.get(shape.name) if isinstance(shape, s.RecordOf) else None


def bare(shape: s.Shape) -> s.Shape:
    """Return the shape of a value that is not null."""
    return shape.inner if isinstance(shape, s.Nullable) else shape


def member_name(record: Record, name: str, names: PackageNames) -> str:
    """Return the Python name of the member called `name` in the text."""
    for slot, python in zip(record.slots, names.members(record), strict=True):
        if slot.name == name:
            return python
    return identifier(name)


def source(expr: e.Expr, names: ValueNames) -> str:
    """Return the Python source of `expr`, without outer parentheses. Raises `Unprintable`."""
    return expression(expr, names).text


def condition(expr: e.Expr, names: ValueNames) -> str:
    """Return the source of `expr` as an operand of a comparison."""
    return expression(expr, names).at(BIT_OR)


def refusal(expr: e.Expr, names: ValueNames, level: int) -> str:
    """Return source that is true when `expr` does not hold, fit for an operand of `level`."""
    return negated(expr, names).at(level)


def ranges_source(text: str, ranges: Sequence[tuple[int, int] | tuple[str, str]]) -> str:
    """Return source that tests whether the plain name `text` lies in `ranges`; binds as a comparison."""
    if all(low == high for low, high in ranges):
        if len(ranges) == 1:
            return f"{text} == {literal(ranges[0][0]).text}"
        values = ", ".join(literal(low).text for low, _ in ranges)
        return f"{text} in ({values})" if ranges else "False"
    tests = [
        f"{text} == {literal(low).text}"
        if low == high
        else f"{literal(low).text} <= {text} <= {literal(high).text}"
        for low, high in ranges
    ]
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"
