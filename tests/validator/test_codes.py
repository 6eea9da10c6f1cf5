"""Codes are stable for ever: the table of codes changes only by additions."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from art7.validator.rules import RULES

TABLE = Path(__file__).parent / "codes.txt"
MODULES = ("manifest.read", "digests", "validate", "rollback")


def current() -> dict[str, str]:
    found = {rule.code: f"{rule.family}/{rule.name}" for rule in RULES}
    for name in MODULES:
        for code, title in importlib.import_module(f"art7.validator.{name}").CODES.items():
            assert code not in found, code
            found[code] = title if isinstance(title, str) else title[0]
    return dict(sorted(found.items()))


def test_codes_are_those_of_the_table(request: pytest.FixtureRequest) -> None:
    text = "".join(f"{code} {what}\n" for code, what in current().items())
    if request.config.getoption("--update"):
        TABLE.write_text(text, "utf-8")
    assert TABLE.read_text("utf-8") == text
