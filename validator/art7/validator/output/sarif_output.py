"""An assessment as a SARIF 2.1.0 log: each finding at its place, each duty with the kind of result that it has.

Source: OASIS SARIF 2.1.0 §3.27.9 (`kind`): `review` is what awaits a person, `open` what awaits evidence.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from art7.grammar.frames import visible
from art7.validator.output.model import AssessmentView, FindingView, PlaceView, VerdictView

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

KINDS = {
    "met": ("pass", "none"),
    "partly met": ("fail", "warning"),
    "not met": ("fail", "error"),
    "argued": ("review", "none"),
    "undetermined": ("open", "none"),
    "not yet due": ("notApplicable", "none"),
    "extended": ("notApplicable", "none"),
}
"""verdict → (kind, level)."""


def render_sarif(shown: AssessmentView) -> str:
    """Return the log, with a line end."""
    codes = sorted({finding["code"] for finding in shown["findings"]})
    rules = [_rule(code, shown) for code in codes] + [_duty(row) for row in shown["verdicts"]]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_finding(each, index) for each in shown["findings"]]
    results += [_verdict(row, shown, index) for row in shown["verdicts"]]
    name, _, version = shown["provenance"]["tool"].partition(" ")
    run = {
        "tool": {"driver": {"name": name, "version": version, "rules": rules}},
        "automationDetails": {"id": _sound(f"art7/{shown['offer']['id']}/{shown['on']}")},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {**shown["provenance"], "inputs": shown["inputs"], "dossier": shown["seal"]["root"]},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str, shown: AssessmentView) -> dict[str, Any]:
    page = next((rule for rule in shown["rules"] if rule["id"] == code), None)
    if page is None:
        return {"id": code}
    return {"id": code, "name": page["name"], "shortDescription": {"text": page["summary"]}}


def _duty(row: VerdictView) -> dict[str, Any]:
    text = f"{row['clause']}: {row['title']}"
    return {
        "id": row["obligation"],
        "shortDescription": {"text": text},
        "fullDescription": {"text": row["evidence_wanted"]},
    }


def _finding(finding: FindingView, index: dict[str, int]) -> dict[str, Any]:
    notes = [finding["message"]]
    notes += [
        f"{name}: {text}" for name, text in (("help", finding["help"]), ("clause", finding["clause"])) if text
    ]
    identity = f"{finding['code']}\n{finding['place']['file']}\n{finding['message']}"
    result: dict[str, Any] = {
        "ruleId": finding["code"],
        "ruleIndex": index[finding["code"]],
        "level": "error" if finding["defeats"] else "warning",
        "message": {"text": _message("\n".join(notes))},
        "locations": [_location(finding["place"])] if finding["place"]["file"] else [],
        "partialFingerprints": {"art7/v1": hashlib.sha256(_sound(identity).encode()).hexdigest()[:32]},
        "properties": {"id": finding["id"], "obligations": finding["obligations"]},
    }
    if finding["waiver"] is not None:
        status = "rejected" if finding["open"] else "accepted"
        reason = (
            f"{finding['waiver']['owner']} until {finding['waiver']['until']}: {finding['waiver']['reason']}"
        )
        result["suppressions"] = [{"kind": "external", "status": status, "justification": _sound(reason)}]
    return result


def _verdict(row: VerdictView, shown: AssessmentView, index: dict[str, int]) -> dict[str, Any]:
    kind, level = KINDS[row["verdict"]]
    resting = {each["id"]: each["place"] for each in (*shown["statements"], *shown["findings"])}
    places = [resting[name] for name in (*row["findings"], *row["statements"]) if resting[name]["file"]]
    return {
        "ruleId": row["obligation"],
        "ruleIndex": index[row["obligation"]],
        "kind": kind,
        "level": level,
        "message": {"text": _message(f"{row['verdict']}: {row['reason']}")},
        "locations": [_location(place) for place in places[:1]],
        "properties": {"due": row["due"], "exhibits": row["exhibits"], "decision": row["decision"]},
    }


def _location(place: PlaceView) -> dict[str, Any]:
    uri = quote(_sound(place["file"]).replace("\\", "/"))
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place["line"]:
        physical["region"] = {"startLine": place["line"], "startColumn": max(place["column"], 1)}
    return {"physicalLocation": physical}


def _message(text: str) -> str:
    """Return plain text: square brackets could make a link (§3.11.6), controls could steer a viewer."""
    return "\n".join(re.sub(r"([\\\[\]])", r"\\\1", visible(line)) for line in text.split("\n"))


def _sound(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
