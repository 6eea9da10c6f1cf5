"""Expressions over values (no octets under a cursor) as Python source, with precedence.

Used where a record lies on a tree, in schedules and in role machines. Two flavours: *plain* source says no
by any exception; *checked* source refuses with the code that the language defines (absent arguments,
positions out of range), through functions of the support module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from art7.codegen.names import PackageNames, identifier
from art7.codegen.python.builtin_calls import BUILTINS
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.plan import Form, Record

_OR, _AND, _NOT, _COMPARE, _BIT_OR, _XOR, _BIT_AND, _SHIFT, _SUM, _PRODUCT, _UNARY, _ATOM = range(1, 13)
_CONDITIONAL = 0

_OPERATORS = {
    "or": ("or", _OR),
    "and": ("and", _AND),
    "==": ("==", _COMPARE),
    "!=": ("!=", _COMPARE),
    "<": ("<", _COMPARE),
    "<=": ("<=", _COMPARE),
    ">": (">", _COMPARE),
    ">=": (">=", _COMPARE),
    "|": ("|", _BIT_OR),
    "^": ("^", _XOR),
    "&": ("&", _BIT_AND),
    "<<": ("<<", _SHIFT),
    ">>": (">>", _SHIFT),
    "+": ("+", _SUM),
    "-": ("-", _SUM),
    "++": ("+", _SUM),
    "*": ("*", _PRODUCT),
    "/": ("//", _PRODUCT),
    "%": ("%", _PRODUCT),
}


class Unprintable(Exception):
    """An expression that has no meaning over plain values; its text names the node."""


@dataclass(frozen=True, slots=True)
class ValueScope:
    """How names are spelled: sources of slots, parameters and local names, and the support module.

    `support` registers a function of the support module and returns its name. `fields` is true where a
    record value is a `dict` (careful twin), false where it is an object.
    """

    names: PackageNames
    records: Mapping[str, Record]
    support: Callable[[str], str]
    slots: Sequence[str] = ()
    slot_shapes: Sequence[s.Shape] = ()
    parameters: Sequence[str] = ()
    parameter_shapes: Sequence[s.Shape] = ()
    locals: Mapping[str, tuple[str, s.Shape | None]] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    """Slots whose absence is `ABSENT` (null is a value of theirs)."""
    optional: frozenset[int] = frozenset()
    """Slots that may be absent."""
    checked: bool = False
    fields: bool = False
    last: Mapping[str, str] = field(default_factory=dict)
    """Quantified variable → source of "it is the last item"."""


def source(expr: e.Expr, scope: ValueScope) -> str:
    """Return the Python source of `expr`, without outer parentheses. Raises `Unprintable`."""
    return _print(expr, scope)[0]


def operand(expr: e.Expr, scope: ValueScope, level: int = _ATOM) -> str:
    """Return the Python source of `expr`, in parentheses when it binds weaker than `level`."""
    text, own = _print(expr, scope)
    return text if own >= level else f"({text})"


def condition(expr: e.Expr, scope: ValueScope) -> str:
    """Return source that stands right of `not`, parenthesised where needed."""
    return operand(expr, scope, _COMPARE)


def literal(value: int | bool | bytes | str | float | None) -> str:
    """Return the source of a constant, in ASCII."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bytes):
        return ascii(value)
    return repr(value)


def quoted(text: str) -> str:
    """Return the source of a text, in ASCII, double quotes where the formatter would put them."""
    spelled = ascii(text)
    if spelled[0] == "'" and '"' not in spelled:
        return '"' + spelled[1:-1].replace("\\'", "'") + '"'
    return spelled


