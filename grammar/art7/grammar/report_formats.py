"""Diagnostics → formats for programs: JSON, JSON Lines, SARIF 2.1.0, JUnit, GitHub annotations, Markdown.

Output is ASCII where the format allows it and the same on every run. Lines and columns count from 1, columns in
characters (Unicode code points).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from art7.grammar.codes import all_codes
from art7.grammar.diagnostics import Diagnostic, Report, Severity, Span
from art7.grammar.frames import place_of, render_diagnostic, visible
from art7.grammar.version import __version__

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(report: Report) -> str:
    """One object: ``{"errors": n, "diagnostics": […]}``."""
    found = [diagnostic_object(d) for d in report.diagnostics]
    whole = {"errors": sum(1 for _ in report.errors()), "diagnostics": found}
    return json.dumps(whole, indent=2) + "\n"


def as_json_lines(report: Report) -> str:
    """One object a line."""
    return "".join(json.dumps(diagnostic_object(d)) + "\n" for d in report.diagnostics)


def diagnostic_object(found: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain data."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": _sound(found.message),
        **_place(found.span),
        "help": found.help and _sound(found.help),
        "clause": found.clause and _sound(found.clause),
        "related": [{"message": _sound(other.message), **_place(other.span)} for other in found.related],
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": _sound(span.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _sound(text: str) -> str:
    """Text without lone surrogates, which JSON readers refuse."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


# ---- SARIF ------------------------------------------------------------------------------------------------


def as_sarif(report: Report) -> str:
    """A SARIF 2.1.0 log with one run."""
    codes = sorted({d.code for d in report.diagnostics})
    pages = all_codes() if codes else {}
    rules = [{"id": code, **_rule_text(pages.get(code))} for code in codes]
    driver = {"name": "art7", "version": __version__, "rules": rules}
    results = [_sarif_result(d, codes.index(d.code)) for d in report.diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule_text(page: Any) -> dict[str, Any]:
    if page is None:
        return {}
    text: dict[str, Any] = {"shortDescription": {"text": page.title}}
    if page.explanation:
        text["fullDescription"] = {"text": page.explanation}
    if page.next_step:
        text["help"] = {"text": page.next_step}
    return text


def _sarif_result(found: Diagnostic, rule: int) -> dict[str, Any]:
    notes = [found.message, *(f"help: {found.help}" for _ in [0] if found.help)]
    notes += [f"clause: {found.clause}"] if found.clause else []
    identity = f"{found.code}\n{found.span.file}\n{found.message}"
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": "error" if found.severity is Severity.ERROR else "note",
        "message": {"text": _sound("\n".join(notes))},
        "partialFingerprints": {"art7/v1": hashlib.sha256(_sound(identity).encode()).hexdigest()[:32]},
    }
    if found.span.file:
        result["locations"] = [_sarif_location(found.span)]
    related = [
        {"id": number, "message": {"text": _sound(other.message)}, **_sarif_location(other.span)}
        for number, other in enumerate(found.related, 1)
        if other.span.file
    ]
    if related:
        result["relatedLocations"] = related
    return result


def _sarif_location(span: Span) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(_sound(span.file).replace("\\", "/"))}}
    if span.line:
        physical["region"] = {
            "startLine": span.line,
            "startColumn": max(span.column, 1),
            "endLine": max(span.end_line, span.line),
            "endColumn": max(span.end_column, 1),
        }
    return {"physicalLocation": physical}


# ---- JUnit ------------------------------------------------------------------------------------------------


