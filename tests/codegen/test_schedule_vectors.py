"""Vectors of schedules whose inputs are searched, and of structures that declared vectors hold inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from art7.codegen.vectors import schedule_inputs
from art7.codegen.vectors.generate import generate_vectors
from art7.codegen.vectors.inside import values_inside
from art7.codegen.vectors.messages import MessageVectors
from art7.codegen.vectors.schedule_inputs import InputSearch, plain, shapes_of
from art7.grammar.ir.module import Specification
from built import specification

TEXT = """a7 1
module sample.sealing version 1.0 "Seals, opens, and what lies inside."

errors {
    wrong_size   = 501 "Not the size that is said."
    not_together = 502 "Parts that belong together are not together."
}

schedule Seal "Closes a text." {
    input key:       secret[16] "The key."
    input nonce:     public[12] "The nonce."
    input plaintext: secret[] "The text."
    derive sealed: public[] = aes_gcm_seal(key: key, nonce: nonce, aad: x'', plaintext: plaintext) "Closed."
    output sealed
    erase key, plaintext
}

schedule Open(sealed: bytes[]) "Opens it again." {
    input key:   secret[16] "The key."
    input nonce: public[12] "The nonce."
    derive plaintext: secret[] = aes_gcm_open(key: key, nonce: nonce, aad: x'', ciphertext: sealed) "The text."
    output plaintext
    erase key
}

schedule Sized(wanted: u16) "A key of the size that is said." {
    input key: secret[] "The key."
    must SZ-01: length(key) == wanted else wrong_size "As long as it is said."
    must SZ-02: wanted >= 17 else wrong_size "Not a short one."
    derive made: secret[32] = hmac_sha256(key: key, data: u16be(wanted)) "Made of it."
    output made
    erase key
}

struct Parts as protobuf "Four that belong together." {
    first @1?:  bytes[33] "One."
    second @2?: bytes[33] "Two."
    third @3?:  bytes[17..40] "Three."
    fourth @4?: u32 "Four."
    must PA-01: present(first) and present(second) and present(third) and present(fourth) else not_together
        "All of them."
}

struct Inner as binary "What lies inside." { mark: bytes[4] "A mark."  rest: u8 "A number." }
message Outer as binary "What holds it." { limit size = 60  count: u8 "How many."  inner: Inner[count] "Them." }

vectors Outer {
    accept x'02 CAFEBABE 07 DEADBEEF 09' as { count: 2 } "Two of them."
}
"""


def _results(content: Mapping[str, Any]) -> list[str]:
    return [vector["result"] for vector in content["vectors"]]


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def made(spec: Specification) -> dict[str, Any]:
    return {
        path.rpartition("/")[2]: content
        for path, content in generate_vectors(spec, ["sample.sealing"]).items()
    }


def test_what_one_schedule_closes_another_opens(made: dict[str, Any]) -> None:
    opened = [vector for vector in made["Open.json"]["vectors"] if vector["result"] == "valid"]
    assert opened and all(vector["steps"][-1]["name"] == "plaintext" for vector in opened)


def test_inputs_that_two_rules_ask_for_are_found(made: dict[str, Any]) -> None:
    vectors = made["Sized.json"]["vectors"]
    assert "valid" in _results(made["Sized.json"])
    assert "SZ-01" in {vector.get("requirement") for vector in vectors}


def test_members_that_belong_together_are_tried_together(made: dict[str, Any]) -> None:
    assert _results(made["Parts.json"]).count("valid") > 3
    assert "PA-01" in {vector.get("requirement") for vector in made["Parts.json"]["vectors"]}


def test_a_search_ends(spec: Specification, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_inputs, "RUNS", 5)
    monkeypatch.setattr(schedule_inputs, "LEAST", 5)
    schedule = next(each for each in spec.modules["sample.sealing"].schedules if each.name.endswith("Sized"))
    search = InputSearch(spec, "sample.sealing.Sized", schedule, shapes_of(schedule))
    assert search.best([plain(spec, schedule)], []) is None
    assert -3 <= search.runs <= 0


def test_costly_calls_make_a_search_short(spec: Specification, monkeypatch: pytest.MonkeyPatch) -> None:
    [seal] = [each for each in spec.modules["sample.sealing"].schedules if each.name.endswith("Seal")]
    runs = [InputSearch(spec, "sample.sealing.Seal", seal, shapes_of(seal)).runs]
    monkeypatch.setattr(schedule_inputs, "COSTLY", re.compile("aes_"))
    runs.append(InputSearch(spec, "sample.sealing.Seal", seal, shapes_of(seal)).runs)
    assert runs == [schedule_inputs.RUNS, schedule_inputs.RUNS // 2]


def test_what_lies_inside_declared_vectors_is_tried(spec: Specification) -> None:
    inside = values_inside(spec, spec.modules["sample.sealing"])["sample.sealing.Inner"]
    assert inside == [(bytes.fromhex("cafebabe"), 7), (bytes.fromhex("deadbeef"), 9)]
    vectors = MessageVectors(spec, spec.modules["sample.sealing"], spec.record("sample.sealing.Inner")).make()
    assert {"cafebabe07", "deadbeef09"} <= {vector.get("bytes") for vector in vectors}


def test_the_same_on_every_run(spec: Specification, made: dict[str, Any]) -> None:
    again = generate_vectors(spec, ["sample.sealing"])
    assert {path.rpartition("/")[2]: content for path, content in again.items()} == made
