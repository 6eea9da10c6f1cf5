"""A MAC inside a JSON message: compared without leaking, refused with its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from built import build, module, specification

TEXT = """a7 1
module sample.sealed version 1.0
message Sealed(key: secret[]) as json {
    limit size = 999
    text: text[..9]
    mac:  base64[32] = hmac_sha256(key: key, data: utf8(text))
    must SEAL-01: verified(mac) "The MAC holds."
}
"""


def test_a_mac_in_json(tmp_path: Path) -> None:
    _, name = build(specification(TEXT), tmp_path)
    sealed = module(name, "sealed").Sealed
    octets = sealed(text="x").encode(key=b"k")
    assert sealed.decode(octets, key=b"k").text == "x"
    with pytest.raises(Exception, match="SEAL-01") as refused:
        sealed.decode(octets, key=b"other")
    assert refused.value.requirement == "SEAL-01" and refused.value.path == "mac"
    written = [path.read_text("utf-8") for path in tmp_path.rglob("*.py") if "sealed" in path.name]
    assert len(written) == 2 and all("compare_digest(" in text for text in written)
