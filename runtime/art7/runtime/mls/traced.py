"""Every derivation of a group in a trace, with each value that has a name: what `art7 diff` compares.

    trace = Trace(sandbox=False)
    structures = TracedStructures(catalogue_structures(), trace)
    suite = cipher_suite(1, structures)
    structures.at = "alice, epoch 3"

Derivations of the same schedule at the same place are compared in their order. Without `sandbox` a trace holds no secret:
sizes and the beginnings of hashes tell them apart.
"""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.module import Derive
from art7.interpreter.schedules import find_schedule
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.mls.structures import Steps, Structures, Value
from art7.runtime.show import Shower
from art7.runtime.trace import Trace


class TracedStructures(Structures):
    """What another execution does, each derivation written into `trace` under the place `at`."""

    def __init__(self, inner: Structures, trace: Trace, at: str = "") -> None:
        self._inner = inner
        self._trace = trace
        self._specification = catalogue_interpreter("ietf.mls", "ietf.mls_keys").specification
        self._shower = Shower(self._specification, trace.sandbox)
        self.at = at

    def decode(self, name: str, octets: bytes, **params: Any) -> Value:
        """Return a whole structure. Raises: `MlsRefused` with the codec's code."""
        return self._inner.decode(name, octets, **params)

    def encode(self, name: str, value: Value, **params: Any) -> bytes:
        """Return the octets of a structure or mapping. Raises: `MlsRefused` with the codec's code."""
        return self._inner.encode(name, value, **params)

    def new(self, name: str, **members: Any) -> Value:
        """Return a structure of these members."""
        return self._inner.new(name, **members)

    def value(self, name: str, given: Value) -> Value:
        """Return a structure that can be written. Raises: `MlsRefused` with the codec's code."""
        return self._inner.value(name, given)

    def derive(self, schedule: str, **given: Any) -> Value:
        """Run a schedule and return its outputs; what was derived is in the trace also when it is refused."""
        return self.told(schedule, [], **given)

    def told(self, schedule: str, steps: Steps, **given: Any) -> Value:
        """Run a schedule and tell every named value. Raises: `MlsRefused`."""
        try:
            return self._inner.told(schedule, steps, **given)
        finally:
            name = f"ietf.mls_keys.{schedule}"
            secrets = self._secrets(name)
            rows = [(each, self._shower.derived(each, each in secrets, value)) for each, value in steps]
            inputs = [row for each, row in rows if each in given]
            derived = [row for each, row in rows if each not in given]
            self._trace.add(0, self.at, "derive", schedule=name, inputs=inputs, steps=derived)

    def _secrets(self, name: str) -> set[str]:
        """Return the names of a schedule's secret values."""
        _, schedule = find_schedule(self._specification, name)
        values = list(schedule.inputs)
        for step in schedule.steps:
            values += [step.value] if isinstance(step, Derive) else list(step.parts)
        return {value.name for value in values if value.label == "secret"}
