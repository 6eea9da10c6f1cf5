"""Thirty drafts, one for each finding of practice: each gives that one finding, at its place, and no other."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from art7.cli.application import application
from art7.grammar.diagnostics import Report
from art7.validator.drafts import Draft, Edit, drafts, find_draft
from art7.validator.law import load_law
from art7.validator.reader import read_offer
from art7.validator.rules import RULES
from art7.validator.validate import validate

RULE = {rule.code: rule for rule in RULES}


@pytest.mark.parametrize("draft", drafts().values(), ids=lambda draft: draft.name)
def test_a_draft_gives_its_finding_at_its_place_and_no_other(draft: Draft) -> None:
    offer = read_offer(draft.bundle(), Report())
    assert offer is not None
    found = [each.diagnostic for each in validate(offer).open]
    places = [(one.code, one.span.file, one.span.line, one.span.column) for one in found]
    assert places == [(draft.code, *draft.place())]
    assert draft.name in RULE[draft.code].seen_as


def test_there_is_a_draft_for_every_finding_of_practice() -> None:
    assert set(drafts()) == set(load_law().findings)


def test_an_edit_that_fits_nowhere_or_twice_is_refused() -> None:
    for text in ("", "one one"):
        with pytest.raises(ValueError, match="times"):
            Edit("offer.toml", "two", "one").apply(text)
    assert Edit("a", "two", "one").apply("a one") == "a two"
    assert Edit("a", "end").apply("the ") == "the end"


def test_a_draft_is_validated_by_its_name() -> None:
    assert find_draft("draft:none") is None and find_draft("F-07") is None
    result = CliRunner().invoke(
        application, ["validate", "draft:F-26", "--format", "json"], standalone_mode=False
    )
    assert (result.exit_code or result.return_value) == 1
    assert "A7-V505" in json.dumps(json.loads(result.stdout))
