"""What shows a fault of a format: a message or a value, made by a text without the rule that is at fault.

A rule that no message meets is shown by a message that keeps all others: the plan without that rule writes it, the plan as
it is refuses it. Each witness is executed before it is given out; nothing is given where none of the tries does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Kind, Literal
from art7.grammar.ir.module import Specification
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.step_tree import change_steps
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError, DecodeError, EncodeError
from art7.prover.formats.decide import Decision
from art7.prover.formats.scene import Scene
from art7.prover.replay import replay
from art7.prover.sample_values import Maker
from art7.prover.samples import made_up_params, samples
from art7.prover.solver import terms as t
from art7.prover.witnesses import MessageWitness, Outcome, ValueWitness, Witness

TRIES = 24
"""Values that are made up for one witness."""
READINGS = 4_000
"""Most messages that are read for one witness."""
OCTETS = (0xFF, 0x00, 0x01, 0x80, 0x7F, 0xF0, 0x0F, 0x10)


def without(specification: Specification, record: str, steps: tuple[p.Step, ...]) -> Specification:
    """Return a specification whose record lacks some tests."""

    def change(step: p.Step) -> p.Step:
        if step not in steps:
            return step
        if isinstance(step, p.Check):
            return replace(step, condition=Literal(True, Kind.BOOL))
        return replace(step, implied=True) if isinstance(step, p.Verify) else step

    modules = {}
    for name, module in specification.modules.items():
        records = tuple(
            replace(x, body=change_steps(x.body, change)) if x.name == record else x for x in module.records
        )
        modules[name] = replace(module, records=records) if records != module.records else module
    return Specification(modules)


class Shower:
    """Makes witnesses for decisions about one record."""

    def __init__(self, specification: Specification, decision: Decision) -> None:
        self.specification, self.decision = specification, decision
        self.question = decision.question
        self.scene: Scene = decision.question.scene
        self.record = self.scene.record

    def witness(self) -> Witness | None:
        """Return what shows the fault, executed; a schedule has no message."""
        if not self.record.slots and not self.record.body.steps:
            return None
        for found in self._candidates():
            if replay(found, self.specification) is None:
                return found
        return None

    def _candidates(self) -> Iterator[Witness]:
        match self.question.what:
            case "contradiction":
                yield from self._refused((self.question.step,), "refused by this rule")
            case "impossible-value":
                yield from self._refused((self.question.step,), "refused, whatever is computed")
                yield from self._unwritten({})
            case "dead-field":
                yield from self._dead({} if self.question.slot is None else {self.question.slot: _THERE})
            case "dead-arm":
                yield from self._dead(self._tag())
            case "always-true" | "always-there":
                yield from self._accepted()
            case "negative-size":
                yield from self._read_with({"negative_size"})
            case "overflowing-size":
                yield from self._read_with({"truncated", "too_long", "too_many"})
            case _:
                yield from self._unwritten({})

    # ---- values ----

    def fixed(self, more: Mapping[int, Any] | None = None) -> dict[int, Any]:
        """Return values of slots that the solution names, those in `more` instead."""
        found: dict[int, Any] = {}
        for index, term in self.scene.values.items():
            slot = self.record.slots[index]
            if slot.is_api and slot.role is not p.Role.VIEW and isinstance(term, t.Var):
                if term in self.decision.model:
                    value = self.decision.model[term]
                    found[index] = bool(value) if isinstance(bare(slot.shape), s.Boolean) else value
        for index, value in (more or {}).items():
            shape = self.record.slots[index].shape
            found[index] = Maker(self.specification, 0).value(shape) if value is _THERE else value
        return found

    def values(self, more: Mapping[int, Any] | None = None) -> Iterator[Any]:
        """Yield values of the record, first those that the solution names."""
        for variant in range(TRIES):
            fixed = self.fixed(more) if variant % 2 == 0 or more else {}
            yield Maker(self.specification, variant).record(self.record, fixed=fixed)

    @property
    def params(self) -> dict[str, Any]:
        """Parameters that the record is read and written with."""
        return made_up_params(self.specification, self.record)

    @staticmethod
    def unwritable(specification: Specification, record: p.Record, code: str | None = None) -> Witness | None:
        """Return a value of a record whose writing is refused, with `code` where that is told."""
        for variant in range(TRIES):
            value = Maker(specification, variant).record(record)
            try:
                encode(specification, record.name, value, made_up_params(specification, record))
            except EncodeError as error:
                if code in (None, error.code):
                    params = made_up_params(specification, record)
                    says = "no value can be written"
                    return ValueWitness(record.name, value, _outcome(error), says, None, params)
        return None

    # ---- messages ----

    def _refused(
        self, steps: tuple[Any, ...], says: str, more: Mapping[int, Any] | None = None
    ) -> Iterator[Witness]:
        """Yield messages that only lack what `steps` demand."""
        relaxed = without(self.specification, self.record.name, steps)
        wanted = {step.fault.code for step in steps}
        second: list[Witness] = []
        for value in self.values(more):
            try:
                octets = encode(relaxed, self.record.name, value, self.params)
                decode(self.specification, self.record.name, octets, self.params)
            except EncodeError:
                continue
            except DecodeError as error:
                found = MessageWitness(self.record.name, octets, _outcome(error), says, self.params)
                if error.code in wanted:
                    yield found
                second.append(found)
        yield from second

    def _dead(self, more: Mapping[int, Any]) -> Iterator[Witness]:
        """Yield what has the dead part: refused by the rule that excludes it, or unwritable."""
        rules = tuple(fact.rule for fact in self.decision.core if fact.rule is not None)
        for rule in rules:
            yield from self._refused((rule,), "it is there, and a rule refuses it", more)
        if rules:
            yield from self._refused(rules, "it is there, and rules refuse it", more)
        yield from self._unwritten(more)

    def _tag(self) -> dict[int, Any]:
        """Return the slot that an arm is chosen by, with a value of the arm."""
        from art7.grammar.ir.expression import SlotRef

        step, case = self.question.step, self.question.step.cases[self.question.case]
        if isinstance(step.on, SlotRef) and case.ranges and self.record.slots[step.on.index].is_api:
            value = case.ranges[0][0]
            is_flag = isinstance(bare(self.record.slots[step.on.index].shape), s.Boolean)
            return {step.on.index: bool(value) if is_flag else value}
        return {}

    def _unwritten(self, more: Mapping[int, Any]) -> Iterator[Witness]:
        """Yield values that cannot be written, or are read as others."""
        for value in self.values(more):
            yield from self.tried(value)

    def tried(self, value: Any) -> Iterator[Witness]:
        """Yield a value with what becomes of it, unless it is written and read as it is."""
        name, params = self.record.name, self.params
        try:
            octets = encode(self.specification, name, value, params)
        except EncodeError as error:
            yield ValueWitness(name, value, _outcome(error), "it cannot be written", None, params)
            return
        try:
            again = decode(self.specification, name, octets, params).value
        except DecodeError as error:
            says = "what is written is refused when it is read"
            yield ValueWitness(name, value, _outcome(error), says, octets, params)
            return
        if any(again.get(key) != each for key, each in value.items()) if isinstance(value, dict) else False:
            outcome = Outcome(value=again)
            yield ValueWitness(name, value, outcome, "another value is read than was written", octets, params)

    def _accepted(self) -> Iterator[Witness]:
        for sample in samples(self.specification, self.record.name, 4):
            says = "accepted, as every other message is by this rule"
            yield MessageWitness(
                self.record.name, sample.octets, Outcome(value=sample.value), says, dict(sample.params)
            )

    def _read_with(self, codes: set[str]) -> Iterator[Witness]:
        """Yield messages that are refused at the member for its size, made by changing octets of others."""
        name = self.record.slots[self.question.slot or 0].name
        readings = 0
        for octets, params in self._seeds():
            for changed in _changes(octets):
                readings += 1
                if readings > READINGS:
                    return
                try:
                    decode(self.specification, self.record.name, changed, params)
                except DecodeError as error:
                    if error.code in codes and error.path.split("[")[0].rpartition(".")[2] == name:
                        says = f"the size of `{name}` comes out {_HOW[self.question.what]}"
                        yield MessageWitness(self.record.name, changed, _outcome(error), says, params)

    def _seeds(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        for sample in samples(self.specification, self.record.name, 4):
            yield sample.octets, dict(sample.params)
        for length in (1, 4, 16, 32):
            yield bytes(length), self.params


_THERE = object()
_HOW = {"negative-size": "below zero", "overflowing-size": "above 64 bits"}


def _outcome(error: CodecError) -> Outcome:
    return Outcome(error.code, error.requirement)


def _changes(octets: bytes) -> Iterator[bytes]:
    """Yield octets with one changed, with all before a place changed, and cut."""
    places = range(min(len(octets), 48))
    for place in places:
        for value in OCTETS:
            yield octets[:place] + bytes([value]) + octets[place + 1 :]
    for place in places:
        for value in OCTETS[:3]:
            yield bytes([value]) * (place + 1) + octets[place + 1 :]
        yield octets[: place + 1]
    for place in places:
        for other in range(place):
            for value in OCTETS[:3]:
                changed = bytearray(octets)
                changed[place], changed[other] = value, OCTETS[(other + place) % len(OCTETS)]
                yield bytes(changed)
