"""What a regulator decided: points that need judgement, and extensions that were granted. Kept apart from facts.

A decision on a point never changes a verdict. It stands beside it, and only where the facts leave room for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from art7.grammar.diagnostics import Report, Span

if TYPE_CHECKING:
    from art7.validator.assess import Assessment, Judgement

View: TypeAlias = Literal["satisfied", "not satisfied", "open"]

CODES = {
    "A7-V912": (
        "a decision is about a duty that there is not",
        "Decisions name a duty by its id, such as `O-22`; `art7 assess` lists them all.",
        "Name a duty of the law that is assessed.",
    ),
    "A7-V913": (
        "a decision was taken on another edition of the offer",
        "A decision holds for the octets that were read. Since then a file of the offer has changed.",
        "Look at the point again, and write the digest of the offer that was judged.",
    ),
    "A7-V914": (
        "a decision contradicts a fact",
        "Only points that are `argued` are left to a person. What was found, run or counted is not decided but mended, "
        "and what is not yet due has nothing to decide.",
        "Remove the decision, or have the finding mended or waived.",
    ),
    "A7-V915": (
        "two decisions are about one duty",
        "Which of the two holds cannot be known.",
        "Keep one of them.",
    ),
    "A7-V916": (
        "a decision is younger than the day of the assessment",
        "A dossier of a day shows what was decided by then.",
        "Assess on a later day, or leave the decision out.",
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on one duty, on the octets of one offer."""

    obligation: str
    decision: View
    by: str
    on: date
    reason: str
    offer: str
    reference: str = ""
    span: Span = Span("judgements.toml", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class GrantedExtension:
    """A decision under Art. 7(6) that moves dates; without `points` it moves that of the whole offer."""

    reference: str
    until: date
    points: tuple[str, ...] = ()

    def covers(self, point: str | None) -> bool:
        """Whether it moves the date of a function, or (None) of the whole offer."""
        return not self.points or (point is not None and point in self.points)


def with_decisions(assessment: Assessment, decisions: Sequence[Decision], report: Report) -> Assessment:
    """Return the assessment with decisions beside the verdicts; those that cannot stand are reported and left out."""
    verdicts = {each.obligation.id: each for each in assessment.judgements}
    taken: dict[str, Decision] = {}
    for each in decisions:
        fault = _fault(each, assessment, verdicts, taken)
        if fault is None:
            taken[each.obligation] = each
        else:
            code, message, next_step = fault
            report.add(code, message, each.span, help=next_step)
    judgements = tuple(replace(j, decision=taken.get(j.obligation.id)) for j in assessment.judgements)
    return replace(assessment, judgements=judgements)


def _fault(
    decision: Decision,
    assessment: Assessment,
    verdicts: dict[str, Judgement],
    taken: dict[str, Decision],
) -> tuple[str, str, str] | None:
    duty = decision.obligation
    if duty not in verdicts:
        known = f"expected one of {min(verdicts)} to {max(verdicts)}"
        return "A7-V912", f"no duty is called `{duty[:40]}`", known
    if duty in taken:
        return "A7-V915", f"`{duty}` is decided twice", "keep one of the decisions"
    current = assessment.provenance.offer
    if decision.offer != current:
        found = f"the decision on `{duty}` was taken on the offer `{decision.offer[:80]}`"
        return "A7-V913", found, f"look at it again; this offer is `{current}`"
    if decision.on > assessment.on:
        found = f"the decision on `{duty}` is of {decision.on}, the assessment of {assessment.on}"
        return "A7-V916", found, "assess on a later day"
    verdict = verdicts[duty]
    if verdict.verdict != "argued":
        found = f"`{duty}` is `{verdict.verdict}`, which is no matter of judgement: {verdict.reason}"
        return "A7-V914", found, "remove the decision"
    return None
