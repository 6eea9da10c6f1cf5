"""SRTP sessions: what one side protects the other opens, once, in any order; nothing else changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import (
    PROFILES,
    MasterKey,
    Profile,
    exported_keys,
    profile_named,
    profile_numbered,
)
from art7.runtime.sessions.srtp.replay import CONTROL, PACKETS, Counters, Window
from art7.runtime.sessions.srtp.session import Inbound, Options, Outbound
from art7.runtime.sessions.store import MemoryStore, Store
from session_faces import FACES, session_face

MODULES = ("ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys")
GCM, COUNTER = PROFILES["AEAD_AES_128_GCM"], PROFILES["AES_CM_128_HMAC_SHA1_80"]
SSRC = 0xCAFEBABE


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, *MODULES) as made:
        yield made


def key(profile: Profile, key_id: bytes = b"", fill: int = 7) -> MasterKey:
    return MasterKey(bytes([fill]) * profile.key_size, bytes([fill + 1]) * profile.salt_size, key_id)


def outbound(face: Face, profile: Profile = GCM, store: Store | None = None, **options: Any) -> Outbound:
    return Outbound(face, store or MemoryStore(), "out", profile, [key(profile)], Options(**options))


def inbound(face: Face, profile: Profile = GCM, store: Store | None = None, **options: Any) -> Inbound:
    return Inbound(face, store or MemoryStore(), "in", profile, [key(profile)], Options(**options))


def rtp(
    sequence: int, payload: bytes = b"media", ssrc: int = SSRC, head: bytes = b"\x80\x0f", more: bytes = b""
) -> bytes:
    return head + (sequence & 0xFFFF).to_bytes(2, "big") + bytes(4) + ssrc.to_bytes(4, "big") + more + payload


def rtcp(payload: bytes = b"report..", ssrc: int = SSRC) -> bytes:
    return b"\x81\xc8\x00\x03" + ssrc.to_bytes(4, "big") + payload


def changed(octets: bytes, at: int) -> bytes:
    found = bytearray(octets)
    found[at] ^= 0x40
    return bytes(found)


def refusal(call: Callable[[bytes], bytes], packet: bytes) -> str:
    with pytest.raises(SessionRefused) as refused:
        call(packet)
    return refused.value.code


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("key_id", [b"", b"\x01\x02\x00\x04"], ids=["", "named"])
def test_every_profile_both_ways(face: Face, profile: Profile, key_id: bytes) -> None:
    one = Outbound(face, MemoryStore(), "out", profile, [key(profile, key_id)])
    two = Inbound(face, MemoryStore(), "in", profile, [key(profile, key_id)])
    extended = rtp(3, head=b"\x92\x0f", more=bytes(8) + bytes.fromhex("bede000151000200"))
    for packet in (rtp(1), rtp(2, b""), extended, rtp(4, b"x" * 1400, head=b"\xa0\x8f")):
        sealed = one.protect(packet)
        size = {"gcm": 16}.get(profile.cipher, profile.tag_size)
        assert len(sealed) == len(packet) + size + len(key_id)
        for at in [*range(0, len(sealed), 9 if len(sealed) < 99 else 99), *range(-14, 0), 1, 3, 11]:
            assert refusal(two.unprotect, changed(sealed, at))
        assert refusal(two.unprotect, sealed[:-1])
        assert two.unprotect(sealed) == packet
        assert refusal(two.unprotect, sealed) == "replayed"
    for packet in (rtcp(), rtcp(b""), rtcp(b"x" * 400)):
        sealed = one.protect_control(packet)
        for at in [*range(0, len(sealed), 7), *range(-14, 0)]:
            assert refusal(two.unprotect_control, changed(sealed, at))
        assert two.unprotect_control(sealed) == packet
        assert refusal(two.unprotect_control, sealed) == "replayed"


def test_a_tag_of_another_size_is_none(face: Face) -> None:
    one, two = outbound(face, COUNTER), inbound(face, COUNTER)
    sealed = one.protect(rtp(1))
    for size in range(len(sealed)):
        assert refusal(two.unprotect, sealed[:size]) in ("bad_mac", "truncated")
    assert two.unprotect(sealed) == rtp(1)


@pytest.mark.parametrize("profile", [GCM, COUNTER, PROFILES["NULL_HMAC_SHA1_80"]], ids=lambda each: each.name)
def test_control_packets_only_authenticated(face: Face, profile: Profile) -> None:
    one, two = outbound(face, profile, control_encrypted=False), inbound(face, profile)
    sealed = one.protect_control(rtcp())
    assert rtcp() in sealed
    assert refusal(two.unprotect_control, sealed[:9] + bytes([sealed[9] ^ 1]) + sealed[10:]) == "bad_mac"
    assert two.unprotect_control(sealed) == rtcp()


def test_order_loss_and_wraps(face: Face) -> None:
    one, two = outbound(face), inbound(face)
    numbers = [65530, 65531, 65535, 65536, 65540, 98000, 130000, 131071, 131072]
    sealed = {number: one.protect(rtp(number)) for number in numbers}
    assert one.next_index(SSRC) == 131073
    assert two.unprotect(sealed[65530]) == rtp(65530)
    for number in (65536, 65535, 65531, 65540):
        assert two.unprotect(sealed[number]) == rtp(number)
        assert refusal(two.unprotect, sealed[number]) == "replayed"
    # Too far ahead in one jump: its index is taken for one of another turn, as RFC 3711 §3.3.1 has it.
    assert refusal(two.unprotect, sealed[131071]) in ("bad_mac", "replayed")
    two_later = inbound(face, rollovers={SSRC: 2})
    assert two_later.unprotect(sealed[131072]) == rtp(131072)


def test_indices_as_appendix_a() -> None:
    window = Window(0, 64)
    assert window.index_of(40000) == 40000
    window.take(40000)
    assert [window.index_of(s) for s in (39999, 40001, 7232, 7231, 65535)] == [
        39999,
        40001,
        7232,
        72767,
        65535,
    ]
    window.take(70000)  # 4464 of the second turn
    assert [window.index_of(s) for s in (4464, 37232, 37233, 65535)] == [70000, 102768, 37233, 65535]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=80), st.integers(64, 128))
def test_windows_as_sets(steps: list[int], size: int) -> None:
    window, taken = Window(0, size), set[int]()
    for index in steps:
        highest = max(taken, default=-1)
        fits = index not in taken and index > highest - size
        try:
            window.check(index)
            assert fits
        except SessionRefused as refused:
            assert not fits
            assert refused.code == ("replayed" if index > highest - size else "too_old")
            continue
        if index == window.highest + 1 and index % 2:
            window.highest = index  # the way of packets in order
        else:
            window.take(index)
        taken.add(index)


def test_what_a_sender_repeats_is_refused(face: Face) -> None:
    one = outbound(face)
    first = one.protect(rtp(5))
    one.protect(rtp(7))
    assert refusal(one.protect, rtp(5)) == "index_used"
    assert refusal(one.protect, rtp(7, b"other")) == "index_used"
    assert one.protect(rtp(6)) != first


@pytest.mark.parametrize("crash", [True, False])
def test_no_number_twice_after_a_restart(face: Face, crash: bool) -> None:
    store = MemoryStore()
    one, two = outbound(face, store=store, block=10), inbound(face)
    for number in range(25):
        two.unprotect(one.protect(rtp(number)))
    control = [one.protect_control(rtcp()) for _ in range(3)]
    if not crash:
        one.settle()
    again = outbound(face, store=store, block=10)
    first = again.next_index(SSRC)
    assert first == (30 if crash else 25)
    for number in range(first):
        assert refusal(again.protect, rtp(number)) == "index_used"
    assert two.unprotect(again.protect(rtp(first))) == rtp(first)
    later = again.protect_control(rtcp())
    for sealed in (*control, later):
        assert two.unprotect_control(sealed) == rtcp()
    with pytest.raises(SessionRefused) as refused:
        one.protect(rtp(40)) if crash else one.protect(rtp(25))
    assert refused.value.code == "stale_state"


def test_what_was_received_is_not_received_after_a_restart(face: Face) -> None:
    store = MemoryStore()
    one, two = outbound(face), inbound(face, store=store, block=4)
    sealed = [one.protect(rtp(number)) for number in range(20)]
    for packet in sealed[:10]:
        two.unprotect(packet)
    again = inbound(face, store=store)
    for packet in sealed[:10]:
        assert refusal(again.unprotect, packet) == "too_old"
    assert again.unprotect(sealed[15]) == rtp(15)


def test_the_end_of_a_key(face: Face) -> None:
    def near(end: int, control: int) -> MemoryStore:
        store = MemoryStore()
        row = face.record("ietf.srtp.StreamCounters")(ssrc=SSRC, packets=end, control=control)
        for name in ("out", "in"):
            store.swap(name, 0, face.record("ietf.srtp.SessionCounters")(streams=[row]).encode())
        return store

    one = outbound(face, store=near(PACKETS - 2, CONTROL - 1))
    two = inbound(face, store=near(PACKETS - 2, CONTROL - 1))
    for number in (0xFFFE, 0xFFFF):
        assert two.unprotect(one.protect(rtp(number))) == rtp(number)
    assert refusal(one.protect, rtp(0)) == "index_exhausted"
    assert two.unprotect_control(one.protect_control(rtcp())) == rtcp()
    assert refusal(one.protect_control, rtcp()) == "index_exhausted"


def test_sources_are_bounded(face: Face) -> None:
    one, two = outbound(face, streams=3), inbound(face, streams=2)
    sealed = [one.protect(rtp(1, ssrc=number)) for number in range(3)]
    assert [two.unprotect(each)[:4] for each in sealed[:2]] == [rtp(1)[:4]] * 2
    assert refusal(two.unprotect, sealed[2]) == "too_many_streams"
    assert refusal(one.protect, rtp(1, ssrc=9)) == "too_many_streams"
    assert refusal(one.protect_control, rtcp(ssrc=9)) == "too_many_streams"
    assert two.unprotect(one.protect(rtp(2, ssrc=1))) == rtp(2, ssrc=1)


def test_keys_by_identifier(face: Face) -> None:
    keys = [key(GCM, b"\1", 1), key(GCM, b"\2", 9)]
    one = Outbound(face, MemoryStore(), "out", GCM, keys)
    two = Inbound(face, MemoryStore(), "in", GCM, keys)
    assert two.unprotect(one.protect(rtp(1))) == rtp(1)
    one.use(b"\2")
    assert two.unprotect(one.protect(rtp(2))) == rtp(2)
    assert two.unprotect_control(one.protect_control(rtcp())) == rtcp()
    sealed = one.protect(rtp(3))
    assert refusal(two.unprotect, sealed[:-1] + b"\3") == "unknown_key"
    assert refusal(two.unprotect, sealed[:-1] + b"\1") == "bad_mac"
    assert refusal(one.use, b"\3") == "unknown_key"


@pytest.mark.parametrize("profile", [GCM, COUNTER, PROFILES["NULL_HMAC_SHA1_80"]], ids=lambda each: each.name)
def test_hidden_extensions(face: Face, profile: Profile) -> None:
    one, two = outbound(face, profile, cryptex=True), inbound(face, profile, cryptex=True)
    for number, profile_octets in enumerate((b"\xbe\xde", b"\x10\x00")):
        more = b"source.." + profile_octets + b"\x00\x01" + b"\x51\x00\x02\x00"
        packet = rtp(number, head=b"\x92\x0f", more=more)
        sealed = one.protect(packet)
        assert (b"source.." in sealed) == (profile.cipher == "null")
        assert refusal(two.unprotect, sealed[:13] + bytes([sealed[13] ^ 1]) + sealed[14:]) == "bad_mac"
        assert refusal(two.unprotect, sealed[:-1] + bytes([sealed[-1] ^ 1])) == "bad_mac"
        assert two.unprotect(sealed) == packet
    plain = outbound(face, profile)
    packet = rtp(9, head=b"\x90\x0f", more=bytes.fromhex("bede000151000200"))
    assert two.unprotect(plain.protect(packet)) == packet
    packet = rtp(10, head=b"\x90\x0f", more=bytes.fromhex("1234000151000200"))
    assert refusal(one.protect, packet) == "bad_extension"


def test_what_is_no_packet(face: Face) -> None:
    one, two = outbound(face), inbound(face)
    long = rtp(1, bytes(65500))
    for packet in (b"", b"\x80", rtp(1)[:11], b"\x40" + rtp(1)[1:], rtp(1, head=b"\x8f\x0f"), long):
        assert refusal(one.protect, packet) in ("truncated", "bad_version", "too_large")
        assert refusal(two.unprotect, packet) in ("truncated", "bad_version", "too_large", "bad_mac")
        assert refusal(one.protect_control, packet[:7])
        assert refusal(two.unprotect_control, packet[:7])
    assert two.unprotect(one.protect(rtp(1))) == rtp(1)


@given(
    head=st.binary(min_size=12, max_size=12),
    rest=st.binary(max_size=60),
    name=st.sampled_from(sorted(PROFILES)),
    cryptex=st.booleans(),
)
@settings(max_examples=25)
def test_any_packet_both_ways(face: Face, head: bytes, rest: bytes, name: str, cryptex: bool) -> None:
    packet = bytes([head[0] & 0x3F | 0x80]) + head[1:] + rest
    one, two = (make(face, PROFILES[name], cryptex=cryptex) for make in (outbound, inbound))
    assert two.unprotect_control(one.protect_control(packet)) == packet
    try:
        sealed = one.protect(packet)
    except SessionRefused as refused:
        assert refused.code in ("truncated", "bad_extension")
        return
    assert two.unprotect(sealed) == packet


@given(octets=st.binary(max_size=80))
def test_any_octets(octets: bytes) -> None:
    for call in ANY.unprotect, ANY.unprotect_control:
        try:
            call(octets)
        except SessionRefused as refused:
            assert refused.code
        else:
            raise AssertionError("nobody has protected this")
    assert not ANY._sources


with session_face("interpreter", *MODULES) as _face:
    ANY = inbound(_face)


def test_what_cannot_be_begun(face: Face) -> None:
    for wrong in (b"", b"\x01", b"\x02\x00\x00", b"\x01\x00\x01"):
        store = MemoryStore()
        store.swap("out", 0, wrong)
        with pytest.raises(SessionRefused, match="bad_state"):
            outbound(face, store=store)
    for keys in ([], [key(GCM), key(GCM)], [key(GCM, b"\1"), key(GCM)], [MasterKey(bytes(15), bytes(12))]):
        with pytest.raises(SessionRefused, match="bad_key"):
            Outbound(face, MemoryStore(), "out", GCM, keys)
    for bounds in (Options(window=63), Options(streams=0), Options(block=1 << 20)):
        with pytest.raises(SessionRefused, match="bad_bound"):
            Counters(
                face, MemoryStore(), "x", window=bounds.window, streams=bounds.streams, block=bounds.block
            )
    with pytest.raises(SessionRefused, match="unknown_profile"):
        profile_named("DES")
    with pytest.raises(SessionRefused, match="unknown_profile"):
        profile_numbered(0)
    assert profile_numbered(7) is GCM
    assert "7" * 4 not in repr(key(GCM)).replace("0", "") and repr(replace(key(GCM))) == repr(key(GCM))


def test_keys_of_a_handshake(face: Face) -> None:
    material = bytes(range(56))
    own, peer = exported_keys(face, GCM, material, is_client=True)
    assert (own.key, peer.key, own.salt, peer.salt) == (
        material[:16],
        material[16:32],
        material[32:44],
        material[44:],
    )
    assert exported_keys(face, GCM, material, is_client=False) == (peer, own)
    with pytest.raises(SessionRefused, match="bad_key"):
        exported_keys(face, GCM, material[1:], is_client=True)
