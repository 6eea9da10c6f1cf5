"""IR expressions as Python text, with precedence; trees in, text out, never strings spliced into strings.

One printer serves the fast and the careful codecs. Where an operation can be refused (a divisor, a position,
an absent operand), the fast text lets Python raise, and the careful text calls a function that raises
`BuiltinError` with the code; the careful record gives it the place. What a name *is* (a local, an
attribute, a piece of the data) the `Names` of the function under construction say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from art7.codegen.python.builtin_calls import BUILTINS
from art7.codegen.python.constants import constant
from art7.codegen.python.whole_patterns import is_deterministic
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Bounds,
    Call,
    Conditional,
    Covered,
    Element,
    EncodedSlot,
    Expr,
    InRanges,
    IsLast,
    Kind,
    ListOf,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    ParamRef,
    Position,
    Quantified,
    SlotRef,
    Unary,
)
from art7.grammar.ir.quick import quickly_made

CONDITIONAL, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, PRODUCT, UNARY, ATOM = range(13)
"""Levels of binding, loosest first."""

_LEVELS = {
    "or": OR,
    "and": AND,
    "|": BIT_OR,
    "^": BIT_XOR,
    "&": BIT_AND,
    "<<": SHIFT,
    ">>": SHIFT,
    "+": SUM,
    "-": SUM,
    "++": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "%": PRODUCT,
}
_ORDER = frozenset(("<", "<=", ">", ">="))
_CHECKED = {"/": "divide", "%": "modulo", "<<": "shift_left", ">>": "shift_right"}
"""Operators whose right operand may be refused, and the support function that looks first."""
_PLAIN = {"+": "add", "-": "subtract", "*": "multiply", "&": "bit_and", "|": "bit_or", "^": "bit_xor"}


@quickly_made
@dataclass(frozen=True, slots=True)
class Code:
    """An expression's text and how tightly it binds. `optional`: it may be `None`."""

    text: str
    level: int = ATOM
    optional: bool = False
    truth: str | None = None
    """Cheaper text with the same truth value, at the level of `and` operands."""

    def at(self, level: int) -> str:
        """Return the text fit for an operand of `level`: in brackets where it binds less."""
        return self.text if self.level >= level else f"({self.text})"

    def kept_in(self, name: str) -> Code:
        """Return the same value by the variable that holds it."""
        return Code(name, self.level, self.optional, self.truth)


class Names(Protocol):
    """What the expressions of one function may mention."""

    careful: bool
    sure: frozenset[str]
    """Named values that are never absent."""

    def slot(self, index: int) -> Code:
        """Return the value of a slot."""

    def param(self, index: int) -> Code:
        """Return a parameter."""

    def local(self, name: str) -> Code:
        """Return a quantified variable."""

    def member(self, base: Expr, code: Code, name: str) -> Code:
        """Return member `name` of a record value."""

    def bind(self, variable: str, source: Expr) -> tuple[str, str]:
        """Bind a quantified variable; returns its name and that of its position."""

    def unbind(self, variable: str) -> None:
        """End the scope of `bind`."""

    def is_last(self, variable: str) -> Code:
        """Return whether the bound item is the last."""

    def measure(self, what: str, slot: int) -> Code:
        """Return a fact about a slot."""

    def position(self, word: str) -> Code:
        """Return a place of the cursor."""

    def octet_count(self, expr: Expr) -> int | None:
        """Return how many octets an expression certainly has."""

    def octet_at(self, offset: Expr) -> Code:
        """Return an octet of the message."""

    def covered(self, node: Covered) -> Code:
        """Return the octets before a place."""

    def encoded(self, slot: int) -> Code:
        """Return the octets of a slot."""

    def function(self, name: str) -> str:
        """Return the name of a support function, imported."""

    def standard(self, module: str) -> str:
        """Return the name of a standard module, imported."""

    def matcher(self, pattern: str) -> str:
        """Return what matches the whole of a text, for a pattern that no text makes slow."""


@lru_cache(4096, typed=True)
@lru_cache(4096, typed=True)
def literal(value: int | bool | bytes | str | None) -> Code:
    """Return a constant. Octets and texts are escaped by `repr`, quotes as the formatter writes them."""
    if isinstance(value, (bytes, str)):
        return Code(quoted(value))
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return Code(str(value), UNARY)
    if value is None:
        return Code("None", optional=True)
    return Code(str(value) if isinstance(value, bool) else number(value))


