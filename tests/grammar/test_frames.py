"""Findings as frames and in every other format; untrusted text never acts."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.diagnostics import NOWHERE, Related, Report, Severity, Span
from art7.grammar.frames import FORMATS, render, visible


def spot(line: int, column: int, end_column: int, file: str = "a.a7", end_line: int = 0) -> Span:
    return Span(file, line, column, end_line or line, end_column)


def report_of(source: str, span: Span, message: str = "wrong", **more) -> Report:
    report = Report(sources={"a.a7": source})
    report.add("A7-P032", message, span, **more)
    return report


def test_a_frame_points_at_the_narrowest_text():
    report = report_of(
        'keys = ["session.agree"]\n',
        spot(1, 1, 25),
        "encryption promised but no cipher suite named",
        help="list at least one `cipher_suite`",
        clause="DMA Art. 7(4)",
    )
    assert render(report) == (
        "error[A7-P032]: encryption promised but no cipher suite named\n"
        " --> a.a7:1:1\n"
        '1 | keys = ["session.agree"]\n'
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: list at least one `cipher_suite`\n"
        "  = clause: DMA Art. 7(4)\n"
    )


def test_related_places_are_marked_in_their_own_lines_and_files():
    report = report_of(
        "\n".join(f"line {n}" for n in range(1, 13)),
        spot(12, 6, 8),
        related=(Related("first here", spot(2, 1, 5)), Related("imported here", spot(1, 1, 4, "b.a7"))),
    )
    report.sources["b.a7"] = "use x"
    assert render(report).splitlines()[1:] == [
        "  --> a.a7:12:6",
        " 2 | line 2",
        "   | ---- first here",
        "...",
        "12 | line 12",
        "   |      ^^",
        "  ::: b.a7:1:1",
        " 1 | use x",
        "   | --- imported here",
    ]


@pytest.mark.parametrize(
    ("line", "span", "shown", "marks"),
    [
        ("\tab\tc", spot(1, 5, 6), "    ab  c", "        ^"),
        ("日本 x", spot(1, 4, 5), "日本 x", "     ^"),
        ("e\u0301x", spot(1, 3, 4), "e\u0301x", " ^"),
        ("a\x1b[31mb", spot(1, 7, 8), "a\\u{1B}[31mb", "            "[:11] + "^"),
        ("ab", spot(1, 3, 3), "ab", "  ^"),
        ("ab", spot(1, 1, 1, end_line=1), "ab", "^"),
    ],
)
def test_marks_stand_below_what_they_mark(line, span, shown, marks):
    lines = render(report_of(line, span)).splitlines()
    assert lines[2] == f"1 | {shown}" and lines[3] == f"  | {marks}"


def test_long_lines_are_cut_around_the_fault():
    lines = render(report_of("x" * 5000 + "HERE" + "y" * 5000, spot(1, 5001, 5005))).splitlines()
    assert all(len(line) < 200 for line in lines)
    at = lines[3].index("^")
    assert lines[2][at : at + 4] == "HERE" and lines[3].count("^") == 4


def test_places_that_no_text_has():
    for span in (NOWHERE, spot(99, 1, 2), spot(1, 500, 600), spot(1, 1, 2, "unknown.a7")):
        assert "error[A7-P032]: wrong" in render(report_of("a", span))


def test_plain_has_a_line_for_each_fact_and_no_drawing():
    report = report_of("a", spot(1, 1, 2), help="mend it", related=(Related("see", spot(1, 1, 2)),))
    assert render(report, plain=True) == (
        "error A7-P032 at a.a7:1:1: wrong\n  see a.a7:1:1: see\n  help: mend it\n"
    )


def test_colour_only_on_request():
    report = report_of("a", spot(1, 1, 2))
    assert "\x1b" not in render(report) and "\x1b[31m" in render(report, colour=True)


def test_unknown_formats_are_refused():
    with pytest.raises(ValueError, match="unknown format"):
        render(Report(), "yaml")


def test_json_and_json_lines_hold_every_part():
    report = report_of("a", spot(1, 1, 2), help="mend it", clause="RFC 1 §2")
    report.add("A7-N099", "more", NOWHERE, severity=Severity.NOTE)
    whole = json.loads(render(report, "json"))
    assert whole["errors"] == 1
    assert whole["diagnostics"] == [json.loads(line) for line in render(report, "jsonl").splitlines()]
    assert whole["diagnostics"][0] == {
        "code": "A7-P032",
        "severity": "error",
        "message": "wrong",
        "file": "a.a7",
        "line": 1,
        "column": 1,
        "end_line": 1,
        "end_column": 2,
        "help": "mend it",
        "clause": "RFC 1 §2",
        "related": [],
    }


def test_sarif_names_rule_place_and_related_places():
    report = report_of("a", spot(1, 1, 2, "b c/é.a7"), related=(Related("there", spot(1, 1, 2)),))
    run = json.loads(render(report, "sarif"))["runs"][0]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "A7-P032"
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "b%20c/%C3%A9.a7"
    assert place["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    assert result["relatedLocations"][0]["message"]["text"] == "there"


def test_junit_counts_failures_and_clean_files():
    report = report_of("a", spot(1, 1, 2))
    report.sources["clean.a7"] = ""
    root = ElementTree.fromstring(render(report, "junit"))
    assert root.get("failures") == "1"
    assert [suite.get("failures") for suite in root] == ["1", "0"]
    assert root.find(".//failure").get("message") == "wrong"


def test_github_commands_escape_what_ends_a_property():
    report = report_of("a", spot(1, 1, 2, "a,b:c%.a7"), "100%\n::error::x")
    (line,) = render(report, "github").splitlines()
    assert line == (
        "::error file=a%2Cb%3Ac%25.a7,line=1,endLine=1,col=1,endColumn=2,title=A7-P032"
        "::100%25\\u{A}::error::x"
    )


def test_markdown_shows_html_and_fences_as_text():
    text = render(report_of("```\n<script>\n", spot(1, 1, 4), "<b>x</b> `a|b` [l](u) *y*"), "markdown")
    assert "<b>" not in text.split("text\n")[0] and "`a|b`" in text
    assert "\\[l\\]" in text and "\\*y\\*" in text
    assert "````text" in text


HOSTILE = st.text(st.characters(), max_size=40)


@given(HOSTILE, HOSTILE, st.integers(0, 5), st.integers(0, 60), st.integers(0, 60), HOSTILE)
def test_nothing_from_a_source_acts_in_any_format(message, source, line, column, end, file):
    span = Span(file, line, column, line + end % 2, end)
    report = Report(sources={file: source})
    report.add("A7-P032", message, span, help=message, clause=source, related=(Related(source, span),))
    for form in FORMATS:
        shown = render(report, form)
        shown.encode("utf-8")
        assert all(c == "\n" or c.isprintable() for c in shown), form
    json.loads(render(report, "sarif"))
    ElementTree.fromstring(render(report, "junit"))
    assert render(report, "github").startswith("::error ") and render(report, "github").count("\n") == 1


@given(st.text())
def test_visible_text_is_printable(text):
    assert visible(text).isprintable()
