"""Keys that are held give what the builtins give, each time, and refuse what they refuse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.interpreter.functions import Refused, plain
from art7.interpreter.functions.held_keys import HpkeContext, hpke_pair, signer

SCHEMES = {"ed25519": 32, "ed448": 57, "ecdsa_p256": 32, "ecdsa_p384": 48, "ecdsa_p521": 66}
KEMS = {0x10: 1, 0x11: 2, 0x12: 3, 0x20: 1, 0x21: 3}
SEED = st.binary(min_size=66, max_size=66)


@pytest.mark.parametrize(("scheme", "size"), SCHEMES.items())
def test_a_held_key_signs_what_its_public_key_verifies(scheme: str, size: int) -> None:
    private = bytes(1) + bytes(range(1, size))
    sign, public = signer(scheme, private), plain(f"{scheme.removeprefix('ecdsa_')}_public")(private)
    verify = plain(f"{scheme}_verify")
    for data in (b"", b"once", b"again" * 99):
        signature = sign(data)
        assert verify(public, data, signature) and not verify(public, data + b"!", signature)
        if scheme.startswith("ed"):
            assert signature == plain(f"{scheme}_sign")(private, data)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_that_is_none_is_refused(scheme: str) -> None:
    with pytest.raises(Refused) as refusal:
        signer(scheme, b"" if scheme.startswith("ed") else bytes(32))
    assert refusal.value.code == "bad_key"


@pytest.mark.parametrize(("kem", "kdf"), KEMS.items())
@pytest.mark.parametrize("aead", [1, 2, 3])
@settings(max_examples=4, deadline=None, derandomize=True)
@given(own=SEED, first=SEED, info=st.binary(max_size=80), text=st.binary(max_size=80))
def test_one_context_seals_to_many_as_each_call_does(
    kem: int, kdf: int, aead: int, own: bytes, first: bytes, info: bytes, text: bytes
) -> None:
    private, public, held = hpke_pair(kem, own)
    assert private == plain("hpke_derive_private")(kem, own) and public == plain("hpke_public")(kem, private)
    context = HpkeContext(kem, kdf, aead, info)
    for ikm in (first, first[::-1] + b"!"):
        sent, sealed = context.seal(public, ikm, text)
        assert sent == plain("hpke_derive_public")(kem, ikm)
        assert sealed == plain("hpke_seal")(kem, kdf, aead, public, ikm, info, b"", text)
        assert context.open(private, sent, sealed) == text
        assert context.open(private, sent, sealed, (held, public)) == text
        with pytest.raises(Refused, match="not_authentic"):
            context.open(private, sent, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_what_a_context_refuses() -> None:
    with pytest.raises(Refused, match="unknown_value"):
        HpkeContext(0x20, 1, 0xFFFF, b"")
    with pytest.raises(Refused, match="unknown_value"):
        HpkeContext(0x99, 1, 1, b"")
    with pytest.raises(Refused, match="small_order"):
        HpkeContext(0x20, 1, 1, b"").seal(bytes(32), bytes(32), b"")
    with pytest.raises(Refused, match="bad_key"):
        HpkeContext(0x20, 1, 1, b"").seal(bytes(31), bytes(32), b"")
    with pytest.raises(Refused, match="bad_point"):
        HpkeContext(0x10, 1, 1, b"").open(bytes(31) + b"\1", b"\4" + bytes(64), b"")
