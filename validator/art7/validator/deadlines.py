"""When a duty is owed: the statutory date, extensions under Art. 7(6), and the periods of requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from art7.validator.calendar import due_date
from art7.validator.decisions import GrantedExtension
from art7.validator.evidence import AccessRequest, Evidence
from art7.validator.law import Obligation
from art7.validator.offer import Offer
from art7.validator.periods import owed_day


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The dates of one offer on one day, with the registers that were handed in."""

    offer: Offer
    on: date
    evidence: Evidence

    def due(self, duty: Obligation) -> date | None:
        """Return the day from which a duty is owed; None when the offer does not say when the service was listed."""
        return owed_day(self.offer, duty.due)

    def extended(self, duty: Obligation, due: date) -> tuple[date, str, str]:
        """Return the date to which the duty is moved, how that is said, and what is left to judge about it."""
        claimed = max(self.offer.extensions(duty.point), default=due)
        cited = self.offer.extended_by(duty.point, claimed)
        register = self.evidence.extensions
        if register is None:
            said = f"owed from {due}, extension claimed until {claimed} by {', '.join(cited)}"
            return claimed, said, "whether the decision cited exists and covers this duty"
        granted = max((each for each in register if each.covers(duty.point)), key=_until, default=None)
        if granted is None:
            return due, "", ""
        where = "which the offer cites" if granted.reference in cited else "which the offer does not cite"
        said = f"owed from {due}, extended until {granted.until} by {granted.reference}, {where}"
        return granted.until, said, ""

    def unfounded(self, duty: Obligation) -> str:
        """Return why a later date that the offer claims has no decision in the register (Art. 7(6)), if it has none."""
        if duty.id != "O-29" or self.evidence.extensions is None:
            return ""
        known = {each.reference: each for each in self.evidence.extensions}
        for row in self.offer.manifest.gatekeeper.extension:
            granted = known.get(row.reference)
            if granted is None:
                return (
                    f"the extension until {row.until} cites {row.reference}, which the register does not have"
                )
            if row.until > granted.until or not all(granted.covers(point) for point in row.points or (None,)):
                return f"{row.reference} does not grant the extension until {row.until} that the offer claims"
        return ""

    def late_request(self, duty: Obligation) -> str:
        """Return which request was not answered in time (Art. 7(5)), if one was not."""
        rule = self.offer.law.due_rules[duty.due]
        if rule.anchor != "request":
            return ""
        for request in self.evidence.requests:
            due = due_date(request.received, rule, self.offer.law.holidays)
            due = max(due, self._moved(request) or due)
            if (request.operational or self.on) > due:
                when = f"on {request.operational}" if request.operational else f"not yet on {self.on}"
                return f"request {request.id} of {request.received} was due on {due}, operational {when}"
        return ""

    def _moved(self, request: AccessRequest) -> date | None:
        """Return the date to which a decision moved the end of a request's period; one that a register lacks moves nothing."""
        register = self.evidence.extensions
        known = register is None or any(each.reference == request.reference for each in register)
        return request.extended_until if known else None


def _until(extension: GrantedExtension) -> date:
    return extension.until
