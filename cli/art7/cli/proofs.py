"""Answers of the prover in words: what shows a finding, and how every question ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from art7.prover.answers import Answer, Proof, Standing
from art7.prover.roles.ladder_svg import as_svg
from art7.prover.roles.ladder_text import as_text
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

ROWS = 16
"""Most rows of octets that are shown of one message."""
CHARACTERS = 600
"""Most characters of a value."""


def witnesses(proof: Proof) -> str:
    """Return what shows each finding, a paragraph each; empty without findings."""
    told = []
    for answer in proof.answers:
        if answer.finding is not None and answer.witness is not None:
            head = f"{answer.finding.code} at {answer.finding.span} is shown by"
            told.append("\n".join([head, *(f"  {line}" for line in _witness(answer.witness))]))
    return "\n\n".join(told)


def drawings(proof: Proof) -> dict[str, bytes]:
    """Return an SVG for the run that shows each finding about roles: file name → content, numbered as they are told."""
    told = [
        (answer.finding.code, answer.witness)
        for answer in proof.answers
        if answer.finding is not None and isinstance(answer.witness, Ladder)
    ]
    return {f"{place:02}-{code}.svg": as_svg(ladder).encode() for place, (code, ladder) in enumerate(told, 1)}


def _witness(witness: Witness) -> Iterator[str]:
    match witness:
        case MessageWitness():
            yield f"a message of `{witness.record}`, {_outcome(witness.outcome)}: {witness.says}"
            yield from _octets(witness.octets)
        case ValueWitness():
            yield f"a value of `{witness.record}`, {_outcome(witness.outcome)}: {witness.says}"
            yield _value(witness.value)
            if witness.octets is not None:
                yield "which is written as"
                yield from _octets(witness.octets)
            if witness.outcome.error is None and witness.outcome.value is not None:
                yield f"and read as {_value(witness.outcome.value)}"
        case TwoSpellings():
            yield f"two spellings of one value of `{witness.record}`: {witness.says}"
            yield from (*_octets(witness.first), "and", *_octets(witness.second))
        case TwoReadings():
            yield f"a message of `{witness.record}` that two readings take differently: {witness.says}"
            yield from _octets(witness.octets)
            yield f"the first: {_outcome(witness.first)} {_value(witness.first.value)}"
            yield f"the second: {_outcome(witness.second)} {_value(witness.second.value)}"
        case Ladder():
            yield f"a run of `{witness.protocol}`: {witness.says}"
            yield from as_text(witness).splitlines()
        case Flow():
            yield f"the way of a value: {witness.says}"
            yield from (f"{place.span}: {place.message}" for place in witness.path)


def _outcome(outcome: Outcome) -> str:
    if outcome.error is None:
        return "accepted"
    rule = f" by `{outcome.requirement}`" if outcome.requirement else ""
    return f"refused with `{outcome.error}`{rule}"


def _octets(octets: bytes) -> Iterator[str]:
    """Yield rows of sixteen octets in hex, their offset before, what can be printed behind."""
    for start in range(0, min(len(octets), ROWS * 16), 16):
        row = octets[start : start + 16]
        plain = "".join(chr(each) if 32 <= each < 127 else "." for each in row)
        yield f"{start:04x}  {row.hex(' '):<47}  {plain}"
    if len(octets) > ROWS * 16:
        yield f"… {len(octets)} octets in all"
    if not octets:
        yield "no octets"


def _value(value: Any) -> str:
    text = json.dumps(value, default=_spelled, ensure_ascii=True)
    return text if len(text) <= CHARACTERS else text[:CHARACTERS] + "…"


def _spelled(value: Any) -> Any:
    return f"x'{value.hex()}'" if isinstance(value, bytes) else str(value)


def listed(answers: Iterable[Answer]) -> str:
    """Return a line for each question: how it ended, the family, the question and its subject."""
    rows = []
    for answer in answers:
        tail = f" ({answer.detail})" if answer.detail else ""
        rows.append(f"{answer.standing.value:<10}  {answer.family}/{answer.question}  {answer.subject}{tail}")
    return "\n".join(rows)


def as_json(answers: Iterable[Answer]) -> str:
    """Return the answers as a JSON list, with what shows them."""
    rows = []
    for answer in answers:
        shown = None if answer.witness is None else _plain(answer.witness)
        rows.append(
            {
                "family": answer.family,
                "question": answer.question,
                "subject": answer.subject,
                "standing": answer.standing.value,
                "detail": answer.detail,
                "code": answer.finding.code if answer.finding else None,
                "witness": shown,
            }
        )
    return json.dumps(rows, default=_spelled, indent=2)


def _plain(witness: Witness) -> dict[str, Any]:
    drawn = {"text": as_text(witness), "svg": as_svg(witness)} if isinstance(witness, Ladder) else {}
    return {"kind": type(witness).__name__, **asdict(witness), **drawn}


def summary(proof: Proof) -> str:
    """Return how many questions were proved and tested."""
    told = f"{proof.count(Standing.PROVED)} questions proved"
    tested = proof.count(Standing.TESTED)
    return told + (f", {tested} tested" if tested else "")
