"""Run every rule over an offer, and weigh what was found against the waivers that the offer states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from art7.grammar.diagnostics import Diagnostic, Report
from art7.validator.manifest.operation import Waiver
from art7.validator.offer import Offer
from art7.validator.rule import Rule
from art7.validator.rules import RULES

MOST_FINDINGS = 100
"""Findings that one rule may give; the rest is counted as one."""

MOST_COUNTED = 400
"""Further findings that are counted."""

CODES = {
    "A7-V900": (
        "a rule found more than is shown",
        "The findings of one rule are bounded, so that a report stays readable and a hostile offer cheap.",
        "Mend those shown first and validate again.",
    ),
    "A7-V901": (
        "a waiver is for a code that does not exist",
        "A waiver answers the findings of one rule; this code belongs to none.",
        "Name the code of a finding, or remove the waiver.",
    ),
    "A7-V902": (
        "a waiver had ended when the offer was published",
        "A waiver holds until its date. One that had ended before publication answers nothing.",
        "Mend the finding.",
    ),
    "A7-V903": (
        "a waiver answers no finding",
        "The finding has been mended, or never was: the waiver would hide the next one.",
        "Remove the waiver.",
    ),
    "A7-V904": (
        "a waiver is for a code that cannot be waived",
        "No reason can stand in for a digest that does not match.",
        "Mend the bundle.",
    ),
}

READING_DUTIES = {"V": ("O-20", "O-21"), "B": ("O-20", "O-37")}
"""Duties that faults of form bear on, by the letter of their code; faults in modules bear on the others."""

MODULE_DUTIES = ("O-02", "O-21")


@dataclass(frozen=True, slots=True)
class Found:
    """A diagnostic with what it means in law. `rule` is None for faults of form found while reading."""

    diagnostic: Diagnostic
    obligations: tuple[str, ...]
    defeats: bool
    rule: Rule | None = None
    waiver: Waiver | None = None

    def is_open(self, on: date | None = None) -> bool:
        """Whether it has to be mended: it is not waived, or the waiver has ended before `on`."""
        return self.waiver is None or (on is not None and self.waiver.until < on)


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything found in one offer, in the order of its files."""

    found: tuple[Found, ...]

    @property
    def open(self) -> tuple[Found, ...]:
        """What is not waived."""
        return tuple(each for each in self.found if each.waiver is None)

    @property
    def waived(self) -> tuple[Found, ...]:
        """What the offer answers with a reason."""
        return tuple(each for each in self.found if each.waiver is not None)

    def report(self, sources: dict[str, str]) -> Report:
        """Return the open findings as a report that any room can print."""
        return Report([each.diagnostic for each in self.open], dict(sources))


def validate(offer: Offer, rules: Sequence[Rule] = RULES) -> Validation:
    """Return what the rules find. Due dates play no part; nothing is executed but the codec handed in."""
    found = [*_from_reading(offer), *(each for rule in rules for each in _apply(rule, offer))]
    found = [_waived(each, offer) for each in found]
    found += _waiver_findings(offer, found, rules)
    return Validation(tuple(sorted(dict.fromkeys(found), key=_place)))


def _place(found: Found) -> tuple[str, int, int, str, str]:
    span = found.diagnostic.span
    return span.file, span.line, span.column, found.diagnostic.code, found.diagnostic.message


def _from_reading(offer: Offer) -> Iterator[Found]:
    for diagnostic in offer.reading:
        letter = diagnostic.code.removeprefix("A7-")[:1]
        yield Found(diagnostic, READING_DUTIES.get(letter, MODULE_DUTIES), defeats=True)


def _apply(rule: Rule, offer: Offer) -> Iterator[Found]:
    findings = rule.find(offer)
    last = None
    for last in islice(findings, MOST_FINDINGS):
        yield Found(rule.diagnose(last), last.obligations or rule.obligations, rule.defeats, rule)
    if last is not None and (more := sum(1 for _ in islice(findings, MOST_COUNTED))):
        least = "at least " if more == MOST_COUNTED else ""
        message = f"`{rule.name}` found {least}{more} more than the {MOST_FINDINGS} shown"
        diagnostic = Diagnostic("A7-V900", message, last.span, "mend those shown first", rule.clause)
        yield Found(diagnostic, rule.obligations, rule.defeats, rule)


def _waived(found: Found, offer: Offer) -> Found:
    waiver = offer.manifest.waivers.get(found.diagnostic.code)
    if waiver is None or found.rule is None or not can_be_waived(found.rule):
        return found
    published = offer.manifest.offer.published
    return found if published is not None and waiver.until < published else replace(found, waiver=waiver)


def can_be_waived(rule: Rule) -> bool:
    """Whether a reason can stand in for mending; a digest that does not match has no reason."""
    return not rule.code.startswith("A7-B")


def _waiver_findings(offer: Offer, found: Sequence[Found], rules: Sequence[Rule]) -> Iterator[Found]:
    known = {rule.code: rule for rule in rules}
    used = {each.diagnostic.code for each in found if each.waiver is not None}
    published = offer.manifest.offer.published
    for code, waiver in offer.manifest.waivers.items():
        match known.get(code):
            case None:
                fault = ("A7-V901", f"no rule has the code `{code[:40]}`", "name the code of a finding")
            case rule if not can_be_waived(rule):
                fault = ("A7-V904", f"`{code}` cannot be waived", "mend the bundle")
            case _ if published is not None and waiver.until < published:
                fault = ("A7-V902", f"the waiver of `{code}` ended on {waiver.until}", "mend the finding")
            case _ if code not in used:
                fault = ("A7-V903", f"the waiver of `{code}` answers no finding", "remove it")
            case _:
                continue
        diagnostic = Diagnostic(fault[0], fault[1], offer.at("waivers", code), fault[2], "DMA Art. 8(1)")
        yield Found(diagnostic, ("O-37",), defeats=False)
