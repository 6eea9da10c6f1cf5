"""Witnesses executed: what a finding shows must happen when the interpreter does it.

A replay says nothing when the witness shows its fault, else in a phrase what happened instead. Ladders are played on
the role machines of `art7.runtime` and flows are run as schedules; both have players of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError, DecodeError, EncodeError
from art7.prover.witnesses import (
    Flow,
    Ladder,
    MessageWitness,
    Outcome,
    TwoReadings,
    TwoSpellings,
    ValueWitness,
    Witness,
)


def replay(
    witness: Witness, specification: Specification, sources: Mapping[str, str | bytes] | None = None
) -> str | None:
    """Return `None` when `witness` shows what it says of `specification`, else what happened instead.

    `sources` are texts of modules that those of a `TwoReadings` use and the catalogue does not hold.
    """
    match witness:
        case MessageWitness():
            return _difference(witness.outcome, _read(specification, witness.record, witness))
        case ValueWitness():
            return _value(specification, witness)
        case TwoSpellings():
            return _spellings(specification, witness)
        case TwoReadings():
            return _readings(witness, dict(sources or {}))
        case Ladder() | Flow():
            return "this witness is not about a message: it has a player of its own"


def _read(specification: Specification, record: str, witness: MessageWitness | TwoReadings) -> Outcome:
    try:
        decoded = decode(specification, record, witness.octets, witness.params)
    except DecodeError as error:
        return _refusal(error)
    return Outcome(value=decoded.value)


def _refusal(error: CodecError) -> Outcome:
    return Outcome(error.code, error.requirement)


def _difference(wanted: Outcome, found: Outcome) -> str | None:
    """Compare what was promised: a value or a requirement that the witness does not name is free."""
    if wanted.error != found.error:
        return f"expected {_shown(wanted)}, found {_shown(found)}"
    if wanted.error is None:
        same = wanted.value is None or wanted.value == found.value
        return None if same else f"expected the value {wanted.value!r}, found {found.value!r}"
    if wanted.requirement is not None and wanted.requirement != found.requirement:
        return f"expected a refusal by `{wanted.requirement}`, found one by `{found.requirement}`"
    return None


def _shown(outcome: Outcome) -> str:
    return "a value" if outcome.error is None else f"the refusal `{outcome.error}`"


def _value(specification: Specification, witness: ValueWitness) -> str | None:
    """A value is written; where the witness has octets they must come out, and are read."""
    try:
        octets = encode(specification, witness.record, witness.value, witness.params)
    except EncodeError as error:
        return _difference(witness.outcome, _refusal(error))
    if witness.octets is None:
        return _difference(witness.outcome, Outcome())
    if octets != witness.octets:
        return f"expected the octets {witness.octets.hex()}, found {octets.hex()}"
    try:
        found = Outcome(value=decode(specification, witness.record, octets, witness.params).value)
    except DecodeError as error:
        found = _refusal(error)
    if found.error is None and witness.outcome.value is None and found.value == witness.value:
        return "the octets are read as the value that was written"
    return _difference(witness.outcome, found)


def _spellings(specification: Specification, witness: TwoSpellings) -> str | None:
    if witness.first == witness.second:
        return "the two spellings are the same octets"
    values = []
    for octets in (witness.first, witness.second):
        try:
            values.append(decode(specification, witness.record, octets, witness.params).value)
        except DecodeError as error:
            return f"{octets.hex()} is refused with `{error.code}`"
    return None if values[0] == values[1] else "the two spellings are read as different values"


def _readings(witness: TwoReadings, sources: dict[str, str | bytes]) -> str | None:
    outcomes = []
    for text, wanted in ((witness.first_text, witness.first), (witness.second_text, witness.second)):
        report = Report()
        specification = load_sources({**sources, "reading.a7": text}, report)
        if report.has_errors:
            return f"a reading does not load: {next(report.errors()).message}"
        found = _read(specification, witness.record, witness)
        if told := _difference(wanted, found):
            return told
        outcomes.append(found)
    return "both readings come to the same" if outcomes[0] == outcomes[1] else None
