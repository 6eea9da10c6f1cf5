"""Tests on masked octets and on sizes named by an enum are dropped exactly where they cannot fail."""

from __future__ import annotations

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.ir.plan import Verify
from art7.grammar.load import load_sources
from art7.grammar.passes.step_tree import walk_steps
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError

MODULE = """a7 1
module test.masks version 1.0 "Masked octets."

enum Kind: u8 {openness} {{ short = 1 "Four." long = 2 "Sixteen." }}

message Masked(mask: bytes[16]) as binary "Octets under a mask." {{
    limit size = 64
    kind:  Kind = if length(plain) == {short} then Kind.short else Kind.long "Which size."
    hidden: bytes[size if kind == Kind.short then 4 else 16]
        = plain ^ first({mask}, if kind == Kind.short then 4 else 16) "Masked."
    let plain: bytes[4..16] = hidden ^ first(mask, if kind == Kind.short then 4 else 16) "In the clear."
}}
"""


def implied(openness: str = "closed", short: int = 4, mask: str = "mask") -> dict[str, bool]:
    report = Report()
    text = MODULE.format(openness=openness, short=short, mask=mask)
    specification = load_sources({"masks.a7": text}, report)
    assert not report.diagnostics, [each.message for each in report.diagnostics]
    record = specification.record("test.masks.Masked")
    return {
        record.slots[step.slot].name: step.implied
        for step in walk_steps(record.body)
        if isinstance(step, Verify)
    }


def test_a_mask_put_on_twice_needs_no_test() -> None:
    assert implied() == {"kind": True, "hidden": True}


def test_another_mask_is_tested() -> None:
    assert implied(mask="x'00' ++ mask")["hidden"] is False


def test_a_kind_that_may_be_another_value_is_tested() -> None:
    assert implied(openness="open")["kind"] is False


def test_another_size_is_tested() -> None:
    assert implied(short=5)["kind"] is False


@pytest.mark.parametrize("kind", range(256))
def test_what_is_dropped_could_not_fail(kind: int) -> None:
    specification = load_sources(
        {"masks.a7": MODULE.format(openness="closed", short=4, mask="mask")}, Report()
    )
    octets = bytes([kind]) + bytes(range(4 if kind == 1 else 16))
    try:
        value = decode(specification, "test.masks.Masked", octets, {"mask": bytes(range(16))}).value
    except DecodeError as error:
        assert kind not in (1, 2) and error.code == "unknown_value"
    else:
        assert value["plain"] == bytes(4 if kind == 1 else 16)
