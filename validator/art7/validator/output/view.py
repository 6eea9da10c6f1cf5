"""From an assessment to the plain data that every form shows (`model.py`), sealed with one digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from art7.grammar.diagnostics import Span
from art7.grammar.frames import render_diagnostic
from art7.validator.assess import Assessment, Judgement
from art7.validator.evidence import AccessRequest, Exhibit, command_for
from art7.validator.output.editions import seal
from art7.validator.output.model import (
    FORMAT,
    AssessmentView,
    DecisionView,
    ExhibitView,
    ExtensionView,
    FindingView,
    PlaceView,
    RequestView,
    RuleView,
    StatementView,
    VerdictView,
)
from art7.validator.output.questions import questions
from art7.validator.rules import RULES
from art7.validator.statements import Statement
from art7.validator.validate import Found

CLOSING = (
    "These verdicts are results of a program. Whether Article 7 is complied with is for the European Commission "
    "and the courts to decide."
)

T = TypeVar("T", Found, Exhibit, Statement)


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of what verdicts rest on, each given once, in the order of the dossier."""

    findings: dict[Found, str]
    exhibits: dict[Exhibit, str]
    statements: dict[Statement, str]


def view(assessment: Assessment) -> AssessmentView:
    """Return everything that is shown."""
    law, found = assessment.law, assessment.validation.found
    ids = _Ids(
        _numbered("F", found),
        _numbered("X", (x for j in assessment.judgements for x in j.exhibits)),
        _numbered("S", (s for j in assessment.judgements for s in j.statements)),
    )
    shown: AssessmentView = {
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
        "verdicts": [_verdict(judgement, assessment, ids) for judgement in assessment.judgements],
        "findings": [finding_view(each, assessment, name) for each, name in ids.findings.items()],
        "exhibits": [_exhibit(each, assessment, name) for each, name in ids.exhibits.items()],
        "statements": [_statement(each, name) for each, name in ids.statements.items()],
        "rules": _rules(),
        "decisions": _decisions(assessment.judgements),
        "questions": [],
        "requests": [_request(each) for each in assessment.evidence.requests],
        "extensions": _extensions(assessment),
        "provenance": _provenance(assessment),
        "inputs": dict(assessment.provenance.inputs),
        "closing": CLOSING,
        "seal": {"edition": "whole", "root": "", "withheld": []},
    }
    shown["questions"] = list(questions(shown))
    return seal(shown)


def _numbered(letter: str, things: Iterable[T]) -> dict[T, str]:
    return {each: f"{letter}-{number}" for number, each in enumerate(dict.fromkeys(things), 1)}


def _provenance(assessment: Assessment) -> dict[str, str]:
    given = assessment.provenance
    return {
        "tool": given.tool,
        "rules": given.rules,
        "law": given.law,
        "offer": given.offer,
        "evidence": given.evidence,
        "command": given.command,
    }


def _rules() -> list[RuleView]:
    return [
        {
            "id": rule.code,
            "name": rule.name,
            "clause": rule.clause,
            "summary": " ".join(rule.page.summary.split()),
        }
        for rule in RULES
    ]


def _verdict(judgement: Judgement, assessment: Assessment, ids: _Ids) -> VerdictView:
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
        "findings": [ids.findings[each] for each in judgement.findings],
        "waived": [ids.findings[each] for each in judgement.waived],
        "exhibits": [ids.exhibits[each] for each in dict.fromkeys(judgement.exhibits)],
        "statements": [ids.statements[each] for each in judgement.statements],
        "rules": [rule.code for rule in RULES if duty.id in rule.obligations],
        "decision": f"D-{duty.id}" if judgement.decision else "",
        "missing": [
            {"kind": each.kind, "subject": each.subject, "command": each.command}
            for each in judgement.missing
        ],
    }


def finding_view(found: Found, assessment: Assessment, name: str) -> FindingView:
    """Return one finding as plain data."""
    diagnostic, waiver = found.diagnostic, found.waiver
    return {
        "id": name,
        "code": diagnostic.code,
        "rule": found.rule.name if found.rule else "",
        "message": diagnostic.message,
        "clause": diagnostic.clause or "",
        "why": found.rule.page.why if found.rule else "",
        "help": diagnostic.help or "",
        "place": _place(diagnostic.span),
        "related": [_place(other.span) for other in diagnostic.related],
        "frame": render_diagnostic(diagnostic, assessment.sources).rstrip("\n"),
        "obligations": list(found.obligations),
        "seen_as": list(found.rule.seen_as) if found.rule else [],
        "defeats": found.defeats,
        "open": found.is_open(assessment.on),
        "waiver": {"reason": waiver.reason, "owner": waiver.owner, "until": waiver.until.isoformat()}
        if waiver
        else None,
    }


def _place(span: Span) -> PlaceView:
    return {"file": span.file, "line": span.line, "column": span.column}


def _exhibit(exhibit: Exhibit, assessment: Assessment, name: str) -> ExhibitView:
    subject = exhibit.subject if exhibit.kind == "scenario" else ""
    return {
        "id": name,
        "kind": exhibit.kind,
        "subject": exhibit.subject,
        "outcome": exhibit.outcome,
        "detail": exhibit.detail,
        "digest": exhibit.digest,
        "cause": exhibit.cause if exhibit.outcome == "failed" else "",
        "command": command_for(exhibit.kind, assessment.offer_name, subject, assessment.on),
    }


def _statement(statement: Statement, name: str) -> StatementView:
    return {
        "id": name,
        "path": statement.path,
        "place": _place(statement.span),
        "lines": list(statement.lines),
    }


def _decisions(judgements: Sequence[Judgement]) -> list[DecisionView]:
    return [
        {
            "id": f"D-{each.obligation}",
            "obligation": each.obligation,
            "decision": each.decision,
            "by": each.by,
            "on": each.on.isoformat(),
            "reason": each.reason,
            "reference": each.reference,
        }
        for judgement in judgements
        if (each := judgement.decision) is not None
    ]


def _request(request: AccessRequest) -> RequestView:
    return {
        "id": request.id,
        "received": request.received.isoformat(),
        "operational": request.operational.isoformat() if request.operational else "",
        "extended_until": request.extended_until.isoformat() if request.extended_until else "",
        "reference": request.reference,
    }


def _extensions(assessment: Assessment) -> list[ExtensionView]:
    granted = assessment.evidence.extensions or ()
    rows: list[ExtensionView] = [
        {
            "reference": each.reference,
            "until": each.until.isoformat(),
            "points": list(each.points),
            "source": "register",
        }
        for each in granted
    ]
    rows += [
        {
            "reference": each.reference,
            "until": each.until.isoformat(),
            "points": list(each.points),
            "source": "offer",
        }
        for each in assessment.claimed
    ]
    return rows
