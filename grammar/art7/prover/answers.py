"""How a question about a specification ended, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from art7.grammar.diagnostics import Diagnostic
from art7.prover.witnesses import Witness


class Standing(Enum):
    """Four words that are never mixed up; only the first two are good, and only the first is final."""

    PROVED = "proved"
    TESTED = "tested"
    REFUTED = "refuted"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about one declaration, and its end.

    `family` and `question` are stable names (`formats`, `negative-size`); `subject` is the qualified declaration, with
    the member where there is one (`ietf.rtp.Packet.payload`). `detail` is a phrase that can stand after the standing
    (`to depth 4 with 356 configurations`, `the solver had 2 s`). A refuted answer has a `finding` and a `witness`; one that is
    not proven has a `finding` that says what was tried and how to get further.
    """

    family: str
    question: str
    subject: str
    standing: Standing
    detail: str = ""
    finding: Diagnostic | None = None
    witness: Witness | None = None


@dataclass(slots=True)
class Proof:
    """All answers about some modules, in the order of modules, families and text."""

    answers: list[Answer] = field(default_factory=list)

    def findings(self) -> Iterator[Diagnostic]:
        """Yield what must be fixed or could not be decided."""
        return (answer.finding for answer in self.answers if answer.finding is not None)

    def count(self, standing: Standing) -> int:
        """Return how many questions ended so."""
        return sum(answer.standing is standing for answer in self.answers)
