"""Public G.711 cases: the sample of every code, the code of samples, and speech recorded from programs."""

from __future__ import annotations

import json
from typing import Any

from catalogue_codec import found_files
from executions import Codec

TOPIC = "media"
LAWS = {"ulaw": ("Ulaw", "Pcmu"), "alaw": ("Alaw", "Pcma")}


def linear(codec: Codec, law: str, code: int) -> int:
    """The sample of a code, which is written again as it was."""
    sample = f"itu.g711.{LAWS[law][0]}Sample"
    decoded = codec.decode(sample, bytes([code]))
    assert codec.encode(sample, decoded.native) == bytes([code])
    return int(decoded.plain["linear"])


class Encoder:
    """Writes samples, by changing one that was read."""

    def __init__(self, codec: Codec, law: str) -> None:
        self.codec, self.type = codec, f"itu.g711.{LAWS[law][0]}Sample"

    def code(self, sample: int) -> int:
        native = self.codec.decode(self.type, b"\xd5").native
        if isinstance(native, dict):
            native = {"linear": sample}
        else:
            native.linear = sample
        return self.codec.encode(self.type, native)[0]


def test_every_case(codec: Codec, cases: Any, vectors: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        if table.get("law") not in LAWS:
            continue  # streams of other codecs: see test_payload
        law, encoder = table["law"], Encoder(codec, table["law"])
        for code, sample in table.get("decode", ()):
            assert linear(codec, law, code) == sample, (law, code)
            cases.ran("media: g711")
        for sample, code in table.get("encode", ()):
            assert encoder.code(sample) == code, (law, sample)
        for code, low, high in table.get("encode_ranges", ()):
            for sample in {low, (low + high) // 2, high}:
                assert encoder.code(sample) == code, (law, sample)


def test_every_code_is_the_nearest_to_its_sample(codec: Codec) -> None:
    for law in LAWS:
        samples = {code: linear(codec, law, code) for code in range(256)}
        assert len(set(samples.values())) == (255 if law == "ulaw" else 256)
        encoder = Encoder(codec, law)
        for code, sample in samples.items():
            assert samples[encoder.code(sample)] == sample, (law, code)


def test_recorded_tables_and_speech(codec: Codec, cases: Any, captures: Any) -> None:
    for path in found_files("captures", "codec", ".json"):
        recording = json.loads(path.read_text(encoding="utf-8"))
        for law, (_, payload) in LAWS.items():
            made = recording[law]
            samples = [linear(codec, law, code) for code in range(256)]
            assert samples == made["decode_table"]
            encoder, pcm = Encoder(codec, law), bytes.fromhex(made["pcm_s16le_hex"])
            spoken = [int.from_bytes(pcm[i : i + 2], "little", signed=True) for i in range(0, len(pcm), 2)]
            programs = [bytes.fromhex(made[name]) for name in ("sox_hex", "ffmpeg_hex")]
            for place, sample in enumerate(spoken):
                error = max(abs(samples[each[place]] - sample) for each in programs)
                assert abs(samples[encoder.code(sample)] - sample) <= error, (law, sample)
            for codes in programs:
                decoded = codec.decode(f"itu.g711.{payload}Payload", codes)
                assert decoded.plain["codes"] == codes
                assert codec.encode(f"itu.g711.{payload}Payload", decoded.native) == codes
                cases.ran("captures: codec")


def test_speech_on_the_wire(codec: Codec, cases: Any, captures: Any) -> None:
    for path in found_files("captures", "rtp", ".json"):
        recording = json.loads(path.read_text(encoding="utf-8"))
        for name, payload in (("pcmu", "Pcmu"), ("pcma", "Pcma")):
            for packet in recording.get(name, {}).get("hex", ()):
                octets = codec.decode("ietf.rtp.RtpPacket", bytes.fromhex(packet)).plain["payload"]
                assert codec.decode(f"itu.g711.{payload}Payload", octets).plain["codes"] == octets
                cases.ran("captures: rtp")
