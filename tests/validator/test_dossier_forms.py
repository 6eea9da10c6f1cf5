"""Every form of a dossier: the same facts, links that arrive, and nothing of the offer that is more than text."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from small_offer import small_offer

import art7.spec
import gitb_structure
from art7.validator.assess import Invocation, assess
from art7.validator.decisions import GrantedExtension
from art7.validator.evidence import AccessRequest, Evidence, Exhibit
from art7.validator.law import load_law
from art7.validator.output.annex_output import render_annex
from art7.validator.output.gitb_output import render_statement, render_tar
from art7.validator.output.html_output import render_html
from art7.validator.output.json_output import render_json
from art7.validator.output.junit_output import render_junit
from art7.validator.output.model import AssessmentView
from art7.validator.output.pdf_output import NoTypesetter, render_pdf
from art7.validator.output.questions import render_questions
from art7.validator.output.sarif_output import KINDS, render_sarif
from art7.validator.output.text_output import render_text
from art7.validator.output.view import view
from page_reader import read_page

ON = date(2026, 11, 1)
EVIL = (
    "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)> [here](javascript:alert(3)) ]]> &amp; "
    "{{7*7}} #eval(1) `` \x1b]0;owned\x07\x1b[2J \u202etxt\u202c \x00 \ufffe \ud800"
)
AS_TOML = (
    EVIL.replace("\\", "\\\\").replace('"', '\\"').encode("ascii", "backslashreplace").decode()
    .replace("\\x1b", "\\u001b").replace("\x1b", "\\u001b").replace("\x07", "\\u0007").replace("\x00 ", "")
    .replace("\\ud800", "")
)  # fmt: skip
FAULTY = "[terms]\nprice = { access = 5 }\n"


@cache
def shown(hostile: bool = False) -> AssessmentView:
    """Return the view of an offer with one finding, a failed run, and open questions; its texts hostile or not."""
    patch = FAULTY
    if hostile:
        patch += (
            f'[gatekeeper]\nname = "{AS_TOML}"\nservice = "{AS_TOML}"\n[support]\ncontact = "{AS_TOML}"\n'
        )
    text = EVIL if hostile else "no receipt came"
    exhibits = (
        Exhibit("scenario", "minimal.Delivery.text_both_ways", "failed", text, text),
        Exhibit("sdk", text, "inconclusive", text),
    )
    asked = (AccessRequest(text, date(2026, 9, 1), reference=text),)
    evidence = Evidence(exhibits, asked, (GrantedExtension(text, date(2031, 1, 1), ("7(2)(c)(i)",)),))
    invocation = Invocation(("--requests", text), (("requests", "sha256:" + "0" * 64),))
    return view(assess(small_offer(patch), ON, evidence, invocation=invocation))


TEXTS = {
    "text": render_text,
    "json": render_json,
    "html": render_html,
    "sarif": render_sarif,
    "junit": render_junit,
    "gitb": render_statement,
    "gitb-tar": render_tar,
    "annex": render_annex,
    "questions": render_questions,
}


@pytest.mark.parametrize("form", sorted(TEXTS))
def test_every_form_is_text_without_controls(form: str) -> None:
    text = TEXTS[form](shown(hostile=True))
    text.encode("utf-8")
    if form not in ("json", "sarif"):  # there they are escaped by the format
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
    assert "\x1b" not in text and "\x07" not in text
    assert "alert(1)" in text, "what the offer says is shown, not dropped"


def test_a_page_of_hostile_texts_is_the_page_of_harmless_ones() -> None:
    harmless, hostile = (read_page(render_html(shown(each))) for each in (False, True))
    assert (hostile.tags, hostile.attributes) == (harmless.tags, harmless.attributes)
    assert hostile.loads == [] and hostile.links == harmless.links and not hostile.unbalanced
    assert all(link.startswith("#") for link in hostile.links)


@pytest.mark.parametrize("hostile", [False, True])
def test_every_link_of_the_page_arrives_and_every_verdict_has_one(hostile: bool) -> None:
    page = render_html(shown(hostile))
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {link for link in re.findall(r'href="#([^"]*)"', page)} <= set(ids)
    for row in shown(hostile)["verdicts"]:
        resting = (*row["findings"], *row["exhibits"], *row["statements"], *row["rules"])
        assert resting or row["missing"], row["obligation"]
        article = page.split(f'<article id="{row["obligation"]}"')[1].split("</article>")[0]
        assert {f'href="#{name}"' for name in resting} <= set(re.findall(r'href="#[^"]*"', article))


def test_what_verdicts_name_is_in_the_dossier() -> None:
    report = shown()
    named = {
        each["id"]
        for part in ("findings", "exhibits", "statements", "rules", "decisions")
        for each in dict(report)[part]
    }
    for row in report["verdicts"]:
        assert {*row["findings"], *row["exhibits"], *row["statements"], *row["rules"]} <= named
    for each in report["questions"]:
        assert set(each["evidence"]) <= named and each["clause"] and each["obligations"]


def test_statements_are_quoted_as_they_stand() -> None:
    offer = small_offer(FAULTY)
    for each in view(assess(offer, ON))["statements"]:
        lines = offer.texts[each["place"]["file"]].split("\n")
        assert lines[each["place"]["line"] - 1].startswith(each["lines"][0].removesuffix("…"))
    prices = [each for each in view(assess(offer, ON))["statements"] if each["path"] == "terms.price"]
    assert len(prices) == 1 and "access = 5" in prices[0]["lines"][0]


def test_questions_are_numbered_and_show_the_counterexample() -> None:
    asked = shown()["questions"]
    assert [each["id"] for each in asked] == [f"Q-{n}" for n in range(1, len(asked) + 1)]
    finding = next(each for each in asked if each["about"] == "finding")
    assert finding["clause"] == "DMA Art. 7(1)" and finding["obligations"] == ["O-04"]
    assert "access = 5" in finding["counterexample"] and "offer.toml:" in finding["text"]
    run = next(each for each in asked if each["about"] == "run" and "The scenario" in each["text"])
    assert "no receipt came" in run["text"] and "art7 run minimal" in run["counterexample"]
    argued = {row["obligation"] for row in shown()["verdicts"] if row["verdict"] == "argued"}
    assert {each["obligations"][0] for each in asked if each["about"] == "judgement"} == argued
    assert "1. DMA Art. 7(1) (O-04)" in render_questions(shown())


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("render", [render_statement, render_tar])
def test_gitb_reports_have_the_structure_of_the_schemas(render: Any, hostile: bool) -> None:
    root = ElementTree.fromstring(render(shown(hostile)).encode())
    assert gitb_structure.faults(root) == []


def test_the_structure_check_sees_faults() -> None:
    text = render_statement(shown())
    for wrong, right in (
        ("<tr:result>MAYBE<", "<tr:result>SUCCESS<"),
        ("<tr:reportTime>today<", "<tr:reportTime>2026-11-01T00:00:00Z<"),
        ('xsi:type="tr:SOME"', 'xsi:type="tr:TAR"'),
        ("<tr:kind>duty</tr:kind>", "<tr:type>duty</tr:type>"),
    ):
        assert right in text
        assert gitb_structure.faults(ElementTree.fromstring(text.replace(right, wrong).encode())), wrong


def test_gitb_counts_nothing_open_as_a_success() -> None:
    root = ElementTree.fromstring(render_statement(shown()).encode())
    tr, counts = gitb_structure.TR, shown()["summary"]
    summary = {each.tag.removeprefix(tr): each.text for each in root.iter(f"{tr}summary").__next__()}
    rest = len(shown()["verdicts"]) - counts["met"] - counts["not met"]
    expected = {"succeeded": str(counts["met"]), "failed": str(counts["not met"]), "incomplete": str(rest)}
    assert summary == {"status": "FAILURE", **expected}
    disabled = [each for each in root.iter(f"{tr}testCase") if each.get("disabled") == "true"]
    assert len(disabled) == counts["not yet due"] + counts["extended"]
    details = {each.get("id") for each in root.iter(f"{tr}testDetails").__next__()}
    assert {each.get("ref") for each in root.iter(f"{tr}testCase") if each.get("ref")} == details


def test_junit_fails_where_a_duty_does() -> None:
    root = ElementTree.fromstring(render_junit(shown(hostile=True)).encode())
    counts = shown(hostile=True)["summary"]
    assert root.get("tests") == str(len(load_law().obligations))
    assert len(list(root.iter("failure"))) == counts["not met"] + counts["partly met"]
    assert len(list(root.iter("error"))) == counts["undetermined"]
    assert sum(int(each.get("tests", "0")) for each in root.iter("testsuite")) == int(root.get("tests", "0"))


def test_sarif_says_what_kind_of_result_each_duty_has() -> None:
    run = json.loads(render_sarif(shown(hostile=True)))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    kinds = {each["ruleId"]: (each["kind"], each["level"]) for each in run["results"] if "kind" in each}
    assert kinds == {row["obligation"]: KINDS[row["verdict"]] for row in shown(hostile=True)["verdicts"]}
    assert all(level == "none" for kind, level in kinds.values() if kind != "fail")  # SARIF 2.1.0 §3.27.10
    texts = [each["message"]["text"] for each in run["results"]]
    assert not any(re.search(r"(?<!\\)[\[\]]", text) for text in texts)
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] > 1


def test_the_annex_has_every_heading_for_every_duty() -> None:
    text = render_annex(shown(hostile=True))
    assert text.count("\n## Annex ") == len(load_law().obligations)
    fields = Path(art7.spec.__file__).parent.joinpath("obligations", "report-template.toml").read_text()
    assert text.count("\n### ") == len(load_law().obligations) * fields.count("[[field]]")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "alert" not in outside and "](" not in outside and "<" not in outside


def test_the_json_follows_its_schema_and_says_all() -> None:
    schema = Path(art7.spec.__file__).parent.joinpath("schemas", "assessment.schema.json").read_text()
    document = json.loads(render_json(shown(hostile=True)))
    assert [e.message for e in Draft202012Validator(json.loads(schema)).iter_errors(document)] == []
    assert document["extensions"][0]["source"] == "register" and document["requests"][0]["received"]


def test_commands_are_safe_to_paste() -> None:
    command = shown(hostile=True)["provenance"]["command"]
    assert command.startswith("art7 assess minimal --on 2026-11-01 --requests '")


def test_pdf_is_tagged_kept_and_holds_the_data() -> None:
    if importlib.util.find_spec("typst") is None:
        with pytest.raises(NoTypesetter, match="install art7"):
            render_pdf(shown())
        return
    made = render_pdf(shown())
    assert made == render_pdf(shown()), "the same dossier gives the same octets"
    assert made.startswith(b"%PDF-1.") and b"pdfuaid" in made and b"pdfaid" in made
    assert b"/StructTreeRoot" in made and b"dossier.json" in made and b"/EmbeddedFiles" in made
    assert render_pdf(shown(hostile=True)).startswith(b"%PDF-")
