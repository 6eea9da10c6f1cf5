"""A verdict for each duty, on a given day, from what was found and what was run.

The order of questions is the same for each duty: is it due, is there a finding, did what had to run run, was a finding
waived, and what is left to a person. Nothing here decides whether the law is complied with; that is for the Commission.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from art7.validator.deadlines import Deadlines
from art7.validator.decisions import Decision
from art7.validator.digests import root_digest
from art7.validator.evidence import ABSENT, NO_EVIDENCE, Cause, Evidence, Exhibit, command_for
from art7.validator.exhibits import own_exhibits
from art7.validator.fingerprint import evidence_digest, rules_digest, tool_version
from art7.validator.law import ExhibitKind, Law, Obligation
from art7.validator.manifest.functions import Function
from art7.validator.manifest.parties import Extension
from art7.validator.offer import Offer
from art7.validator.statements import Statement, statements_about
from art7.validator.validate import Found, Validation, validate
from art7.validator.wording import plural

MOST_NAMED = 5
"""Data or measures that a reason names; the exhibits have all."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Evidence that was not handed in, and the command that gives it."""

    kind: ExhibitKind
    subject: str
    command: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one duty, with everything that it rests on; `decision` is a person's, and changes no verdict."""

    obligation: Obligation
    verdict: str
    reason: str
    due: date | None
    cause: Cause | None = None
    left_to_judge: str = ""
    findings: tuple[Found, ...] = ()
    waived: tuple[Found, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    missing: tuple[Missing, ...] = ()
    statements: tuple[Statement, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a third party needs to get the same octets again; `inputs` are the files beside the offer, with digests."""

    tool: str
    rules: str
    law: str
    offer: str
    evidence: str
    command: str
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """How an assessment was asked for: options as a shell reads them, and (name, digest) of each file they name."""

    options: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The dossier on one offer on one day."""

    law: Law
    offer_name: str
    offer_id: str
    version: str
    service: str
    gatekeeper: str
    on: date
    judgements: tuple[Judgement, ...]
    validation: Validation
    evidence: Evidence
    claimed: tuple[Extension, ...]
    provenance: Provenance
    sources: dict[str, str]

    def count(self, verdict: str) -> int:
        """Return how many duties have this verdict."""
        return sum(1 for judgement in self.judgements if judgement.verdict == verdict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to mend or to run: no duty is unmet, partly met or undetermined."""
        return all(j.verdict not in ("not met", "partly met", "undetermined") for j in self.judgements)


def assess(
    offer: Offer,
    on: date,
    evidence: Evidence = NO_EVIDENCE,
    validation: Validation | None = None,
    invocation: Invocation = Invocation(),  # noqa: B008 (frozen)
) -> Assessment:
    """Return a verdict for each duty on the day `on`; `validation` saves running the rules again."""
    validation = validation or validate(offer)
    shown = replace(evidence, exhibits=(*own_exhibits(offer, validation), *evidence.exhibits))
    judge = _Judge(offer, on, shown, validation)
    manifest = offer.manifest
    return Assessment(
        law=offer.law,
        offer_name=offer.name,
        offer_id=manifest.offer.id,
        version=manifest.offer.version,
        service=manifest.gatekeeper.service or "not stated",
        gatekeeper=manifest.gatekeeper.name or "not stated",
        on=on,
        judgements=tuple(judge.judge(duty) for duty in offer.law.obligations.values()),
        validation=validation,
        evidence=evidence,
        claimed=tuple(manifest.gatekeeper.extension),
        provenance=Provenance(
            tool=tool_version(),
            rules=rules_digest(),
            law=offer.law.digest,
            offer=root_digest(offer.bundle.files),
            evidence=evidence_digest(evidence),
            command=shlex.join(["art7", "assess", offer.name, "--on", on.isoformat(), *invocation.options]),
            inputs=invocation.inputs,
        ),
        sources=dict(offer.texts),
    )


class _Judge:
    """One assessment in progress: the same four inputs for every duty."""

    def __init__(self, offer: Offer, on: date, evidence: Evidence, validation: Validation) -> None:
        self.offer = offer
        self.on = on
        self.evidence = evidence
        self.validation = validation
        self.deadlines = Deadlines(offer, on, evidence)

    def judge(self, duty: Obligation) -> Judgement:
        """Return the verdict on one duty."""
        judgement = self._judge(duty)
        return replace(judgement, statements=statements_about(self.offer, duty))

    def _judge(self, duty: Obligation) -> Judgement:
        about = [each for each in self.validation.found if duty.id in each.obligations]
        findings = tuple(each for each in about if each.is_open(self.on))
        waived = tuple(each for each in about if not each.is_open(self.on))
        due = self.deadlines.due(duty)
        early = self._not_due(duty, due, findings)
        if early is not None:
            return early
        exhibits = tuple(self._exhibits(duty))
        missing = tuple({each.command: each for each in self._missing(duty)}.values())
        verdict, reason, cause = self._weigh(duty, findings, waived, exhibits, missing)
        exhibits += self._weighed(duty)
        return Judgement(duty, verdict, reason, due, cause, duty.judge, findings, waived, exhibits, missing)

    def _not_due(self, duty: Obligation, due: date | None, findings: Sequence[Found]) -> Judgement | None:
        if due is None:
            return None
        seen = f"; {plural(len(findings), 'finding')} already" if findings else ""
        rule = self.offer.law.due_rules[duty.due]
        if self.on < due:
            reason = f"owed from {due}: {rule.text}{seen}"
            return Judgement(duty, "not yet due", reason, due, None, "", tuple(findings))
        until, said, judge = self.deadlines.extended(duty, due)
        if self.on < until:
            return Judgement(duty, "extended", f"{said}{seen}", due, None, judge, tuple(findings))
        return None

    def _weigh(
        self,
        duty: Obligation,
        findings: Sequence[Found],
        waived: Sequence[Found],
        exhibits: Sequence[Exhibit],
        missing: Sequence[Missing],
    ) -> tuple[str, str, Cause | None]:
        defeating = [each for each in findings if self._defeats(each, duty)]
        failed = [each for each in exhibits if each.outcome == "failed"]
        if withheld := self._withheld(duty):
            return withheld
        if late := self.deadlines.unfounded(duty) or self.deadlines.late_request(duty):
            return "not met", late, "gatekeeper text"
        if defeating:
            return "not met", _first(defeating), _cause(defeating[0])
        if failed:
            return (
                "not met",
                f"{failed[0].kind} `{failed[0].subject}` failed: {failed[0].detail}",
                failed[0].cause,
            )
        if findings:
            return "partly met", _first(findings), _cause(findings[0])
        if missing:
            return "undetermined", f"{ABSENT[missing[0].kind]}: `{missing[0].command}`", None
        if open_runs := [each for each in exhibits if each.outcome == "inconclusive"]:
            first = open_runs[0]
            return "undetermined", f"{first.kind} `{first.subject}` gave no answer: {first.detail}", None
        if waived:
            owner = waived[0].waiver.owner if waived[0].waiver else ""
            return "argued", f"{plural(len(waived), 'finding')} waived by {owner}", None
        weighed = self._weighed(duty)
        unshown = [each.subject.partition(":")[2] for each in weighed if each.outcome == "inconclusive"]
        if unshown:
            named = ", ".join(unshown[:MOST_NAMED]) + (", …" if len(unshown) > MOST_NAMED else "")
            said = f"{len(unshown)} of {len(weighed)} are not shown to be necessary by the flows: {named}"
            return "argued", said, None
        if duty.judged and self._has_matter(duty):
            return "argued", "everything asked for is stated; whether it suffices is left to a person", None
        ran = f", {plural(len(exhibits), 'exhibit')} passed" if exhibits else ""
        return "met", f"every check passed{ran}", None

    def _defeats(self, found: Found, duty: Obligation) -> bool:
        """Whether a finding means "not met"; a duty of several statements is partly met while some are there."""
        if found.rule is not None and found.rule.name == "missing_statement":
            return not any(self.offer.states(path) for path in duty.states)
        return found.defeats

    def _weighed(self, duty: Obligation) -> tuple[Exhibit, ...]:
        """Return what was played without a datum or a measure, where the duty asks whether it is necessary."""
        about = f"{duty.weighs}:"
        found = self.evidence.of("necessity") if duty.weighs else ()
        return tuple(each for each in found if each.subject.startswith(about))

    def _has_matter(self, duty: Obligation) -> bool:
        """Whether there is anything to judge: a register of measures may rightly be empty."""
        return duty.id != "O-35" or bool(self.offer.manifest.measure)

    def _functions(self, duty: Obligation) -> list[Function]:
        return [each for each in self.offer.manifest.function if each.point == duty.point]

    def _withheld(self, duty: Obligation) -> tuple[str, str, Cause | None] | None:
        if duty.point is None:
            return None
        functions = self._functions(duty)
        if not functions:
            return "not met", f"the offer says nothing about {duty.point}", "gatekeeper text"
        if any(each.interoperable for each in functions):
            return None
        if any(each.own for each in functions):
            return "not met", f"own users have {duty.point}, others do not", "gatekeeper text"
        return "argued", f"nothing is owed if own users really do not have {duty.point}", None

    def _subjects(self, duty: Obligation, kind: ExhibitKind) -> list[str] | None:
        """Return what an exhibit has to be about; None when any subject will do."""
        functions = [each for each in self._functions(duty) if each.interoperable] if duty.point else []
        chosen = functions or [each for _, each in self.offer.interoperable()]
        if kind == "vector" and duty.about == "keys":
            return list(dict.fromkeys(name for each in chosen for name in each.keys))
        if kind == "scenario":
            return list(dict.fromkeys(name for each in chosen for name in each.provides.scenarios))
        if kind == "vector" and functions:
            return list(dict.fromkeys(name for each in functions for name in each.provides.messages))
        return None

    def _exhibits(self, duty: Obligation) -> Iterator[Exhibit]:
        for kind in duty.needs:
            yield from self.evidence.of(kind, self._subjects(duty, kind))

    def _missing(self, duty: Obligation) -> Iterator[Missing]:
        for kind in duty.needs:
            subjects = self._subjects(duty, kind)
            had = {each.subject for each in self.evidence.of(kind)}
            wanted = [""] if subjects is None and not had else subjects or []
            for subject in wanted:
                if subject not in had:
                    yield Missing(kind, subject, command_for(kind, self.offer.name, subject, self.on))


def _first(findings: Sequence[Found]) -> str:
    first = findings[0].diagnostic
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.code}: {first.message}{more}"


def _cause(found: Found) -> Cause:
    return found.rule.cause if found.rule is not None else "gatekeeper text"
