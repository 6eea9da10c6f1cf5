"""What text can begin with: FIRST sets of optional members, lists and alternatives, and where two of them meet.

They follow from literals and tokens and are never written by hand. Of two literals the longer one is tried first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir import plan as p
from art7.grammar.ir.pattern_sets import EVERY, Octets, common, pattern_sets, pattern_words, union
from art7.grammar.ir.plan import First
from art7.grammar.passes.step_tree import blocks_of, change_steps

SEMICOLON: Octets = ((0x3B, 0x3B),)
BLANK = b" \t"
DIGITS: Octets = ((0x30, 0x39),)
ALPHABETS: dict[str, Octets] = {
    "hex": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
    "base64": ((0x2B, 0x2B), (0x2F, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "base64url": ((0x2D, 0x2D), (0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
}
"""The octets that each coding begins with and goes on with (RFC 4648)."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What steps can begin with, and whether they may be nothing."""

    literals: frozenset[bytes] = frozenset()
    octets: Octets = ()
    space: bytes = b""
    comments: bool = False
    empty: bool = True

    def then(self, other: Ahead) -> Ahead:
        """Return what this begins with when `other` stands behind it."""
        return self.either(other, other.empty) if self.empty else self

    def either(self, other: Ahead, empty: bool) -> Ahead:
        """Return what this or `other` begins with."""
        space = self.space + bytes(x for x in other.space if x not in self.space)
        literals, octets = self.literals | other.literals, union(self.octets, other.octets)
        return Ahead(literals, octets, space, self.comments or other.comments, empty)

    def first(self) -> First:
        """Return it as a step holds it."""
        literals = tuple(sorted(self.literals, key=lambda x: (-len(x), x)))
        return First(literals, self.octets, self.space, self.comments)


NOTHING = Ahead()


def derive_text_firsts(module: Any, records: Mapping[str, p.Record]) -> dict[str, p.Record]:
    """Return the records with the beginnings of what may be absent; reports what is ambiguous."""
    if not any(record.encoding == "text" for record in records.values()):
        return dict(records)
    firsts = _Firsts({**module.imported, **records})
    found: dict[str, p.Record] = {}
    for name, record in records.items():
        found[name] = record
        if record.encoding == "text":
            found[name] = replace(record, body=change_steps(record.body, firsts.filled))
            _Overlaps(module, record, firsts).block(record.body, NOTHING)
    return found


