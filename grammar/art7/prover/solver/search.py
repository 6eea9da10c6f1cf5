"""Whether formulas can hold together: bounds handed from one to the other, then guesses, within a number of steps.

`sat` comes with values, which are put into the formulas before they are believed; `unsat` says that no guess is left;
`unknown` that the steps were used up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from art7.prover.solver import terms as t
from art7.prover.solver.terms import Atom, Bounds, Formula, Model, Op, Parts, Ranges, Var, Within

SAT, UNSAT, UNKNOWN = "sat", "unsat", "unknown"
STEPS = 600
"""Most guesses."""
CASES = 5
"""How many leaves are decided one inside the other where guesses alone did not tell."""
ROUNDS = 40
"""Most rounds in which bounds are handed on; what is left is for guesses."""
ELIMINATED = 60
"""Most variables that equations put away before."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a question ended: `sat` with a model, `unsat` or `unknown`."""

    standing: str
    model: Model = field(default_factory=dict)


class _Conflict(Exception):
    """What is known cannot all be true."""


class _OutOfSteps(Exception):
    """The guesses are used up."""


def solve(
    formulas: Iterable[Formula], steps: int = STEPS, is_over: Callable[[], bool] = lambda: False
) -> Result:
    """Return whether `formulas` can all hold; `is_over` tells when time is up."""
    wanted = list(formulas)
    found = _solved(wanted, steps, is_over)
    return _in_cases(wanted, CASES, is_over) if found.standing == UNKNOWN else found


