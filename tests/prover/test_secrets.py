"""Questions about keys that end otherwise than in a finding with a witness: proofs, what was given up, and long modules."""

from __future__ import annotations

import pytest

from art7.prover.answers import Standing
from art7.prover.budget import Budget
from art7.prover.secrets import prove
from faults import check

SEAL = """a7 1
module trial.nonces version 1.0
schedule Seal(n: u32, m: u32) {{
    input key:  secret[16] for encrypt.message
    input text: secret[]
    derive sealed: public[] = aes_gcm_seal(key: key, nonce: {nonce}, aad: u32be(n) ++ u32be(m), plaintext: text)
    output sealed
    keep key
    erase text
}}
"""


def codes(nonce: str) -> list[str]:
    return [found.code for found in check(SEAL.format(nonce=nonce)).findings]


@pytest.mark.parametrize(
    "nonce",
    [
        "zeros(4) ++ u32be(n) ++ u32be(m)",
        "zeros(4) ++ (u32be(n) ^ u32be(m)) ++ u32be(m)",
        "u64be(n * 4294967296) ++ u32be(m)",
        "zeros(4) ++ u64le((n + 1) ^ (m << 33))",
        "first(sha256(u32be(n) ++ u32be(m)), 12)",
    ],
)
def test_a_nonce_of_whole_counters_is_proved(nonce: str) -> None:
    if nonce.startswith("first"):
        assert codes(nonce) == ["A7-K299"], "a hash that is cut is not decided"
    else:
        assert codes(nonce) == []


@pytest.mark.parametrize(
    "nonce",
    [
        "zeros(8) ++ (u32be(n) ^ u32be(m))",
        "zeros(4) ++ u32be(n >> 1) ++ u32be(m)",
        "zeros(4) ++ u32be(n & 0xFFFF) ++ u32be(m)",
    ],
)
def test_a_nonce_that_loses_a_bit_is_refuted(nonce: str) -> None:
    assert codes(nonce) == ["A7-K208"]


def test_what_is_not_decided_is_never_a_pass() -> None:
    checked = check(SEAL.format(nonce="zeros(4) ++ u64be(n * m)"))
    (answer,) = [x for x in checked.answers if x.question == "nonce"]
    assert answer.standing is Standing.NOT_PROVEN
    assert answer.finding is not None and answer.finding.code == "A7-K299"


def test_a_budget_that_is_used_up_ends_in_not_proven() -> None:
    checked = check(SEAL.format(nonce="zeros(4) ++ u32be(n) ++ u32be(m)"))
    seconds = iter((0.0, 100.0, 200.0))
    budget = Budget(module=1.0, clock=lambda: next(seconds))
    budget.start()
    module = checked.specification.modules["trial.nonces"]
    (answer,) = prove(checked.specification, module, budget)
    assert answer.standing is Standing.NOT_PROVEN


def test_values_that_double_end_soon() -> None:
    doubled = "".join(f"derive v{n + 1}: secret[] = v{n} ++ v{n}\n" for n in range(60))
    erased = ", ".join(f"v{n}" for n in range(60))
    text = "a7 1\nmodule trial.doubles version 1.0\nschedule S {\ninput k: secret[32] for kdf.x\nderive v0: secret[] = k ++ k\n"
    checked = check(f"{text}{doubled}output v60\nerase k, {erased}\n}}\n")
    assert not checked.findings
