"""The in-toto statement (v1) that is signed: every file of the bundle with its digest, and which offer it is.

_type          https://in-toto.io/Statement/v1
subject        name and SHA-256 of every file, `manifest.json` among them, those in `signatures/` not
predicateType  urn:art7:reference-offer:1
predicate      offer, version, published; expires where the signer said so
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import json_strict, toml_strict
from art7.grammar.untrusted.refusal import shown
from art7.validator.digests import SIGNATURES
from art7.validator.offer import MANIFEST
from art7.validator.publishing.codes import refuse

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:art7:reference-offer:1"

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signer says: these files, by SHA-256 in hexadecimal, are this edition of this offer."""

    files: Mapping[str, str]
    offer: str
    version: str
    published: str
    expires: str


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file that a statement covers."""
    return {
        path: hashlib.sha256(content).hexdigest()
        for path, content in sorted(files.items())
        if not path.startswith(SIGNATURES)
    }


def write_statement(files: Mapping[str, bytes], expires: date | None) -> bytes:
    """Return the statement about a bundle; same files, same octets."""
    head = _head(files, Report())
    predicate = {"offer": head[0], "version": head[1], "published": head[2]}
    if expires is not None:
        predicate["expires"] = expires.isoformat()
    subject = [{"name": path, "digest": {"sha256": digest}} for path, digest in digests_of(files).items()]
    document = {"_type": STATEMENT, "subject": subject, "predicateType": PREDICATE, "predicate": predicate}
    return json.dumps(document, separators=(",", ":")).encode()


def read_statement(payload: bytes, file: str, report: Report) -> Statement | None:
    """Return the statement in a verified payload, or report what is wrong. Members that are not known are passed over."""
    document = json_strict.loads(payload, report, file=file)
    if document is None:
        return None
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("_type"), str):
        refuse(report, "A7-B216", "expected an object with `_type`", file)
        return None
    if value["_type"] != STATEMENT or value.get("predicateType") != PREDICATE:
        found = shown(f"{value['_type']}, {value.get('predicateType')}"[:120])
        refuse(report, "A7-B217", f"found {found}, expected a statement about an offer", file)
        return None
    files, predicate = _subjects(value.get("subject")), value.get("predicate")
    if files is None:
        refuse(report, "A7-B216", "expected a `subject` of names, each once, with SHA-256", file)
        return None
    known = _predicate(predicate)
    if known is None:
        refuse(report, "A7-B216", "expected a `predicate` of `offer`, `version` and days", file)
        return None
    return Statement(files, **known)


def check_statement(
    statement: Statement, files: Mapping[str, bytes], on: date, file: str, report: Report
) -> None:
    """Report every difference between what was signed and the bundle as it is, on a day."""
    for code, message, where in (*_differences(statement.files, digests_of(files)),):
        refuse(report, code, message, where)
    offer, version, published = _head(files, report)
    if (offer, version, published) != (statement.offer, statement.version, statement.published):
        signed = shown(f"{statement.offer} {statement.version}")
        refuse(report, "A7-B221", f"signed is {signed}, found {shown(f'{offer} {version}')}", file)
    if statement.expires and on > date.fromisoformat(statement.expires):
        refuse(report, "A7-B227", f"the statement holds until {statement.expires}, asked for {on}", file)
    if statement.published and on < date.fromisoformat(statement.published):
        refuse(report, "A7-B227", f"the offer is of {statement.published}, asked for {on}", file)


def _differences(signed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for path in sorted({*signed, *found}):
        if path not in found:
            yield "A7-B218", f"{shown(path)} is signed, but absent", path
        elif path not in signed:
            yield "A7-B219", f"{shown(path)} is not signed", path
        elif signed[path] != found[path]:
            yield "A7-B220", f"{shown(path)} is not what was signed", path


def _subjects(rows: object) -> dict[str, str] | None:
    """Return digest by name. More kinds of digests may be given; that of SHA-256 must be."""
    if not isinstance(rows, list) or not rows:
        return None
    found: dict[str, str] = {}
    for row in rows:
        name = row.get("name") if isinstance(row, dict) else None
        digests = row.get("digest") if isinstance(row, dict) else None
        digest = digests.get("sha256") if isinstance(digests, dict) else None
        if (
            not isinstance(name, str)
            or not isinstance(digest, str)
            or not _HEX.fullmatch(digest)
            or name in found
        ):
            return None
        found[name] = digest
    return found


def _predicate(value: object) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    known = {key: value.get(key, "") for key in ("offer", "version", "published", "expires")}
    if (
        not all(isinstance(each, str) for each in known.values())
        or not known["offer"]
        or not known["version"]
    ):
        return None
    try:
        for key in ("published", "expires"):
            if known[key] and date.fromisoformat(known[key]).isoformat() != known[key]:
                return None
    except ValueError:
        return None
    return known


def _head(files: Mapping[str, bytes], report: Report) -> tuple[str, str, str]:
    """Return id, version and day of publication as the manifest states them; empty where it does not."""
    document = toml_strict.loads(files.get(MANIFEST, b""), report, file=MANIFEST, floats=True)
    value: Any = document.value.get("offer") if document is not None else None
    head = value if isinstance(value, dict) else {}
    day = head.get("published")
    return (
        str(head.get("id", "")),
        str(head.get("version", "")),
        day.isoformat() if isinstance(day, date) else "",
    )
