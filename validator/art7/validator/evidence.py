"""Executed evidence: what was run elsewhere and handed in, so that rules and verdicts stay free of execution."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from art7.validator.decisions import GrantedExtension
from art7.validator.law import ExhibitKind

Outcome: TypeAlias = Literal["passed", "failed", "inconclusive"]
Cause: TypeAlias = Literal["gatekeeper text", "implementer", "ambiguity"]

COMMANDS: Mapping[ExhibitKind, str] = {
    "scenario": "art7 run {offer} {subject}",
    "vector": "art7 generate vectors {offer} -o DIR",
    "replay": "art7 replay DIR --adapter COMMAND",
    "sdk": "art7 generate python {offer} -o DIR",
    "flow": "art7 check {offer}",
    "reproduction": "art7 assess {offer} --on {on}",
    "necessity": "art7 assess {offer} --on {on}",
}
"""The command that gives each kind of exhibit."""


def command_for(kind: ExhibitKind, offer: str, subject: str, on: date) -> str:
    """Return the command that gives an exhibit, with the names of the offer as a shell has to be given them."""
    names = {
        "offer": shlex.quote(offer),
        "subject": shlex.quote(subject) if subject else "",
        "on": on.isoformat(),
    }
    return COMMANDS[kind].format(**names).strip()


ABSENT: Mapping[ExhibitKind, str] = {
    "scenario": "the scenario has not been run",
    "vector": "no vectors were made and checked",
    "replay": "no implementation has replayed the vectors",
    "sdk": "no SDK was generated from the bundle",
    "flow": "the flow of content could not be followed",
    "reproduction": "the assessment was not repeated",
    "necessity": "the flows were not played without it",
}
"""What it means that an exhibit was not handed in."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing that was run: what, on which subject (a scenario, a message, a module), with which outcome.

    `digest` is that of the trace or output; `cause` says whose fault a failure is, as blame assignment found it.
    """

    kind: ExhibitKind
    subject: str
    outcome: Outcome
    detail: str = ""
    digest: str = ""
    cause: Cause = "gatekeeper text"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request for interoperability that the gatekeeper received (Art. 7(5)), and when the function worked.

    `extended_until` is a date to which the decision `reference` moved the end of the period (Art. 7(6)).
    """

    id: str
    received: date
    operational: date | None = None
    extended_until: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything handed in for one assessment.

    `extensions` is the register of decisions under Art. 7(6); None when no register was handed in, so that what the
    offer claims is taken as claimed.
    """

    exhibits: tuple[Exhibit, ...] = ()
    requests: tuple[AccessRequest, ...] = ()
    extensions: tuple[GrantedExtension, ...] | None = None

    def of(self, kind: ExhibitKind, subjects: Iterable[str] | None = None) -> tuple[Exhibit, ...]:
        """Return the exhibits of a kind, limited to these subjects if any are given."""
        wanted = None if subjects is None else set(subjects)
        return tuple(e for e in self.exhibits if e.kind == kind and (wanted is None or e.subject in wanted))


NO_EVIDENCE = Evidence()
"""Nothing was run: duties that need execution stay undetermined."""
