"""A question as text of SMT-LIB 2, in bit vectors wide enough that nothing wraps.

Quotients are variables `q` with `0 <= x - kq < k`, so nothing is divided. Remainders by a variable become two.
"""

from __future__ import annotations

from collections.abc import Iterable

from art7.prover.solver import terms as t
from art7.prover.solver.terms import Atom, Bounds, Formula, Op, Term, Var, Within

WIDEST = 4096
"""Most bits of a vector: wider questions are not asked."""


class Question:
    """The text of one question, and which of its names stand for which variables."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        self.names: dict[Atom, str] = {}
        self.lines: list[str] = []
        self.most = 1
        wanted = list(formulas)
        for formula in wanted:
            for atom in t.atoms(formula):
                self._measure(t.span_of(atom))
            self._measure_sums(formula)
        self.width = self.most.bit_length() + 2
        self.asserts = [self._formula(formula) for formula in wanted]

    @property
    def variables(self) -> dict[str, Var]:
        """Names of the text that stand for variables of the question."""
        return {name: atom for atom, name in self.names.items() if isinstance(atom, Var)}

    @property
    def text(self) -> str:
        """The whole text; raises `ValueError` for a question that is too wide."""
        if self.width > WIDEST:
            raise ValueError("too many bits")
        return "\n".join([*self.lines, *(f"(assert {each})" for each in self.asserts)]) + "\n"

    def _measure(self, bounds: Bounds) -> None:
        self.most = max(self.most, abs(bounds[0]), abs(bounds[1]))

    def _measure_sums(self, formula: Formula) -> None:
        match formula:
            case t.And(parts=parts) | t.Or(parts=parts):
                for part in parts:
                    self._measure_sums(part)
            case Within(parts=parts, ranges=ranges):
                self.most = max(self.most, abs(ranges[0][0]), abs(ranges[-1][1]))
                self._measure_parts(parts, 0)
            case _:
                pass

    def _measure_parts(self, parts: t.Parts, constant: int) -> None:
        sizes = (max(map(abs, t.span_of(a))) * abs(n) for a, n in parts)
        self.most = max(self.most, abs(constant) + sum(sizes))
        for atom, n in parts:
            self.most = max(self.most, abs(n))
            if isinstance(atom, Op):
                for inner in (atom.left, atom.right):
                    self._measure_parts(*t.parts_of(inner))

    def _number(self, value: int) -> str:
        return f"(_ bv{value % (1 << self.width)} {self.width})"

    def _declare(self, prefix: str, atom: Atom, bounds: Bounds) -> str:
        name = f"{prefix}{len(self.names)}"
        self.names[atom] = name
        self.lines.append(f"(declare-const {name} (_ BitVec {self.width}))")
        self._between(name, bounds)
        return name

    def _between(self, text: str, bounds: Bounds) -> None:
        low, high = self._number(bounds[0]), self._number(bounds[1])
        self.lines.append(f"(assert (and (bvsle {low} {text}) (bvsle {text} {high})))")

    def _atom(self, atom: Atom) -> str:
        if atom in self.names:
            return self.names[atom]
        if isinstance(atom, Var):
            return self._declare("v", atom, (atom.low, atom.high))
        left, right = self._term(atom.left), self._term(atom.right)
        if atom.op in "/%":
            return self._divided(atom, left, right)
        operation = _OPERATIONS[atom.op]
        name = self._declare("o", atom, t.span_of(atom))
        self.lines.append(f"(assert (= {name} ({operation} {left} {right})))")
        return name

    def _divided(self, atom: Op, left: str, right: str) -> str:
        """Name a quotient or remainder by what it is: `left = right * q + r` with `0 <= r < right`."""
        quotient = self._declare("q", atom, t.span_of(atom))
        if atom.op == "%":
            remainder, quotient = quotient, f"q{len(self.names)}x"
            self.lines.append(f"(declare-const {quotient} (_ BitVec {self.width}))")
            self._between(quotient, (-self.most, self.most))
        else:
            remainder = f"(bvsub {left} (bvmul {right} {quotient}))"
        self.lines.append(f"(assert (= {left} (bvadd (bvmul {right} {quotient}) {remainder})))")
        self.lines.append(f"(assert (and (bvsle {self._number(0)} {remainder}) (bvslt {remainder} {right})))")
        return self.names[atom]

    def _term(self, term: Term) -> str:
        if isinstance(term, int):
            return self._number(term)
        if isinstance(term, Var | Op):
            return self._atom(term)
        return self._sum(term.parts, term.constant)

    def _sum(self, parts: t.Parts, constant: int) -> str:
        texts = [
            self._atom(atom) if n == 1 else f"(bvmul {self._number(n)} {self._atom(atom)})"
            for atom, n in parts
        ]
        texts += [self._number(constant)] if constant or not texts else []
        return texts[0] if len(texts) == 1 else f"(bvadd {' '.join(texts)})"

    def _formula(self, formula: Formula) -> str:
        match formula:
            case bool():
                return "true" if formula else "false"
            case t.And(parts=parts) | t.Or(parts=parts):
                word = "and" if isinstance(formula, t.And) else "or"
                return f"({word} {' '.join(self._formula(part) for part in parts)})"
            case Within(parts=parts, ranges=ranges):
                found = self._sum(parts, 0)
                return f"(or false {' '.join(self._lies(found, *each) for each in ranges)})"

    def _lies(self, text: str, low: int, high: int) -> str:
        if low == high:
            return f"(= {text} {self._number(low)})"
        return f"(and (bvsle {self._number(low)} {text}) (bvsle {text} {self._number(high)}))"


_OPERATIONS = {"*": "bvmul", "&": "bvand", "|": "bvor", "^": "bvxor", "<<": "bvshl", ">>": "bvashr"}
