"""The vectors of one schedule: runs with every intermediate value, and its refusals."""

from __future__ import annotations

from typing import Any

from art7.codegen.vectors.schedule_inputs import InputSearch, Neighbours, draws, plain, shapes_of
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Module, Schedule, Specification, VectorDeclaration
from art7.interpreter.schedules import DeriveError, Trace, run_schedule
from art7.interpreter.values import from_json, to_json

Vector = dict[str, Any]

AROUND = 9
"""How many other values of each input are tried beside those that the schedule takes."""


class ScheduleVectors:
    """Vectors of one schedule under construction."""

    def __init__(
        self, spec: Specification, module: Module, schedule: Schedule, neighbours: Neighbours | None = None
    ) -> None:
        self.spec = spec
        self.module = module
        self.schedule = schedule
        self.name = schedule.name if "." in schedule.name else f"{module.name}.{schedule.name}"
        self.neighbours = neighbours or Neighbours(spec, module)
        self.vectors: list[Vector] = []
        self.given: list[dict[str, Any]] = []
        self.params = {param.name: param.shape for param in schedule.params}
        self.shapes = shapes_of(schedule)

    def make(self) -> list[Vector]:
        """Make all of them; same specification, same vectors."""
        made = self._simple()
        if made:
            self._left_out(made[0])
            self._searched(made[::-1])
        return self.vectors

    def simple(self) -> list[Vector]:
        """Make the declared ones and those of inputs made from their names: what a reader is shown."""
        self._simple()
        return self.vectors

    def _simple(self) -> list[dict[str, Any]]:
        """Return the inputs made from their names, the least and the whole; none for a schedule that draws."""
        for declaration in self.module.vectors:
            if declaration.subject in (self.schedule.name, self.name):
                self._declared(declaration)
        if draws(self.schedule):
            return []
        least = plain(self.spec, self.schedule)
        self._run("inputs made from their names", ["branch"], least)
        whole = plain(self.spec, self.schedule, whole=True)
        if len(whole) != len(least):
            self._run("with every optional input", ["branch"], whole)
        return [least, whole]

    def _left_out(self, given: dict[str, Any]) -> None:
        """Each value left out, and octets one too short, one too long and all zero."""
        for name in self.shapes:
            if isinstance(self.shapes[name], s.Anything):
                continue  # nothing is a value there as well
            rest = dict(given)
            octets = rest.pop(name, None)
            if octets is not None:
                self._run(f"{name} left out", ["mutation"], rest)
            if isinstance(octets, bytes):
                self._run(f"{name} one octet short", ["boundary"], {**rest, name: octets[:-1]})
                self._run(f"{name} one octet long", ["boundary"], {**rest, name: octets + b"\x00"})
                self._run(f"{name} all zero", ["boundary"], {**rest, name: bytes(len(octets))})

    def _searched(self, made: list[dict[str, Any]]) -> None:
        """Inputs that the schedule takes, and what stands at the bounds of each."""
        search = InputSearch(self.spec, self.name, self.schedule, self.shapes)
        starts = [*self.given, *made]
        best = search.best(starts, self.neighbours.of(self.schedule))
        if best is None or not search.repeats(best):
            return
        if best not in starts:
            self._run("inputs found by search", ["branch"], best)
            self._left_out(best)
        known = {(vector.get("error"), vector.get("path")) for vector in self.vectors}
        for comment, given in search.around(best, AROUND):
            if not search.repeats(given):
                continue  # a signature with a salt: no other program makes the same
            self._run(comment, ["boundary"], given)
            reason = (self.vectors[-1].get("error"), self.vectors[-1].get("path"))
            if reason[0] is not None and reason in known:
                self.vectors.pop()  # refused as others are: it shows nothing more
            known.add(reason)

    def uncovered(self) -> list[dict[str, str]]:
        """Return the rules that no vector breaks."""
        broken = {vector.get("requirement") for vector in self.vectors}
        reason = (
            "its values are the caller's randomness"
            if draws(self.schedule)
            else "no input at a boundary reaches it"
        )
        names = [name for name, _, _ in self.schedule.conditions if name not in broken]
        return [{"what": "requirement", "name": name, "reason": reason} for name in names]

    def _declared(self, declaration: VectorDeclaration) -> None:
        given = {
            name: from_json(self.spec, self.shapes[name], value, name) if name in self.shapes else value
            for name, value in declaration.given.items()
        }
        self.given.append(given)
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
