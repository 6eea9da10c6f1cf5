"""Formulas over integers in one form: linear sums of atoms that lie within bounds, joined by `and` and `or`.

An atom is a variable or an operation that is not linear. A quotient by a constant is an atom `q` of which only
`0 <= x - kq < k` is known; remainders, shifts and masks by constants are sums of such quotients. So bits that are taken
apart and put together again cancel out, and the proof that a view is inverse is that nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import gcd

MOST_RUNS = 24
"""A mask of more runs of bits is an operation of its own."""


@dataclass(frozen=True, slots=True)
class Var:
    """An integer within bounds."""

    name: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Op:
    """`/ % * & | ^ << >>` of two terms; the `/` of a constant has a positive one."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of atoms, each so many times, and a constant."""

    parts: Parts
    constant: int


Atom = Var | Op
Parts = tuple[tuple[Atom, int], ...]
Term = int | Var | Op | Sum


@dataclass(frozen=True, slots=True)
class Within:
    """A sum of atoms that lies in one of some ranges, which are sorted and separate."""

    parts: Parts
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them."""

    parts: tuple[Formula, ...]


Formula = bool | Within | And | Or
Bounds = tuple[int, int]
Ranges = tuple[Bounds, ...]
Model = dict[Var, int]


# ---- terms ----


def parts_of(term: Term) -> tuple[Parts, int]:
    """Return the atoms of a term with their factors, and its constant."""
    match term:
        case int():
            return (), int(term)
        case Sum(parts=parts, constant=constant):
            return parts, constant
        case _:
            return ((term, 1),), 0


def total(pairs: Iterable[tuple[Term, int]], constant: int = 0) -> Term:
    """Return the sum of terms, each so many times."""
    found: dict[Atom, int] = {}
    for term, factor in pairs:
        parts, more = parts_of(term)
        constant += more * factor
        for atom, times in parts:
            found[atom] = found.get(atom, 0) + times * factor
    left = tuple(sorted(((a, n) for a, n in found.items() if n), key=lambda pair: repr(pair[0])))
    if not left:
        return constant
    return left[0][0] if constant == 0 and len(left) == 1 and left[0][1] == 1 else Sum(left, constant)


def add(one: Term, two: Term) -> Term:
    """Return the sum."""
    return total(((one, 1), (two, 1)))


def subtract(one: Term, two: Term) -> Term:
    """Return the difference."""
    return total(((one, 1), (two, -1)))


def operate(op: str, one: Term, two: Term) -> Term:
    """Return `one op two`, as a sum where that is one."""
    if isinstance(one, int) and isinstance(two, int):
        value = compute(op, one, two)
        return Op(op, one, two) if value is None else value
    row = _BY_CONSTANT.get(op)
    if row is not None and isinstance(one, int) and op in "*&|^":
        one, two = two, one
    if row is not None and isinstance(two, int) and (found := row(one, two)) is not None:
        return found
    if op in "+-":
        return add(one, two) if op == "+" else subtract(one, two)
    if op == "^" and (cancelled := _cancelled(one, two)) is not None:
        return cancelled
    if op in "|^+" and (united := _disjoint(one, two)) is not None:
        return united
    return Op(op, one, two)


def _times(term: Term, factor: int) -> Term:
    return total(((term, factor),))


def _quotient(term: Term, by: int) -> Term | None:
    """Return the quotient, rounded down: multiples are taken out, quotients of quotients are one."""
    if by <= 0:
        return None
    if by == 1:
        return term
    if isinstance(term, Op) and term.op == "/" and isinstance(term.right, int):
        return operate("/", term.left, by * term.right)
    parts, constant = parts_of(term)
    whole = [(atom, n // by) for atom, n in parts if n % by == 0]
    rest = total([(atom, n) for atom, n in parts if n % by], constant % by)
    low, high = span_of(rest)
    if low // by == high // by:
        return total(whole, constant // by + low // by)
    inner, more = parts_of(rest)
    unit = gcd(by, *(n for _, n in inner))
    if unit > 1:  # (4x + 3) / 8 is x / 2
        rest, by = total([(atom, n // unit) for atom, n in inner], more // unit), by // unit
    rest = Op("/", rest, by) if not _is_quotient(rest) else operate("/", rest, by)
    return total([*whole, (rest, 1)], constant // by)


def _is_quotient(term: Term) -> bool:
    return isinstance(term, Op) and term.op == "/" and isinstance(term.right, int)


def _remainder(term: Term, by: int) -> Term | None:
    quotient = _quotient(term, by)
    return None if quotient is None else total(((term, 1), (quotient, -by)))


def _masked(term: Term, mask: int) -> Term | None:
    """Return the bits of a mask: run by run a quotient's remainder."""
    if mask < 0:
        complement = _masked(term, ~mask)
        return None if complement is None else subtract(term, complement)
    found: list[tuple[Term, int]] = []
    place = 0
    while mask >> place:
        if not mask >> place & 1:
            place += 1
            continue
        width = 1
        while mask >> (place + width) & 1:
            width += 1
        low, high = operate("/", term, 1 << place), operate("/", term, 1 << (place + width))
        found += [(low, 1 << place), (high, -(1 << (place + width)))]
        place += width
        if len(found) > 2 * MOST_RUNS:
            return None
    return total(found)


