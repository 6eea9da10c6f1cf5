"""Answers of this family, made in one line each."""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.diagnostics import Diagnostic, Related, Span
from art7.prover.answers import Answer, Standing
from art7.prover.secrets.codes import CODES
from art7.prover.witnesses import Flow

FAMILY = "secrets"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where; `question` is the stable name of what was asked."""

    code: str
    question: str
    subject: str
    message: str
    span: Span
    help: str
    flow: Flow
    related: tuple[Related, ...] = ()

    def answer(self) -> Answer:
        """Return it as a refuted answer."""
        finding = Diagnostic(self.code, self.message, self.span, self.help, related=self.related)
        return Answer(
            FAMILY, self.question, self.subject, Standing.REFUTED, finding=finding, witness=self.flow
        )


def proved(question: str, subject: str, detail: str = "") -> Answer:
    """Return the answer that `question` holds of `subject`."""
    return Answer(FAMILY, question, subject, Standing.PROVED, detail)


def open_question(
    question: str, subject: str, message: str, span: Span, detail: str, advice: str = CODES["A7-K299"][2]
) -> Answer:
    """Return the answer that was not found, with what would help."""
    finding = Diagnostic("A7-K299", message, span, advice)
    return Answer(FAMILY, question, subject, Standing.NOT_PROVEN, detail, finding)
