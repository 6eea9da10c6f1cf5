"""Public certification paths: valid ones are, others are refused with a code of the rule that they break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.runtime.x509.certificates import Certificate, certificate_of
from art7.runtime.x509.chains import Chain, find_chain
from art7.runtime.x509.paths import SERVER, Wanted, validate
from art7.runtime.x509.policies import ANY
from art7.runtime.x509.refusals import CODES, PathRefused
from art7.runtime.x509.revocation import Lists, RevocationList, list_of
from certificates import items

TOPIC = "x509"
NOW = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
POLICIES = {f"NIST-test-policy-{number}": f"2.16.840.1.101.3.2.1.48.{number}" for number in range(1, 11)}
POLICIES["anyPolicy"] = ANY
EXPECTED = {
    "4.1": {"bad_signature", "weak_signature", "weak_key"},
    "4.2": {"expired", "not_yet_valid"},
    "4.3": {"wrong_issuer"},
    "4.4": {"revoked", "unknown_status"},
    "4.5": {"revoked", "unknown_status", "key_usage"},
    "4.6": {"not_a_ca", "path_length"},
    "4.7": {"key_usage", "unknown_status"},
    "4.8": {"policy"},
    "4.9": {"policy"},
    "4.10": {"policy", "bad_mapping"},
    "4.11": {"policy"},
    "4.12": {"policy"},
    "4.13": {"name_constraint"},
    "4.14": {"revoked", "unknown_status"},
    "4.15": {"revoked", "unknown_status"},
    "4.16": {"unknown_critical"},
}
"""Section → the codes of what its wrong paths break."""


def rows() -> Iterator[Any]:
    for path in corpus.files("vectors", TOPIC, ".json"):
        table = json.loads(path.read_text("utf-8"))
        for row in table:
            if isinstance(row, dict) and {"certs", "should_validate"} <= set(row):
                yield pytest.param(path, row, id=f"{row['test']}-{row['title'].replace(' ', '_')}")


def path_of(folder: Path, names: list[str]) -> list[Certificate]:
    return [certificate_in(folder, name) for name in names]


@cache
def list_in(folder: Path, name: str) -> RevocationList | None:
    """A revocation list; nothing where it cannot be read."""
    [file] = sorted(folder.rglob(name))
    [item] = items(file)
    try:
        return list_of(item.octets)
    except PathRefused as refusal:
        assert refusal.code, name
        return None


@cache
def certificate_in(folder: Path, name: str) -> Certificate:
    [file] = sorted(folder.rglob(name))
    [item] = items(file)
    return certificate_of(item.octets)


def wanted_of(row: dict[str, Any]) -> Wanted:
    return Wanted(
        policies=tuple(POLICIES[name] for name in row.get("initial_policy_set", ["anyPolicy"])),
        explicit_policy=row.get("initial_explicit_policy", False),
        inhibit_mapping=row.get("initial_policy_mapping_inhibit", False),
        inhibit_any_policy=row.get("initial_inhibit_any_policy", False),
    )


def verdict(path: list[Certificate], wanted: Wanted) -> Chain:
    """The path in its order; one out of its certificates where some are of issuers of lists."""
    try:
        found = Chain(tuple(path), validate(path, NOW, wanted))
    except PathRefused:
        try:
            return find_chain(path[-1], path[:1], path[1:-1], NOW, wanted)
        except PathRefused:
            pass
        raise
    assert find_chain(path[-1], path[:1], path[1:-1], NOW, wanted).policies == found.policies
    return found


@pytest.mark.parametrize(("file", "row"), rows())
def test_paths(file: Path, row: dict[str, Any], cases: Any) -> None:
    section = ".".join(row["test"].split(".")[:2])
    try:
        path = path_of(file.parent, row["certs"])
        found = verdict(path, wanted_of(row))
        lists = [list_in(file.parent, name) for name in row.get("crls", ())]
        Lists([each for each in lists if each is not None], path[:1], path[1:], NOW).check(found.path)
    except PathRefused as refusal:
        if row["should_validate"]:
            assert refusal.code in ("weak_key", "weak_signature"), str(refusal)
            cases.cannot_run(TOPIC, file.name, row["title"], f"refused on purpose: {CODES[refusal.code]}")
            return
        assert refusal.code in EXPECTED.get(section, {refusal.code}), str(refusal)
        cases.ran(TOPIC)
        return
    if not row["should_validate"]:
        raise AssertionError("a wrong path was taken")
    if "user_constrained_policy_set" in row:
        assert found.policies == {POLICIES[name] for name in row["user_constrained_policy_set"]}
    cases.ran(TOPIC)


def test_recorded_verdicts(cases: Any, captures: Path) -> None:
    """Chains with the verdicts of independent programs."""
    ran = 0
    for verdicts in corpus.files("captures", TOPIC, "verdicts.txt"):
        found = {
            file.stem: certificate_of(item.octets)
            for file in corpus.files("captures", TOPIC, ".pem")
            for item in items(file)
        }
        now = found["leaf"].not_before + 86_400
        others = [each for name, each in found.items() if name != "root"]
        for line in verdicts.read_text("utf-8").splitlines():
            name, *said = line.split()
            good = all(word.endswith("=ok") for word in said[:3])
            try:
                find_chain(found[name], [found["root"]], others, now, Wanted(SERVER, "alice.a.example"))
            except PathRefused as refusal:
                assert not good, str(refusal)
                assert refusal.code == {
                    "bad_issuer": "not_a_ca", "bad_root": "unknown_issuer", "bad_expired": "expired",
                }.get(name, refusal.code)  # fmt: skip
            else:
                assert good, name
            ran += 1
            cases.ran("x509 captures")
    assert ran, "no verdict was recorded"
