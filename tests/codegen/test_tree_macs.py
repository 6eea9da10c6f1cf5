"""A MAC inside a JSON message: compared without leaking, refused with its sentence, told when there was no key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from art7.interpreter.decode import decode
from built import build, module, specification

TEXT = """a7 1
module sample.sealed version 1.0
struct Note(key: secret[]) as json {
    text: text[..9]
    mac:  base64[32] = hmac_sha256(key: key, data: utf8(text))
    must NOTE-01: verified(mac) "The MAC of a note holds."
}
message Sealed(key: secret[]) as json {
    limit size = 999
    first:  Note(key: key)
    more?:  Note(key: key)[..4]
    unverified: base64[32] = hmac_sha256(key: key, data: utf8(first.text))
}
message Outer(key: secret[]) as binary { limit size = 1000 n: u8 inner: Sealed(key: key) within remaining }
"""
KEY = b"k"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("sealed")
    _, name = build(specification(TEXT), folder)
    return module(name, "sealed"), folder


def written(sealed: Any) -> bytes:
    first, second = sealed.Note(text="x"), sealed.Note(text="y")
    octets: bytes = sealed.Sealed(first=first, more=[second, second]).encode(key=KEY)
    return octets


def test_a_mac_holds_or_is_refused(sample: tuple[Any, Path]) -> None:
    sealed, _ = sample
    octets = written(sealed)
    assert sealed.Sealed.decode(octets, key=KEY).unverified == []
    with pytest.raises(Exception, match="NOTE-01") as refused:
        sealed.Sealed.decode(octets, key=b"other")
    assert refused.value.path == "first.mac"


@pytest.mark.parametrize("key", [KEY, None])
def test_both_executions_tell_what_was_not_verified(sample: tuple[Any, Path], key: bytes | None) -> None:
    sealed, _ = sample
    specified = specification(TEXT)
    for name, octets in (("Sealed", written(sealed)), ("Outer", bytes([0]) + written(sealed))):
        message = getattr(sealed, name).decode(octets, key=key)
        expected = decode(specified, f"sample.sealed.{name}", octets, {"key": key}).unverified
        assert sorted(message.unverified) == sorted(expected)
        assert bool(message.unverified) is (key is None)


def test_no_comparison_leaks(sample: tuple[Any, Path]) -> None:
    texts = [path.read_text("utf-8") for path in sample[1].rglob("*sealed*.py")]
    assert len(texts) == 2 and all(text.count("compare_digest(") == 2 for text in texts)
    assert not any("!= hmac" in text for text in texts)
