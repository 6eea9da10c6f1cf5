"""Verdicts: dates, evidence, waivers, causes; the same input gives the same octets."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date

import pytest
from small_offer import small_offer

from art7.validator.assess import Assessment, assess
from art7.validator.evidence import AccessRequest, Evidence, Exhibit
from art7.validator.output.html_output import render_html
from art7.validator.output.json_output import render_json
from art7.validator.output.text_output import render_text
from art7.validator.output.view import view
from art7.validator.rules import RULES

ON = date(2026, 11, 1)

SCENARIOS = ("minimal.Delivery.text_both_ways", "minimal.Media.one_file")
KEYS = ("minimal.MessageKeys", "minimal.MediaKeys")
MESSAGES = ("minimal.Envelope", "minimal.Receipt", "minimal.Upload", "minimal.Download", "minimal.Blob")

FULL = Evidence(
    tuple(Exhibit("scenario", name, "passed", "12 messages") for name in SCENARIOS)
    + tuple(Exhibit("vector", name, "passed", "9 vectors") for name in (*MESSAGES, *KEYS))
    + (Exhibit("sdk", "minimal", "passed", "generated and imported"),)
)

WAIVER = """
[waivers."{code}"]
reason = "docs/terms.md#term"
owner = "interop@example.org"
until = {until}
"""


def verdicts(patch: str = "", on: date = ON, evidence: Evidence = FULL) -> dict[str, str]:
    return {j.obligation.id: j.verdict for j in assess(small_offer(patch), on, evidence).judgements}


def judgement(duty: str, patch: str = "", on: date = ON, evidence: Evidence = FULL):  # noqa: ANN201
    assessment = assess(small_offer(patch), on, evidence)
    return next(j for j in assessment.judgements if j.obligation.id == duty)


def test_a_good_offer_with_evidence_leaves_nothing_open() -> None:
    assessment = assess(small_offer(), ON, FULL)
    assert {j.verdict for j in assessment.judgements} == {"met", "argued", "not yet due"}
    assert assessment.is_clean
    assert assessment.count("not yet due") == 6


def test_without_evidence_duties_that_must_run_are_undetermined() -> None:
    given = verdicts(evidence=Evidence())
    assert {d for d, v in given.items() if v == "undetermined"} == {
        "O-02", "O-06", "O-07", "O-08", "O-09", "O-10", "O-21", "O-23",
    }  # fmt: skip
    missing = judgement("O-06", evidence=Evidence()).missing
    assert [m.command for m in missing] == [
        "art7 run minimal minimal.Delivery.text_both_ways",
        "art7 generate vectors minimal -o DIR",
    ]


def test_one_missing_exhibit_is_enough_to_stay_undetermined() -> None:
    partial = Evidence(tuple(e for e in FULL.exhibits if e.subject != "minimal.Receipt"))
    assert verdicts(evidence=partial)["O-06"] == "undetermined"
    assert verdicts(evidence=partial)["O-07"] == "met"


@pytest.mark.parametrize("cause", ["gatekeeper text", "implementer", "ambiguity"])
def test_a_failed_run_defeats_the_duty_and_names_the_cause(cause: str) -> None:
    failed = Exhibit("scenario", SCENARIOS[0], "failed", "no receipt came", cause=cause)  # type: ignore[arg-type]
    evidence = Evidence((failed, *(e for e in FULL.exhibits if e.subject != SCENARIOS[0])))
    given = judgement("O-06", evidence=evidence)
    assert (given.verdict, given.cause) == ("not met", cause)
    assert "no receipt came" in given.reason


def test_an_inconclusive_run_is_never_a_pass() -> None:
    unsure = Exhibit("scenario", SCENARIOS[1], "inconclusive", "time ran out")
    evidence = Evidence((unsure, *(e for e in FULL.exhibits if e.subject != SCENARIOS[1])))
    assert verdicts(evidence=evidence)["O-07"] == "undetermined"


def test_vectors_in_the_bundle_are_evidence_by_themselves() -> None:
    patch = """--- vectors/receipt.json
    {"type": "minimal.Receipt", "vectors": [
      {"id": 1, "bytes": "7b226964223a226d31227d", "result": "valid", "value": {"id": "m1"}},
      {"id": 2, "bytes": "7b7d", "result": "invalid", "error": "missing_field"}]}
    """
    played = Evidence(tuple(e for e in FULL.exhibits if e.kind == "scenario"))
    given = judgement("O-06", patch, evidence=played)
    assert given.verdict == "met"
    details = {e.subject: e.detail for e in given.exhibits if e.kind == "vector"}
    assert details == {
        "minimal.Envelope": "1 of 1 examples and vectors of the bundle hold",
        "minimal.Receipt": "2 of 2 examples and vectors of the bundle hold",
    }


def test_an_offer_that_can_be_read_in_two_ways_is_called_ambiguous() -> None:
    patch = '[[timer]]\nid = "retry"\nvalue = "120s"\n'
    assert judgement("O-21", patch).cause == "ambiguity"
    assert judgement("O-04", "[terms]\nprice = { access = 5 }\n").cause == "gatekeeper text"


def test_findings_defeat_or_diminish() -> None:
    assert verdicts("[terms]\nprice = { access = 5 }\n")["O-04"] == "not met"
    assert verdicts('[terms]\nsuspension = "(absent)"\n')["O-22"] == "partly met"
    assert verdicts("[test_environment]\nseparate_from_production = false\n")["O-41"] == "partly met"
    assert verdicts('[security]\nplaintext_roles = ["server"]\n')["O-18"] == "not met"
    nothing = (
        '[terms]\nsuspension="(absent)"\ntermination="(absent)"\nliability="(absent)"\ndispute="(absent)"\n'
    )
    assert verdicts(nothing)["O-22"] == "not met"


def test_a_media_class_is_judged_by_itself() -> None:
    patch = '[[function]]\npoint = "7(2)(a)(ii)"\nmedia = [{ content = "video", absent = true }]\n'
    given = verdicts(patch)
    assert (given["O-07"], given["O-08"], given["O-09"], given["O-10"]) == ("met", "met", "not met", "met")


def test_dates_decide_what_is_due() -> None:
    assert verdicts(on=date(2026, 8, 3))["O-06"] == "not yet due"
    assert verdicts(on=date(2026, 8, 4))["O-06"] == "met"
    assert verdicts(on=date(2028, 2, 2))["O-11"] == "not yet due"
    assert verdicts(on=date(2028, 2, 3))["O-11"] == "not met"
    assert judgement("O-13").due == date(2030, 2, 3)


def test_notification_moves_the_dates() -> None:
    patch = "[gatekeeper]\ndecision = { notified = 2026-02-05 }\n"
    assert judgement("O-06", patch).due == date(2026, 8, 6)
    assert judgement("O-11", patch).due == date(2028, 2, 3)


def test_an_extension_is_shown_as_such_and_ends() -> None:
    patch = """
    [gatekeeper]
    extension = [{ reference = "C(2028) 1", points = ["7(2)(b)(i)"], until = 2028-08-02 }]
    [[function]]
    point = "7(2)(b)(i)"
    own = true
    interoperable = false
    planned = 2028-08-02
    """
    assert verdicts(patch, date(2028, 2, 3))["O-11"] == "extended"
    assert verdicts(patch, date(2028, 8, 2))["O-11"] == "not met"
    assert verdicts(patch, date(2028, 2, 3))["O-12"] == "not met"


def test_a_function_that_own_users_lack_is_a_matter_of_judgement() -> None:
    patch = '[[function]]\npoint = "7(2)(b)(i)"\nown = false\ninteroperable = false\n'
    assert verdicts(patch, date(2028, 3, 1))["O-11"] == "argued"


def test_without_a_decision_no_date_is_known_and_everything_is_judged() -> None:
    given = judgement("O-13", '[gatekeeper]\ndecision = "(absent)"\n')
    assert given.due is None
    assert given.verdict == "not met"


def test_a_waiver_makes_a_matter_of_argument_until_it_ends() -> None:
    patch = "[terms]\nprice = { access = 5 }\n" + WAIVER.format(code="A7-V308", until="2027-01-01")
    assert verdicts(patch)["O-04"] == "argued"
    assert verdicts(patch, date(2027, 1, 1))["O-04"] == "argued"
    assert verdicts(patch, date(2027, 1, 2))["O-04"] == "not met"


@pytest.mark.parametrize(
    ("received", "operational", "verdict"),
    [
        (date(2026, 9, 1), date(2026, 12, 1), "met"),
        (date(2026, 9, 1), date(2026, 12, 2), "not met"),
        (date(2026, 9, 1), None, "not met"),
        (date(2026, 12, 1), None, "met"),
    ],
)
def test_requests_are_followed(received: date, operational: date | None, verdict: str) -> None:
    evidence = Evidence(FULL.exhibits, (AccessRequest("Q-1", received, operational),))
    assert verdicts(on=date(2026, 12, 15), evidence=evidence)["O-27"] == verdict


def every_form(assessment: Assessment) -> str:
    shown = view(assessment)
    return render_text(shown) + render_json(shown) + render_html(shown)


def test_no_form_ever_says_compliant() -> None:
    for offer in (small_offer(), small_offer("[terms]\nprice = { access = 1 }\n")):
        assert not re.search(r"\bcompliant\b", every_form(assess(offer, ON, FULL)), re.IGNORECASE)


def test_every_verdict_names_clause_reason_and_place() -> None:
    assessment = assess(small_offer("[terms]\nprice = { access = 1 }\n"), ON)
    for each in assessment.judgements:
        assert each.obligation.clause and each.reason
        for found in each.findings:
            assert found.diagnostic.span.line and found.diagnostic.help
    text = render_text(view(assessment))
    assert "A7-V308 offer.toml:" in text
    assert "art7 assess minimal --on 2026-11-01" in text


def test_the_page_stands_alone() -> None:
    page = render_html(view(assess(small_offer("[terms]\nprice = { access = 1 }\n"), ON, FULL)))
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|iframe|object|link|form)\b|src=|url\(|@import", page)
    assert not [link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("#")]
    targets = set(re.findall(r'id="([^"]*)"', page))
    assert {link for link in re.findall(r'href="#([^"]*)"', page)} <= targets
    assert page.count('scope="col"') == 10 and page.count('scope="row"') == 42 + len(RULES)
    assert '<html lang="en">' in page and "@media print" in page


SCRIPT = """
import sys, datetime
sys.path.insert(0, sys.argv[1])
from small_offer import small_offer
from art7.validator.assess import assess
from art7.validator.output.html_output import render_html
from art7.validator.output.json_output import render_json
from art7.validator.output.view import view
assessment = view(assess(small_offer("[terms]\\nprice = { access = 1 }\\n"), datetime.date(2026, 11, 1)))
sys.stdout.write(render_json(assessment) + render_html(assessment))
"""


def test_the_same_input_gives_the_same_octets() -> None:
    folder = str(__import__("pathlib").Path(__file__).parent)
    runs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, folder],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8", "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("4242", "Pacific/Auckland"))
    }
    assert len(runs) == 1


LISTED = """
[gatekeeper]
decision = { reference = "DMA.100220", date = 2023-09-05, notified = 2023-09-06 }
{extension}
"""
TEXT_AND_FILES = {f"O-{n:02}" for n in range(6, 11)}
GROUPS = {"O-11", "O-12"}
CALLS = {f"O-{n}" for n in range(13, 17)}


def functions_due(on: date, extension: str = "") -> set[str]:
    """Return the duties of Art. 7(2) that are due on a day, for a service designated on 2023-09-05."""
    given = verdicts(LISTED.replace("{extension}", extension), on)
    late = {duty for duty in TEXT_AND_FILES | GROUPS | CALLS if given[duty] in ("not yet due", "extended")}
    return (TEXT_AND_FILES | GROUPS | CALLS) - late


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2024, 3, 5), set()),
        (date(2024, 3, 7), TEXT_AND_FILES),
        (date(2025, 9, 5), TEXT_AND_FILES),
        (date(2025, 9, 8), TEXT_AND_FILES | GROUPS),
        (date(2026, 11, 23), TEXT_AND_FILES | GROUPS),
        (date(2027, 9, 5), TEXT_AND_FILES | GROUPS),
        (date(2027, 9, 6), TEXT_AND_FILES | GROUPS | CALLS),
    ],
)
def test_functions_fall_due_by_the_table_of_the_law(on: date, due: set[str]) -> None:
    assert functions_due(on) == due


def test_an_extension_rules_and_its_decision_is_cited() -> None:
    moved = 'extension = [{ reference = "C(2025) 1234", points = ["7(2)(b)(i)"], until = 2026-03-06 }]'
    assert functions_due(date(2025, 9, 8), moved) == TEXT_AND_FILES | {"O-12"}
    assert functions_due(date(2026, 3, 5), moved) == TEXT_AND_FILES | {"O-12"}
    assert functions_due(date(2026, 3, 6), moved) == TEXT_AND_FILES | GROUPS
    given = judgement("O-11", LISTED.replace("{extension}", moved), date(2025, 9, 8))
    assert "C(2025) 1234" in given.reason