def _in_cases(wanted: list[Formula], depth: int, is_over: Callable[[], bool]) -> Result:
    """Decide a leaf first: the equations behind it put variables away then, before anything is guessed."""
    leaves = Counter(leaf for each in _bare_choices(wanted) for leaf in _leaves(each))
    if not leaves or depth == 0 or is_over():
        return Result(UNKNOWN)
    leaf, _ = leaves.most_common(1)[0]
    ends = []
    for case in (leaf, t.opposite(leaf)):
        settled = [case, *(_told_by(each, leaf, case is leaf) for each in wanted)]
        found = _solved(settled, STEPS // 4, is_over)
        if found.standing == UNKNOWN:
            found = _in_cases(settled, depth - 1, is_over)
        if found.standing == SAT and all(t.holds(each, found.model) for each in wanted):
            return found
        ends.append(found.standing)
    return Result(UNSAT if ends == [UNSAT, UNSAT] else UNKNOWN)


def _bare_choices(formulas: list[Formula]) -> Iterable[t.Or]:
    for formula in formulas:
        match formula:
            case t.Or():
                yield formula
            case t.And(parts=parts):
                yield from _bare_choices(list(parts))
            case _:
                pass


def _told_by(formula: Formula, leaf: Within, is_true: bool) -> Formula:
    """Return a formula in which a leaf is settled, what lies in or outside of its ranges too."""
    match formula:
        case Within(parts=parts, ranges=ranges) if parts == leaf.parts:
            if is_true:
                common = t.shared(ranges, leaf.ranges)
                return bool(common) if common in ((), leaf.ranges) else formula
            return False if t.shared(ranges, leaf.ranges) == ranges else formula
        case t.And(parts=inner):
            return t.both(*(_told_by(each, leaf, is_true) for each in inner))
        case t.Or(parts=inner):
            return t.either(*(_told_by(each, leaf, is_true) for each in inner))
        case _:
            return formula


def _solved(wanted: list[Formula], steps: int, is_over: Callable[[], bool]) -> Result:
    if any(formula is False for formula in wanted):
        return Result(UNSAT)
    try:
        left, put_away = _eliminate(wanted)
        found = _Search(steps, is_over).run(left)
    except _Conflict:
        return Result(UNSAT)
    except (_OutOfSteps, RecursionError):
        return Result(UNKNOWN)
    if found is None:
        return Result(UNSAT)
    for variable, term in reversed(put_away):
        value = t.evaluate(term, found)
        if value is None:
            return Result(UNKNOWN)
        found[variable] = value
    return Result(SAT, found) if all(t.holds(formula, found) for formula in wanted) else Result(UNKNOWN)


def _eliminate(formulas: list[Formula]) -> tuple[list[Formula], list[tuple[Var, t.Term]]]:
    """Put a variable away with each equation that tells it."""
    left = list(_flat(formulas))
    put_away: list[tuple[Var, t.Term]] = []
    while len(put_away) < ELIMINATED:
        found = next((pair for f in left if (pair := _told(f)) is not None), None)
        if found is None:
            break
        variable, term = found
        put_away.append(found)
        bounds = t.within(term, variable.low, variable.high)
        left = list(_flat([bounds, *(t.replaced(f, {variable: term}) for f in left)]))
    return left, put_away


def _flat(formulas: Iterable[Formula]) -> Iterable[Formula]:
    for formula in formulas:
        match formula:
            case bool():
                if not formula:
                    raise _Conflict
            case t.And(parts=parts):
                yield from _flat(parts)
            case _:
                yield formula


def _told(formula: Formula) -> tuple[Var, t.Term] | None:
    """Return the variable that an equation tells, and the term that it equals."""
    if not isinstance(formula, Within) or len(formula.ranges) > 1 or len(set(formula.ranges[0])) > 1:
        return None
    value = formula.ranges[0][0]
    for atom, n in formula.parts:
        if isinstance(atom, Var) and abs(n) == 1:
            others = [(other, -n * times) for other, times in formula.parts if other is not atom]
            if not any(atom in t.variables(Within(((other, 1),), ())) for other, _ in others):
                return atom, t.total(others, n * value)
    return None


class _State:
    """Bounds of atoms and of sums, and what is undecided."""

    __slots__ = ("box", "choices", "forms")

    def __init__(self) -> None:
        self.box: dict[Atom, Bounds] = {}
        self.forms: dict[Parts, Ranges] = {}
        self.choices: list[t.Or] = []

    def copy(self) -> _State:
        other = _State()
        other.box, other.forms, other.choices = dict(self.box), dict(self.forms), list(self.choices)
        return other

    def know(self, atom: Atom) -> None:
        """Begin to keep bounds of an atom and of what is inside."""
        if atom in self.box:
            return
        self.box[atom] = t.span_of(atom)
        if isinstance(atom, Op):
            for inner in (atom.left, atom.right):
                for part, _ in t.parts_of(inner)[0]:
                    self.know(part)
            if atom.op == "/" and isinstance(atom.right, int):
                rest = t.total(((atom.left, 1), (atom, -atom.right)))
                self.require(_bare(rest, 0, atom.right - 1))
                self._chain(atom, atom.right)

    def _chain(self, atom: Op, by: int) -> None:
        """Say how quotients of one term by multiples of one another lie to each other."""
        for other in list(self.box):
            if isinstance(other, Op) and other.op == "/" and other.left == atom.left and other != atom:
                if isinstance(other.right, int) and other.right % by == 0:
                    rest = t.total(((atom, 1), (other, -(other.right // by))))
                    self.require(_bare(rest, 0, other.right // by - 1))
                elif isinstance(other.right, int) and by % other.right == 0:
                    rest = t.total(((other, 1), (atom, -(by // other.right))))
                    self.require(_bare(rest, 0, by // other.right - 1))

    def require(self, formula: Formula) -> None:
        """Take in what must hold; raises `_Conflict` where it cannot."""
        match formula:
            case bool():
                if not formula:
                    raise _Conflict
            case t.And(parts=parts):
                for part in parts:
                    self.require(part)
            case t.Or():
                self.choices.append(formula)
                for atom in t.atoms(formula):
                    self.know(atom)
            case Within(parts=parts, ranges=ranges):
                for atom, _ in parts:
                    self.know(atom)
                known = self.forms.get(parts)
                self.forms[parts] = ranges if known is None else t.shared(known, ranges)
                if not self.forms[parts]:
                    raise _Conflict

    def status(self, formula: Formula) -> bool | None:
        """Return whether a formula must hold, cannot hold, or neither."""
        match formula:
            case bool():
                return formula
            case t.And(parts=parts) | t.Or(parts=parts):
                decisive = isinstance(formula, t.Or)
                found = [self.status(part) for part in parts]
                if decisive in found:
                    return decisive
                return None if None in found else not decisive
            case Within(parts=parts, ranges=ranges):
                possible: Ranges = (t.sum_span([(self.box.get(a) or t.span_of(a), n) for a, n in parts]),)
                if parts in self.forms:
                    possible = t.shared(possible, self.forms[parts])
                common = t.shared(possible, ranges)
                return False if not common else True if common == possible else None


def _bare(term: t.Term, low: int, high: int) -> Within:
    """Return bounds of a term as they are: those of quotients hold by definition."""
    parts, constant = t.parts_of(term)
    if parts[0][1] < 0:
        return Within(tuple((a, -n) for a, n in parts), ((constant - high, constant - low),))
    return Within(parts, ((low - constant, high - constant),))


class _Search:
    """One run: bounds first, then one guess after the other."""

    def __init__(self, steps: int, is_over: Callable[[], bool]) -> None:
        self.steps, self.is_over = steps, is_over

    def run(self, formulas: Iterable[Formula]) -> Model | None:
        """Return values, or nothing when there are none."""
        state = _State()
        for formula in formulas:
            state.require(formula)
        _refuse_circles(state)
        return self._go(state)

    def _go(self, state: _State) -> Model | None:
        stack = [state]
        while stack:
            self.steps -= 1
            if self.steps < 0 or (self.steps & 7 == 0 and self.is_over()):
                raise _OutOfSteps
            here = stack.pop()
            try:
                _propagate(here)
            except _Conflict:
                continue
            values = {
                atom: min(max(0, low), high)
                for atom, (low, high) in here.box.items()
                if isinstance(atom, Var)
            }
            guesses = _guesses(here)
            if guesses is None or _fits(here, values):
                return values
            for formula in reversed(guesses):
                following = here.copy()
                try:
                    following.require(formula)
                except _Conflict:
                    continue
                stack.append(following)
        return None


def _leaves(formula: Formula) -> Iterable[Within]:
    match formula:
        case Within():
            yield formula
        case t.And(parts=parts) | t.Or(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            pass


def _fits(state: _State, values: Model) -> bool:
    """Whether the values nearest to 0 happen to be a solution."""
    forms = (Within(parts, ranges) for parts, ranges in state.forms.items())
    return all(t.holds(form, values) for form in forms) and all(t.holds(x, values) for x in state.choices)


def _refuse_circles(state: _State) -> None:
    """Refuse `a < b < c < a`, which bounds alone find step by step (Bellman and Ford)."""
    edges: list[tuple[Atom, Atom, int]] = []
    for parts, ranges in state.forms.items():
        if len(parts) == 2 and (parts[0][1], parts[1][1]) == (1, -1):
            (one, _), (two, _) = parts
            edges += [(two, one, ranges[-1][1]), (one, two, -ranges[0][0])]
    least = {atom: 0 for edge in edges for atom in edge[:2]}
    for _ in range(min(len(least), ROUNDS)):
        changed = False
        for start, end, most in edges:
            if least[start] + most < least[end]:
                least[end], changed = least[start] + most, True
        if not changed:
            return
    if 0 < len(least) <= ROUNDS:
        raise _Conflict


def _guesses(state: _State) -> list[Formula] | None:
    """Return formulas of which one holds, the likely ones first; nothing when all is decided."""
    if state.choices:
        leaves = Counter(leaf for choice in state.choices for leaf in _leaves(choice))
        for leaf, _ in leaves.most_common():
            if state.status(leaf) is None:
                return [leaf, t.opposite(leaf)]
    for form, ranges in state.forms.items():
        if len(ranges) > 1:
            return [Within(form, ranges[:1]), Within(form, ranges[1:])]
    open_ones = [(b[1] - b[0], a) for a, b in state.box.items() if isinstance(a, Var) and b[0] < b[1]]
    if not open_ones:
        return None
    _, atom = min(open_ones, key=lambda pair: pair[0])
    low, high = state.box[atom]
    parts: Parts = ((atom, 1),)
    near = min(max(0, low), high)
    if high - low < 3:
        return [Within(parts, ((value, value),)) for value in range(low, high + 1)]
    middle = (low + high) // 2
    pieces = [(near, near), (high, high), (low, low), (middle, middle)]
    edges = sorted({low - 1, near, high, low, middle, high + 1})
    pieces = list(dict.fromkeys(pieces))
    between = [(one + 1, two - 1) for one, two in pairwise(edges) if one + 1 <= two - 1]
    return [Within(parts, (piece,)) for piece in [*pieces, *between]]


def _propagate(state: _State) -> None:
    """Hand bounds on until nothing changes, or long enough."""
    for _ in range(ROUNDS):
        changed = False
        for parts in list(state.forms):
            changed |= _narrow_form(state, parts)
        for atom in list(state.box):
            if isinstance(atom, Op):
                changed |= _narrow_operation(state, atom)
        changed |= _settle_choices(state)
        if not changed:
            return


def _settle_choices(state: _State) -> bool:
    changed = False
    undecided: list[t.Or] = []
    pending, state.choices = state.choices, []
    for choice in pending:
        left = []
        for part in choice.parts:
            status = state.status(part)
            if status is True:
                break
            if status is None:
                left.append(part)
        else:
            if len(left) > 1:
                undecided.append(t.Or(tuple(left)) if len(left) < len(choice.parts) else choice)
                continue
            state.require(left[0] if left else False)
            changed = True
    state.choices += undecided
    return changed


def _narrow(state: _State, atom: Atom, low: int | None, high: int | None) -> bool:
    least, most = state.box[atom]
    low = least if low is None or low < least else low
    high = most if high is None or high > most else high
    if low > high:
        raise _Conflict
    if (low, high) == (least, most):
        return False
    state.box[atom] = (low, high)
    return True


def _narrow_form(state: _State, parts: Parts) -> bool:
    """Leave out ranges that a sum cannot reach, and hand on what is left."""
    ranges = state.forms[parts]
    reach = t.sum_span([(state.box[a], n) for a, n in parts])
    if len(ranges) > 1:
        ranges = state.forms[parts] = t.shared(ranges, (reach,))
        if not ranges:
            raise _Conflict
    return _narrow_sum(state, parts, ranges[0][0], ranges[-1][1])


def _narrow_sum(state: _State, parts: Parts, low: int | None, high: int | None) -> bool:
    """Hand the bounds of a sum on to its atoms."""
    least, most = t.sum_span([(state.box[a], n) for a, n in parts])
    if (low is not None and most < low) or (high is not None and least > high):
        raise _Conflict
    changed = False
    for atom, n in parts:
        a, b = state.box[atom]
        others_least = least - (a * n if n > 0 else b * n)
        others_most = most - (b * n if n > 0 else a * n)
        bottom = None if low is None else low - others_most
        top = None if high is None else high - others_least
        if n < 0:
            bottom, top = (None if top is None else -top), (None if bottom is None else -bottom)
        size = abs(n)
        if _narrow(
            state,
            atom,
            None if bottom is None else -(-bottom // size),
            None if top is None else top // size,
        ):
            changed = True
            least, most = t.sum_span([(state.box[x], m) for x, m in parts])
    return changed


def _bounds(state: _State, term: t.Term) -> Bounds:
    parts, constant = t.parts_of(term)
    return t.sum_span([(state.box[a], n) for a, n in parts], constant)


def _narrow_operation(state: _State, atom: Op) -> bool:
    one, two = _bounds(state, atom.left), _bounds(state, atom.right)
    low, high = t.operation_span(atom.op, one, two)
    changed = _narrow(state, atom, low, high)
    if atom.op == "*" and one[0] >= 0 and two[0] >= 0:
        least, most = state.box[atom]
        for term, other in ((atom.left, two), (atom.right, one)):
            top = most // other[0] if other[0] > 0 else None
            bottom = -(-least // other[1]) if other[1] > 0 else None
            parts, constant = t.parts_of(term)
            if parts and (bottom is not None or top is not None):
                changed |= _narrow_sum(
                    state,
                    parts,
                    None if bottom is None else bottom - constant,
                    None if top is None else top - constant,
                )
    return changed