def as_junit(report: Report) -> str:
    """One suite a file, one failed case a diagnostic; a file without any is one passed case."""
    suites: dict[str, list[Diagnostic]] = {file: [] for file in report.sources}
    for found in report.diagnostics:
        suites.setdefault(found.span.file, []).append(found)
    total = len(report.diagnostics)
    errors = sum(1 for _ in report.errors())
    parts = ['<?xml version="1.0" encoding="UTF-8"?>']
    parts.append(f'<testsuites name="art7" tests="{max(total, len(suites))}" failures="{errors}">')
    for file, diagnostics in suites.items():
        failures = sum(1 for d in diagnostics if d.severity is Severity.ERROR)
        tests = max(len(diagnostics), 1)
        parts.append(f'  <testsuite name={_attr(file or "art7")} tests="{tests}" failures="{failures}">')
        parts += [_junit_case(d, report) for d in diagnostics]
        if not diagnostics:
            parts.append(f'    <testcase classname={_attr(file)} name="no findings"/>')
        parts.append("  </testsuite>")
    return "\n".join([*parts, "</testsuites>"]) + "\n"


def _junit_case(found: Diagnostic, report: Report) -> str:
    name = f"{found.code} at {found.span.line}:{found.span.column}"
    head = f"    <testcase classname={_attr(found.span.file)} name={_attr(name)}"
    frame = escape(_xml(render_diagnostic(found, report.sources)))
    if found.severity is not Severity.ERROR:
        return f"{head}><system-out>{frame}</system-out></testcase>"
    failure = f"<failure type={_attr(found.code)} message={_attr(found.message)}>{frame}</failure>"
    return f"{head}>{failure}</testcase>"


def _attr(text: str) -> str:
    return quoteattr(_xml(visible(text)))


def _xml(text: str) -> str:
    """Text of characters that XML 1.0 allows."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


# ---- GitHub -----------------------------------------------------------------------------------------------


def as_github(report: Report) -> str:
    """Workflow commands that GitHub turns into annotations."""
    return "".join(_github_line(d) + "\n" for d in report.diagnostics)


def _github_line(found: Diagnostic) -> str:
    span = found.span
    places = {"file": span.file, "line": span.line, "endLine": span.end_line, "col": span.column}
    if span.end_line == span.line:
        places["endColumn"] = span.end_column
    named = {name: value for name, value in places.items() if value} | {"title": found.code}
    properties = ",".join(f"{name}={_github_property(str(value))}" for name, value in named.items())
    notes = [found.message, *([f"help: {found.help}"] if found.help else [])]
    notes += [f"clause: {found.clause}"] if found.clause else []
    kind = "error" if found.severity is Severity.ERROR else "notice"
    return f"::{kind} {properties}::" + "%0A".join(_github_data(note) for note in notes)


def _github_data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _github_property(text: str) -> str:
    return _github_data(text).replace(":", "%3A").replace(",", "%2C")


# ---- Markdown ---------------------------------------------------------------------------------------------


def as_markdown(report: Report) -> str:
    """A list of findings with their frames; raw HTML and Markdown of a source stay text."""
    if not report.diagnostics:
        return "No findings.\n"
    return "\n".join(_markdown_entry(d, report) for d in report.diagnostics)


def _markdown_entry(found: Diagnostic, report: Report) -> str:
    frame = render_diagnostic(found, report.sources)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", frame)), default=0))
    place = _markdown_code(place_of(found.span))
    head = f"- **{found.severity.value}** {_markdown_code(found.code)} at {place}: {_markdown(found.message)}"
    lines = [head, "", f"  {fence}text", *(f"  {line}" for line in frame.splitlines()), f"  {fence}"]
    return "\n".join(lines) + "\n"


def _markdown(text: str) -> str:
    """A message: names in back-quotes stay code, everything else is escaped."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return _markdown_text("`".join(parts))
    return "".join(
        _markdown_code(part) if index % 2 else _markdown_text(part) for index, part in enumerate(parts)
    )


def _markdown_text(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        re.sub(r"([\\`*_{}\[\]()#+!|~:@-])", r"\\\1", safe)
        if re.search(r"[\\`*_\[\]|~@#!]|://", safe)
        else safe
    )


def _markdown_code(text: str) -> str:
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{gap}{text}{gap}{fence}"


RENDERERS: dict[str, Callable[[Report], str]] = {
    "json": as_json,
    "jsonl": as_json_lines,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
    "markdown": as_markdown,
}
"""Every format but text, by its name."""
