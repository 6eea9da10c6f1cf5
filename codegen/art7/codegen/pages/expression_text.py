"""Expressions as people write them: names instead of slots, brackets only where they are needed."""

from __future__ import annotations

from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Enum
from art7.grammar.ir.plan import Record

_LEVELS = (
    ("or",),
    ("and",),
    ("==", "!=", "<", "<=", ">", ">="),
    ("|",),
    ("^",),
    ("&",),
    ("<<", ">>"),
    ("+", "-", "++"),
    ("*", "/", "%"),
)
_BINDS = {op: level for level, ops in enumerate(_LEVELS, 1) for op in ops}
_TIGHT = 20


def expression_text(expr: Expr, record: Record | None = None) -> str:
    """Return `expr` as one line of text."""
    return _Printer(record).show(expr, 0)


def range_text(ranges: tuple[tuple[object, object], ...], enum: Enum | None = None) -> str:
    """Return the values of `ranges`: `1, 4…7`; `otherwise` without any. Those of an `enum` have their names."""
    if not ranges:
        return "otherwise"
    return ", ".join(_range(low, high, enum) for low, high in ranges)


def with_article(noun: str) -> str:
    """Return `a text`, `an array`."""
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def _range(low: object, high: object, enum: Enum | None) -> str:
    bits = 0 if enum is None else enum.bits
    shown = _number(low, bits) if low == high else f"{_number(low, bits)}…{_number(high, bits)}"
    names = () if enum is None else enum.members
    name = next((each.name for each in names if (each.low, each.high) == (low, high)), None)
    return shown if name is None or shown == f"'{name}'" else f"{name} ({shown})"


def _number(value: object, bits: int) -> str:
    """Return a value; integers of wide enums as hexadecimal, as their registries write them."""
    if bits >= 16 and isinstance(value, int) and value > 9:
        return f"{value:#0{2 + bits // 4}x}"
    return _value(value)


def _value(value: object) -> str:
    match value:
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            return f"'{value}'"
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int() if abs(value) > 0xFFFF:
            return f"{value:#x}"
        case _:
            return str(value)


class _Printer:
    """One record's names."""

    def __init__(self, record: Record | None) -> None:
        self.record = record

    def slot(self, index: int) -> str:
        """Return the name of a slot."""
        known = self.record is not None and index < len(self.record.slots)
        return self.record.slots[index].name if known and self.record is not None else f"#{index}"

    def param(self, index: int) -> str:
        """Return the name of a parameter."""
        known = self.record is not None and index < len(self.record.params)
        return self.record.params[index].name if known and self.record is not None else f"${index}"

    def show(self, expr: Expr, outer: int) -> str:
        """Return `expr` for a place that binds as tightly as `outer`."""
        words, level = self.shown(expr)
        return f"({words})" if level < outer else words

    def shown(self, expr: Expr) -> tuple[str, int]:
        """Return the text of `expr` and how tightly its outermost operation binds."""
        match expr:
            case e.Binary(op=op, left=left, right=right):
                level = _BINDS.get(op, 0)
                return f"{self.side(left, op, level)} {op} {self.side(right, op, level + 1)}", level
            case e.Unary(op="not", operand=operand):
                return f"not {self.show(operand, _BINDS['=='])}", _BINDS["and"]
            case e.Unary(op=op, operand=operand):
                return f"{op}{self.show(operand, _TIGHT)}", _TIGHT - 1
            case e.InRanges(operand=operand, ranges=ranges):
                return f"{self.show(operand, _BINDS['|'])} in {{{range_text(ranges)}}}", _BINDS["=="]
            case e.Conditional(test=test, yes=yes, no=no):
                return f"if {self.show(test, 1)} then {self.show(yes, 1)} else {self.show(no, 1)}", 0
            case e.Quantified(every=every, variable=variable, source=source, body=body):
                word = "every" if every else "some"
                return f"{word} {variable} in {self.show(source, 1)} satisfies {self.show(body, 1)}", 0
            case _:
                return self.leaf(expr), _TIGHT

    def side(self, expr: Expr, op: str, level: int) -> str:
        """Return one side of an operation: different operators on numbers side by side ask for brackets."""
        mixed = isinstance(expr, e.Binary) and expr.op != op and _BINDS.get(op, 0) > _BINDS["=="]
        return self.show(expr, _TIGHT if mixed else level)

    def leaf(self, expr: Expr) -> str:
        """Return the text of what needs no brackets."""
        match expr:
            case e.Literal(value=value):
                return _value(value)
            case e.SlotRef(index=index):
                return self.slot(index)
            case e.ParamRef(index=index):
                return self.param(index)
            case e.LocalRef(name=name):
                return name
            case e.Attribute(base=base, name=name):
                return f"{self.show(base, _TIGHT)}.{name}"
            case e.Element(base=base, position=position):
                return f"{self.show(base, _TIGHT)}[{self.show(position, 0)}]"
            case e.ListOf(items=items):
                return f"[{', '.join(self.show(each, 0) for each in items)}]"
            case e.Call(function=function, arguments=arguments):
                return f"{function}({', '.join(self.show(each, 0) for each in arguments)})"
            case e.Measure(what=what, slot=index):
                return f"{what}({self.slot(index)})"
            case e.EncodedSlot(slot=index):
                return f"octets_of({self.slot(index)})"
            case e.Position(word=word):
                return word
            case e.OctetAt(offset=offset):
                return f"octet_at({self.show(offset, 0)})"
            case e.IsLast(variable=variable):
                return f"is_last({variable})"
            case e.Covered():
                return self.covered(expr)
            case _:
                return type(expr).__name__

    def covered(self, expr: e.Covered) -> str:
        """Return the octets that a check value covers."""
        parts = ["this" if expr.until is None else self.slot(expr.until)]
        for override in expr.overrides:
            place = f"field {override.place} outside" if override.lifted else self.slot(override.place)
            parts.append(f"with {place}: {self.show(override.value, 0)}")
        return f"octets_before({', '.join(parts)})"
