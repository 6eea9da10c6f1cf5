"""CRYSTALS-Kyber-1024 of round 3; its independent judges are captures (`test_signal_sessions`) and live peers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.kyber import CIPHERTEXT_SIZE, PRIVATE_SIZE, PUBLIC_SIZE, Kyber1024
from art7.runtime.sessions.signal.kyber_ring import (
    DEGREE,
    Q,
    inner_product,
    packed,
    restored,
    transformed,
    unpacked,
)
from session_faces import seeded

polynomials = st.lists(st.integers(0, Q - 1), min_size=DEGREE, max_size=DEGREE)


@given(polynomials, polynomials)
@settings(max_examples=10)
def test_products_of_transforms_are_products_modulo_x_256_plus_1(left: list[int], right: list[int]) -> None:
    expected = [0] * DEGREE
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            sign = 1 if i + j < DEGREE else -1
            expected[(i + j) % DEGREE] += sign * a * b
    product = restored(inner_product([transformed(left)], [transformed(right)]))
    assert product == [each % Q for each in expected]
    assert unpacked(packed(left, 12), 12) == left


def test_both_sides_have_one_secret_and_nobody_else() -> None:
    kem = Kyber1024()
    private, public = kem.pair(seeded(1))
    assert (len(private), len(public)) == (PRIVATE_SIZE, PUBLIC_SIZE)
    shared, ciphertext = kem.encapsulate(public, seeded(2))
    assert len(ciphertext) == CIPHERTEXT_SIZE
    assert kem.decapsulate(private, ciphertext) == shared
    for at in (0, 700, CIPHERTEXT_SIZE - 1):
        wrong = bytearray(ciphertext)
        wrong[at] ^= 1
        other = kem.decapsulate(private, bytes(wrong))
        assert other != shared
        assert other == kem.decapsulate(private, bytes(wrong))


def test_what_is_no_key_or_ciphertext_is_refused() -> None:
    kem = Kyber1024()
    private, public = kem.pair(seeded(1))
    for wrong in (public[:-1], b"\xff" * PUBLIC_SIZE, b""):
        with pytest.raises(SessionRefused) as refused:
            kem.encapsulate(wrong, seeded(2))
        assert refused.value.code == "bad_kem"
    for key, ciphertext in ((private, b""), (private[:-1], bytes(CIPHERTEXT_SIZE))):
        with pytest.raises(SessionRefused) as refused:
            kem.decapsulate(key, ciphertext)
        assert refused.value.code == "bad_kem"
