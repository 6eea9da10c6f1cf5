"""Endpoints of the interpreter: codecs and schedules read from the specification, nothing generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import RoleMachine, Specification
from art7.interpreter.decode import decode_with
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.evaluate import Evaluator
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Session, Trace, find_schedule, run_with
from art7.runtime.endpoint import Derived, Refusal
from art7.runtime.entropy import SeededRandom
from art7.runtime.machine import MachineEndpoint


class InterpreterCodec:
    """Reads and writes records by name; values are mappings of members."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def decode(
        self, record: str, octets: bytes, params: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the members. Raises: `Refusal`, the sender to blame."""
        try:
            value: Mapping[str, Any] = decode_with(self._interpreter, record, octets, params or {}).value
        except CodecError as error:
            raise _refusal(error, record, "peer") from None
        return value

    def encode(self, record: str, members: Mapping[str, Any]) -> bytes:
        """Return the octets. Raises: `Refusal`, the writer to blame."""
        known = self._interpreter.specification.record(record)
        params = {param.name: members[param.name] for param in known.params if param.name in members}
        value = {name: each for name, each in members.items() if name not in params and each is not None}
        try:
            return encode_with(self._interpreter, record, value, params)
        except CodecError as error:
            raise _refusal(error, record, "self") from None


class InterpreterSchedules:
    """Runs key schedules step by step."""

    def __init__(self, interpreter: Interpreter, session: Session) -> None:
        self._interpreter = interpreter
        self._session = session

    def run(self, name: str, inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], Derived]:
        """Return the outputs and every named value. Raises: `Refusal`."""
        trace = Trace()
        taken = {each.name for each in find_schedule(self._interpreter.specification, name)[1].params}
        params = {key: value for key, value in inputs.items() if key in taken}
        given = {key: value for key, value in inputs.items() if key not in taken}
        try:
            outcome = run_with(self._interpreter, name, given, params, trace=trace, session=self._session)
        except CodecError as error:
            raise _refusal(error, name, "peer", (_derived(name, trace),)) from None
        return outcome.outputs, _derived(name, trace)


class InterpreterEvaluator:
    """Evaluates the expressions of machines and scenarios."""

    def __init__(self, interpreter: Interpreter, session: Session | None = None) -> None:
        self._evaluator = Evaluator(interpreter, session)

    def __call__(self, expr: Expr, names: Mapping[str, Any]) -> Any:
        """Return the value. Raises: `Refusal`."""
        try:
            return self._evaluator(expr, names)
        except CodecError as error:
            raise _refusal(error, "an expression", "specification") from None
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            reason = f"an expression has no value: {type(error).__name__}"
            raise Refusal("wrong_kind", reason, "specification") from None


def interpreted_endpoint(
    specification: Specification, interpreter: Interpreter, machine: RoleMachine, seed: int
) -> MachineEndpoint:
    """Return an endpoint that plays `machine`, its randomness drawn from `seed`."""
    session = Session(draw=SeededRandom(seed, f"endpoint {machine.name}").octets)
    return MachineEndpoint(
        machine,
        InterpreterCodec(interpreter),
        InterpreterSchedules(interpreter, session),
        InterpreterEvaluator(interpreter, session),
        session.seen,
    )


def _derived(name: str, trace: Trace) -> Derived:
    given = tuple((s.name, s.label == "secret", s.value) for s in trace.steps if s.kind != "derived")
    found = tuple((s.name, s.label == "secret", s.value) for s in trace.steps if s.kind == "derived")
    return Derived(name, found, given)


def _refusal(error: CodecError, where: str, blame: str, learnt: tuple[Derived, ...] = ()) -> Refusal:
    place = error.path if error.offset is None else f"{error.path}, octet {error.offset}"
    return Refusal(error.code, f"{where}: {error}", blame, place, learnt)
