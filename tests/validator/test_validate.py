"""Running the rules: waivers, bounds, order, places."""

from __future__ import annotations

import pytest
from small_offer import small_offer

from art7.grammar.frames import render
from art7.validator.validate import MOST_FINDINGS, validate

PRICE = "[terms]\nprice = { access = 5 }\n"


def waiver(code: str, until: str = "2027-01-01", reason: str = "docs/terms.md#term") -> str:
    return f'[waivers."{code}"]\nreason = "{reason}"\nowner = "x"\nuntil = {until}\n'


def codes(patch: str) -> list[str]:
    return [found.diagnostic.code for found in validate(small_offer(patch)).open]


def test_a_waived_finding_is_kept_and_not_open() -> None:
    validation = validate(small_offer(PRICE + waiver("A7-V308")))
    assert validation.open == ()
    assert [found.diagnostic.code for found in validation.waived] == ["A7-V308"]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (waiver("A7-V308"), ["A7-V903"]),
        (waiver("A7-V999"), ["A7-V901"]),
        (waiver("nonsense"), ["A7-V901"]),
        (PRICE + waiver("A7-V308", "2026-01-01"), ["A7-V308", "A7-V902"]),
        (PRICE + waiver("A7-V308", reason="docs/terms.md#nowhere"), ["A7-V207"]),
        (waiver("A7-B106"), ["A7-V904"]),
        (waiver("A7-V005"), ["A7-V901"]),
    ],
)
def test_waivers_are_examined_too(patch: str, expected: list[str]) -> None:
    assert sorted(codes(patch)) == sorted(expected)


def test_a_flood_of_findings_is_bounded() -> None:
    grounds = "\n".join(f'g{n} = "docs/none.md#g{n}"' for n in range(MOST_FINDINGS + 50))
    found = codes(f"[process.grounds]\n{grounds}\n")
    assert found.count("A7-V207") == MOST_FINDINGS
    assert found.count("A7-V311") == MOST_FINDINGS
    assert found.count("A7-V900") == 2


def test_findings_come_in_the_order_of_the_text_with_their_places() -> None:
    offer = small_offer('[terms]\nprice = { access = 5 }\n[security]\nplaintext_roles = ["server"]\n')
    validation = validate(offer)
    lines = [found.diagnostic.span.line for found in validation.open]
    assert lines == sorted(lines)
    text = render(validation.report(dict(offer.texts)))
    assert "offer.toml:" in text and "plaintext_roles" in text and "= clause: DMA Art. 7(3)" in text


def test_a_fault_in_a_module_is_a_finding_of_the_offer() -> None:
    validation = validate(small_offer("--- modules/more.a7\nthis is no module\n"))
    assert validation.open
    assert all("O-02" in found.obligations for found in validation.open)
