"""The structure of GITB reports, as the public schemas `gitb_tr.xsd` and `gitb_core.xsd` lay it down, and a check of it.

A type is a row of elements in order, each with how often it may stand and its type; `all` types have no order. Simple types
are patterns. Types that `xsi:type` may name are rows too.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

TR = "{http://www.gitb.com/tr/v1/}"
CORE = "{http://www.gitb.com/core/v1/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

TEXT = r"(?s:.*)"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"
NUMBER = r"\d+"
RESULT = r"SUCCESS|FAILURE|WARNING|UNDEFINED"
MANY = 10**9

Row = tuple[str, int, int, str]

_STEP: tuple[Row, ...] = (("date", 1, 1, TIME), ("result", 1, 1, RESULT))
_ITEM: tuple[Row, ...] = (("name", 1, 1, TEXT), ("description", 0, 1, TEXT))

TYPES: dict[str, tuple[Row, ...]] = {
    "ConformanceStatementReportType": (
        ("metadata", 1, 1, "ReportMetadata"),
        ("statement", 1, 1, "Statement"),
    ),
    "ReportMetadata": (("reportTime", 1, 1, TIME),),
    "Statement": (
        ("definition", 1, 1, "Definition"),
        ("summary", 1, 1, "ResultSummary"),
        ("testOverview", 1, 1, "TestSuiteOverviews"),
        ("testDetails", 0, 1, "TestCaseDetails"),
    ),
    "Definition": (
        ("party", 1, 1, "Party"),
        ("domain", 1, 1, "Item"),
        ("specificationGroup", 0, 1, "Item"),
        ("specification", 1, 1, "Item"),
        ("actor", 1, 1, "Item"),
    ),
    "Item": _ITEM,
    "Party": (("organisation", 1, 1, "Organisation"), ("system", 1, 1, "System")),
    "Organisation": (("name", 1, 1, TEXT), ("properties", 0, 1, "Properties")),
    "System": (
        ("name", 1, 1, TEXT),
        ("version", 0, 1, TEXT),
        ("description", 0, 1, TEXT),
        ("properties", 0, 1, "Properties"),
    ),
    "Properties": (("property", 1, MANY, TEXT),),
    "ResultSummary": (
        ("status", 1, 1, RESULT),
        ("succeeded", 1, 1, NUMBER),
        ("failed", 1, 1, NUMBER),
        ("incomplete", 1, 1, NUMBER),
    ),
    "TestSuiteOverviews": (("testSuite", 1, MANY, "TestSuiteOverview"),),
    "TestSuiteOverview": (
        ("metadata", 0, 1, "Metadata"),
        ("result", 1, 1, RESULT),
        ("testCases", 0, 1, "TestCaseOverviews"),
    ),
    "TestCaseOverviews": (("testCase", 1, MANY, "TestCaseOverview"),),
    "TestCaseOverview": (("metadata", 0, 1, "Metadata"), ("result", 1, 1, RESULT)),
    "TestCaseDetails": (("testCase", 1, MANY, "TestCaseReport"),),
    "TestCaseReport": (
        ("metadata", 0, 1, "Metadata"),
        ("startTime", 1, 1, TIME),
        ("endTime", 0, 1, TIME),
        ("result", 1, 1, RESULT),
        ("message", 0, 1, TEXT),
        ("steps", 0, 1, "Steps"),
    ),
    "Steps": (("step", 0, MANY, "Step"),),
    "Step": (("description", 0, 1, TEXT), ("report", 1, 1, "TestStepReportType")),
    "TAR": (
        *_STEP,
        ("overview", 0, 1, "Overview"),
        ("counters", 0, 1, "Counters"),
        ("context", 0, 1, TEXT),
        ("reports", 0, 1, "Reports"),
    ),
    "Overview": tuple(
        (name, 0, 1, TEXT)
        for name in (
            "profileID",
            "customizationID",
            "transactionID",
            "validationServiceName",
            "validationServiceVersion",
            "note",
        )
    ),
    "Counters": tuple((name, 0, 1, NUMBER) for name in ("nrOfAssertions", "nrOfErrors", "nrOfWarnings")),
}
ALL: dict[str, tuple[Row, ...]] = {
    "Metadata": (("name", 1, 1, TEXT), ("version", 0, 1, TEXT), ("description", 0, 1, TEXT)),
    "BAR": (
        ("assertionID", 0, 1, TEXT),
        ("description", 1, 1, TEXT),
        ("location", 0, 1, TEXT),
        ("test", 0, 1, TEXT),
        ("type", 0, 1, TEXT),
        ("value", 0, 1, TEXT),
    ),
}
CHOICES = {"Reports": (("info", "warning", "error"), "TestAssertionReportType")}
ABSTRACT = {"TestStepReportType": {"TAR"}, "TestAssertionReportType": {"BAR"}}
ATTRIBUTES = {
    "Statement": {"id"},
    "TestCaseOverview": {"optional", "disabled", "ref"},
    "TestCaseReport": {"id"},
    "Step": {"id"},
    "TAR": {"id", "name"},
}
ROOTS = {
    "ConformanceStatementReport": "ConformanceStatementReportType",
    "TestStepReport": "TestStepReportType",
}


def faults(root: Element) -> list[str]:
    """Return what departs from the structure; empty for a valid report."""
    name = root.tag.removeprefix(TR)
    return [f"unknown root {root.tag}"] if name not in ROOTS else list(_faults(root, ROOTS[name], name))


def _faults(element: Element, kind: str, at: str) -> list[str]:
    if kind in ABSTRACT:
        kind = element.get(XSI_TYPE, "").partition(":")[2]
        if kind not in set().union(*ABSTRACT.values()):
            return [f"{at}: no type for what is abstract"]
    if kind in CHOICES:
        names, inner = CHOICES[kind]
        wrong = [f"{at}: {each.tag}" for each in element if each.tag.removeprefix(TR) not in names]
        return wrong + [fault for each in element for fault in _faults(each, inner, f"{at}/{each.tag}")]
    if kind not in TYPES and kind not in ALL:
        wrong = [f"{at}: holds elements"] if len(element) else []
        return wrong if re.fullmatch(kind, element.text or "") else [*wrong, f"{at}: {element.text!r}"]
    extra = set(element.attrib) - ATTRIBUTES.get(kind, set()) - {XSI_TYPE}
    return [*(f"{at}: attribute {each}" for each in sorted(extra)), *_children(element, kind, at)]


def _children(element: Element, kind: str, at: str) -> list[str]:
    space = CORE if kind == "Metadata" else TR
    rows = TYPES.get(kind) or ALL[kind]
    order = {f"{space}{row[0]}": index for index, row in enumerate(rows)}
    found = [each.tag for each in element]
    if unknown := [tag for tag in found if tag not in order]:
        return [f"{at}: {tag} does not belong here" for tag in unknown]
    wrong = [] if kind in ALL or found == sorted(found, key=order.__getitem__) else [f"{at}: out of order"]
    for name, least, most, inner in rows:
        inside = [each for each in element if each.tag == f"{space}{name}"]
        if not least <= len(inside) <= most:
            wrong.append(f"{at}: {len(inside)} of {name}")
        wrong += [fault for each in inside for fault in _faults(each, inner, f"{at}/{name}")]
    return wrong
