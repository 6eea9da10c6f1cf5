"""Octets as sums of bits over GF(2): whether they tell apart all values of the fields they are made of.

`++`, `^`, shifts, masks, remainders by powers of two and the encoding of integers keep every bit of the result a sum
of bits of the fields. Then the fields can be told apart when the matrix has full rank; else a vector of its kernel is
two values with one result. A hash tells apart whatever is in it, as far as anybody knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr, Kind

Bit = frozenset[tuple[str, int]]
ZERO: Bit = frozenset()
LARGEST = 4096
"""Bits of a nonce, at most."""

_INTEGER = re.compile(r"u(8|16|24|32|40|48|56|64)(be|le)")


@dataclass(frozen=True, slots=True)
class Gap:
    """A piece of unknown size, or one that a hash made, which tells the fields `fields` apart."""

    fields: frozenset[str]


Pieces = list[Bit | Gap]


class NotLinear(Exception):
    """The expression is made otherwise."""


@dataclass(slots=True)
class Bits:
    """`field_of` tells the changing field that a reference is, `size` the octets of one, `changes` what is in an expression."""

    field_of: Callable[[Expr], tuple[str, s.Shape] | None]
    definition: Callable[[Expr], Expr | None]
    size: Callable[[Expr], int | None]
    changes: Callable[[Expr], frozenset[str]]
    rows: list[Bit] = field(default_factory=list)
    """Bits that must be zero: an integer that does not fit into its octets is refused."""
    shifted: dict[str, tuple[str, int]] = field(default_factory=dict)
    """A field plus a constant, under a name of its own."""
    widths: dict[str, int] = field(default_factory=dict)
    defined: dict[str, Pieces] = field(default_factory=dict)

    def octets(self, expr: Expr) -> Pieces:
        """Return the bits of octets, most significant first; raises `NotLinear`."""
        changing = self.changes(expr)
        if not changing:
            size = self.size(expr)
            return [Gap(frozenset())] if size is None else [ZERO] * (8 * size)
        if (known := self.field_of(expr)) is not None:
            return self._field(expr, known[0])
        if isinstance(expr, e.LocalRef) and (definition := self.definition(expr)) is not None:
            if expr.name not in self.defined:
                self.defined[expr.name] = self.octets(definition)
            return self.defined[expr.name]
        match expr:
            case e.Binary(op="++", left=left, right=right):
                joined = self.octets(left) + self.octets(right)
                if len(joined) > LARGEST:
                    raise NotLinear
                return joined
            case e.Binary(op="^", left=left, right=right):
                return _sum(self.octets(left), self.octets(right))
            case e.Call(function=function, arguments=arguments):
                return self._call(function, arguments, changing)
        raise NotLinear

    def _field(self, expr: Expr, name: str) -> Pieces:
        size = self.size(expr)
        if size is None or 8 * size > LARGEST:
            return [Gap(frozenset((name,)))]
        self.widths[name] = 8 * size
        return [frozenset(((name, 8 * size - 1 - n),)) for n in range(8 * size)]

    def _call(self, function: str, arguments: tuple[Expr, ...], changing: frozenset[str]) -> Pieces:
        if found := _INTEGER.fullmatch(function):
            return self._integer(arguments[0], int(found[1]), found[2] == "le")
        if function in ("first", "last", "slice") and all(isinstance(x, e.Literal) for x in arguments[1:]):
            pieces = self.octets(arguments[0])
            numbers = [8 * int(x.value or 0) for x in arguments[1:] if isinstance(x, e.Literal)]
            start, end = (0, numbers[0]) if function == "first" else (numbers[0], numbers[-1])
            if any(isinstance(piece, Gap) for piece in pieces):
                raise NotLinear
            return pieces[len(pieces) - numbers[0] :] if function == "last" else pieces[start:end]
        if function == "random":
            return [Gap(changing)]
        known = FUNCTIONS.get(function)
        if (
            known is not None
            and (known.secret or known.octets is not None and known.octets >= 8)
            or function
            in (
                "hash",
                "hmac",
                "varint",
                "mls_varint",
                "mls_vector",
                "utf8",
                "decimal",
            )
        ):
            return [Gap(changing)]
        raise NotLinear

    def _integer(self, expr: Expr, width: int, little: bool) -> Pieces:
        bits = self.integer(expr)
        self.rows += bits[width:]
        bits = (bits + [ZERO] * width)[:width]
        octets = [bits[n : n + 8][::-1] for n in range(0, width, 8)]
        return [bit for octet in (octets if little else octets[::-1]) for bit in octet]

    def integer(self, expr: Expr) -> list[Bit]:
        """Return the bits of an integer, least significant first."""
        if not self.changes(expr):
            return [ZERO] * 64
        if (known := self.field_of(expr)) is not None:
            return self._whole(known[0], known[1])
        match expr:
            case e.Binary(op=op, left=left, right=e.Literal(value=int(number))) if not isinstance(
                number, bool
            ):
                return self._with(op, left, number)
            case e.Binary(op="+" | "|" | "^" as op, left=left, right=right):
                one, two = self.integer(left), self.integer(right)
                pairs = _padded(one, two)
                if op != "^" and any(a and b for a, b in pairs):
                    raise NotLinear
                return [a ^ b for a, b in pairs]
            case e.Binary(op="+", left=e.Literal(), right=right):
                return self.integer(e.Binary("+", right, expr.left, Kind.INT))
        raise NotLinear

    def _whole(self, name: str, shape: s.Shape) -> list[Bit]:
        if not isinstance(shape, s.Integer) or shape.minimum < 0:
            raise NotLinear
        self.widths[name] = shape.maximum.bit_length()
        return [frozenset(((name, n),)) for n in range(self.widths[name])]

    def _with(self, op: str, left: Expr, number: int) -> list[Bit]:
        known = self.field_of(left)
        if op in ("+", "-") and known is not None:
            return self._moved(known, number if op == "+" else -number)
        bits = self.integer(left)
        power = number.bit_length() - 1 if number > 0 and number & (number - 1) == 0 else None
        match op:
            case ">>":
                return bits[number:]
            case "<<":
                return [ZERO] * min(number, LARGEST) + bits
            case "&":
                return [bit if number >> n & 1 else ZERO for n, bit in enumerate(bits)]
            case "|":
                return [ZERO if number >> n & 1 else bit for n, bit in enumerate(bits)]
            case "^":
                return bits
            case "%" if power is not None:
                return bits[:power]
            case "/" if power is not None:
                return bits[power:]
            case "*" if power is not None:
                return [ZERO] * power + bits
        raise NotLinear

    def _moved(self, known: tuple[str, s.Shape], by: int) -> list[Bit]:
        name, shape = known
        if not isinstance(shape, s.Integer):
            raise NotLinear
        other = f"{name}{by:+d}"
        self.shifted[other] = (name, by)
        self.widths[other] = max(shape.maximum + by, 1).bit_length()
        return [frozenset(((other, n),)) for n in range(self.widths[other])]


def _padded(one: list[Bit], two: list[Bit]) -> list[tuple[Bit, Bit]]:
    size = max(len(one), len(two))
    return list(zip(one + [ZERO] * (size - len(one)), two + [ZERO] * (size - len(two)), strict=True))


def _sum(one: Pieces, two: Pieces) -> Pieces:
    for still, other in ((one, two), (two, one)):
        if all(piece == ZERO or piece == Gap(frozenset()) for piece in still):
            return other
    if len(one) != len(two):
        raise NotLinear
    made: Pieces = []
    for left, right in zip(one, two, strict=True):
        if isinstance(left, Gap) or isinstance(right, Gap):
            raise NotLinear
        made.append(left ^ right)
    return made


def collision(bits: Bits, pieces: Pieces, fields: Iterable[str]) -> dict[str, int] | None:
    """Return what two values of the fields differ in, by bits, where the pieces do not tell them apart."""
    told = {name for piece in pieces if isinstance(piece, Gap) for name in piece.fields}
    rows = [piece for piece in (*pieces, *bits.rows) if not isinstance(piece, Gap)]
    present = {name for row in rows for name, _ in row}
    columns = []
    for name in fields:
        if name in told:
            continue
        names = [other for other, (base, _) in bits.shifted.items() if base == name and other in present]
        chosen = name if name in present or not names else names[0]
        columns += [(chosen, n) for n in range(bits.widths.get(chosen, 1))]
    kernel = _kernel([{x for x in row if x in set(columns)} for row in rows], columns)
    if kernel is None:
        return None
    found: dict[str, int] = {}
    for name, n in kernel:
        found[name] = found.get(name, 0) | 1 << n
    return found


def _kernel(rows: list[set[tuple[str, int]]], columns: list[tuple[str, int]]) -> set[tuple[str, int]] | None:
    """Return a set of columns whose sum is zero in every row, or `None` at full rank (Gauss over GF(2))."""
    place = {column: n for n, column in enumerate(columns)}
    pivots: dict[int, int] = {}
    for row in rows:
        left = sum(1 << place[x] for x in row)
        while left:
            top = left.bit_length() - 1
            if top not in pivots:
                pivots[top] = left
                break
            left ^= pivots[top]
    free = next((n for n in range(len(columns)) if n not in pivots), None)
    if free is None:
        return None
    vector = 1 << free
    for top in sorted(pivots):
        if (pivots[top] & vector & ~(1 << top)).bit_count() & 1:
            vector |= 1 << top
    return {columns[n] for n in range(len(columns)) if vector >> n & 1}