def _united(term: Term, mask: int) -> Term | None:
    common = _masked(term, mask)
    return None if common is None else total(((term, 1), (common, -1)), mask)


def _differing(term: Term, mask: int) -> Term | None:
    if isinstance(term, Op) and term.op == "^" and isinstance(term.right, int):
        return operate("^", term.left, term.right ^ mask)
    low, high = span_of(term)
    is_all = mask >= 0 and mask & (mask + 1) == 0 and low >= 0 and high <= mask
    return term if mask == 0 else total(((term, -1),), mask) if is_all else None


def _cancelled(one: Term, two: Term) -> Term | None:
    """Return what is left where one side holds the other: `a ^ b ^ b` is `a`."""
    for whole, part in ((one, two), (two, one)):
        if isinstance(whole, Op) and whole.op == "^" and part in (whole.left, whole.right):
            return whole.right if part == whole.left else whole.left
    return 0 if one == two else None


def _disjoint(one: Term, two: Term) -> Term | None:
    """Return the sum of two terms of which one only has bits above those of the other."""
    for upper, lower in ((one, two), (two, one)):
        parts, constant = parts_of(upper)
        unit = gcd(constant, *(n for _, n in parts))
        low, high = span_of(lower)
        if low >= 0 and span_of(upper)[0] >= 0 and high < (unit & -unit):
            return add(one, two)
    return None


_BY_CONSTANT: dict[str, Callable[[Term, int], Term | None]] = {
    "*": _times,
    "/": _quotient,
    "%": _remainder,
    "&": _masked,
    "|": _united,
    "^": _differing,
    "<<": lambda term, by: _times(term, 1 << by) if 0 <= by <= 1024 else None,
    ">>": lambda term, by: _quotient(term, 1 << by) if 0 <= by <= 1024 else None,
}


def compute(op: str, one: int, two: int) -> int | None:
    """Return `one op two`, `None` where it has no value."""
    match op:
        case "+":
            return one + two
        case "-":
            return one - two
        case "*":
            return one * two
        case "/" | "%" if two:
            return one // two if op == "/" else one % two
        case "&":
            return one & two
        case "|":
            return one | two
        case "^":
            return one ^ two
        case "<<" | ">>" if 0 <= two <= 1024:
            return one << two if op == "<<" else one >> two
        case _:
            return None


def evaluate(term: Term, model: Mapping[Var, int]) -> int | None:
    """Return the value of a term, `None` where it has none."""
    match term:
        case int():
            return int(term)
        case Var():
            return model.get(term, min(max(0, term.low), term.high))
        case Op(op=op, left=left, right=right):
            one, two = evaluate(left, model), evaluate(right, model)
            return None if one is None or two is None else compute(op, one, two)
        case Sum(parts=parts, constant=constant):
            values = [(evaluate(atom, model), n) for atom, n in parts]
            if any(value is None for value, _ in values):
                return None
            return constant + sum(value * n for value, n in values if value is not None)


def span_of(term: Term) -> Bounds:
    """Return bounds of a term that its variables' own bounds give."""
    match term:
        case int():
            return int(term), int(term)
        case Var(low=low, high=high):
            return low, high
        case Op(op=op, left=left, right=right):
            return operation_span(op, span_of(left), span_of(right))
        case Sum(parts=parts, constant=constant):
            plain = sum_span([(span_of(atom), n) for atom, n in parts], constant)
            found = _remainder_span(term)
            return plain if found is None else (max(plain[0], found[0]), min(plain[1], found[1]))