def shape_of(expr: e.Expr, scope: ValueScope) -> s.Shape | None:
    """Return the shape of the value of `expr` where it can be told."""
    match expr:
        case e.SlotRef(index=index):
            return _bare(scope.slot_shapes[index]) if index < len(scope.slot_shapes) else None
        case e.ParamRef(index=index):
            return _bare(scope.parameter_shapes[index]) if index < len(scope.parameter_shapes) else None
        case e.LocalRef(name=name):
            found = scope.locals.get(name)
            return _bare(found[1]) if found and found[1] else None
        case e.Attribute(base=base, name=name):
            record = _record_of(base, scope)
            slot = next((slot for slot in record.slots if slot.name == name), None) if record else None
            return _bare(slot.shape) if slot else None
        case e.Element(base=base):
            holder = shape_of(base, scope)
            return _bare(holder.item) if isinstance(holder, s.Sequence) else None
        case _:
            return None


def _bare(shape: s.Shape) -> s.Shape:
    return shape.inner if isinstance(shape, s.Nullable) else shape


def _record_of(expr: e.Expr, scope: ValueScope) -> Record | None:
    shape = shape_of(expr, scope)
    return scope.records.get(shape.name) if isinstance(shape, s.RecordOf) else None


def _print(expr: e.Expr, scope: ValueScope) -> tuple[str, int]:
    match expr:
        case e.Literal(value=value):
            negative = isinstance(value, int) and value < 0
            return literal(value), _UNARY if negative else _ATOM
        case e.SlotRef(index=index):
            return scope.slots[index], _ATOM
        case e.ParamRef(index=index):
            return scope.parameters[index], _ATOM
        case e.LocalRef(name=name):
            return scope.locals[name][0], _ATOM
        case e.Attribute():
            return _attribute(expr, scope), _ATOM
        case e.Element(base=base, position=position):
            function = scope.support("element")
            return f"{function}({source(base, scope)}, {source(position, scope)})", _ATOM
        case e.Unary(op=op, operand=inner):
            if op == "not":
                return f"not {operand(inner, scope, _NOT)}", _NOT
            return f"{op}{operand(inner, scope, _UNARY)}", _UNARY
        case e.Binary():
            return _binary(expr, scope)
        case e.InRanges():
            return _in_ranges(expr, scope)
        case e.Conditional(test=test, yes=yes, no=no):
            parts = operand(yes, scope, _OR), operand(test, scope, _OR), operand(no, scope, _CONDITIONAL)
            return f"{parts[0]} if {parts[1]} else {parts[2]}", _CONDITIONAL
        case e.Call():
            return _call(expr, scope), _ATOM
        case e.Measure():
            return _measure(expr, scope)
        case e.EncodedSlot(slot=slot):
            return _octets(slot, scope), _ATOM
        case e.Quantified():
            return _quantified(expr, scope), _ATOM
        case e.IsLast(variable=variable):
            return scope.last[variable], _COMPARE
        case _:
            raise Unprintable(type(expr).__name__)


def _attribute(expr: e.Attribute, scope: ValueScope) -> str:
    record = _record_of(expr.base, scope)
    base = operand(expr.base, scope)
    if record is None:
        return f"{scope.support('member')}({base}, {quoted(expr.name)})"
    api = [slot.name for slot in record.api()]
    if record.form is Form.TUPLE:
        return f"{base}[{api.index(expr.name)}]"
    name = member_name(record, expr.name, scope.names)
    if scope.fields:
        return f"{scope.support('member')}({base}, {quoted(name)})"
    if isinstance(expr.base, e.SlotRef) and expr.base.index not in scope.optional:
        return f"{base}.{name}"
    return f"getattr({base}, {quoted(name)}, None)"


def member_name(record: Record, name: str, names: PackageNames) -> str:
    """Return the Python name of the member called `name` in the text."""
    for slot, python in zip(record.slots, names.members(record), strict=True):
        if slot.name == name:
            return python
    return identifier(name)


def _binary(expr: e.Binary, scope: ValueScope) -> tuple[str, int]:
    if expr.op == "^" and expr.kind is e.Kind.BYTES:
        arguments = f"{source(expr.left, scope)}, {source(expr.right, scope)}"
        return f"{scope.support('xor_octets')}({arguments})", _ATOM
    if expr.op in ("==", "!=") and isinstance(expr.right, e.Literal) and expr.right.value is None:
        word = "is" if expr.op == "==" else "is not"
        return f"{operand(expr.left, scope, _BIT_OR)} {word} None", _COMPARE
    word, level = _OPERATORS[expr.op]
    # A comparison beside a comparison would chain; the right operand of the others must bind tighter.
    left = level + 1 if level == _COMPARE else level
    right = level if level in (_OR, _AND) else level + 1
    return f"{operand(expr.left, scope, left)} {word} {operand(expr.right, scope, right)}", level