class _Firsts:
    """What records and steps begin with, records worked out once."""

    def __init__(self, records: Mapping[str, p.Record]) -> None:
        self.records = records
        self._done: dict[str, Ahead] = {}
        self._tails: dict[str, Ahead] = {}
        self._open: set[str] = set()

    def filled(self, step: p.Step) -> p.Step:
        """Return a step with its beginning put in."""
        if isinstance(step, p.Ahead | p.Repeat):
            return replace(step, first=self.block(step.body).first())
        if isinstance(step, p.Either):
            cases = [replace(x, first=self.block(x.body).first()) for x in step.cases]
            cases.sort(key=lambda x: -max(map(len, x.first.literals), default=0))
            return replace(step, cases=tuple(cases))
        return step

    def record(self, name: str) -> Ahead:
        """Return what a record begins with; one that begins with itself has no end, which is told elsewhere."""
        if name in self._done or name in self._open or name not in self.records:
            return self._done.get(name, NOTHING)
        self._open.add(name)
        record = self.records[name]
        on_octets = record.carrier is p.Carrier.OCTETS
        self._done[name] = self.block(record.body) if on_octets else Ahead(octets=EVERY)
        self._open.discard(name)
        return self._done[name]

    def block(self, block: p.Block) -> Ahead:
        """Return what steps in a row begin with."""
        return self.steps(block.steps)

    def steps(self, steps: tuple[p.Step, ...]) -> Ahead:
        """Return what some steps in a row begin with."""
        found = NOTHING
        for step in steps:
            found = found.then(self.step(step))
            if not found.empty:
                break
        return found

    def step(self, step: p.Step) -> Ahead:
        """Return what one step begins with; tests and views take no octets."""
        match step:
            case p.Constant(octets=octets):
                return Ahead(frozenset((octets,)), empty=False)
            case p.Space(octets=octets, comments=comments):
                return Ahead(space=octets, comments=comments)
            case p.Token(pattern=pattern):
                words = pattern_words(pattern)
                if words is not None:
                    return Ahead(words, empty=False)
                sets = pattern_sets(pattern)
                return Ahead(octets=sets.first, empty=sets.empty)
            case p.Number():
                return Ahead(octets=_leading(step), empty=False)
            case p.Quoted():
                return Ahead(octets=((0x22, 0x22),), empty=False)
            case p.Upto():
                return Ahead(octets=EVERY, empty=False)
            case p.Line():
                return self._line(step)
            case p.Ahead(body=body) | p.When(body=body):
                return replace(self.block(body), empty=True)
            case p.Repeat(body=body, minimum=minimum):
                inner = self.block(body)
                return replace(inner, empty=inner.empty or minimum == 0)
            case p.Loop(body=body, count=count, minimum=minimum):
                inner = self.block(body)
                return replace(inner, empty=inner.empty or minimum == 0 or count is not None)
            case p.Either(cases=cases):
                return self._union([case.body for case in cases])
            case p.Branch(cases=arms):
                return self._union([case.body for case in arms if case.refuse is None])
            case p.Through(transform=transform):
                return Ahead(octets=ALPHABETS[transform])
            case p.CallRecord(record=name):
                return self.record(name)
            case p.Parameters():
                return Ahead(octets=SEMICOLON, space=BLANK)
            case p.Check() | p.Verify() | p.View() | p.Domain():
                return NOTHING
            case _:
                return Ahead(octets=EVERY)

    def _line(self, step: p.Line) -> Ahead:
        inner = self.block(step.body)
        if not inner.empty:
            return inner
        ends = {step.eol, b"\n"} if step.lenient else {step.eol}
        return replace(inner, literals=inner.literals | ends, empty=False)

    def _union(self, bodies: list[p.Block]) -> Ahead:
        found: Ahead | None = None
        for body in bodies:
            one = self.block(body)
            found = one if found is None else found.either(one, found.empty or one.empty)
        return found if found is not None else NOTHING

    def tail(self, name: str) -> Ahead:
        """Return what could stand behind a record and would still belong to it."""
        if name not in self._tails:
            self._tails[name] = NOTHING
            record = self.records.get(name)
            if record is not None and record.carrier is p.Carrier.OCTETS:
                self._tails[name] = self._tail(record.body)
        return self._tails[name]

    def _tail(self, block: p.Block) -> Ahead:
        found = NOTHING
        for step in reversed(block.steps):
            found = found.either(self._longer(step), True)
            if not self.step(step).empty:
                break
        return found

    def _longer(self, step: p.Step) -> Ahead:
        """Return what could stand behind a step and would still belong to it."""
        match step:
            case p.Ahead(body=body):
                return self.block(body).either(self._tail(body), True)
            case p.Repeat(body=body):
                return self.block(body).either(self._tail(body), True)
            case p.Token(pattern=pattern):
                return Ahead(octets=pattern_sets(pattern).longer)
            case p.Number(base=base):
                return Ahead(octets=DIGITS if base == 10 else ALPHABETS["hex"])
            case p.Through(transform=transform):
                return Ahead(octets=ALPHABETS[transform])
            case p.CallRecord(record=name):
                return self.tail(name)
            case p.Parameters():
                return Ahead(octets=SEMICOLON)
            case p.Transfer() | p.Parts():
                return Ahead(octets=EVERY)
            case p.When(body=body) | p.Loop(body=body):
                return self._tail(body)
            case p.Branch(cases=cases):
                return self._any([case.body for case in cases if case.refuse is None])
            case p.Either(cases=choices):
                return self._any([case.body for case in choices])
            case p.Take(extent=p.Rest()) | p.Region(extent=p.Rest()):
                return Ahead(octets=EVERY)
            case _:
                return NOTHING

    def _any(self, bodies: list[p.Block]) -> Ahead:
        found = NOTHING
        for body in bodies:
            found = found.either(self._tail(body), True)
        return found

    def greedy(self, step: p.Step) -> Ahead | None:
        """Return what a step takes although it could stand behind it: never tried by what follows."""
        if isinstance(step, p.Token | p.Number | p.Through | p.Take | p.Region | p.CallRecord):
            return self._longer(step)
        return None


