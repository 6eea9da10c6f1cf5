"""What a regulator hands in: decisions beside verdicts, granted extensions, and the two editions of one dossier."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from small_offer import small_offer

from art7.grammar.diagnostics import Report
from art7.validator.assess import Assessment, assess
from art7.validator.decisions import Decision, GrantedExtension, with_decisions
from art7.validator.evidence import AccessRequest, Evidence
from art7.validator.output.editions import agree, editions, root_of
from art7.validator.output.html_output import render_html
from art7.validator.output.json_output import render_json
from art7.validator.output.text_output import render_text
from art7.validator.output.view import view

ON = date(2026, 11, 1)
KEY = bytes(range(32))
SECRET = "the seeker Zephyr asked under seal"
FAULTY = "[terms]\nprice = { access = 5 }\n"


@cache
def assessed(patch: str = "") -> Assessment:
    evidence = Evidence(requests=(AccessRequest(SECRET, date(2026, 5, 1)),))
    return assess(small_offer(patch), ON, evidence)


def decision(**changes: Any) -> Decision:
    made = Decision(
        "O-22", "satisfied", "Authority", date(2026, 10, 20), "read in full", assessed().provenance.offer
    )
    return replace(made, **changes)


def codes(*decisions: Decision, assessment: Assessment | None = None) -> list[str]:
    report = Report()
    with_decisions(assessment or assessed(), decisions, report)
    return [found.code for found in report.errors()]


def test_a_decision_stands_beside_the_verdict_and_changes_nothing() -> None:
    report = Report()
    before, after = assessed(), with_decisions(assessed(), [decision()], report)
    assert not report.has_errors
    assert [j.verdict for j in after.judgements] == [j.verdict for j in before.judgements]
    row = next(row for row in view(after)["verdicts"] if row["obligation"] == "O-22")
    assert (row["verdict"], row["decision"]) == ("argued", "D-O-22")
    assert view(after)["decisions"][0]["reason"] == "read in full"
    asked = {duty for each in view(after)["questions"] for duty in each["obligations"]}
    assert "O-22" not in asked and "O-28" in asked
    assert "decided  satisfied, by Authority" in render_text(view(after))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"obligation": "O-99"}, "A7-V912"),
        ({"offer": "sha256:" + "0" * 64}, "A7-V913"),
        ({"obligation": "O-01"}, "A7-V914"),
        ({"obligation": "O-13"}, "A7-V914"),
        ({"on": date(2026, 11, 2)}, "A7-V916"),
    ],
)
def test_decisions_that_cannot_stand_are_refused(changes: dict[str, Any], code: str) -> None:
    assert codes(decision(**changes)) == [code]


def test_two_decisions_on_one_duty_are_refused() -> None:
    assert codes(decision(), decision(decision="open")) == ["A7-V915"]


def test_a_finding_is_not_decided_away() -> None:
    with_finding = assessed(FAULTY)
    made = decision(obligation="O-04", offer=with_finding.provenance.offer)
    assert codes(made, assessment=with_finding) == ["A7-V914"]


CLAIM = 'extension = [{ reference = "C(2028) 1", points = ["7(2)(b)(i)"], until = 2028-08-02 }]'
LATER = f"""
[gatekeeper]
{CLAIM}
[[function]]
point = "7(2)(b)(i)"
own = true
interoperable = false
planned = 2028-08-02
"""


def group_text(register: tuple[GrantedExtension, ...] | None, on: date, patch: str = LATER) -> dict[str, Any]:
    shown = view(assess(small_offer(patch), on, Evidence(extensions=register)))
    return {row["obligation"]: row for row in shown["verdicts"]}


def test_a_register_of_extensions_rules_over_claims() -> None:
    on = date(2028, 3, 1)
    granted = GrantedExtension("C(2028) 1", date(2028, 8, 2), ("7(2)(b)(i)",))
    assert (
        group_text(None, on)["O-11"]["left_to_judge"]
        == "whether the decision cited exists and covers this duty"
    )
    known = group_text((granted,), on)
    assert (known["O-11"]["verdict"], known["O-29"]["verdict"]) == ("extended", "met")
    assert "by C(2028) 1, which the offer cites" in known["O-11"]["reason"]
    unknown = group_text((), on)
    assert (unknown["O-11"]["verdict"], unknown["O-29"]["verdict"]) == ("not met", "not met")
    assert "which the register does not have" in unknown["O-29"]["reason"]
    shorter = group_text((replace(granted, until=date(2028, 4, 1)),), on)
    assert shorter["O-11"]["verdict"] == "extended" and shorter["O-29"]["verdict"] == "not met"
    assert group_text((replace(granted, until=date(2028, 2, 20)),), on)["O-11"]["verdict"] == "not met"
    elsewhere = group_text((replace(granted, points=("7(2)(b)(ii)",)),), on)
    assert (elsewhere["O-11"]["verdict"], elsewhere["O-29"]["verdict"]) == ("not met", "not met")


def test_an_extension_that_the_offer_does_not_cite_still_rules() -> None:
    granted = GrantedExtension("C(2028) 2", date(2028, 8, 2))
    row = group_text((granted,), date(2028, 3, 1), LATER.replace(CLAIM, ""))["O-11"]
    assert row["verdict"] == "extended" and "which the offer does not cite" in row["reason"]


def test_the_end_of_a_request_moves_only_by_a_known_decision() -> None:
    request = AccessRequest("a", date(2026, 5, 1), date(2026, 9, 1), date(2026, 10, 1), "C(2026) 9")
    for register, verdict in ((None, "met"), ((), "not met"), ((GrantedExtension("C(2026) 9", ON),), "met")):
        judged = assess(small_offer(), ON, Evidence(requests=(request,), extensions=register)).judgements
        assert next(j.verdict for j in judged if j.obligation.id == "O-27") == verdict, register


@cache
def both() -> tuple[Any, Any]:
    made = with_decisions(assessed(), [decision(reason="weighed in camera")], Report())
    return tuple(json.loads(render_json(each)) for each in editions(view(made), KEY, ("docs/*",)))  # type: ignore[return-value]  # two of them


def test_both_editions_have_one_root() -> None:
    confidential, public = both()
    assert agree(public, confidential)
    assert public["seal"]["root"] == root_of(public) == root_of(confidential)
    assert {row["path"] for row in public["seal"]["withheld"]} == {
        r["path"] for r in confidential["seal"]["withheld"]
    }
    assert not any(row["salt"] for row in public["seal"]["withheld"])


def test_the_public_edition_says_nothing_of_what_is_withheld() -> None:
    confidential, public = both()
    told = render_json(public) + render_html(public) + render_text(public)
    quoted = [each for each in confidential["statements"] if each["place"]["file"].startswith("docs/")]
    assert quoted and SECRET in render_json(confidential)
    for text in (SECRET, "Zephyr", "weighed in camera", KEY.hex(), *(each["lines"][-1] for each in quoted)):
        assert text not in told, text
    assert confidential["provenance"]["evidence"] not in told, "a plain digest could be found by trying"
    assert "Public edition" in render_html(public) and "[withheld sha256:" in told


def test_editions_that_were_changed_do_not_agree() -> None:
    confidential, public = both()
    for change in ("summary", "verdicts", "seal"):
        other = json.loads(json.dumps(public))
        if change == "summary":
            other["summary"]["met"] += 1
        elif change == "verdicts":
            other["verdicts"][0]["verdict"] = "met" if other["verdicts"][0]["verdict"] != "met" else "argued"
        else:
            other["seal"]["withheld"].pop()
        assert not agree(other, confidential), change
    lied = json.loads(json.dumps(confidential))
    lied["requests"][0]["id"] = "somebody else"
    assert not agree(public, lied) and not agree({}, confidential)


def test_another_key_gives_other_digests_and_the_same_key_the_same() -> None:
    shown = view(assessed())
    first, again, other = (editions(shown, key)[1] for key in (KEY, KEY, KEY[::-1]))
    assert first == again and first["seal"]["root"] != other["seal"]["root"]
    assert {row["path"] for row in first["seal"]["withheld"]} == {
        r["path"] for r in other["seal"]["withheld"]
    }
