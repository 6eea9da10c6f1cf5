"""SRTP with libsrtp, both ways: every profile that it has, any order, wraps, and what both refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import PROFILES, MasterKey, Profile
from art7.runtime.sessions.srtp.session import Inbound, Outbound
from art7.runtime.sessions.store import MemoryStore
from corpus import REPOSITORY
from peers import HOME, Peer, flipped, need
from session_faces import FACES, seeded, session_face

pytestmark = pytest.mark.peers

PROGRAM = "v-srtp/bin/python"
NAMES = [name for name, profile in PROFILES.items() if profile.number and name != "NULL_HMAC_SHA1_32"]
"""Libsrtp's table of profiles has the others of DTLS-SRTP."""
SSRC = 0x11223344


@pytest.fixture(scope="module")
def libsrtp() -> Iterator[Peer]:
    need(PROGRAM, group="srtp")
    driver = REPOSITORY / "tests" / "peers" / "drivers" / "srtp_driver.py"
    with Peer([str(HOME / PROGRAM), str(driver)]) as peer:
        yield peer


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys") as made:
        yield made


@pytest.fixture(params=NAMES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return PROFILES[request.param]


def key(profile: Profile) -> MasterKey:
    random = seeded(profile.name)
    return MasterKey(random(profile.key_size), random(profile.salt_size))


def begin(libsrtp: Peer, profile: Profile, *, outbound: bool) -> None:
    master = key(profile)
    octets = (master.key + master.salt).hex()
    libsrtp("begin", name="one", profile=profile.number, key=octets, outbound=outbound, window=128)


def run(libsrtp: Peer, call: str, packets: list[bytes]) -> list[bytes | str]:
    found = libsrtp("run", name="one", call=call, packets=[each.hex() for each in packets])["packets"]
    return [each if each.startswith("!") else bytes.fromhex(each) for each in found]


def rtp(sequence: int) -> bytes:
    head, more = [
        (b"\x80\x6f", b""),
        (b"\x92\xef", b"sourcestBEDE"[:8] + bytes.fromhex("bede000151000200")),
        (b"\xa0\x6f", b""),
    ][sequence % 3]
    place = (sequence & 0xFFFF).to_bytes(2, "big") + sequence.to_bytes(4, "big") + SSRC.to_bytes(4, "big")
    return head + place + more + bytes([sequence & 0xFF]) * (sequence % 50) + b"\x01"


def rtcp(number: int) -> bytes:
    return b"\x80\xc9\x00\x01" + SSRC.to_bytes(4, "big") + b"\x81\xca\x00\x02" + bytes([number]) * 8


def refusal(call: Callable[[bytes], bytes], packet: bytes) -> str:
    with pytest.raises(SessionRefused) as refused:
        call(packet)
    return refused.value.code


ORDER = [65530, 65532, 65531, 65536, 65535, 65540, 65538, 65537, 98000, 130000, 131073, 131072, 131200]
"""Late packets on both sides of a wrap, and jumps."""


def test_what_we_send(libsrtp: Peer, face: Face, profile: Profile) -> None:
    begin(libsrtp, profile, outbound=False)
    sender = Outbound(face, MemoryStore(), "out", profile, [key(profile)])
    sealed = {number: sender.protect(rtp(number)) for number in sorted(ORDER)}
    packets = [sealed[number] for number in ORDER]
    assert str(run(libsrtp, "unprotect", [flipped(packets[0])])[0]).startswith("!authentication")
    assert str(run(libsrtp, "unprotect", [flipped(packets[0], 13)])[0]).startswith("!authentication")
    assert run(libsrtp, "unprotect", packets) == [rtp(number) for number in ORDER]
    again = run(libsrtp, "unprotect", [packets[-1], packets[0]])
    assert all(str(each).startswith("!replay") for each in again)
    control = [sender.protect_control(rtcp(number)) for number in range(4)]
    assert str(run(libsrtp, "unprotect_rtcp", [flipped(control[0])])[0]).startswith("!authentication")
    order = [1, 0, 3, 2]
    assert run(libsrtp, "unprotect_rtcp", [control[at] for at in order]) == [rtcp(at) for at in order]
    assert str(run(libsrtp, "unprotect_rtcp", [control[2]])[0]).startswith("!replay")


def test_what_we_receive(libsrtp: Peer, face: Face, profile: Profile) -> None:
    begin(libsrtp, profile, outbound=True)
    numbers = sorted(ORDER)
    sealed = dict(zip(numbers, run(libsrtp, "protect", [rtp(each) for each in numbers]), strict=True))
    receiver = Inbound(face, MemoryStore(), "in", profile, [key(profile)])
    for number in ORDER:
        packet = sealed[number]
        assert isinstance(packet, bytes)
        for at in (1, 7, 12, -12, -1):
            assert refusal(receiver.unprotect, flipped(packet, at)) in ("bad_mac", "replayed", "too_old")
        assert receiver.unprotect(packet) == rtp(number)
        assert refusal(receiver.unprotect, packet) == "replayed"
    control = run(libsrtp, "protect_rtcp", [rtcp(number) for number in range(4)])
    for number in (1, 0, 3, 2):
        packet = control[number]
        assert isinstance(packet, bytes)
        assert refusal(receiver.unprotect_control, flipped(packet)) in ("bad_mac", "replayed")
        assert receiver.unprotect_control(packet) == rtcp(number)
        assert refusal(receiver.unprotect_control, packet) == "replayed"


def test_the_same_octets(libsrtp: Peer, face: Face, profile: Profile) -> None:
    begin(libsrtp, profile, outbound=True)
    sender = Outbound(face, MemoryStore(), "out", profile, [key(profile)])
    numbers = range(1000, 1060)
    ours = [sender.protect(rtp(number)) for number in numbers]
    assert run(libsrtp, "protect", [rtp(number) for number in numbers]) == ours


def test_another_key_opens_nothing(libsrtp: Peer, face: Face) -> None:
    profile = PROFILES["AEAD_AES_128_GCM"]
    begin(libsrtp, profile, outbound=False)
    other = MasterKey(bytes(16), bytes(12))
    sealed = Outbound(face, MemoryStore(), "out", profile, [other]).protect(rtp(1))
    assert str(run(libsrtp, "unprotect", [sealed])[0]).startswith("!authentication")
