"""An edition follows the one before: B57, older or equal version with other content."""

from __future__ import annotations

import pytest
from small_offer import small_files, small_offer

from art7.grammar.diagnostics import Report
from art7.validator.digests import root_digest
from art7.validator.rollback import check_rollback

OTHER = "[terms]\nprice = { access = 1 }\n"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("", []),
        (OTHER, ["A7-B111"]),
        (OTHER + '[offer]\nversion = "0.9.9"\n', ["A7-B111"]),
        (OTHER + '[offer]\nversion = "1.0.0-rc.1"\n', ["A7-B111"]),
        (OTHER + '[offer]\nversion = "1.0.1"\n', []),
    ],
)
def test_rollback(patch: str, expected: list[str]) -> None:
    report = Report()
    check_rollback(small_offer(), small_offer(patch), report)
    assert [d.code for d in report.diagnostics] == expected
    assert all(d.message.count("sha256:") == 2 for d in report.diagnostics)


@pytest.mark.parametrize(
    ("digest", "expected"), [(root_digest(small_files()), []), ("sha256:" + "0" * 64, ["A7-B112"])]
)
def test_superseded_digest(digest: str, expected: list[str]) -> None:
    patch = f'[offer]\nversion = "1.0.1"\nsupersedes = {{ version = "1.0.0", published = 2026-08-03, digest = "{digest}" }}\n'
    report = Report()
    check_rollback(small_offer(), small_offer(patch), report)
    assert [d.code for d in report.diagnostics] == expected
