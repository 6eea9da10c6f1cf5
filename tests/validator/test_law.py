"""The law as data: complete, consistent, and changed by changing data."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from small_offer import small_offer

from art7.validator.law import load_law, parse_law
from art7.validator.manifest.root import Manifest
from art7.validator.rules import RULES

LAW = load_law()


def source() -> str:
    return files("art7.spec").joinpath("obligations", "dma-7.toml").read_text("utf-8")


def test_obligations_and_findings_are_complete() -> None:
    assert list(LAW.obligations) == [f"O-{n:02}" for n in range(1, 43)]
    assert list(LAW.findings) == [f"F-{n:02}" for n in range(1, 31)]
    assert set(LAW.verdicts) == {
        "met", "partly met", "not met", "argued", "undetermined", "not yet due", "extended",
    }  # fmt: skip
    assert set(LAW.causes) == {"gatekeeper text", "implementer", "ambiguity"}


def test_functions_carry_the_dates_of_the_law() -> None:
    due = {point: LAW.due_rules[function.due].length for point, function in LAW.functions.items()}
    assert {p for p, length in due.items() if length == "6 months"} == {"7(2)(a)(i)", "7(2)(a)(ii)"}
    assert {p for p, length in due.items() if length == "2 years"} == {"7(2)(b)(i)", "7(2)(b)(ii)"}
    assert {p for p, length in due.items() if length == "4 years"} == {
        f"7(2)(c)({n})" for n in ("i", "ii", "iii", "iv")
    }


@pytest.mark.parametrize("duty", LAW.obligations.values(), ids=lambda duty: duty.id)
def test_each_obligation_asks_for_what_the_manifest_can_say(duty: object) -> None:
    offer = small_offer()
    for path in duty.states:  # type: ignore[attr-defined]
        assert offer.states(path), path
    if "X" in duty.check and duty.id not in ("O-40", "O-41"):  # type: ignore[attr-defined]
        assert duty.needs  # type: ignore[attr-defined]


def test_each_layer_asks_for_what_the_manifest_can_say() -> None:
    offer = small_offer()
    for layer in LAW.layers:
        for item in layer.items:
            assert item.manifest or item.declares, item.title
            for path in item.manifest:
                assert path.split(".")[0] in Manifest.model_fields
                offer.states(path)


def test_every_obligation_due_for_text_and_media_has_a_rule_or_a_judge() -> None:
    ruled = {duty for rule in RULES for duty in rule.obligations}
    ruled |= {duty.id for duty in LAW.obligations.values() if duty.states or duty.point}
    assert set(LAW.obligations) - ruled == set()


def test_every_finding_of_practice_and_every_disagreement_is_seen_by_a_rule() -> None:
    seen = {finding for rule in RULES for finding in rule.seen_as}
    assert {*LAW.findings, *LAW.disagreements} - seen == set()
    assert len(LAW.disagreements) == 15


def test_a_changed_law_changes_the_obligations_and_the_digest() -> None:
    changed = parse_law(re.sub(r'due = "listing-4y"', 'due = "listing-2y"', source()).encode())
    assert changed.obligations["O-13"].due == "listing-2y"
    assert changed.digest != LAW.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('due = "listing-2y"', 'due = "some-day"'),
        ('point = "7(2)(a)(i)"\ncontent', 'point = "7(9)"\ncontent'),
    ],
)
def test_a_law_that_refers_to_nothing_is_refused(old: str, new: str) -> None:
    assert old in source()
    with pytest.raises(ValueError, match="unknown"):
        parse_law(source().replace(old, new).encode())