def _remainder_span(term: Sum) -> Bounds | None:
    """Return bounds of a sum that holds a remainder `x/j - (k/j)(x/k)`, which is below `k/j`."""
    times = dict(term.parts)
    for atom, n in term.parts:
        if not (isinstance(atom, Op) and atom.op == "/" and isinstance(atom.right, int)) or n % atom.right:
            continue
        scale = -n // atom.right
        parts, _ = parts_of(atom.left)
        candidates: list[tuple[Term, int]] = [(atom.left, 1)] if parts else []
        candidates += [(other, _divisor(other)) for other in times if _has_left(other, atom)]
        for other, by in candidates:
            inner, _ = parts_of(other)
            if by < atom.right and atom.right % by == 0 and all(a in times for a, _ in inner):
                if all(times[a] % (m * by) == 0 and times[a] // (m * by) == scale for a, m in inner):
                    rest = total([(term, 1), (other, -scale * by), (atom, -n)])
                    most = scale * (atom.right - by) if by > 1 else scale * (atom.right - 1)
                    return sum_span([(span_of(rest), 1), ((min(0, most), max(0, most)), 1)])
    return None


def _divisor(atom: Atom) -> int:
    return atom.right if isinstance(atom, Op) and isinstance(atom.right, int) else 1


def _has_left(one: Atom, two: Op) -> bool:
    return isinstance(one, Op) and one is not two and one.op == "/" and one.left == two.left


def sum_span(parts: Iterable[tuple[Bounds, int]], constant: int = 0) -> Bounds:
    """Return bounds of a sum."""
    low = high = constant
    for (least, most), n in parts:
        low += least * n if n > 0 else most * n
        high += most * n if n > 0 else least * n
    return low, high


def operation_span(op: str, one: Bounds, two: Bounds) -> Bounds:
    """Return bounds of an operation; sound, exact for single values."""
    if one[0] == one[1] and two[0] == two[1]:
        value = compute(op, one[0], two[0])
        if value is not None:
            return value, value
    size = max(abs(one[0]), abs(one[1]), abs(two[0]), abs(two[1]))
    natural = one[0] >= 0 and two[0] >= 0
    match op:
        case "*":
            corners = [x * y for x in one for y in two]
            return min(corners), max(corners)
        case "/" if two[0] > 0:
            corners = [x // y for x in one for y in two]
            return min(corners), max(corners)
        case "%" if two[0] > 0:
            return (0, min(one[1], two[1] - 1)) if one[0] >= 0 else (0, two[1] - 1)
        case "&" if natural:
            return 0, min(one[1], two[1])
        case "|" | "^" if natural:
            least = max(one[0], two[0]) if op == "|" else 0
            return least, (1 << max(one[1].bit_length(), two[1].bit_length())) - 1
        case ">>" if one[0] >= 0:
            return 0, one[1] >> max(0, min(two[0], 4096))
        case "<<" if two[1] <= 1024:
            most = (max(abs(one[0]), abs(one[1])) + 1) << max(two[1], 0)
            return (0 if one[0] >= 0 else -most), most
        case _:
            return -(size + 1) << 1, (size + 1) << 1


# ---- formulas ----


def within(term: Term, low: int | None, high: int | None) -> Formula:
    """Return that a term lies between two integers; `None`: no bound."""
    least, most = span_of(term)
    return member(term, ((least if low is None else low, most if high is None else high),))


def member(term: Term, ranges: Iterable[Bounds]) -> Formula:
    """Return that a term lies in one of some ranges, in lowest terms."""
    parts, constant = parts_of(term)
    if not parts:
        return any(low <= constant <= high for low, high in ranges)
    unit = gcd(*(n for _, n in parts))
    unit = -unit if parts[0][1] < 0 else unit
    size = abs(unit)
    moved = [(low - constant, high - constant) for low, high in ranges]
    if unit < 0:
        moved = [(-high, -low) for low, high in moved]
    exact = [(-(-low // size), high // size) for low, high in moved]
    lowest: Parts = tuple((a, n // unit) for a, n in parts)
    return _in_lowest(lowest, exact)


def _in_lowest(parts: Parts, ranges: Iterable[Bounds]) -> Formula:
    least, most = _parts_span(parts)
    found = joined((max(low, least), min(high, most)) for low, high in ranges)
    if not found:
        return False
    return True if found == ((least, most),) else Within(parts, found)


def _parts_span(parts: Parts) -> Bounds:
    return span_of(parts[0][0] if len(parts) == 1 and parts[0][1] == 1 else Sum(parts, 0))


def joined(ranges: Iterable[Bounds]) -> Ranges:
    """Return ranges sorted, separate and without empty ones."""
    found: list[Bounds] = []
    for low, high in sorted(each for each in ranges if each[0] <= each[1]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def shared(one: Ranges, two: Ranges) -> Ranges:
    """Return what two sets of sorted ranges have in common."""
    found: list[Bounds] = []
    i = j = 0
    while i < len(one) and j < len(two):
        low, high = max(one[i][0], two[j][0]), min(one[i][1], two[j][1])
        if low <= high:
            found.append((low, high))
        i, j = (i + 1, j) if one[i][1] < two[j][1] else (i, j + 1)
    return tuple(found)


def compare(op: str, one: Term, two: Term) -> Formula:
    """Return `one op two` for `== != < <= > >=`."""
    difference = subtract(one, two)
    match op:
        case "==":
            return within(difference, 0, 0)
        case "!=":
            return opposite(within(difference, 0, 0))
        case "<":
            return within(difference, None, -1)
        case "<=":
            return within(difference, None, 0)
        case ">":
            return within(difference, 1, None)
        case _:
            return within(difference, 0, None)


def both(*formulas: Formula) -> Formula:
    """Return that all hold."""
    found: dict[Formula, None] = {}
    sums: dict[Parts, Ranges] = {}
    for formula in formulas:
        for part in formula.parts if isinstance(formula, And) else (formula,):
            if part is False:
                return False
            if isinstance(part, Within):
                known = sums.get(part.parts)
                sums[part.parts] = part.ranges if known is None else shared(known, part.ranges)
            elif part is not True:
                found[part] = None
    if not all(sums.values()):
        return False
    every = (*(Within(parts, ranges) for parts, ranges in sums.items()), *found)
    return And(every) if len(every) > 1 else every[0] if every else True


def either(*formulas: Formula) -> Formula:
    """Return that one holds."""
    found: dict[Formula, None] = {}
    sums: dict[Parts, list[Bounds]] = {}
    for formula in formulas:
        for part in formula.parts if isinstance(formula, Or) else (formula,):
            if part is True:
                return True
            if isinstance(part, Within):
                sums.setdefault(part.parts, []).extend(part.ranges)
            elif part is not False:
                found[part] = None
    united = [_in_lowest(parts, ranges) for parts, ranges in sums.items()]
    if True in united:
        return True
    every = (*united, *found)
    return Or(every) if len(every) > 1 else every[0] if every else False


def opposite(formula: Formula) -> Formula:
    """Return the negation."""
    match formula:
        case bool():
            return not formula
        case And(parts=parts):
            return either(*map(opposite, parts))
        case Or(parts=parts):
            return both(*map(opposite, parts))
        case Within(parts=parts, ranges=ranges):
            least, most = _parts_span(parts)
            edges = [least - 1, *(edge for each in ranges for edge in each), most + 1]
            return _in_lowest(parts, [(edges[i] + 1, edges[i + 1] - 1) for i in range(0, len(edges), 2)])


def implies(one: Formula, two: Formula) -> Formula:
    """Return that `two` holds where `one` does."""
    return two if one is True else either(opposite(one), two)


def holds(formula: Formula, model: Mapping[Var, int]) -> bool:
    """Whether a formula is true of values; an operation without a value makes it false."""
    match formula:
        case bool():
            return formula
        case And(parts=parts):
            return all(holds(part, model) for part in parts)
        case Or(parts=parts):
            return any(holds(part, model) for part in parts)
        case Within(parts=parts, ranges=ranges):
            value = evaluate(Sum(parts, 0), model)
            return value is not None and any(low <= value <= high for low, high in ranges)


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield every atom of a formula, those inside of operations too, some more than once."""
    stack: list[Formula | Term] = [formula]
    while stack:
        node = stack.pop()
        match node:
            case And(parts=parts) | Or(parts=parts):
                stack += parts
            case Within(parts=parts) | Sum(parts=parts):
                stack += [atom for atom, _ in parts]
            case Var():
                yield node
            case Op(left=left, right=right):
                yield node
                stack += [left, right]
            case _:
                pass


def variables(formula: Formula) -> set[Var]:
    """Return the variables of a formula."""
    return {atom for atom in atoms(formula) if isinstance(atom, Var)}


def replaced(formula: Formula, known: Mapping[Var, Term]) -> Formula:
    """Return a formula with terms in place of variables."""
    match formula:
        case bool():
            return formula
        case And(parts=parts):
            return both(*(replaced(part, known) for part in parts))
        case Or(parts=parts):
            return either(*(replaced(part, known) for part in parts))
        case Within(parts=parts, ranges=ranges):
            return member(replaced_term(Sum(parts, 0), known), ranges)


def replaced_term(term: Term, known: Mapping[Var, Term]) -> Term:
    """Return a term with terms in place of variables."""
    match term:
        case int():
            return term
        case Var():
            return known.get(term, term)
        case Op(op=op, left=left, right=right):
            return operate(op, replaced_term(left, known), replaced_term(right, known))
        case Sum(parts=parts, constant=constant):
            return total([(replaced_term(atom, known), n) for atom, n in parts], constant)
