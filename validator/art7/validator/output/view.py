"""What every form of an assessment shows, as plain data ready to print.

The view is the JSON document too; its JSON Schema is `schemas/assessment.schema.json`.
"""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from art7.grammar.diagnostics import Span
from art7.validator.assess import Assessment, Judgement, Missing
from art7.validator.evidence import Exhibit
from art7.validator.validate import Found

FORMAT = 1

CLOSING = (
    "These verdicts are results of a program. Whether Article 7 is complied with is for the European Commission "
    "and the courts to decide."
)


class PlaceView(TypedDict):
    file: str
    line: int
    column: int


class FindingView(TypedDict):
    code: str
    rule: str
    message: str
    clause: str
    why: str
    help: str
    place: PlaceView
    obligations: list[str]
    seen_as: list[str]
    defeats: bool
    waiver: WaiverView | None


class WaiverView(TypedDict):
    reason: str
    owner: str
    until: str


class ExhibitView(TypedDict):
    kind: str
    subject: str
    outcome: str
    detail: str
    digest: str


class MissingView(TypedDict):
    kind: str
    subject: str
    command: str


class VerdictView(TypedDict):
    obligation: str
    clause: str
    title: str
    evidence_wanted: str
    checks: list[str]
    verdict: str
    symbol: str
    cause: str
    reason: str
    due: str
    left_to_judge: str
    findings: list[int]
    waived: list[int]
    exhibits: list[ExhibitView]
    missing: list[MissingView]


class AssessmentView(TypedDict):
    format: int
    law: dict[str, str]
    offer: dict[str, str]
    on: str
    summary: dict[str, int]
    meanings: dict[str, str]
    verdicts: list[VerdictView]
    findings: list[FindingView]
    provenance: dict[str, str]
    closing: str


def view(assessment: Assessment) -> AssessmentView:
    """Return everything that is shown; findings are listed once and referred to by index."""
    law = assessment.law
    found = assessment.validation.found
    numbers = {each: index for index, each in enumerate(found)}
    return {
        "format": FORMAT,
        "law": {"id": law.id, "act": law.act, "title": law.title, "edition": law.edition},
        "offer": {
            "id": assessment.offer_id,
            "version": assessment.version,
            "gatekeeper": assessment.gatekeeper,
            "service": assessment.service,
        },
        "on": assessment.on.isoformat(),
        "summary": {name: assessment.count(name) for name in law.verdicts},
        "meanings": {name: word.meaning for name, word in law.verdicts.items()},
        "verdicts": [_verdict(judgement, assessment, numbers) for judgement in assessment.judgements],
        "findings": [finding_view(each) for each in found],
        "provenance": {
            "tool": assessment.provenance.tool,
            "rules": assessment.provenance.rules,
            "law": assessment.provenance.law,
            "offer": assessment.provenance.offer,
            "evidence": assessment.provenance.evidence,
            "command": assessment.provenance.command,
        },
        "closing": CLOSING,
    }


def _verdict(judgement: Judgement, assessment: Assessment, numbers: dict[Found, int]) -> VerdictView:
    duty = judgement.obligation
    return {
        "obligation": duty.id,
        "clause": duty.clause,
        "title": duty.title,
        "evidence_wanted": duty.evidence,
        "checks": list(duty.check),
        "verdict": judgement.verdict,
        "symbol": assessment.law.verdicts[judgement.verdict].symbol,
        "cause": judgement.cause or "",
        "reason": judgement.reason,
        "due": judgement.due.isoformat() if judgement.due else "",
        "left_to_judge": judgement.left_to_judge,
        "findings": [numbers[each] for each in judgement.findings],
        "waived": [numbers[each] for each in judgement.waived],
        "exhibits": [_exhibit(each) for each in judgement.exhibits],
        "missing": [_missing(each) for each in judgement.missing],
    }


def finding_view(found: Found) -> FindingView:
    """Return one finding as plain data."""
    diagnostic, waiver = found.diagnostic, found.waiver
    return {
        "code": diagnostic.code,
        "rule": found.rule.name if found.rule else "",
        "message": diagnostic.message,
        "clause": diagnostic.clause or "",
        "why": found.rule.page.why if found.rule else "",
        "help": diagnostic.help or "",
        "place": _place(diagnostic.span),
        "obligations": list(found.obligations),
        "seen_as": list(found.rule.seen_as) if found.rule else [],
        "defeats": found.defeats,
        "waiver": {"reason": waiver.reason, "owner": waiver.owner, "until": waiver.until.isoformat()}
        if waiver
        else None,
    }


def _place(span: Span) -> PlaceView:
    return {"file": span.file, "line": span.line, "column": span.column}


def _exhibit(exhibit: Exhibit) -> ExhibitView:
    return {
        "kind": exhibit.kind,
        "subject": exhibit.subject,
        "outcome": exhibit.outcome,
        "detail": exhibit.detail,
        "digest": exhibit.digest,
    }


def _missing(missing: Missing) -> MissingView:
    return {"kind": missing.kind, "subject": missing.subject, "command": missing.command}