class _Overlaps:
    """Looks for members that cannot be told apart by what they begin with."""

    def __init__(self, module: Any, record: p.Record, firsts: _Firsts) -> None:
        self.module = module
        self.record = record
        self.firsts = firsts

    def block(self, block: p.Block, after: Ahead) -> None:
        """Look at steps in a row; `after`: what may follow them in the same line or region."""
        for position, step in enumerate(block.steps):
            rest = self.firsts.steps(block.steps[position + 1 :]).then(after)
            self._step(step, rest)
            for body, follow in self._inside(step, rest):
                self.block(body, follow)

    def _inside(self, step: p.Step, rest: Ahead) -> Iterator[tuple[p.Block, Ahead]]:
        match step:
            case p.Line(body=body) | p.Through(body=body) | p.Region(body=body):
                yield body, NOTHING
            case p.Headers() | p.Parts() | p.Transfer():
                yield from ((body, NOTHING) for body in blocks_of(step))
            case p.Ahead(body=body) | p.When(body=body):
                yield body, rest
            case p.Repeat(body=body) | p.Loop(body=body):
                yield body, self.firsts.block(body).either(rest, rest.empty)
            case p.Branch(cases=cases):
                yield from ((case.body, rest) for case in cases)
            case p.Either(cases=choices):
                yield from ((case.body, rest) for case in choices)
            case _:
                return

    def _step(self, step: p.Step, rest: Ahead) -> None:
        match step:
            case p.Ahead(slot=slot, body=body) | p.Repeat(slot=slot, body=body):
                first = self.firsts.block(body)
                if isinstance(step, p.Repeat) and step.minimum == step.maximum:
                    return
                self._report(slot, meeting(first, rest), "what may follow it")
            case p.Either(cases=cases):
                self._alternatives(cases)
            case _:
                taken = self.firsts.greedy(step)
                example = meeting(taken, rest) if taken is not None else None
                if example is not None:
                    self._swallowed(step, example)

    def _alternatives(self, cases: tuple[p.EitherCase, ...]) -> None:
        found = [(case, self.firsts.block(case.body)) for case in cases]
        for position, (case, first) in enumerate(found):
            for other, second in found[:position]:
                example = meeting(first, second)
                if example is not None and meeting(second, first) is not None:
                    name = f"`{self.record.slots[other.slot].name}`"
                    self._report(case.slot, example, name)

    def _report(self, slot: int, example: bytes | None, other: str) -> None:
        if example is None:
            return
        found = self.record.slots[slot]
        message = f"`{found.name}` and {other} cannot be told apart: `{_shown(example)}` begins either"
        self.module.findings.add(
            "A7-L091", message, self._span(found.span), "let one of them begin with a longer literal"
        )

    def _swallowed(self, step: p.Step, example: bytes) -> None:
        slot: int = getattr(step, "slot", 0)
        found = self.record.slots[slot]
        message = (
            f"`{found.name.strip('_').removesuffix('_item')}` takes `{_shown(example)}` that stands behind it"
        )
        advice = "use a token without that character, or put a literal between them"
        self.module.findings.add("A7-L092", message, self._span(found.span), advice)

    def _span(self, span: Span) -> Span:
        return span if span.line else self.record.span


def _leading(step: p.Number) -> Octets:
    """Return what a number begins with: no zero where none is in its range, since the form is the shortest."""
    digits = DIGITS if step.base == 10 else ALPHABETS["hex"]
    if step.minimum < 0:
        return union(digits, ((0x2D, 0x2D),))
    return digits if step.minimum == 0 else ((0x31, 0x39), *digits[1:])


def meeting(one: Ahead, two: Ahead) -> bytes | None:
    """Return what begins both; a literal of `one` that is longer than what `two` begins with is tried first."""
    for literal in sorted(one.literals):
        for other in sorted(two.literals):
            if other.startswith(literal):
                return other
        if common(((literal[0], literal[0]),), two.octets) is not None and len(literal) == 1:
            return literal
    for literal in sorted(two.literals):
        if common(((literal[0], literal[0]),), one.octets) is not None:
            return literal
    octet = common(one.octets, two.octets)
    return None if octet is None else bytes((octet,))


def _shown(octets: bytes) -> str:
    text = octets.decode("ascii", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


CODES = {
    "A7-L091": (
        "text that begins alike",
        "Optional members, lists and alternatives of text are told apart by their first characters; of literals the "
        "longer one is tried first.",
        "Let one of them begin with a literal that the other cannot begin with.",
    ),
    "A7-L092": (
        "token that takes what follows",
        "A token takes as many characters as it can, so what stands behind it is never found.",
        "Leave that character out of the token.",
    ),
}
"""Code → title, explanation, next step."""
