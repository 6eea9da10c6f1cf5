"""A message whose last part covers what stands before it, where its head is not final when that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from art7.codegen.python import octets_record
from art7.codegen.python.in_order import NotInOrder
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from built import build, module, specification

TEXT = """a7 1
module demo version 1.0

message Packet(key: secret[]) as binary {{
    limit size = 400
    kind:   u8
    length: {width} = octets(parts)
    parts:  Part(key: key)[size length max 9]
    must D-1: every x in parts satisfies (x.kind != 1 or is_last(x, parts))
}}

struct Part(key: secret[]) as binary {{
    kind: u8
    size: u8 = octets(value)
    value: select kind {{
        1 => mac: Mac(key: key)
        otherwise => other: bytes[rest]
    }} within size
}}

struct Mac(key: secret[]) as binary {{
    mac: bytes[20] = hmac_sha1(key: key, data: octets_before(self, with: {{ length: offset(self) + {more} }}))
    must D-2: verified(mac)
}}
"""

WIDTHS = {"u8": (True, 8), "u16": (True, 9), "u24": (False, 10), "u32": (True, 11)}
"""Width of the length → whether it can be put in while the message is written in order, and what the length adds."""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_head_that_cannot_be_put_in_is_fixed_up(
    width: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[str] = []
    body = octets_record._message_body

    def watched(record: Any, *rest: Any) -> Any:
        try:
            return body(record, *rest)
        except NotInOrder:
            raised.append(record.name)
            raise

    monkeypatch.setattr(octets_record, "_message_body", watched)
    in_order, more = WIDTHS[width]
    spec = specification(TEXT.format(width=width, more=more))
    _, name = build(spec, tmp_path)
    assert raised == ([] if in_order else ["demo.Packet"])
    sdk = module(name, "demo")
    for parts in ([], [{"kind": 1, "value": {}}], [{"kind": 7, "value": b"abc"}, {"kind": 1, "value": {}}]):
        octets = encode(spec, "demo.Packet", {"kind": 3, "parts": parts}, {"key": b"k"})
        read = sdk.Packet.decode(octets, key=b"k")
        assert read.encode(key=b"k") == octets
        assert not decode(spec, "demo.Packet", octets, {"key": b"k"}).unverified