def tuple_of(items: Iterable[str]) -> str:
    """Return a tuple of sources as the formatter writes it: a comma at the end only of one item."""
    shown = list(items)
    return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


def ranges_of(ranges: Iterable[Bounds]) -> str:
    """Return ranges as a tuple of pairs."""
    return tuple_of(f"({literal(low).text}, {literal(high).text})" for low, high in ranges)


def slice_of(data: str, start: str, stop: str) -> str:
    """Return a slice as the formatter writes it: with spaces around the colon where a bound is more than a name."""
    colon = ":" if all(_BOUND.fullmatch(bound) for bound in (start, stop)) else " : "
    return f"{data}[{start}{colon}{stop}]"


_BOUND = re.compile(r"-?\w*")
"""A bound of a slice that needs no room around it."""


def number(value: int) -> str:
    """Return an integer: hexadecimal where that is how people know it (large, or all ones)."""
    if value >= 0x1000:
        return f"0x{value:X}"
    return str(value)


@lru_cache(8192)
def quoted(value: bytes | str) -> str:
    """Return a string constant in double quotes where that needs no more escapes, as formatters do."""
    if isinstance(value, str) and value.isascii() and value.isidentifier():
        return f'"{value}"'
    text = ascii(value) if isinstance(value, str) else repr(value)
    prefix = "b" if isinstance(value, bytes) else ""
    body = text[len(prefix) :]
    if body[0] == "'" and body.count('"') <= body.count("\\'"):
        inner = body[1:-1].replace("\\'", "'").replace('"', '\\"')
        return f'{prefix}"{inner}"'
    return text


def expression(expr: Expr, names: Names) -> Code:
    """Return the text of `expr`."""
    return _EXPRESSIONS[type(expr)](expr, names)


def truth(expr: Expr, names: Names) -> Code:
    """Return text whose truth value is that of `expr`; cheaper than its value where only truth matters."""
    match expr:
        case Unary(op="not", operand=operand):
            return negated(operand, names)
        case Binary(op=("and" | "or") as op, left=left, right=right):
            level = _LEVELS[op]
            texts = truth(left, names).at(level), truth(right, names).at(level + 1)
            return Code(f"{texts[0]} {op} {texts[1]}", level)
        case _:
            code = expression(expr, names)
            return Code(code.truth, COMPARE) if code.truth else code


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def negated(expr: Expr, names: Names) -> Code:
    """Return text that is true when `expr` is not."""
    match expr:
        case Literal(value=value):
            return literal(not value)
        case Unary(op="not", operand=operand):
            return truth(operand, names)
        case Binary(op="and", left=left, right=right):
            return Code(f"{negated(left, names).at(OR)} or {negated(right, names).at(AND)}", OR)
        case Binary(op="or", left=left, right=right):
            return Code(f"{negated(left, names).at(AND)} and {negated(right, names).at(NOT)}", AND)
        case Binary(op=op, left=left, right=right) if op in _OPPOSITE:
            a, b = expression(left, names), expression(right, names)
            if op not in _ORDER or not (a.optional or b.optional):
                return _compare(_OPPOSITE[op], a, b)
        case InRanges():
            code = _membership(expr, names, negative=True)
            if code is not None:
                return code
        case Call(function="contains"):
            arguments = [expression(each, names) for each in expr.arguments]
            if not any(each.optional for each in arguments):
                return _contains(arguments, "not in")
        case Quantified(every=True):
            pass
        case _:
            pass
    code = truth(expr, names)
    if code.level == COMPARE and code.text.endswith(_IS_THERE):
        return Code(code.text.removesuffix(_IS_THERE) + " is None", COMPARE)
    return Code(f"not {code.at(NOT)}", NOT)


_IS_THERE = " is not None"


def conjuncts(expr: Expr) -> list[Expr]:
    """Return what must all hold for `expr` to hold."""
    match expr:
        case Binary(op="and", left=left, right=right):
            return conjuncts(left) + conjuncts(right)
        case Unary(op="not", operand=Binary(op="or", left=left, right=right)):
            return [each for side in (left, right) for each in conjuncts(Unary("not", side, Kind.BOOL))]
        case Unary(op="not", operand=Unary(op="not", operand=inner)):
            return conjuncts(inner)
        case _:
            return [expr]


