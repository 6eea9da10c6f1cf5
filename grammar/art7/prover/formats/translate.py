"""Expressions of the IR as terms and formulas over what a scene knows.

What has no form there (a hash, the text of a list) is a variable of its own, the same for the same expression: too much
counts as possible then, never too little.
"""

from __future__ import annotations

from collections.abc import Mapping

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Enum
from art7.grammar.passes.kinds import bare
from art7.prover.formats.scene import MOST_OCTETS, WIDE, Scene, shape_bounds
from art7.prover.solver import terms as t
from art7.prover.solver.terms import Formula, Term

_NUMBERS = (Kind.INT, Kind.BOOL)
_ARITHMETIC = frozenset("+ - * / % & | ^ << >>".split())
_COMPARISONS = frozenset("== != < <= > >=".split())


class Translator:
    """Translates for the records of one specification."""

    def __init__(self, records: Mapping[str, p.Record], enums: Mapping[str, Enum]) -> None:
        self.records, self.enums = records, enums

    # ---- integers ----

    def number(self, expr: Expr, scene: Scene) -> Term:
        """Return the integer that an expression yields; a truth value is 0 or 1."""
        match expr:
            case e.Literal(value=bool() | int() as value):
                return int(value)
            case e.SlotRef(index=index):
                return self.slot(index, scene)
            case e.Binary(op=op, left=left, right=right) if op in _ARITHMETIC and expr.kind is Kind.INT:
                return t.operate(op, self.number(left, scene), self.number(right, scene))
            case e.Unary(op="-" | "~" as op, operand=operand):
                return t.total(((self.number(operand, scene), -1),), -int(op == "~"))
            case e.Measure() | e.Position() | e.OctetAt():
                return self._fact(expr, scene)
            case e.Call(function="length", arguments=(measured,)):
                return self._length(measured, scene)
            case e.Conditional(test=test, yes=yes, no=no):
                known = self.truth(test, scene)
                return _chosen(scene, known, self.number(yes, scene), self.number(no, scene))
            case e.Attribute():
                return self._member(expr, scene)
            case e.ParamRef():
                return self._param(expr, scene)
            case _ if expr.kind is Kind.BOOL:
                return self._as_number(self.truth(expr, scene), scene)
            case _:
                return scene.unknown(expr, -WIDE, WIDE)

    def _as_number(self, formula: Formula, scene: Scene) -> Term:
        if isinstance(formula, bool):
            return int(formula)
        return _chosen(scene, formula, 1, 0)

    def slot(self, index: int, scene: Scene) -> Term:
        """Return the value of a slot."""
        known = scene.values.get(index)
        if known is None:
            known = scene.unknown(
                ("value", index), *shape_bounds(scene.record.slots[index].shape, self.enums)
            )
            scene.values[index] = known
        return known

    def _fact(self, expr: e.Measure | e.Position | e.OctetAt, scene: Scene) -> Term:
        cursor, ledger = scene.cursor, scene.ledger
        match expr:
            case e.Measure(what="present", slot=slot):
                return self._as_number(scene.is_present(slot), scene)
            case e.Measure(what="octets", slot=slot):
                return scene.size(slot)
            case e.Measure(what="count", slot=slot):
                return scene.count(slot)
            case e.Position(word="remaining"):
                left = t.subtract(cursor.end, cursor.offset)
                ledger.know(True, t.within(left, 0, None))
                return left
            case e.Position(word="end"):
                return cursor.end
            case e.Position(word="offset"):
                return cursor.offset
            case e.Position(word="start"):
                return scene.start
            case e.OctetAt(offset=offset):
                return scene.unknown(("octet", self.number(offset, scene)), 0, 255)
            case _:
                return ledger.fresh("place", 0, MOST_OCTETS)

    def _length(self, expr: Expr, scene: Scene) -> Term:
        if isinstance(expr, e.Literal) and isinstance(expr.value, bytes | str):
            return len(expr.value)
        if not isinstance(expr, e.SlotRef):
            return scene.unknown(("length", expr), 0, MOST_OCTETS)
        shape = bare(scene.record.slots[expr.index].shape)
        match shape:
            case s.Octets() | s.Sequence():
                return scene.count(expr.index)
            case s.Text(minimum=low, maximum=high):
                low = low if scene.record.carrier is p.Carrier.TREE else 0
                return scene.unknown(("length", expr), low, MOST_OCTETS if high is None else high)
            case _:
                return scene.unknown(("length", expr), 0, MOST_OCTETS)

    def _param(self, expr: e.ParamRef, scene: Scene) -> Term:
        if scene.outer is not None and expr.index < len(scene.outer[1]):
            return self.number(scene.outer[1][expr.index], scene.outer[0])
        return scene.unknown(expr, *shape_bounds(scene.record.params[expr.index].shape, self.enums))

    def _member(self, expr: e.Attribute, scene: Scene) -> Term:
        found = self._inner(expr, scene)
        if found is not None:
            return self.slot(found[1], found[0])
        slot = self.member_slot(expr, scene)
        return scene.unknown(expr, *shape_bounds(slot.shape if slot else None, self.enums))

    def _inner(self, expr: e.Attribute, scene: Scene) -> tuple[Scene, int] | None:
        """Return the scene and slot of a member of a body that was walked in place."""
        if not isinstance(expr.base, e.SlotRef) or expr.base.index not in scene.inner:
            return None
        inner = scene.inner[expr.base.index]
        index = next((x.index for x in inner.record.slots if x.name == expr.name), None)
        return None if index is None else (inner, index)

    def member_slot(self, expr: e.Attribute, scene: Scene) -> p.Slot | None:
        """Return the slot that an attribute names, where its record is known."""
        base = expr.base
        shape: s.Shape | None = None
        if isinstance(base, e.SlotRef):
            shape = bare(scene.record.slots[base.index].shape)
        elif isinstance(base, e.ParamRef):
            shape = bare(scene.record.params[base.index].shape)
        elif isinstance(base, e.Element) and isinstance(base.base, e.SlotRef):
            listed = bare(scene.record.slots[base.base.index].shape)
            shape = bare(listed.item) if isinstance(listed, s.Sequence) else None
        elif isinstance(base, e.Attribute) and (slot := self.member_slot(base, scene)) is not None:
            shape = bare(slot.shape)
        record = self.records.get(shape.name) if isinstance(shape, s.RecordOf) else None
        return next((x for x in record.slots if x.name == expr.name), None) if record else None

    # ---- truth ----

    def truth(self, expr: Expr, scene: Scene) -> Formula:
        """Return when an expression is true."""
        match expr:
            case e.Literal(value=value):
                return bool(value)
            case e.Unary(op="not", operand=operand):
                return t.opposite(self.truth(operand, scene))
            case e.Binary(op="and", left=left, right=right):
                return t.both(self.truth(left, scene), self.truth(right, scene))
            case e.Binary(op="or", left=left, right=right):
                return t.either(self.truth(left, scene), self.truth(right, scene))
            case e.Binary(op=op, left=left, right=right) if op in _COMPARISONS:
                return self._compare(op, left, right, scene)
            case e.InRanges(operand=operand, ranges=ranges):
                return t.both(self.there(operand, scene), self._in_ranges(operand, ranges, scene))
            case e.Conditional(test=test, yes=yes, no=no):
                known = self.truth(test, scene)
                chosen = t.both(known, self.truth(yes, scene))
                return t.either(chosen, t.both(t.opposite(known), self.truth(no, scene)))
            case e.Measure(what="present", slot=slot):
                return scene.is_present(slot)
            case e.Quantified():
                return self._quantified(expr, scene)
            case e.SlotRef(index=index):
                return t.both(scene.has_value(index), t.within(self.slot(index, scene), 1, None))
            case e.ParamRef() | e.Attribute():
                return t.both(self.there(expr, scene), t.within(self.number(expr, scene), 1, None))
            case _:
                return t.within(scene.unknown(expr, 0, 1), 1, 1)

    def _in_ranges(self, operand: Expr, ranges: tuple[e.Bounds, ...], scene: Scene) -> Formula:
        if ranges and isinstance(ranges[0][0], str):
            return t.either(*(self._equals(operand, str(low), scene) for low, _ in ranges))
        value = self.number(operand, scene)
        return t.either(*(t.within(value, int(low), int(high)) for low, high in ranges))

    def _compare(self, op: str, left: Expr, right: Expr, scene: Scene) -> Formula:
        if op == "!=":
            return t.opposite(self._compare("==", left, right, scene))
        for one, other in ((left, right), (right, left)):
            if isinstance(other, e.Literal) and other.value is None:
                return t.opposite(self.there(one, scene)) if op == "==" else False
        there = self.there(left, scene), self.there(right, scene)
        if left.kind in _NUMBERS and right.kind in _NUMBERS:
            found = t.compare(op, self.number(left, scene), self.number(right, scene))
        elif op == "==":
            found = self._same(left, right, scene)
        else:
            found = t.within(scene.unknown((op, left, right), 0, 1), 1, 1)
        both_there = t.both(*there, found)
        absent = t.both(t.opposite(there[0]), t.opposite(there[1])) if op == "==" else False
        return t.either(both_there, absent)

    def _same(self, left: Expr, right: Expr, scene: Scene) -> Formula:
        for one, other in ((left, right), (right, left)):
            if isinstance(other, e.Literal):
                return self._equals(one, other.value, scene)
        return t.compare("==", self.code(left, scene), self.code(right, scene))

    def _equals(self, expr: Expr, value: object, scene: Scene) -> Formula:
        if isinstance(expr, e.Literal):
            return expr.value == value
        if isinstance(value, bool | int) and expr.kind is not Kind.ANY:
            return t.compare("==", self.number(expr, scene), int(value))
        found = t.compare("==", self.code(expr, scene), scene.ledger.code(value))
        if isinstance(expr, e.SlotRef) and isinstance(value, bytes | str):
            return t.both(found, t.compare("==", self._length(expr, scene), len(value)))
        return found

    def code(self, expr: Expr, scene: Scene) -> Term:
        """Return the number that stands for a text, for octets or for a value of any kind."""
        match expr:
            case e.Literal(value=value):
                return scene.ledger.code(value)
            case e.SlotRef(index=index):
                return scene.unknown(("code", index), 0, WIDE)
            case e.ParamRef(index=index) if scene.outer is not None and index < len(scene.outer[1]):
                return self.code(scene.outer[1][index], scene.outer[0])
            case e.Attribute() if (found := self._inner(expr, scene)) is not None:
                return found[0].unknown(("code", found[1]), 0, WIDE)
            case e.Conditional(test=test, yes=yes, no=no):
                return _chosen(scene, self.truth(test, scene), self.code(yes, scene), self.code(no, scene))
            case _:
                return scene.unknown(("code", expr), 0, WIDE)

    def there(self, expr: Expr, scene: Scene) -> Formula:
        """Return whether an expression has a value; what refuses instead counts as one that has."""
        match expr:
            case e.SlotRef(index=index):
                return scene.has_value(index)
            case e.ParamRef(index=index):
                if scene.outer is not None and index < len(scene.outer[1]):
                    return self.there(scene.outer[1][index], scene.outer[0])
                param = scene.record.params[index]
                is_open = param.nullable or param.implicit or isinstance(param.shape, s.Nullable)
                return t.within(scene.unknown(("there", expr), 0, 1), 1, 1) if is_open else True
            case e.Attribute(base=base):
                if (found := self._inner(expr, scene)) is not None:
                    return t.both(self.there(base, scene), found[0].has_value(found[1]))
                slot = self.member_slot(expr, scene)
                if slot is not None and not slot.optional and not isinstance(slot.shape, s.Nullable):
                    return self.there(base, scene)
                return t.within(scene.unknown(("there", expr), 0, 1), 1, 1)
            case e.Conditional(test=test, yes=yes, no=no):
                known = self.truth(test, scene)
                chosen = t.both(known, self.there(yes, scene))
                return t.either(chosen, t.both(t.opposite(known), self.there(no, scene)))
            case e.Element() | e.LocalRef() | e.Call():
                return t.within(scene.unknown(("there", expr), 0, 1), 1, 1)
            case _:
                return True

    def _quantified(self, expr: e.Quantified, scene: Scene) -> Formula:
        """`every` of nothing is true, `some` of nothing is not: a list that is empty decides."""
        found = t.within(scene.unknown(expr, 0, 1), 1, 1)
        if isinstance(expr.source, e.SlotRef):
            empty = t.within(scene.count(expr.source.index), 0, 0)
            return t.either(empty, found) if expr.every else t.both(t.opposite(empty), found)
        return found


def _chosen(scene: Scene, known: Formula, yes: Term, no: Term) -> Term:
    """Return `yes` where `known` holds, else `no`: a variable of its own, the same for the same choice."""
    if isinstance(known, bool):
        return yes if known else no
    key = ("if", known, yes, no)
    is_new = key not in scene.opaque
    low, high = zip(t.span_of(yes), t.span_of(no), strict=True)
    found = scene.unknown(key, min(low), max(high))
    if is_new:
        scene.ledger.know(known, t.compare("==", found, yes))
        scene.ledger.know(t.opposite(known), t.compare("==", found, no))
    return found
