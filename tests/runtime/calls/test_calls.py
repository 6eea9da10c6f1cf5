"""The parts of a call's end: offers and checks of browsers that were recorded, a handshake with OpenSSL, frames that get lost."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from art7.runtime.calls.certificates import fresh_certificate
from art7.runtime.calls.codecs import Codec, Format, NoCommonCodec, agreed_format, common_codecs
from art7.runtime.calls.connectivity import Lite
from art7.runtime.calls.control import asks_for_picture, picture_request
from art7.runtime.calls.description import agreed_streams, read_offer
from art7.runtime.calls.endpoint import MEDIA_MODULES, OPUS, OWN, VP8, Call, signalling_codec
from art7.runtime.calls.handshake import Handshake
from art7.runtime.calls.libraries import library
from art7.runtime.calls.media import OpusFrames, Packet, Packets, Vp8Frames, vp8_payloads
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import InterpretedFace
from art7.runtime.sessions.refusals import SessionRefused

CODEC = signalling_codec()
FACE = InterpretedFace(catalogue_interpreter(*MEDIA_MODULES))
HOST = "127.0.0.1"


def descriptions() -> list[Path]:
    found = corpus.files("captures", "webrtc", ".sdp")
    return found or pytest.skip(corpus.absent("captures") or "no descriptions among the captures")


def refusal(action: Any) -> str:
    with pytest.raises(SessionRefused) as caught:
        action()
    return caught.value.code


# ---- offer and answer -----------------------------------------------------------------------------------------


def test_every_recorded_offer_has_an_answer_that_aiortc_reads(cases: Any) -> None:
    need_handshakes()
    sdp = pytest.importorskip("aiortc.sdp", reason="aiortc is not installed: make judges")
    for path in descriptions():
        call = Call(FACE, lambda *_: None)
        none = asyncio.run(began(call, path.read_bytes()))
        offer = sdp.SessionDescription.parse(path.read_text(encoding="utf-8"))
        answer = sdp.SessionDescription.parse(call.answer.decode())
        assert [each.kind for each in answer.media] == [each.kind for each in offer.media]
        for asked, said, stream in zip(offer.media, answer.media, call.streams, strict=True):
            assert said.rtp.muxId == asked.rtp.muxId
            assert (said.port == 0) == isinstance(stream.format, NoCommonCodec)
            if said.port:
                assert said.dtls.role == "server" and said.ice.iceLite and said.rtcp_mux
                assert said.dtls.fingerprints[0].value == call._certificate.fingerprint
                chosen = said.rtp.codecs[0]
                assert chosen.payloadType in asked.fmt
                assert chosen.name in {
                    each.name for each in asked.rtp.codecs if each.payloadType == chosen.payloadType
                }
        assert (none is None) == any(each.port for each in answer.media)
        cases.ran("captures/webrtc: answered")


def need_handshakes() -> None:
    pytest.importorskip("OpenSSL.SSL", reason="absent: pyOpenSSL (make judges)")


async def began(call: Call, offer: bytes) -> NoCommonCodec | None:
    try:
        return await call.begin(offer, HOST)
    finally:
        call.close()


def test_offers_that_leave_something_out() -> None:
    for path in descriptions():
        octets = path.read_bytes()
        for name in (b"ice-ufrag", b"ice-pwd", b"fingerprint", b"setup"):
            without = re.sub(rb"a=" + name + rb":[^\r\n]*\r?\n", b"", octets)
            assert refusal(lambda octets=without: read_offer(CODEC, octets)) == "bad_offer"
        assert refusal(lambda octets=octets: read_offer(CODEC, octets[: octets.index(b"m=")])) == "bad_offer"
        broken = octets.replace(b"a=setup:", b"a=setup:x", 1)
        assert refusal(lambda octets=broken: read_offer(CODEC, octets)) not in ("", "bad_offer")


def test_a_section_without_multiplexing_is_refused() -> None:
    for path in descriptions():
        offer = read_offer(CODEC, path.read_bytes().replace(b"a=rtcp-mux\r\n", b""))
        streams = agreed_streams(offer, OWN, range(len(offer.sections)))
        assert all(isinstance(each.format, NoCommonCodec) for each in streams)


def test_the_first_common_codec_is_taken() -> None:
    speex, opus = Codec("audio", "speex", 8000), Codec("audio", "OPUS", 48000, 2)
    offered = (Format(97, speex), Format(111, opus, "useinbandfec=1"), Format(96, VP8))
    assert agreed_format("audio", offered, OWN) == offered[1]
    assert agreed_format("audio", offered, (speex, OPUS)) == offered[0]
    missing = agreed_format("audio", offered[:1], OWN)
    assert str(missing) == "no common audio codec: speex; opus"
    assert common_codecs("audio", [(speex, opus), OWN, (VP8, OPUS)]) == (opus,)
    nobody = common_codecs("video", [OWN, (opus,)])
    assert str(nobody) == "no common video codec: VP8; none"


# ---- connectivity ---------------------------------------------------------------------------------------------


def recorded_checks() -> Iterator[tuple[bytes, str, dict[str, str]]]:
    """Requests of the recordings with the user name in each, and passwords by fragment."""
    for path in corpus.files("captures", "webrtc", "packets.json"):
        texts = "".join(each.read_text(encoding="utf-8") for each in path.parent.glob("*.sdp"))
        pairs = re.findall(r"a=ice-ufrag:(\S+)\s+a=ice-pwd:(\S+)", texts)
        for each in json.loads(path.read_text(encoding="utf-8"))["stun"]:
            octets = bytes.fromhex(each["hex"])
            user = next(
                (
                    x["value"]
                    for x in CODEC.decode("ietf.stun.StunMessage", octets)["attributes"]
                    if x["kind"] == 6
                ),
                None,
            )
            if octets[:2] == b"\0\1" and user and user.partition(":")[0] in dict(pairs):
                yield octets, user, dict(pairs)


def test_recorded_checks_are_answered_as_aioice_verifies(cases: Any) -> None:
    stun = pytest.importorskip("aioice.stun", reason="aioice is not installed: make judges")
    controlling = 0
    for octets, user, passwords in recorded_checks():
        own, _, peer = user.partition(":")
        lite = Lite(CODEC, own, passwords[own], peer)
        found = lite.answer(octets, (HOST, 50000))
        reply = stun.parse_message(found.reply)
        assert reply.check_message_integrity(passwords[own].encode())
        assert reply.transaction_id == octets[8:20]
        if b"\x80\x29\x00\x08" in octets:  # sent by a controlled end, of which a lite one is the other
            assert found.error == 487 and reply.attributes["ERROR-CODE"][0] == 487
        else:
            assert found.is_valid and reply.attributes["XOR-MAPPED-ADDRESS"] == (HOST, 50000)
            assert found.is_nominated == (b"\x00\x25\x00\x00" in octets)
            controlling += 1
        assert Lite(CODEC, own, passwords[own] + "x", peer).answer(octets, (HOST, 50000)).error == 401
        assert Lite(CODEC, own, passwords[own], peer + "x").answer(octets, (HOST, 50000)).error == 401
        for place in range(0, len(octets), 7):
            broken = octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]
            assert not lite.answer(broken, (HOST, 50000)).is_valid
        cases.ran("captures/webrtc: checks")
    assert controlling


def test_what_is_no_request_is_not_answered() -> None:
    lite = Lite(CODEC, "a", "p" * 22, "b")
    response = lite._message({"method": 1, "transaction": bytes(12)}, 2, {"kind": 0x24, "value": 1})
    bare = CODEC.encode(
        "ietf.stun.StunMessage", {"method": 1, "class": 0, "transaction": bytes(12), "attributes": []}
    )
    assert lite.answer(response, (HOST, 1)).reply is None
    assert lite.answer(b"\0\1", (HOST, 1)).reply is None
    assert lite.answer(bare, (HOST, 1)).error == 400


# ---- the handshake --------------------------------------------------------------------------------------------


class Client:
    """OpenSSL as the other side."""

    def __init__(self, *, certified: bool = True) -> None:
        ssl = pytest.importorskip("OpenSSL.SSL", reason="absent: pyOpenSSL (make judges)")
        self.certificate = fresh_certificate()
        context = ssl.Context(ssl.DTLS_METHOD)
        if certified:
            context.use_certificate(self.certificate.certificate)
            context.use_privatekey(self.certificate.key)
        context.set_verify(ssl.VERIFY_NONE, lambda *_: True)
        context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
        self.connection = ssl.Connection(context, None)
        self.connection.set_connect_state()
        self.error = ssl.Error

    def step(self, datagrams: list[bytes]) -> bytes:
        for each in datagrams:
            self.connection.bio_write(each)
        for action in (self.connection.do_handshake, lambda: self.connection.bio_read(1 << 16)):
            try:
                found = action()
            except self.error:
                found = b""
        return found or b""


def shaken(client: Client, fingerprint: str, hash: str = "sha-256") -> Handshake:
    sent: list[bytes] = []
    server = Handshake(FACE, fresh_certificate(datetime.now(UTC)), hash, fingerprint, sent.append)
    for _ in range(6):
        flight = client.step(sent)
        sent.clear()
        if flight and not server.is_over:
            server.receive(flight)
    return server


def test_both_ends_have_the_same_keys() -> None:
    client = Client()
    server = shaken(client, client.certificate.fingerprint)
    assert server.agreed is not None and server.wait() is None
    agreed = server.agreed
    material = client.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)
    assert agreed.profile.name == "AES_CM_128_HMAC_SHA1_80"
    assert material == agreed.peer.key + agreed.own.key + agreed.peer.salt + agreed.own.salt


def test_handshakes_that_fail() -> None:
    other = Client().certificate.fingerprint
    assert refusal(lambda: shaken(Client(), other)) == "bad_fingerprint"
    assert refusal(lambda: shaken(Client(certified=False), other)) == "bad_handshake"
    assert refusal(lambda: shaken(Client(), "00:" * 19 + "00", "sha-1")) == "weak_hash"


# ---- media ----------------------------------------------------------------------------------------------------


def packets_of(frames: list[bytes]) -> list[Packet]:
    made: list[Packet] = []
    for time, frame in enumerate(frames):
        pieces = vp8_payloads(FACE, frame)
        for number, piece in enumerate(pieces, 1):
            made.append(
                Packet(96, (65530 + len(made)) & 0xFFFF, time * 3000, 7, number == len(pieces), piece)
            )
    return made


def test_frames_come_out_as_they_went_in() -> None:
    chance = random.Random(7741)
    frames = [
        bytes([number % 2]) + chance.randbytes(chance.choice((0, 1, 1099, 1100, 5000)))
        for number in range(12)
    ]
    joiner, rtp = Vp8Frames(FACE), Packets(FACE)
    out = [joiner.take(rtp.read(rtp.write(each))) for each in packets_of(frames)]
    assert [each for each in out if each is not None] == frames


@given(st.integers(0, 10**9), st.sampled_from(["lost", "late", "twice"]))
def test_a_frame_with_a_gap_is_not_given_out(seed: int, fault: str) -> None:
    chance = random.Random(seed)
    frames = [
        bytes([0 if number % 4 == 0 else 1]) + bytes([number]) * chance.choice((10, 2500))
        for number in range(12)
    ]
    packets = packets_of(frames)
    at = chance.randrange(1, len(packets) - 1)
    if fault == "lost":
        del packets[at]
    elif fault == "late":
        packets[at], packets[at + 1] = packets[at + 1], packets[at]
    else:
        packets.insert(at, packets[at - 1])
    joiner = Vp8Frames(FACE)
    out = [found for each in packets if (found := joiner.take(each)) is not None]
    assert all(each in frames for each in out)
    whole = iter(frames)
    assert all(each in whole for each in out), "in order"
    # After a gap nothing that builds on what was lost comes out: the next one given out is a key frame.
    for before, after in zip(out, out[1:], strict=False):
        assert frames.index(after) == frames.index(before) + 1 or after[0] == 0


def test_payloads_that_are_none() -> None:
    joiner = Vp8Frames(FACE)
    assert refusal(lambda: joiner.take(Packet(96, 1, 0, 7, True, b""))) == "truncated"
    assert joiner.needs_key
    assert refusal(lambda: OpusFrames(FACE).take(Packet(111, 1, 0, 7, False, b""))) == "truncated"
    assert refusal(lambda: Packets(FACE).read(b"\x80")) == "truncated"


def test_a_whole_picture_is_asked_for() -> None:
    rtcp = pytest.importorskip("aiortc.rtp", reason="aiortc is not installed: make judges")
    octets = picture_request(CODEC, 1, 2, "name")
    report, names, feedback = rtcp.RtcpPacket.parse(octets)
    assert (report.ssrc, names.chunks[0].items, feedback.fmt, feedback.media_ssrc) == (
        1,
        [(1, b"name")],
        1,
        2,
    )
    assert asks_for_picture(CODEC, octets)
    assert not asks_for_picture(CODEC, octets[:-12])
    assert refusal(lambda: asks_for_picture(CODEC, octets[:-1])) == "truncated"


def test_a_library_that_is_not_there() -> None:
    assert refusal(lambda: library("no.such.library")) == "no_library"


# ---- the socket -----------------------------------------------------------------------------------------------


def test_nothing_that_arrives_ends_a_call() -> None:
    need_handshakes()
    offer = descriptions()[0].read_bytes()

    async def run() -> Call:
        call = Call(FACE, lambda *_: pytest.fail("a frame from nobody"))
        await call.begin(offer, HOST)
        chance = random.Random(7983)
        call._paths["127.0.0.1", 9] = True
        for first in (b"", *(bytes([n]) for n in range(0, 256, 3))):
            for sender in (9, 10):
                call.datagram_received(
                    first + chance.randbytes(chance.choice((0, 3, 20, 60))), (HOST, sender)
                )
        call.close()
        return call

    call = asyncio.run(run())
    assert not call.settled.is_set() or call.failure is not None
    assert {"unchecked_path", "unknown_protocol", "too_early"} <= set(call.counts.refused)
    assert not call.counts.frames and not call.counts.packets