def _element(expr: Element, names: Names) -> Code:
    base, position = expression(expr.base, names), expression(expr.position, names)
    if expr.base.kind is Kind.MAP or expr.position.kind is Kind.TEXT:
        return Code(f"{names.function('entry')}({base.text}, {position.text})", optional=True)
    if names.careful:
        return Code(f"{names.function('element')}({base.text}, {position.text})", optional=True)
    if isinstance(expr.position, Literal):
        return Code(f"{base.at(ATOM)}[{position.text}]")
    return Code(f"{names.function('element')}({base.text}, {position.text})")


def _unary(expr: Unary, names: Names) -> Code:
    if expr.op == "not":
        code = negated(expr.operand, names)
        return (
            code
            if code.level == COMPARE or code.text.startswith("not ")
            else Code(f"not {truth(expr.operand, names).at(NOT)}", NOT)
        )
    operand = expression(expr.operand, names)
    if names.careful and operand.optional:
        return Code(f"{expr.op}{names.function('known')}({operand.text})", UNARY)
    return Code(f"{expr.op}{operand.at(UNARY)}", UNARY)


def _binary(expr: Binary, names: Names) -> Code:
    op = expr.op
    if op in ("and", "or"):
        code = truth(expr, names)
        plain = all(_is_boolean(each, names) for each in (expr.left, expr.right))
        return code if plain else Code(f"bool({code.text})")
    left, right = expression(expr.left, names), expression(expr.right, names)
    if op in ("==", "!="):
        return _compare(op, left, right)
    if op in _ORDER:
        if left.optional or right.optional:
            return Code(f"{names.function('ordered')}({left.text}, {quoted(op)}, {right.text})")
        return _compare(op, left, right)
    return _arithmetic(expr, left, right, names)


def _is_boolean(expr: Expr, names: Names) -> bool:
    """Whether the text of `expr` under `truth` yields a real `bool`."""
    match expr:
        case Binary(op=("and" | "or"), left=left, right=right):
            return _is_boolean(left, names) and _is_boolean(right, names)
        case Unary(op="not", operand=operand):
            return not isinstance(operand, Binary) or _is_boolean(operand, names)
        case _:
            return expression(expr, names).truth is None


def _compare(op: str, left: Code, right: Code) -> Code:
    if right.text == "None" and op in ("==", "!="):
        op = "is" if op == "==" else "is not"
    # Two comparisons side by side would chain: both operands bind tighter.
    return Code(f"{left.at(BIT_OR)} {op} {right.at(BIT_OR)}", COMPARE)


def _arithmetic(expr: Binary, left: Code, right: Code, names: Names) -> Code:
    op = expr.op
    octets = expr.left.kind is not Kind.INT and expr.left.kind is not Kind.BOOL
    if names.careful:
        known = constant(expr)
        if known is not None:
            return literal(known)
        method = _careful_method(op, left, right, octets, isinstance(expr.right, Literal), expr)
        if method:
            return Code(f"{names.function(method)}({left.text}, {right.text})")
    if octets and op == "^":
        inline = _masked(expr, left, right, names)
        if inline is not None:
            return inline
        return Code(f"{names.function('xor_octets')}({left.text}, {right.text})")
    if op in ("<<", ">>") and not (
        isinstance(expr.right, Literal) and 0 <= int(expr.right.value or 0) <= 1024
    ):
        return Code(f"{names.function(_CHECKED[op])}({left.text}, {right.text})")
    if not names.careful:
        left, right = (
            Code(f"{names.function('known')}({side.text})") if side.optional else side
            for side in (left, right)
        )
    symbol = {"/": "//", "++": "+"}.get(op, op)
    level = _LEVELS[op]
    return Code(f"{left.at(level)} {symbol} {right.at(level + 1)}", level)


def octet_count(expr: Expr, names: Names) -> int | None:
    """Return how many octets `expr` certainly has."""
    match expr:
        case Literal(value=bytes(value)):
            return len(value)
        case Binary(op="++", left=left, right=right):
            a, b = octet_count(left, names), octet_count(right, names)
            return None if a is None or b is None else a + b
        case Call(function="first", arguments=(_, Literal(value=int(count)))):
            return count
        case Call(function=function):
            return FUNCTIONS[function].octets
        case _:
            return names.octet_count(expr)


