"""Schedules executed: named derivations in their order, every intermediate kept in a `Trace`.

Randomness and memory are the caller's (`Session`); nothing here looks at a clock or a random source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Named, Schedule, Specification, Split
from art7.grammar.ir.plan import Block, Carrier, Form, Param, Record
from art7.grammar.ir.shape import Octets, Shape
from art7.interpreter.conform import conform
from art7.interpreter.errors import DecodeError
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import Frame, Run
from art7.interpreter.functions.refusal import Refused, check_size
from art7.interpreter.functions.shared.secrecy import Secret
from art7.interpreter.prepare import READING, Interpreter, PreparedRecord
from art7.interpreter.scope import Scope
from art7.interpreter.shared import interpreter_of

LARGEST_RANDOM = 1 << 16


class DeriveError(DecodeError):
    """A schedule is refused: `path` names the value or rule, `partial` holds what was derived before.

    Secrets in it, as in outputs and traces, are octets that no text shows (`Secret`).
    """


@dataclass(slots=True)
class Session:
    """What a schedule may ask its caller: octets of randomness, and whether a value was seen before."""

    draw: Callable[[int], bytes] | None = None
    seen: set[str] = field(default_factory=set)

    def random(self, count: int) -> bytes:
        """Return `count` octets of the injected source."""
        check_size(count, LARGEST_RANDOM)
        if self.draw is None:
            raise Refused("missing_field", "a source of randomness", "none")
        octets = self.draw(count)
        if len(octets) != count:
            raise Refused("out_of_range", f"{count} octets of randomness", str(len(octets)))
        return octets

    def fresh(self, value: Any) -> bool:
        """Whether the value comes for the first time in this session."""
        key = repr(bytes(value) if isinstance(value, bytes) else value)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One value of a run. `label`: `secret`, `public` or `plain`; `kind`: `parameter`, `input` or `derived`."""

    name: str
    kind: str
    label: str
    value: Any
    octets: int | None = None
    purpose: str | None = None
    refs: tuple[str, ...] = ()


@dataclass(slots=True)
class Trace:
    """Every named value of a run, in order."""

    steps: list[TraceStep] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """Return the value called `name`; raises `KeyError`."""
        for step in self.steps:
            if step.name == name:
                return step.value
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a schedule leaves: its outputs, the inputs it keeps, and the names that must be erased now."""

    outputs: dict[str, Any]
    kept: dict[str, Any]
    erased: tuple[str, ...]


def find_schedule(specification: Specification, name: str) -> tuple[str, Schedule]:
    """Return (module, schedule) by qualified name; raises `KeyError`."""
    module_name, _, short = name.rpartition(".")
    module = specification.modules.get(module_name)
    for schedule in module.schedules if module is not None else ():
        if schedule.name in (short, name):
            return module_name, schedule
    raise KeyError(name)


def run_schedule(
    specification: Specification,
    name: str,
    inputs: Mapping[str, Any],
    params: Mapping[str, Any] | None = None,
    *,
    trace: Trace | None = None,
    session: Session | None = None,
) -> Outcome:
    """Run schedule `name` (qualified) and return what it leaves.

    Raises: `DeriveError` for inputs that do not fit, a derivation that is refused or a rule that does not hold;
    `KeyError` for an unknown schedule.
    """
    return run_with(interpreter_of(specification), name, inputs, params, trace=trace, session=session)


def run_with(
    interpreter: Interpreter,
    name: str,
    inputs: Mapping[str, Any],
    params: Mapping[str, Any] | None = None,
    *,
    trace: Trace | None = None,
    session: Session | None = None,
) -> Outcome:
    """As `run_schedule`, with an interpreter kept by the caller."""
    execution = _Execution(_ready(interpreter, name), trace or Trace(), session or Session())
    try:
        return execution.run(inputs, params or {})
    except DeriveError as error:
        raise error.with_traceback(None) from None  # secrets stand in the frames that it came through
    except DecodeError as error:
        raise execution.error(error.code, error.path, error.expected, error.got, error.requirement) from None


class Known:
    """The values of a run that is over, in which expressions of its schedule can be computed again."""

    def __init__(self, interpreter: Interpreter, name: str, values: Mapping[str, Any]) -> None:
        """Take `values` of schedule `name` (qualified), by name; raises `KeyError` for an unknown schedule."""
        ready = _ready(interpreter, name)
        self._execution = _Execution(ready, Trace(), Session())
        self._execution.frame.params = tuple(values.get(param.name) for param in ready.schedule.params)
        self._execution.frame.locals.update(values)

    def compute(self, expr: Expr) -> Any:
        """Return what `expr` gives; raises `DeriveError` where it is refused."""
        try:
            return self._execution.evaluate("", expr)
        except DeriveError:
            raise
        except DecodeError as error:
            raise self._execution.error(error.code, error.path, error.expected, error.got) from None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A schedule prepared for any number of runs; `computed` holds its derivations by the identity of their expression."""

    schedule: Schedule
    prepared: PreparedRecord
    scope: Scope
    computed: dict[int, Callable[[Frame], Any]]


