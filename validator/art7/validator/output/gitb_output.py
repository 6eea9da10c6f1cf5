"""An assessment in the report formats of the Interoperability Test Bed (GITB): `TAR` and `ConformanceStatement`.

Structure: the public schemas `gitb_tr.xsd` and `gitb_core.xsd`. A result there is SUCCESS, FAILURE, WARNING or
UNDEFINED. What awaits a person, evidence or a date is UNDEFINED and counts as incomplete, never as a success; a duty that
is not owed yet is marked `disabled`.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from art7.validator.output.model import AssessmentView, FindingView, VerdictView
from art7.validator.output.xml_text import child, document

NAMESPACES = {
    "xmlns:tr": "http://www.gitb.com/tr/v1/",
    "xmlns:core": "http://www.gitb.com/core/v1/",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
"""Prefixes are written as they are, since `xsi:type` names a type by prefix."""

RESULTS = {"met": "SUCCESS", "partly met": "WARNING", "not met": "FAILURE"}
"""verdict → result; every other one is UNDEFINED."""

NOT_OWED = ("not yet due", "extended")


def render_tar(shown: AssessmentView) -> str:
    """Return a test step report of type TAR: one assertion a duty and one a finding, with counters."""
    root = Element(
        _tr("TestStepReport"),
        {**NAMESPACES, _xsi("type"): "tr:TAR", "id": "assessment", "name": "art7 assess"},
    )
    child(root, _tr("date"), _time(shown))
    child(root, _tr("result"), overall(shown["verdicts"]))
    _overview(root, shown)
    _assertions(root, shown["verdicts"], shown["findings"])
    return document(root)


def render_statement(shown: AssessmentView) -> str:
    """Return a conformance statement report: the offer as system, the law as specification, each duty as test case."""
    root = Element(_tr("ConformanceStatementReport"), NAMESPACES)
    child(child(root, _tr("metadata")), _tr("reportTime"), _time(shown))
    statement = child(root, _tr("statement"), id=shown["seal"]["root"])
    _definition(child(statement, _tr("definition")), shown)
    _summary(child(statement, _tr("summary")), shown["verdicts"])
    suite = child(child(statement, _tr("testOverview")), _tr("testSuite"))
    _metadata(suite, f"Article 7, edition {shown['law']['edition']}", shown["law"]["title"])
    child(suite, _tr("result"), overall(shown["verdicts"]))
    cases = child(suite, _tr("testCases"))
    for row in shown["verdicts"]:
        _case_overview(cases, row)
    details = child(statement, _tr("testDetails"))
    for row in shown["verdicts"]:
        _case(details, row, shown)
    return document(root)


def result(row: VerdictView) -> str:
    """Return the result of one duty."""
    return RESULTS.get(row["verdict"], "UNDEFINED")


def overall(rows: list[VerdictView]) -> str:
    """Return the result of all duties that are owed: the worst of them; UNDEFINED where none is owed."""
    found = {result(row) for row in rows if row["verdict"] not in NOT_OWED} or {"UNDEFINED"}
    return next((each for each in ("FAILURE", "UNDEFINED", "WARNING") if each in found), "SUCCESS")


def _definition(definition: Element, shown: AssessmentView) -> None:
    offer, law = shown["offer"], shown["law"]
    party = child(definition, _tr("party"))
    child(child(party, _tr("organisation")), _tr("name"), offer["gatekeeper"])
    system = child(party, _tr("system"))
    child(system, _tr("name"), offer["service"])
    child(system, _tr("version"), offer["version"])
    child(system, _tr("description"), f"reference offer {offer['id']}")
    properties = child(system, _tr("properties"))
    for name, value in (*shown["provenance"].items(), *shown["inputs"].items()):
        child(properties, _tr("property"), value, name=name)
    for tag, name, description in (
        ("domain", "Digital Markets Act", law["act"]),
        ("specification", law["title"], f"{law['act']}, edition {law['edition']} of the obligations"),
        ("actor", "gatekeeper", "the undertaking that publishes the reference offer"),
    ):
        item = child(definition, _tr(tag))
        child(item, _tr("name"), name)
        child(item, _tr("description"), description)


def _summary(summary: Element, rows: list[VerdictView]) -> None:
    results = [result(row) for row in rows]
    good, bad = results.count("SUCCESS"), results.count("FAILURE")
    child(summary, _tr("status"), overall(rows))
    for tag, count in (("succeeded", good), ("failed", bad), ("incomplete", len(results) - good - bad)):
        child(summary, _tr(tag), str(count))


def _case_overview(cases: Element, row: VerdictView) -> None:
    attributes = {"disabled": "true"} if row["verdict"] in NOT_OWED else {}
    case = child(cases, _tr("testCase"), ref=row["obligation"], **attributes)
    _metadata(case, f"{row['obligation']} {row['title']}", row["clause"])
    child(case, _tr("result"), result(row))


def _case(details: Element, row: VerdictView, shown: AssessmentView) -> None:
    case = child(details, _tr("testCase"), id=row["obligation"])
    _metadata(case, f"{row['obligation']} {row['title']}", row["evidence_wanted"])
    child(case, _tr("startTime"), _time(shown))
    child(case, _tr("result"), result(row))
    decided = f"; decision {row['decision']}" if row["decision"] else ""
    child(case, _tr("message"), f"{row['verdict']}: {row['reason']}{decided}")
    step = child(child(case, _tr("steps")), _tr("step"), id=f"{row['obligation']}-1")
    child(step, _tr("description"), row["clause"])
    report = child(step, _tr("report"), **{_xsi("type"): "tr:TAR"})
    child(report, _tr("date"), _time(shown))
    child(report, _tr("result"), result(row))
    _assertions(report, [row], [each for each in shown["findings"] if each["id"] in row["findings"]])


def _overview(root: Element, shown: AssessmentView) -> None:
    name, _, version = shown["provenance"]["tool"].partition(" ")
    overview = child(root, _tr("overview"))
    for tag, text in (
        ("profileID", f"{shown['law']['id']} {shown['law']['edition']}"),
        ("customizationID", f"{shown['offer']['id']} {shown['offer']['version']}"),
        ("transactionID", shown["seal"]["root"]),
        ("validationServiceName", name),
        ("validationServiceVersion", version),
        ("note", f"{shown['closing']} Again: {shown['provenance']['command']}"),
    ):
        child(overview, _tr(tag), text)


def _assertions(parent: Element, rows: list[VerdictView], findings: list[FindingView]) -> None:
    kinds = [_kind(row) for row in rows] + ["error" if each["open"] else "info" for each in findings]
    counters = child(parent, _tr("counters"))
    child(counters, _tr("nrOfAssertions"), str(len(kinds)))
    child(counters, _tr("nrOfErrors"), str(kinds.count("error")))
    child(counters, _tr("nrOfWarnings"), str(kinds.count("warning")))
    reports = child(parent, _tr("reports"))
    for row in rows:
        made = child(reports, _tr(_kind(row)), **{_xsi("type"): "tr:BAR"})
        parts = (
            row["obligation"],
            f"{row['verdict']}: {row['reason']}",
            row["clause"],
            row["evidence_wanted"],
        )
        _bar(made, *parts, "duty", row["verdict"])
    for each in findings:
        made = child(reports, _tr("error" if each["open"] else "info"), **{_xsi("type"): "tr:BAR"})
        place = each["place"]
        where = f"{place['file']}:{place['line']}:{place['column']}"
        _bar(
            made, each["code"], each["message"], where, each["why"], "finding", " ".join(each["obligations"])
        )


def _bar(made: Element, name: str, text: str, location: str, test: str, kind: str, value: str) -> None:
    tags = ("assertionID", "description", "location", "test", "type", "value")
    for tag, content in zip(tags, (name, text, location, test, kind, value), strict=True):
        if content or tag == "description":
            child(made, _tr(tag), content)


def _kind(row: VerdictView) -> str:
    if row["verdict"] == "not met":
        return "error"
    return "info" if row["verdict"] in ("met", *NOT_OWED) else "warning"


def _metadata(parent: Element, name: str, description: str) -> None:
    metadata = child(parent, _tr("metadata"))
    child(metadata, "core:name", name)
    child(metadata, "core:description", description)


def _time(shown: AssessmentView) -> str:
    """Return the day of the verdicts as a time: a report says nothing about when the program ran."""
    return f"{shown['on']}T00:00:00Z"


def _tr(tag: str) -> str:
    return f"tr:{tag}"


def _xsi(name: str) -> str:
    return f"xsi:{name}"
