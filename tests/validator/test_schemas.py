"""The published schemas are those of the program, and what it reads and writes follows them."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from small_offer import small_files, small_offer

import art7.spec
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import toml_strict
from art7.validator.assess import assess
from art7.validator.digests import write_listing
from art7.validator.output.json_output import render_json
from art7.validator.output.view import view
from art7.validator.schemas import schema_files

SCHEMAS = Path(art7.spec.__file__).parent / "schemas"


def published(name: str) -> str:
    return SCHEMAS.joinpath(name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(schema_files()))
def test_published_schema_is_the_programs(name: str, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        (SCHEMAS / name).write_text(schema_files()[name], "utf-8")
    assert published(name) == schema_files()[name]
    Draft202012Validator.check_schema(json.loads(published(name)))


def as_json(value: Any) -> Any:
    match value:
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case date() | datetime():
            return value.isoformat()
        case _:
            return value


def test_the_small_offer_follows_the_schema() -> None:
    document = toml_strict.loads(small_files()["offer.toml"], Report(), file="offer.toml")
    assert document is not None
    schema = Draft202012Validator(json.loads(published("offer.schema.json")))
    assert [error.message for error in schema.iter_errors(as_json(document.value))] == []
    assert not schema.is_valid({**as_json(document.value), "surprise": 1})


def test_file_lists_follow_the_schema() -> None:
    schema = Draft202012Validator(json.loads(published("manifest.schema.json")))
    listing = json.loads(write_listing(small_files()))
    assert schema.is_valid(listing)
    assert not schema.is_valid({**listing, "format": 2})


def test_assessments_follow_the_schema() -> None:
    schema = Draft202012Validator(json.loads(published("assessment.schema.json")))
    offer = small_offer(
        '[terms]\nprice = { access = 5 }\n[waivers."A7-V308"]\nreason = "docs/terms.md#term"\n'
        'owner = "x"\nuntil = 2027-01-01\n'
    )
    document = json.loads(render_json(view(assess(offer, date(2026, 11, 1)))))
    assert [error.message for error in schema.iter_errors(document)] == []
    assert document["findings"][0]["waiver"]["owner"] == "x"
