"""The vectors of one schedule: a run with every intermediate value, and its refusals."""

from __future__ import annotations

import hashlib
from typing import Any

from art7.codegen.vectors.construct import NOTHING, Builder
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Module, Named, Schedule, Specification, VectorDeclaration
from art7.interpreter.schedules import DeriveError, Trace, run_schedule
from art7.interpreter.values import from_json, to_json

Vector = dict[str, Any]


class ScheduleVectors:
    """Vectors of one schedule under construction."""

    def __init__(self, spec: Specification, module: Module, schedule: Schedule) -> None:
        self.spec = spec
        self.module = module
        self.schedule = schedule
        self.name = schedule.name if "." in schedule.name else f"{module.name}.{schedule.name}"
        self.vectors: list[Vector] = []
        self.params = {param.name: param.shape for param in schedule.params}
        self.shapes = {**self.params, **{value.name: value.shape for value in schedule.inputs}}

    def make(self) -> list[Vector]:
        """Make all of them; same specification, same vectors."""
        for declaration in self.module.vectors:
            if declaration.subject in (self.schedule.name, self.name):
                self._declared(declaration)
        if self._draws():
            return self.vectors
        inputs = {
            value.name: _sample(value, self.spec) for value in self.schedule.inputs if not value.optional
        }
        builder = Builder(self.spec)
        params = {name: builder.shape(shape, 0, {}, NOTHING, None) for name, shape in self.params.items()}
        self._run("inputs made from their names", ["branch"], {**params, **inputs})
        whole = {value.name: _sample(value, self.spec) for value in self.schedule.inputs}
        if len(whole) != len(inputs):
            self._run("with every optional input", ["branch"], {**params, **whole})
        for value in self.schedule.inputs:
            rest = {**params, **inputs}
            octets = rest.pop(value.name, None)
            if octets is not None:
                self._run(f"{value.name} left out", ["mutation"], rest)
            if isinstance(octets, bytes):
                self._run(f"{value.name} one octet short", ["boundary"], {**rest, value.name: octets[:-1]})
                self._run(
                    f"{value.name} one octet long", ["boundary"], {**rest, value.name: octets + b"\x00"}
                )
                self._run(f"{value.name} all zero", ["boundary"], {**rest, value.name: bytes(len(octets))})
        return self.vectors

    def uncovered(self) -> list[dict[str, str]]:
        """Return the rules that no vector breaks."""
        broken = {vector.get("requirement") for vector in self.vectors}
        reason = (
            "its values are the caller's randomness" if self._draws() else "no input at a boundary reaches it"
        )
        names = [name for name, _, _ in self.schedule.conditions if name not in broken]
        return [{"what": "requirement", "name": name, "reason": reason} for name in names]

    def _draws(self) -> bool:
        """Whether a run asks its caller for randomness or memory."""
        return any(
            isinstance(node, e.Call) and node.function in ("random", "fresh")
            for step in self.schedule.steps
            for node in e.walk(step.expr)
        )

    def _declared(self, declaration: VectorDeclaration) -> None:
        given = {
            name: from_json(self.spec, self.shapes[name], value, name) if name in self.shapes else value
            for name, value in declaration.given.items()
        }
        self._run(declaration.doc or "declared", ["declared"], given)

    def _run(self, comment: str, flags: list[str], given: dict[str, Any]) -> None:
        trace = Trace()
        vector: Vector = {"id": len(self.vectors) + 1, "comment": comment, "result": "valid", "flags": flags}
        vector["params"] = {
            name: to_json(self.spec, self.shapes[name], value)
            for name, value in given.items()
            if value is not None and name in self.shapes
        }
        try:
            outcome = run_schedule(
                self.spec,
                self.name,
                {name: value for name, value in given.items() if name not in self.params},
                {name: value for name, value in given.items() if name in self.params},
                trace=trace,
            )
        except DeriveError as error:
            vector["result"] = "invalid"
            vector["error"] = error.code
            if error.requirement is not None:
                vector["requirement"] = error.requirement
            vector["path"] = error.path
            self.vectors.append(vector)
            return
        shapes = {**self.shapes, **_derived_shapes(self.schedule)}
        vector["value"] = {
            name: to_json(self.spec, shapes[name], value)
            for name, value in outcome.outputs.items()
            if value is not None
        }
        vector["steps"] = [
            {"name": step.name, "value": to_json(self.spec, shapes[step.name], step.value)}
            for step in trace.steps
        ]
        self.vectors.append(vector)


def _derived_shapes(schedule: Schedule) -> dict[str, s.Shape]:
    found: dict[str, s.Shape] = {}
    for step in schedule.steps:
        for value in getattr(step, "parts", None) or (step.value,):  # type: ignore[union-attr]
            found[value.name] = value.shape
    return found


def _sample(value: Named, spec: Specification) -> Any:
    """Octets made from the input's name; other kinds from their shape."""
    shape = value.shape.inner if isinstance(value.shape, s.Nullable) else value.shape
    if isinstance(shape, s.Octets):
        size = value.octets if value.octets is not None else max(shape.minimum, min(32, shape.maximum or 32))
        return hashlib.shake_256(value.name.encode()).digest(size)
    return Builder(spec).shape(shape, 0, {}, NOTHING, None)
