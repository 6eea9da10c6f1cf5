"""The SDP rows, and text that grows: judged at once, by both executions alike."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

import corpus
from executions import Codec, Decoded, Refused

SESSION = "ietf.sdp.Session"
HEAD = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
SECONDS = 2.0


def verdict(codec: Codec, octets: bytes) -> Decoded | Refused:
    start = time.process_time()
    found: Any
    try:
        found = codec.decode(SESSION, octets)
    except Refused as refused:
        found = refused
    assert time.process_time() - start < SECONDS
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", corpus.hostile("sdp"), ids=lambda case: case.path.name)
def test_sdp_row(case: corpus.HostileCase, codec: Codec, cases: Any) -> None:
    octets = case.path.read_bytes()
    found = verdict(codec, octets)
    if case.outcome == "accept":
        assert isinstance(found, Decoded)
        assert codec.encode(SESSION, found.native) == re.sub(rb"\r?\n", b"\r\n", octets)
    else:
        assert isinstance(found, Refused) and found.code not in ("internal", "")
    cases.ran("hostile/sdp")


GROWING = {
    "media up to the limit": (b"m=a 1 x y\r\n" * 256, None),
    "one media more": (b"m=a 1 x y\r\n" * 257, "too_many"),
    "attributes up to the limit": (b"a=x\r\n" * 1024, None),
    "formats without end": (b"m=a 1 x" + b" 1" * 100_000 + b"\r\n", "too_many"),
    "one long word": (b"a=" + b"x" * 250_000 + b"\r\n", None),
    "a number without end": (b"m=a " + b"9" * 200_000 + b" x y\r\n", "out_of_range"),
    "brackets": (b"a=imageattr:97 send [x=[" + b"[" * 100_000 + b"\r\n", "bad_characters"),
    "alternatives": (b"a=simulcast:send " + b"1,1;" * 40_000 + b"\r\n", "trailing_data"),
    "switches": (b"a=fmtp:1 " + b"stereo=1;" * 20_000 + b"\r\n", None),
    "not UTF-8": (b"i=\xff\r\n", "trailing_data"),
    "a message beyond the limit": (b"a=x\r\n" * 60_000, "too_large"),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_is_judged_at_once(name: str, codec: Codec) -> None:
    body, code = GROWING[name]
    found = verdict(codec, HEAD + body)
    assert (found.code if isinstance(found, Refused) else None) == code
