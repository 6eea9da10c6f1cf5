"""Which side departs from its schedule at a value, and by which mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Derive, Named, Schedule, Specification, Split
from art7.interpreter.prepare import Interpreter
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.schedules import DeriveError, Known
from art7.interpreter.values import from_json
from art7.runtime.difference.derivations import CONCEALED, Derivation
from art7.runtime.difference.mistakes import MISTAKES, Surroundings

FORMS = 10_000
"""How many forms of an expression are computed before no mistake is said to explain a value."""

SECONDS = 10.0
"""For how long, in time of the processor: forms of slow functions cost as much as these."""

LEAST_OCTETS = 8
"""A value of so many octets has one explanation; a shorter one, or a number, may be right by chance."""

EXPLANATIONS = 3
LITERALS = 200


@dataclass(frozen=True, slots=True)
class Explanation:
    """A mistake that makes exactly the value found: its kind, what was done, and what to do."""

    mistake: str
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a schedule says about one value of one side.

    `verdict` is `as specified`, `not as specified`, `given` (an input or a random value: nothing derives it) or `not known`
    (a value that it is made of is concealed, absent or of another kind).
    """

    verdict: str
    explanations: tuple[Explanation, ...] = ()


class Judge:
    """Judges the values of one derivation by its schedule."""

    def __init__(self, interpreter: Interpreter, schedule: Schedule, derivation: Derivation) -> None:
        self._schedule = schedule
        self._steps = _expressions(schedule)
        self._labels, self._constants = _literals(
            interpreter.specification, derivation.schedule.rpartition(".")[0]
        )
        self._values = _values(interpreter.specification, schedule, derivation)
        self._known = Known(interpreter, derivation.schedule, self._values)

    def judge(self, name: str) -> Judgement:
        """Judge the value called `name`."""
        if name not in self._steps:
            return Judgement("given")
        expr, cut = self._steps[name]
        found = self._values.get(name)
        if any(
            isinstance(node, e.Call) and not FUNCTIONS[node.function].deterministic for node in e.walk(expr)
        ):
            return Judgement("given")
        if found is None or any(each not in self._values for each in _names(expr, self._schedule)):
            return Judgement("not known")
        try:
            right = self._known.compute(expr)
        except DeriveError:
            return Judgement("not as specified", tuple(self._explain(name, expr, cut, found)))
        if _part(right, cut) == found:
            return Judgement("as specified")
        return Judgement("not as specified", tuple(self._explain(name, expr, cut, found)))

    def _explain(self, name: str, expr: Expr, cut: slice | None, found: Any) -> Iterator[Explanation]:
        """Yield the mistakes whose form of the expression gives the value found, at most a few."""
        count = told = 0
        end = process_time() + SECONDS
        most = 1 if isinstance(found, bytes) and len(found) >= LEAST_OCTETS else EXPLANATIONS
        for explanation in self._cuts(expr, cut, found):
            yield explanation
            return
        around = self._surroundings(name)
        for mistake in MISTAKES:
            for form, what in mistake.forms(expr, around):
                count += 1
                if count > FORMS or told == most or process_time() > end:
                    return
                try:
                    value = self._known.compute(form)
                except DeriveError:
                    continue
                if _part(value, cut) == found:
                    told += 1
                    yield Explanation(mistake.word, what, mistake.advice)
                    break

    def _cuts(self, expr: Expr, cut: slice | None, found: Any) -> Iterator[Explanation]:
        """Octets cut out of the right material at another place, or a result of another length."""
        try:
            material = self._known.compute(expr)
        except DeriveError:
            return
        if not isinstance(material, bytes) or not isinstance(found, bytes) or len(found) < 4:
            return
        place = material.find(found)
        if place >= 0:
            start = 0 if cut is None else cut.start
            what = f"octets {place} to {place + len(found) - 1} are taken, not those from {start}"
            if cut is None:
                what = f"{len(found)} of {len(material)} octets are taken, from octet {place}"
            yield Explanation(
                "cut at the wrong place", what, "take the octets, and as many, as the specification says"
            )

    def _surroundings(self, name: str) -> Surroundings:
        """References to what is known before the step, and to the other parts of a step that is cut."""
        names: dict[Expr, str] = {}
        for index, param in enumerate(self._schedule.params):
            if param.name in self._values:
                names[e.ParamRef(index, _kind(self._values[param.name]))] = param.name
        for each in self._order():
            if each == name:
                break
            if each in self._values:
                names[e.LocalRef(each, _kind(self._values[each]))] = each
        return Surroundings(names, self._labels, self._constants)

    def _order(self) -> Iterator[str]:
        yield from (named.name for named in self._schedule.inputs)
        yield from self._steps


def _expressions(schedule: Schedule) -> dict[str, tuple[Expr, slice | None]]:
    """Name of each derived value → what derives it, and which octets of that it is."""
    found: dict[str, tuple[Expr, slice | None]] = {}
    for step in schedule.steps:
        if isinstance(step, Derive):
            found[step.value.name] = (step.expr, None)
        elif isinstance(step, Split):
            start = 0
            for part in step.parts:
                found[part.name] = (step.expr, slice(start, start + (part.octets or 0)))
                start += part.octets or 0
    return found


def named_by(step: Derive | Split) -> tuple[Named, ...]:
    """Return the values that a step makes."""
    return (step.value,) if isinstance(step, Derive) else step.parts


def _part(value: Any, cut: slice | None) -> Any:
    return value[cut] if cut is not None and isinstance(value, bytes) else value


def _kind(value: Any) -> Kind:
    kinds = {
        bool: Kind.BOOL,
        int: Kind.INT,
        bytes: Kind.BYTES,
        str: Kind.TEXT,
        list: Kind.LIST,
        dict: Kind.RECORD,
    }
    return kinds.get(type(value), Kind.ANY)


def _names(expr: Expr, schedule: Schedule) -> Iterator[str]:
    for node in e.walk(expr):
        if isinstance(node, e.LocalRef):
            yield node.name
        elif isinstance(node, e.ParamRef):
            yield schedule.params[node.index].name


def _values(specification: Specification, schedule: Schedule, derivation: Derivation) -> dict[str, Any]:
    """The values that the schedule declares and the derivation shows, in the interpreter's form."""
    shapes = {param.name: param.shape for param in schedule.params}
    shapes |= {named.name: named.shape for named in schedule.inputs}
    for step in schedule.steps:
        shapes |= {named.name: named.shape for named in named_by(step)}
    found = {}
    for name, shape in shapes.items():
        value = derivation.values.get(name)
        if value is None or (isinstance(value, str) and value.startswith(CONCEALED)):
            continue
        try:
            found[name] = from_json(specification, shape, value)
        except ValueRefused:
            continue
    return found


def _literals(specification: Specification, module: str) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The texts and the octets in a module's schedules, each of which may stand where another should."""
    texts: dict[str, None] = {}
    constants: dict[bytes, None] = {}
    for schedule in specification.modules[module].schedules:
        for step in schedule.steps:
            for node in e.walk(step.expr):
                if isinstance(node, e.Literal) and isinstance(node.value, str):
                    texts[node.value] = None
                elif isinstance(node, e.Literal) and isinstance(node.value, bytes):
                    constants[node.value] = None
    texts |= {each.decode(): None for each in constants if each.isascii() and each.decode().isprintable()}
    return tuple(texts)[:LITERALS], tuple(constants)[:LITERALS]
