"""A verdict for each duty, on a given day, from what was found and what was run.

The order of questions is the same for each duty: is it due, is there a finding, did what had to run run, was a finding
waived, and what is left to a person. Nothing here decides whether the law is complied with; that is for the Commission.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from art7.validator.calendar import CalendarError, due_date
from art7.validator.digests import root_digest
from art7.validator.evidence import ABSENT, COMMANDS, NO_EVIDENCE, Cause, Evidence, Exhibit
from art7.validator.exhibits import own_exhibits
from art7.validator.fingerprint import evidence_digest, rules_digest, tool_version
from art7.validator.law import ExhibitKind, Law, Obligation
from art7.validator.manifest.functions import Function
from art7.validator.offer import Offer
from art7.validator.validate import Found, Validation, validate
from art7.validator.wording import plural


@dataclass(frozen=True, slots=True)
class Missing:
    """Evidence that was not handed in, and the command that gives it."""

    kind: ExhibitKind
    subject: str
    command: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one duty, with everything that it rests on."""

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


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a third party needs to get the same octets again."""

    tool: str
    rules: str
    law: str
    offer: str
    evidence: str
    command: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The dossier on one offer on one day."""

    law: Law
    offer_id: str
    version: str
    service: str
    gatekeeper: str
    on: date
    judgements: tuple[Judgement, ...]
    validation: Validation
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
    offer: Offer, on: date, evidence: Evidence = NO_EVIDENCE, validation: Validation | None = None
) -> Assessment:
    """Return a verdict for each duty on the day `on`; `validation` saves running the rules again."""
    validation = validation or validate(offer)
    shown = Evidence((*own_exhibits(offer, validation), *evidence.exhibits), evidence.requests)
    judge = _Judge(offer, on, shown, validation)
    manifest = offer.manifest
    return Assessment(
        law=offer.law,
        offer_id=manifest.offer.id,
        version=manifest.offer.version,
        service=manifest.gatekeeper.service or "not stated",
        gatekeeper=manifest.gatekeeper.name or "not stated",
        on=on,
        judgements=tuple(judge.judge(duty) for duty in offer.law.obligations.values()),
        validation=validation,
        provenance=Provenance(
            tool=tool_version(),
            rules=rules_digest(),
            law=offer.law.digest,
            offer=root_digest(offer.bundle.files),
            evidence=evidence_digest(evidence),
            command=f"art7 assess {offer.name} --on {on.isoformat()}",
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

    def judge(self, duty: Obligation) -> Judgement:
        """Return the verdict on one duty."""
        about = [each for each in self.validation.found if duty.id in each.obligations]
        findings = tuple(each for each in about if each.is_open(self.on))
        waived = tuple(each for each in about if not each.is_open(self.on))
        due = self.due(duty)
        early = self._not_due(duty, due, findings)
        if early is not None:
            return early
        exhibits = tuple(self._exhibits(duty))
        missing = tuple({each.command: each for each in self._missing(duty)}.values())
        verdict, reason, cause = self._weigh(duty, findings, waived, exhibits, missing)
        return Judgement(duty, verdict, reason, due, cause, duty.judge, findings, waived, exhibits, missing)

    def due(self, duty: Obligation) -> date | None:
        """Return the statutory date of a duty; None when the offer does not say when the service was listed."""
        listing = self.offer.listing_date
        rule = self.offer.law.due_rules[duty.due]
        if rule.anchor != "listing":  # an offer has to show them from the day on which it is owed
            rule = self.offer.law.due_rules["listing-6m"]
        try:
            return due_date(listing, rule, self.offer.law.holidays) if listing else None
        except CalendarError:
            return None

    def _not_due(self, duty: Obligation, due: date | None, findings: Sequence[Found]) -> Judgement | None:
        if due is None:
            return None
        seen = f"; {plural(len(findings), 'finding')} already" if findings else ""
        rule = self.offer.law.due_rules[duty.due]
        if self.on < due:
            reason = f"owed from {due}: {rule.text}{seen}"
            return Judgement(duty, "not yet due", reason, due, None, "", tuple(findings))
        until = max(self.offer.extensions(duty.point), default=due)
        if self.on < until:
            reason = f"owed from {due}, extension claimed until {until}{seen}"
            judge = "whether the decision cited exists and covers this duty"
            return Judgement(duty, "extended", reason, due, None, judge, tuple(findings))
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
        if late := self._late_requests(duty):
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
        if duty.judged and self._has_matter(duty):
            return "argued", "everything asked for is stated; whether it suffices is left to a person", None
        ran = f", {plural(len(exhibits), 'exhibit')} passed" if exhibits else ""
        return "met", f"every check passed{ran}", None

    def _defeats(self, found: Found, duty: Obligation) -> bool:
        """Whether a finding means "not met"; a duty of several statements is partly met while some are there."""
        if found.rule is not None and found.rule.name == "missing_statement":
            return not any(self.offer.states(path) for path in duty.states)
        return found.defeats

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

    def _late_requests(self, duty: Obligation) -> str:
        rule = self.offer.law.due_rules[duty.due]
        if rule.anchor != "request":
            return ""
        for request in self.evidence.requests:
            due = due_date(request.received, rule, self.offer.law.holidays)
            due = max(due, request.extended_until or due)
            if (request.operational or self.on) > due:
                when = f"on {request.operational}" if request.operational else f"not yet on {self.on}"
                return f"request {request.id} of {request.received} was due on {due}, operational {when}"
        return ""

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
                    names = {"offer": self.offer.name, "subject": subject, "on": self.on.isoformat()}
                    yield Missing(kind, subject, COMMANDS[kind].format(**names).strip())


def _first(findings: Sequence[Found]) -> str:
    first = findings[0].diagnostic
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.code}: {first.message}{more}"


def _cause(found: Found) -> Cause:
    return found.rule.cause if found.rule is not None else "gatekeeper text"
