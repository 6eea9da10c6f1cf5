"""Values tried: a record with one text put in, written, and read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from art7.prover.automata import TooLarge, around, automaton, shortest
from art7.prover.sample_values import Maker
from art7.prover.samples import made_up_params, of_vectors
from art7.prover.texts.places import Place, alternatives, optional
from art7.prover.witnesses import Outcome, ValueWitness

VARIANTS = (1, 2, 3, 4, 5, 0)
"""Values of the rest of a record that one text is tried with, short ones first."""


FEW = 4
"""Vectors whose values are tried where none of those made up will do."""
ENOUGH = 2
"""Values that were written and read back, after which a text counts as safe."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a value: refused when written, or octets with what was read of them."""

    value: Any
    refused: str | None
    octets: bytes
    outcome: Outcome
    params: dict[str, Any]


def text_with(place: Place, sign: str, before: bool = True, behind: bool = True) -> str | None:
    """Return a shortest text of a place that holds `sign`, with or without more before and behind it."""
    if place.pattern is None:
        return ("a" if before else "") + sign + ("a" if behind else "")
    try:
        return shortest([automaton(place.pattern), around(sign, before, behind)])
    except TooLarge:
        return None


def plain(place: Place) -> str:
    """Return a text of a place that nothing can be mistaken for, if there is one."""
    if place.pattern is None:
        return "a"
    try:
        found = shortest([automaton(place.pattern)], 1)
    except TooLarge:
        found = None
    return found if found is not None else ""


@dataclass(slots=True)
class Bench:
    """A place of a record, and which values of the rest of the record are read back as they are written."""

    specification: Specification
    record: p.Record
    place: Place
    _sound: list[tuple[Any, dict[str, Any]]] | None = None

    def trials(self, text: str) -> Iterator[Trial]:
        """Yield what becomes of values in which `text` stands at the place, where a plain text does no harm."""
        for value, params in self.sound():
            yield _tried(self.specification, self.record, self._with(value, text), params)

    def sound(self) -> list[tuple[Any, dict[str, Any]]]:
        """Return the values, with parameters, that are read back with a plain text at the place."""
        if self._sound is None:
            self._sound = []
            for value, params in self._values():
                trial = _tried(self.specification, self.record, self._with(value, plain(self.place)), params)
                if came_back(self.record, self.place, trial):
                    self._sound.append((value, params))
        return self._sound

    def _with(self, value: dict[str, Any], text: str) -> dict[str, Any]:
        return {**value, self.record.slots[self.place.slot].name: [text] if self.place.item else text}

    def _values(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield values that were made up, then those of vectors."""
        params = made_up_params(self.specification, self.record)
        for variant in VARIANTS:
            fixed: dict[int, Any] = {}
            if variant % 2 == 0:
                fixed |= {slot: None for slot in optional(self.record)}
            for slots in alternatives(self.record):
                if self.place.slot in slots:
                    fixed |= {slot: None for slot in slots}
            fixed[self.place.slot] = [] if self.place.item else ""
            value = Maker(self.specification, variant).record(self.record, 0, fixed)
            if isinstance(value, dict):
                yield value, params
        found = of_vectors(self.specification, self.record, FEW) if not self._sound else iter(())
        for sample in found:
            if isinstance(sample.value, dict):
                yield sample.value, dict(sample.params)


def _tried(specification: Specification, record: p.Record, value: Any, params: dict[str, Any]) -> Trial:
    try:
        octets = encode(specification, record.name, value, params)
    except EncodeError as error:
        return Trial(value, error.code, b"", Outcome(), params)
    try:
        outcome = Outcome(value=decode(specification, record.name, octets, params).value)
    except DecodeError as error:
        outcome = Outcome(error.code, error.requirement)
    return Trial(value, None, octets, outcome, params)


def came_back(record: p.Record, place: Place, trial: Trial) -> bool:
    """Whether what was read has the text where it was put, and nothing that was not given."""
    if trial.refused is not None or trial.outcome.error is not None:
        return False
    if record.form is p.Form.TUPLE or not isinstance(trial.outcome.value, dict):
        return True
    slots = [record.slots[place.slot], *(record.slots[index] for index in optional(record))]
    return all(
        trial.outcome.value.get(slot.name) == trial.value.get(slot.name)
        for slot in slots
        if slot.is_api and (slot.index == place.slot or trial.value.get(slot.name) is None)
        if slot.default is None
    )


def not_read_back(
    bench: Bench, texts: Sequence[str], says: str, enough: int = ENOUGH
) -> tuple[str, ValueWitness] | None:
    """Return the first of `texts` that is written at a place and not read back there, with its witness."""
    record = bench.record
    for text in texts:
        written = 0
        for trial in bench.trials(text):
            written += trial.refused is None
            if written > enough:
                break
            if trial.refused is None and not came_back(record, bench.place, trial):
                outcome = Outcome(trial.outcome.error, trial.outcome.requirement)
                return text, ValueWitness(record.name, trial.value, outcome, says, trial.octets, trial.params)
    return None


def never_written(bench: Bench, text: str, says: str) -> ValueWitness | None:
    """Return a witness where a text of a place's own pattern is refused because of what ends its line."""
    for trial in bench.trials(text):
        if trial.refused == "bad_text":
            return ValueWitness(bench.record.name, trial.value, Outcome("bad_text"), says, None, trial.params)
    return None
