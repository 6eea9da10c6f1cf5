"""The interpreter as an adapter: the reference behind the same protocol as any other program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.codegen.vectors.role_run import RoleRun
from art7.grammar.ir.module import Derive, RoleMachine, Specification
from art7.grammar.ir.plan import Record
from art7.grammar.ir.shape import Shape
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.schedules import Trace, find_schedule, run_schedule
from art7.interpreter.shared import interpreter_of
from art7.interpreter.values import from_json, record_to_json, to_json

_OPERATIONS = ("describe", "decode", "encode", "derive", "step")


class InterpreterAdapter:
    """Answers from the specification itself, in this process."""

    name = "builtin:interpreter"

    def __init__(self, specification: Specification) -> None:
        self._spec = specification

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request; never raises `AdapterFailure`."""
        return {"id": request.get("id"), **self._answer(request)}

    def close(self) -> None:
        """Nothing to end."""

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        op, name = request.get("op"), str(request.get("type"))
        params = request.get("params") or {}
        if op == "describe":
            return {
                "ok": True,
                "value": {"name": self.name, "ops": list(_OPERATIONS), "types": self._types()},
            }
        try:
            if op == "derive":
                return self._derive(name, params)
            if op == "step":
                return self._step(name, params)
            if op in ("decode", "encode"):
                return self._code(str(op), name, params, request)
        except CodecError as error:
            return _refusal(error)
        except ValueRefused as refusal:
            return {"ok": False, "error": "wrong_kind", "path": refusal.path}
        except KeyError:
            return {"unsupported": True}
        return {"unsupported": True}

    def _types(self) -> list[str]:
        records = [record.name for module in self._spec.modules.values() for record in module.records]
        schedules = [
            f"{module.name}.{schedule.name.removeprefix(module.name + '.')}"
            for module in self._spec.modules.values()
            for schedule in module.schedules
        ]
        return sorted([*records, *schedules, *self._roles()])

    def _roles(self) -> dict[str, RoleMachine]:
        return {
            f"{module.name}.{protocol.name.removeprefix(module.name + '.')}.{role.name}": role
            for module in self._spec.modules.values()
            for protocol in module.protocols
            for role in protocol.roles
        }

    def _step(self, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        role = self._roles()[name]
        run = RoleRun(self._spec, interpreter_of(self._spec), role, name, params.get("random") or [])
        return {"ok": True, "value": {"steps": [run.step(event) for event in params["events"]]}}

    def _code(
        self, op: str, name: str, params: Mapping[str, Any], request: Mapping[str, Any]
    ) -> dict[str, Any]:
        record = self._spec.record(name)
        given = self._given({param.name: param.shape for param in record.params}, params)
        if op == "encode":
            value = self._value(record, request.get("value"))
            return {"ok": True, "bytes": encode(self._spec, name, value, given).hex()}
        decoded = decode(self._spec, name, bytes.fromhex(str(request.get("bytes", ""))), given)
        return {"ok": True, "value": record_to_json(self._spec, record, decoded.value)}

    def _value(self, record: Record, value: Any) -> Any:
        from art7.grammar.ir.shape import RecordOf

        return from_json(self._spec, RecordOf(record.name), value, "")

    def _given(self, shapes: Mapping[str, Shape], params: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: from_json(self._spec, shapes[name], value, name)
            if name in shapes and value is not None
            else value
            for name, value in params.items()
        }

    def _derive(self, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        _, schedule = find_schedule(self._spec, name)
        own: dict[str, Shape] = {param.name: param.shape for param in schedule.params}
        shapes = own | {value.name: value.shape for value in schedule.inputs}
        for step in schedule.steps:
            shapes |= {v.name: v.shape for v in ((step.value,) if isinstance(step, Derive) else step.parts)}
        given = self._given(shapes, params)
        trace = Trace()
        outcome = run_schedule(
            self._spec,
            name,
            {key: value for key, value in given.items() if key not in own},
            {key: value for key, value in given.items() if key in own},
            trace=trace,
        )
        steps = [{"name": s.name, "value": to_json(self._spec, shapes[s.name], s.value)} for s in trace.steps]
        value = {
            key: to_json(self._spec, shapes[key], made)
            for key, made in outcome.outputs.items()
            if made is not None
        }
        return {"ok": True, "value": value, "steps": steps}


def _refusal(error: CodecError) -> dict[str, Any]:
    reply: dict[str, Any] = {"ok": False, "error": error.code, "path": error.path}
    if error.requirement is not None:
        reply["requirement"] = error.requirement
    if error.offset is not None:
        reply["offset"] = error.offset
    return reply
