"""A MAC holds before the record that it covers is read: interpreter, fast and careful code agree on every mutant."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError
from built import build, module, plain, specification

TEXT = """a7 1
module sample.sealed version 1.0 "Records behind MACs."
errors { bad_mac = 100 "The MAC does not hold." bad_part = 101 "No such part." }

struct Part as binary { kind: u8 must P-1: kind in 1..3 else bad_part "One of three." body: bytes[prefix u8] }
struct Known as protobuf { number @1: u32 name @2: text[0..9] }

message Tail(key: secret[]) as binary {
    limit size = 99
    version: u8
    body: Part within remaining - 8
    must T-1: body.kind != 3 or version == 1 else bad_part "Kind 3 is of version 1."
    mac: bytes[8] = first(hmac_sha256(key: key, data: octets_before(mac)), 8)
    must T-2: verified(mac) else bad_mac "The MAC holds before the body is read."
}
message Sized(key: secret[]) as binary {
    limit size = 99
    length: u8 = octets(body)
    body: Known within length
    more: bytes[prefix u8]
    mac: bytes[8] = first(hmac_sha256(key: key, data: octets_of(body) ++ more), 8)
    must S-1: verified(mac) else bad_mac "The MAC holds before the body is read."
    signature: bytes[2]
}
message Listed(key: secret[]) as binary {
    limit size = 99
    parts: Part[prefix u16]
    known: Known within 4
    mac: bytes[8] = first(hmac_sha256(key: key, data: octets_before(mac)), 8)
    must L-1: verified(mac) else bad_mac "The MAC holds before anything is read."
    must L-2: count(parts) < 3 else bad_part "Two parts at most."
}
message Held(key: secret[]) as binary { limit size = 99 inner: Inner(mac_key: key) within remaining - 1 last: u8 }
struct Inner(mac_key: secret[]) as binary {
    body: Part within remaining - 8
    mac: bytes[8] = first(hmac_sha256(key: mac_key, data: octets_before(mac)), 8)
    must I-1: verified(mac) else bad_mac "The MAC holds before the body is read."
}
message Bound(key: secret[]) as binary {
    limit size = 99
    body: Part within remaining - 12
    let size: u8 = body.kind
    more: bytes[size size max 4]
    mac: bytes[8] = first(hmac_sha256(key: key, data: octets_before(mac)), 8)
    must B-1: verified(mac) else bad_mac "The MAC holds, but its place depends on the body."
}
"""

KEY = b"k" * 16
PART = {"kind": 2, "body": b"ab"}
VALUES: dict[str, Any] = {
    "Tail": {"version": 1, "body": PART},
    "Sized": {"body": {"number": 5, "name": "x"}, "more": b"zz", "signature": b"ss"},
    "Listed": {"parts": [PART, {"kind": 3, "body": b""}], "known": {"number": 9, "name": ""}},
    "Held": {"inner": {"body": PART}, "last": 7},
}
OPENED = {"Tail": (1,), "Sized": (1,), "Inner": (0,), "Bound": ()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Specification, Any]:
    spec = specification(TEXT)
    return spec, module(build(spec, tmp_path_factory.mktemp("sealed"))[1], "sealed")


def outcome(run: Any) -> tuple[Any, ...]:
    """What a decoder says: the value, or all that a refusal tells."""
    try:
        value = run()
    except Exception as error:
        code = getattr(error, "code", type(error).__name__)
        return code, *(getattr(error, name, None) for name in ("requirement", "path", "offset"))
    return (without_notes(value),)


def without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_notes(item) for name, item in value.items() if name != "unverified"}
    return [without_notes(item) for item in value] if isinstance(value, list) else value


def mutants(octets: bytes) -> list[bytes]:
    found = [octets, octets + b"\0", *(octets[:size] for size in range(len(octets)))]
    for place in range(len(octets)):
        for value in (0, 1, 9, 255, octets[place] ^ 1, octets[place] ^ 128):
            found.append(octets[:place] + bytes([value]) + octets[place + 1 :])
    return found


@pytest.mark.parametrize("name", OPENED)
def test_the_plan_opens_what_a_mac_covers(name: str, made: tuple[Specification, Any]) -> None:
    record = made[0].record(f"sample.sealed.{name}")
    verify = next(s for s in record.body.steps if isinstance(s, p.Verify) and s.constant_time)
    assert verify.opens == OPENED[name]
    assert tuple(s.slot for s in record.body.steps if isinstance(s, p.Region) and s.later) == OPENED[name]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("key", [KEY, None], ids=["key", "no key"])
def test_all_executions_agree(name: str, key: bytes | None, made: tuple[Specification, Any]) -> None:
    spec, sdk = made
    octets = encode(spec, f"sample.sealed.{name}", VALUES[name], {"key": KEY})
    for each in mutants(octets):
        said = outcome(lambda each=each: decode(spec, f"sample.sealed.{name}", each, {"key": key}).value)
        made_of = outcome(lambda each=each: plain(getattr(sdk, name).decode(each, key=key)))
        assert made_of == said, each.hex()
    whole = getattr(sdk, name).decode(octets, key=KEY)
    assert whole.encode(key=KEY) == octets
    assert getattr(sdk, name).decode_prefix(octets, key=KEY)[1] == len(octets)


def test_the_mac_is_refused_before_a_broken_body(made: tuple[Specification, Any]) -> None:
    spec, sdk = made
    for body in (b"\x09\x00", b"\x01\xff", b"", b"\x01\x00rest"):
        octets = b"\1" + body + b"no mac.."
        told = outcome(lambda octets=octets: decode(spec, "sample.sealed.Tail", octets, {"key": KEY}).value)
        assert told[:4] == ("bad_mac", "T-2", "mac", 1 + len(body))
        assert outcome(lambda octets=octets: sdk.Tail.decode(octets, key=KEY)) == told


def test_a_good_mac_does_not_hide_a_broken_body(made: tuple[Specification, Any]) -> None:
    spec, sdk = made
    covered = b"\1\x09\x00"
    octets = covered + hmac.digest(KEY, covered, hashlib.sha256)[:8]
    told = outcome(lambda: decode(spec, "sample.sealed.Tail", octets, {"key": KEY}).value)
    assert told[:4] == ("bad_part", "P-1", "body.kind", 1)
    assert outcome(lambda: sdk.Tail.decode(octets, key=KEY)) == told
    unknown = outcome(lambda: decode(spec, "sample.sealed.Tail", octets, {}).value)
    assert unknown[:4] == told[:4]


def test_the_tree_shows_octets_that_were_not_opened(made: tuple[Specification, Any]) -> None:
    spec, _ = made
    octets = encode(spec, "sample.sealed.Tail", VALUES["Tail"], {"key": KEY})
    nodes = {
        node.name: node for node in decode(spec, "sample.sealed.Tail", octets, {"key": KEY}).tree.children
    }
    assert [node.name for node in nodes["body"].children] == ["kind", "body"]
    assert nodes["mac"].note == "verified"
    with pytest.raises(DecodeError) as found:
        decode(spec, "sample.sealed.Tail", octets[:-1] + b"!", {"key": KEY})
    assert found.value.tree is not None
    body = next(node for node in found.value.tree.children if node.name == "body")
    assert (body.offset, body.octets, body.value, body.children) == (1, 4, octets[1:5], [])