def _in_ranges(expr: e.InRanges, scope: ValueScope) -> tuple[str, int]:
    text = operand(expr.operand, scope, _BIT_OR)
    return ranges_source(text, expr.ranges, scope.support)


def ranges_source(
    text: str,
    ranges: Sequence[tuple[int, int] | tuple[str, str]],
    support: Callable[[str], str],
) -> tuple[str, int]:
    """Return source that tests whether `text` lies in `ranges`, and how tightly it binds."""
    if all(low == high for low, high in ranges):
        if len(ranges) == 1:
            return f"{text} == {literal(ranges[0][0])}", _COMPARE
        values = ", ".join(literal(low) for low, _ in ranges)
        return f"{text} in ({values})" if ranges else "False", _COMPARE
    if len(ranges) == 1:
        low, high = ranges[0]
        return f"{literal(low)} <= {text} <= {literal(high)}", _COMPARE
    spelled = ", ".join(f"({literal(low)}, {literal(high)})" for low, high in ranges)
    return f"{support('in_ranges')}({text}, ({spelled}))", _ATOM


def _call(expr: e.Call, scope: ValueScope) -> str:
    row = BUILTINS[expr.function]
    arguments = [source(argument, scope) for argument in expr.arguments]
    if expr.function == "distinct":
        arguments[1] = quoted(_item_member(expr, scope))
    if not row.session and row.function not in ("min", "max", "abs"):
        scope.support(row.function)
    if scope.checked:
        text = row.checked_call(arguments)
        if text.startswith("checked("):
            scope.support("checked")
        return text
    return row.call(arguments)


def _item_member(expr: e.Call, scope: ValueScope) -> str:
    by = expr.arguments[1]
    text = by.value if isinstance(by, e.Literal) and isinstance(by.value, str) else ""
    holder = shape_of(expr.arguments[0], scope)
    if text and isinstance(holder, s.Sequence) and isinstance(holder.item, s.RecordOf):
        record = scope.records[holder.item.name]
        if record.form is Form.TUPLE:
            return str([slot.name for slot in record.api()].index(text))
        return member_name(record, text, scope.names)
    return text


def _measure(expr: e.Measure, scope: ValueScope) -> tuple[str, int]:
    text = scope.slots[expr.slot]
    if expr.what == "present":
        nothing = scope.support("ABSENT") if expr.slot in scope.absent else "None"
        return f"{text} is not {nothing}", _COMPARE
    if expr.what == "octets":
        return f"len({_octets(expr.slot, scope)})", _ATOM
    return f"len({text})", _ATOM


def _octets(slot: int, scope: ValueScope) -> str:
    shape = _bare(scope.slot_shapes[slot])
    if isinstance(shape, s.Octets):
        return scope.slots[slot]
    if isinstance(shape, s.Text):
        return f"{scope.slots[slot]}.encode()"
    raise Unprintable("octets of a value that is neither octets nor text")


def _quantified(expr: e.Quantified, scope: ValueScope) -> str:
    word = "all" if expr.every else "any"
    items = source(expr.source, scope)
    variable = f"{identifier(expr.variable)}_item"
    holder = shape_of(expr.source, scope)
    item = holder.item if isinstance(holder, s.Sequence) else None
    last = f"{variable}_place == len({items})"
    inner = replace(
        scope,
        locals={**scope.locals, expr.variable: (variable, item)},
        last={**scope.last, expr.variable: last},
    )
    body = source(expr.body, inner)
    if any(isinstance(node, e.IsLast) for node in e.walk(expr.body)):
        return f"{word}({body} for {variable}_place, {variable} in enumerate({items}, 1))"
    return f"{word}({body} for {variable} in {items})"
