"""Schedules made ready once give what they give otherwise, and refuse what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from built import build, module, specification
from session_faces import session_face

TEXT = """a7 1
module test.keys version 1.0 "Keys that last, and what must not be prepared."

schedule Tag(count: u16, data: bytes[]) "A tag." {
    input key: secret[]
    derive tag: public[20] = hmac_sha1(key: key, data: data ++ u16be(count >> 2))
    output tag
    keep key
}

schedule Mixed(number: u32, data: bytes[]) "A counter block of two parts." {
    input key:  secret[16]
    input salt: secret[8]
    derive block: secret[16] = (salt ++ zeros(8)) ^ (zeros(2) ++ u32be(number) ++ zeros(10))
    derive out:   secret[] = aes_ctr(key: key, iv: block, data: data)
    output out
    keep key, salt
}

schedule Used(data: bytes[]) "A key that is used up." {
    input key: secret[]
    derive tag: public[20] = hmac_sha1(key: key, data: data)
    output tag
    erase key
}

schedule Named(data: text) "A parameter that is no octets." {
    input key: secret[]
    derive tag: public[20] = hmac_sha1(key: key, data: utf8(data))
    output tag
    keep key
}

schedule Short(data: bytes[]) "A block whose size nobody knows." {
    input key:  secret[16]
    input salt: secret[]
    derive out: secret[] = aes_ctr(key: key, iv: salt, data: data)
    output out
    keep key, salt
}
"""

PACKETS: dict[str, Any] = {
    "cipher_key": bytes(range(16)),
    "cipher_salt": bytes(range(14)),
    "auth_key": bytes(20),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("lasting")
    _, name = build(specification(TEXT), folder)
    return module(name, "keys_keys")


def test_which_are_prepared(keys: Any) -> None:
    names = ("tag", "mixed", "used", "named", "short")
    found = [hasattr(getattr(keys, f"derive_{name}"), "prepare") for name in names]
    assert found == [True, True, False, False, False]
    assert keys.derive_mixed.prepare.takes == ("number", "data")
    assert keys.derive_mixed.prepare.gives == ("out",)


@given(number=st.integers(0, 2**32 - 1), data=st.binary(max_size=40), key=st.binary(min_size=16, max_size=16))
@settings(max_examples=40)
def test_the_same_values(keys: Any, number: int, data: bytes, key: bytes) -> None:
    run = keys.derive_mixed.prepare(key=key, salt=key[:8])
    for _ in range(2):
        assert run(number, data) == keys.derive_mixed(number=number, data=data, key=key, salt=key[:8]).out
    tag = keys.derive_tag.prepare(key=key)
    assert tag(number >> 16, data) == keys.derive_tag(count=number >> 16, data=data, key=key).tag


def test_refusals(keys: Any) -> None:
    run = keys.derive_mixed.prepare(key=bytes(16), salt=bytes(8))
    for number in (-1, 2**32):
        with pytest.raises(keys.DeriveError) as refused:
            run(number, b"")
        assert refused.value.code == "out_of_range"
    for number, data in ((None, b""), ("1", b""), (1, None), (1, "x")):
        with pytest.raises(keys.DeriveError) as refused:
            run(number, data)
        assert refused.value.code == "wrong_kind"
    for given_, code in (
        ({"salt": bytes(7)}, "too_short"),
        ({"salt": None}, "missing_field"),
        ({"key": ""}, "wrong_kind"),
    ):
        with pytest.raises(keys.DeriveError) as refused:
            keys.derive_mixed.prepare(**({"key": bytes(16), "salt": bytes(8)} | given_))
        assert refused.value.code == code
    with pytest.raises(TypeError):
        keys.derive_mixed.prepare(key=bytes(16))


def test_no_report_shows_a_key(keys: Any) -> None:
    key, salt = bytes(range(100, 116)), bytes(range(200, 208))
    run = keys.derive_mixed.prepare(key=key, salt=salt)
    with pytest.raises(keys.DeriveError) as refused:
        run(1, None)
    shown, frame = "", refused.value.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_name == "run":
            shown += repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    block = int.from_bytes(salt + bytes(8), "big")
    assert (
        shown
        and repr(key)[2:-1] not in shown
        and str(block) not in shown
        and str(block ^ 1 << 80) not in shown
    )
    assert repr(salt)[2:-1] not in shown


@given(
    index=st.integers(0, 2**48 - 1),
    header=st.binary(max_size=20),
    data=st.binary(max_size=40),
    size=st.integers(0, 20),
)
@settings(max_examples=25)
def test_packets(index: int, header: bytes, data: bytes, size: int) -> None:
    seal, opened = PREPARED
    sealed = SEAL(ssrc=7, index=index, tag_length=size, header=header, data=data, **PACKETS)
    hidden, tag = seal(7, index, size, header, data)
    assert (hidden, tag) == (sealed.hidden, sealed.tag)
    assert opened(7, index, size, tag, header, hidden) == data
    for wrong in (tag + b"\0", bytes([(tag or b"\1")[0] ^ 1]) + tag[1:]):
        with pytest.raises(FAILURES) as refused:
            opened(7, index, size, wrong, header, hidden)
        assert refused.value.code == "not_authentic"


with session_face("sdk", "ietf.srtp_keys") as _face:
    SEAL, _OPEN = (_face.schedule(f"ietf.srtp_keys.{name}CounterMode") for name in ("Seal", "Open"))
    PREPARED = SEAL.prepare(**PACKETS), _OPEN.prepare(**PACKETS)
    FAILURES = _face.failures