@lru_cache(maxsize=512)
def _ready(interpreter: Interpreter, name: str) -> _Ready:
    module, schedule = find_schedule(interpreter.specification, name)
    scope = Scope((), schedule.params, interpreter.specification.record)
    computed = {}
    for step in schedule.steps:
        if isinstance(step, Derive):
            with suppress(TypeError, ValueError, LookupError):  # refused when the value is asked for
                computed[id(step.expr)] = prepare(step.expr, scope)
    return _Ready(schedule, PreparedRecord(_shell(module, schedule), interpreter, READING), scope, computed)


class _Execution:
    """One run: `frame.locals` holds the named values."""

    def __init__(self, ready: _Ready, trace: Trace, session: Session) -> None:
        self.schedule = ready.schedule
        self.trace = trace
        self.prepared = ready.prepared
        self.frame = Frame(
            Run(b"", writing=False, depth_limit=1, session=session),
            self.prepared,
            (None,) * len(ready.schedule.params),
        )
        self.ready = ready
        self.current = ""

    def run(self, inputs: Mapping[str, Any], params: Mapping[str, Any]) -> Outcome:
        self._take_params(params)
        self._take_inputs(inputs)
        for step in self.schedule.steps:
            if isinstance(step, Derive):
                self._keep(step.value, self.evaluate(step.value.name, step.expr))
            else:
                self._split(step)
        self._check_rules()
        values = self.frame.locals
        return Outcome(
            {name: values[name] for name in self.schedule.outputs},
            {name: values[name] for name in self.schedule.keep if name in values},
            self.schedule.erase,
        )

    def error(
        self, code: str, path: str, expected: str, got: str, requirement: str | None = None
    ) -> DeriveError:
        return DeriveError(
            code,
            self.prepared.number(code),
            requirement=requirement,
            path=path or self.current,
            expected=expected,
            got=got,
            partial=dict(self.frame.locals),
        )

    def _take_params(self, given: Mapping[str, Any]) -> None:
        names = [param.name for param in self.schedule.params]
        self._refuse_unknown(given, names, "parameter")
        values = []
        for param in self.schedule.params:
            self.current = param.name
            value = given.get(param.name)
            if value is None and not param.nullable:
                raise self.error("missing_field", param.name, "a parameter", "nothing")
            values.append(None if value is None else self._conform(param.name, param.shape, value))
            self.trace.steps.append(TraceStep(param.name, "parameter", "plain", values[-1]))
        self.frame.params = tuple(values)

    def _take_inputs(self, given: Mapping[str, Any]) -> None:
        self._refuse_unknown(given, [one.name for one in self.schedule.inputs], "input")
        for named in self.schedule.inputs:
            value = given.get(named.name)
            if value is None:
                if not named.optional:
                    raise self.error("missing_field", named.name, "an input", "nothing")
                self.frame.locals[named.name] = None
                continue
            self._keep(named, value, "input")

    def _refuse_unknown(self, given: Mapping[str, Any], names: list[str], what: str) -> None:
        for name in given:
            if name not in names:
                raise self.error("unknown_field", str(name)[:60], f"a declared {what}", "another name")

    def evaluate(self, name: str, expr: Expr) -> Any:
        """Return what the expression of `name` gives on the values so far."""
        self.current = name
        try:
            compute = self.ready.computed.get(id(expr)) or prepare(expr, self.ready.scope)
            return compute(self.frame)
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise self.error(
                "wrong_kind", name, "values of the declared kinds", type(error).__name__
            ) from None

    def _conform(self, name: str, shape: Shape, value: Any) -> Any:
        self.current = name
        return conform(shape, value, self.frame, None)

    def _keep(self, named: Named, value: Any, kind: str = "derived") -> None:
        """Bind a value under its name, once its kind and size are right."""
        self.current = named.name
        if value is None and named.optional:
            self.frame.locals[named.name] = None
            return
        if named.label == "secret" and isinstance(value, str | int):
            # The refusal would quote it, and it may be the secret in another form.
            raise self.error("wrong_kind", named.name, "octets", f"a value of {type(value).__name__}")
        kept = self._conform(named.name, named.shape, value)
        self._check_octets(named, kept)
        if named.label == "secret" and isinstance(kept, bytes):
            kept = _secret_type(named.purpose or "")(kept)
        self.frame.locals[named.name] = kept
        size = len(kept) if isinstance(kept, bytes) else None
        self.trace.steps.append(
            TraceStep(named.name, kind, named.label, kept, size, named.purpose, named.refs)
        )

    def _check_octets(self, named: Named, value: Any) -> None:
        if not isinstance(value, bytes):
            return
        low, high = (named.octets, named.octets) if named.octets is not None else (0, None)
        if isinstance(named.shape, Octets) and named.octets is None:
            low, high = named.shape.minimum, named.shape.maximum
        if len(value) < low:
            raise self.error("too_short", named.name, f"at least {low} octets", str(len(value)))
        if high is not None and len(value) > high:
            raise self.error("too_long", named.name, f"at most {high} octets", str(len(value)))

    def _split(self, step: Split) -> None:
        self.current = step.parts[0].name
        octets = self.evaluate(self.current, step.expr)
        sizes = [part.octets or 0 for part in step.parts]
        if not isinstance(octets, bytes) or len(octets) != sum(sizes):
            got = str(len(octets)) if isinstance(octets, bytes) else "another kind"
            raise self.error("uneven", self.current, f"{sum(sizes)} octets", got)
        start = 0
        for part, size in zip(step.parts, sizes, strict=True):
            self._keep(part, octets[start : start + size])
            start += size

    def _check_rules(self) -> None:
        for requirement, condition, code in self.schedule.conditions:
            if not self.evaluate(requirement, condition):
                text = next((r.text for r in self.schedule.requirements if r.id == requirement), "")
                raise self.error(
                    code or "rule_broken", requirement, text or "the rule to hold", "", requirement
                )


@lru_cache(maxsize=256)
def _secret_type(purpose: str) -> type[Secret]:
    """Return the class of secrets for a purpose; no text shows their octets."""
    return type("Secret", (Secret,), {"__slots__": (), "purpose": purpose}) if purpose else Secret


def _shell(module: str, schedule: Schedule) -> Record:
    """A record without slots that gives a schedule's errors their place."""
    params: tuple[Param, ...] = schedule.params
    body = Block((), ())
    name = f"{module}.{schedule.name}"
    return Record(name, "schedule", "", (), Carrier.OCTETS, Form.OBJECT, params, (), (), body)