def _masked(expr: Binary, left: Code, right: Code, names: Names) -> Code | None:
    """Return octets of known size under a constant mask as one integer operation."""
    size = octet_count(expr.left, names)
    mask = _constant_octets(expr.right, names)
    if size is None or mask is None or len(mask) != size:
        return None
    number_ = number(int.from_bytes(mask, "big"))
    return Code(f'(int.from_bytes({left.text}, "big") ^ {number_}).to_bytes({size}, "big")')


def _constant_octets(expr: Expr, names: Names) -> bytes | None:
    match expr:
        case Literal(value=bytes(value)):
            return value
        case Call(function=function, arguments=(Literal(value=int(value)),)) if re.fullmatch(
            r"u\d+(be|le)", function
        ):
            octets = FUNCTIONS[function].octets or 0
            if not 0 <= value < 1 << 8 * octets:
                return None
            return value.to_bytes(octets, "big" if function.endswith("be") else "little")
        case Call(function="first", arguments=(Binary(op="++", left=left), Literal(value=int(count)))):
            return _constant_octets(left, names) if octet_count(left, names) == count else None
        case _:
            return None


def _careful_method(op: str, left: Code, right: Code, octets: bool, constant: bool, expr: Binary) -> str:
    """Return the support function an operation needs, or nothing when it cannot be refused."""
    if op in _CHECKED:
        value = expr.right.value if isinstance(expr.right, Literal) else None
        safe = isinstance(value, int) and (0 <= value <= 1024 if op in ("<<", ">>") else value != 0)
        return _CHECKED[op] if not safe or left.optional else ""
    if op == "++":
        return "join_octets"
    if octets and op == "^":
        return "xor_octets"
    if left.optional or right.optional:
        return _PLAIN[op]
    return ""


def _in_ranges(expr: InRanges, names: Names) -> Code:
    code = _membership(expr, names, negative=False)
    assert code is not None
    return code


def _membership(expr: InRanges, names: Names, *, negative: bool) -> Code | None:
    """Return the test of closed ranges or of texts, or its opposite."""
    operand = expression(expr.operand, names)
    if operand.optional or expr.operand.kind is Kind.ANY:
        call = Code(f"{names.function('within')}({operand.text}, {ranges_of(expr.ranges)})")
        return Code(f"not {call.text}", NOT) if negative else call
    singles = [literal(low).text for low, high in expr.ranges if low == high]
    word = "not in" if negative else "in"
    if len(singles) == len(expr.ranges) and len(singles) > 1:
        return Code(f"{operand.at(BIT_OR)} {word} ({', '.join(singles)})", COMPARE)
    parts = [_range_test(operand, low, high, negative) for low, high in expr.ranges]
    if len(parts) == 1:
        return parts[0]
    glue, level = (" and ", AND) if negative else (" or ", OR)
    return Code(glue.join(part.at(level + 1) for part in parts), level)


def _range_test(operand: Code, low: int | str, high: int | str, negative: bool) -> Code:
    a, b = literal(low), literal(high)
    if low == high:
        return Code(f"{operand.at(BIT_OR)} {'!=' if negative else '=='} {a.text}", COMPARE)
    chain = f"{a.text} <= {operand.at(BIT_OR)} <= {b.text}"
    return Code(f"not {chain}", NOT) if negative else Code(chain, COMPARE)


def _conditional(expr: Conditional, names: Names) -> Code:
    yes, no = expression(expr.yes, names), expression(expr.no, names)
    test = truth(expr.test, names)
    text = f"{yes.at(OR)} if {test.at(OR)} else {no.at(CONDITIONAL)}"
    return Code(text, CONDITIONAL, optional=yes.optional or no.optional)


def _quantified(expr: Quantified, names: Names) -> Code:
    source = expression(expr.source, names)
    items = f"{source.at(OR)} or ()" if source.optional else source.text
    item, position = names.bind(expr.variable, expr.source)
    try:
        body = truth(expr.body, names)
    finally:
        names.unbind(expr.variable)
    word = "all" if expr.every else "any"
    if position in body.text:
        return Code(f"{word}({body.at(OR)} for {position}, {item} in enumerate({items}))")
    bracketed = f"({items})" if source.optional else items
    return Code(f"{word}({body.at(OR)} for {item} in {bracketed})")


_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")


