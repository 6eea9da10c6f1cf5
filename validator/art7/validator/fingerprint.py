"""Digests of what an assessment rests on: program, rules, evidence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from art7.validator.evidence import Evidence


def tool_version() -> str:
    """Return name and version of the program."""
    try:
        return f"art7 {version('art7')}"
    except PackageNotFoundError:
        return "art7 (not installed)"


@cache
def rules_digest() -> str:
    """Return one digest of all source files of this package: any change of a rule changes it."""
    digest = hashlib.sha256()
    pending = [("", files("art7.validator"))]
    found: dict[str, bytes] = {}
    while pending:
        prefix, folder = pending.pop()
        for entry in folder.iterdir():
            path = f"{prefix}{entry.name}"
            if entry.is_dir():
                if entry.name != "__pycache__":
                    pending.append((path + "/", entry))
            elif entry.name.endswith((".py", ".html", ".j2", ".typ")):
                found[path] = entry.read_bytes()
    for path in sorted(found):
        digest.update(f"{path}\0{len(found[path])}\0".encode() + found[path])
    return "sha256:" + digest.hexdigest()


def evidence_digest(evidence: Evidence) -> str:
    """Return the digest of the evidence handed in."""
    text = json.dumps(asdict(evidence), sort_keys=True, default=str)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
