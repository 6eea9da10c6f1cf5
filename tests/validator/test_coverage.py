"""What is checked, as a page: every finding, disagreement and duty with its rules; kept equal, written by `--update`."""

from __future__ import annotations

from pathlib import Path

import pytest

from art7.validator.drafts import drafts
from art7.validator.law import load_law
from art7.validator.rules import RULES

PAGE = Path(__file__).parents[2] / "site" / "docs" / "findings.md"
LAW = load_law()


def rules_for(*, finding: str = "", duty: str = "") -> str:
    """Return the rules that see a finding or bear on a duty, as a cell."""
    fitting = [r for r in RULES if finding in r.seen_as or duty in r.obligations]
    return ", ".join(f"`{rule.code}` {rule.name.replace('_', ' ')}" for rule in fitting)


def duty_checks(duty: str) -> str:
    """Return what decides a duty beside its rules."""
    row = LAW.obligations[duty]
    by_point = ["rules on its function"] if row.point else []
    parts = [rules_for(duty=duty), *by_point, *(["statements of the manifest"] if row.states else [])]
    parts += [f"evidence: {', '.join(row.needs)}"] if row.needs else []
    return "; ".join(part for part in parts if part)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + "\n"


def page() -> str:
    """Return the page."""
    found = drafts()
    findings = [
        (f.id, f.title, rules_for(finding=f.id), f"`draft:{found[f.id].name}`") for f in LAW.findings.values()
    ]
    points = [(d.id, d.title, rules_for(finding=d.id)) for d in LAW.disagreements.values()]
    duties = [
        (o.id, f"{o.title} ({o.clause.removeprefix('DMA ')})", duty_checks(o.id), o.judge or "")
        for o in LAW.obligations.values()
    ]
    return (
        "# What is checked\n\nEvery rule has a page: `art7 explain CODE`. A draft is an example offer with one defect: "
        "`art7 validate draft:F-07` shows where it is found.\n\n## Findings of practice\n\n"
        + table(("", "finding", "rules", "draft"), findings)
        + "\n## Where good implementations disagree\n\n"
        + table(("", "an offer that builds on it decides", "rules"), points)
        + "\n## Duties\n\n"
        + table(("", "duty", "decided by", "left to a person"), duties)
    )


def test_the_page_says_what_the_rules_are(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("duty", LAW.obligations)
def test_every_duty_has_a_check_or_a_question(duty: str) -> None:
    assert duty_checks(duty) or LAW.obligations[duty].judge


@pytest.mark.parametrize("finding", [*LAW.findings, *LAW.disagreements])
def test_every_finding_and_disagreement_has_a_rule(finding: str) -> None:
    assert rules_for(finding=finding)