def _call(expr: Call, names: Names) -> Code:
    known = constant(expr) if names.careful else None
    if known is not None:
        return literal(known)
    arguments = [expression(each, names) for each in expr.arguments]
    texts = [each.text for each in arguments]
    row = BUILTINS[expr.function]
    if row.session:
        return Code(f"{names.function(row.function)}({', '.join(texts)})")
    if names.careful and is_sure(expr, names.sure):
        if _is_short_zeros(expr):
            return Code(f"bytes({texts[0]})")
        names.function(row.function)
        return Code(row.call(texts))
    if names.careful:
        text = row.checked_call(texts)
        names.function("checked" if text.startswith("checked(") else row.function)
        if text.startswith("checked("):
            names.function(row.function)
        return Code(text)
    inlined = _inlined(expr, arguments, names)
    if inlined is not None:
        return inlined
    names.function(row.function)
    return Code(row.call(texts))


def parameter_mark(index: int) -> str:
    """Return how a parameter stands among the names that are sure: no name of a specification is spelled so."""
    return f"@{index}"


def is_sure(expr: Expr, sure: frozenset[str]) -> bool:
    """Whether an expression certainly has a value when those of `sure` have one: nothing of it can be absent."""
    match expr:
        case Literal(value=value):
            return value is not None
        case LocalRef(name=name):
            return name in sure
        case ParamRef(index=index):
            return parameter_mark(index) in sure
        case Call(function=function, arguments=arguments) if not BUILTINS[function].session:
            return all(is_sure(each, sure) for each in arguments)
        case Binary(op="++", left=left, right=right) | Conditional(yes=left, no=right):
            return is_sure(left, sure) and is_sure(right, sure)
        case _:
            return False


def _is_short_zeros(expr: Call) -> bool:
    match expr:
        case Call(function="zeros", arguments=(Literal(value=int(count)),)):
            return 0 <= count <= 64
        case _:
            return False


def _contains(arguments: list[Code], word: str) -> Code:
    return Code(f"{arguments[1].at(COMPARE + 1)} {word} {arguments[0].at(COMPARE + 1)}", COMPARE)


def _inlined(expr: Call, arguments: list[Code], names: Names) -> Code | None:
    """Return a builtin as the standard library's own call where that is the same."""
    name, texts = expr.function, [each.text for each in arguments]
    if name == "crc32":
        return Code(f"{names.standard('zlib')}.crc32({texts[0]})")
    if name in _HASHES and name != "md5":
        return Code(f"{names.standard('hashlib')}.{name}({texts[0]}).digest()")
    if name == "length" and not arguments[0].optional:
        return Code(f"len({texts[0]})")
    if name == "contains" and not any(each.optional for each in arguments):
        return _contains(arguments, "in")
    fixed = _constant_octets(expr, names)
    if fixed is not None:
        return literal(fixed)
    if name == "matches" and isinstance(pattern := expr.arguments[1], Literal):
        if isinstance(pattern.value, str) and is_deterministic(pattern.value):
            return Code(f"{names.matcher(pattern.value)}({texts[0]}) is not None", COMPARE)
    if name == "first" and isinstance(expr.arguments[1], Literal):
        octets = octet_count(expr.arguments[0], names)
        count = expr.arguments[1].value
        if octets is not None and isinstance(count, int) and 0 <= count <= octets:
            return Code(f"{arguments[0].at(ATOM)}[:{count}]")
    return None


_EXPRESSIONS: dict[type, Callable[[Any, Names], Code]] = {
    Literal: lambda expr, _: literal(expr.value),
    SlotRef: lambda expr, names: names.slot(expr.index),
    ParamRef: lambda expr, names: names.param(expr.index),
    LocalRef: lambda expr, names: names.local(expr.name),
    Attribute: lambda expr, names: names.member(expr.base, expression(expr.base, names), expr.name),
    Element: _element,
    Unary: _unary,
    Binary: _binary,
    InRanges: _in_ranges,
    Conditional: _conditional,
    ListOf: lambda expr, names: Code(f"[{', '.join(expression(item, names).text for item in expr.items)}]"),
    Call: _call,
    Measure: lambda expr, names: names.measure(expr.what, expr.slot),
    Position: lambda expr, names: names.position(expr.word),
    OctetAt: lambda expr, names: names.octet_at(expr.offset),
    Covered: lambda expr, names: names.covered(expr),
    EncodedSlot: lambda expr, names: names.encoded(expr.slot),
    Quantified: _quantified,
    IsLast: lambda expr, names: names.is_last(expr.variable),
}
"""One row for each node."""
