"""Generated codecs beside hand-written limits and peers: RTP, STUN, MLS, protobuf.

`ART7_BENCH` names the folder of the limits and their inputs (default `../shared/bench` beside the
repository). A limit of another contract is printed beside that of the same one:

- RTP: `rtp` returns header extension elements as tuples, as we do; `rtp_typed` decodes four of them.
- STUN: `stun` keeps one attribute of a type in a dict, without padding kept and without a list; ours is a
  list of objects, in order.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import matrix_case
from benchmarks.measure import Group
from benchmarks.sdk import sdk_module

BENCH = Path(os.environ.get("ART7_BENCH", Path(__file__).resolve().parents[2] / "shared" / "bench"))
KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
OURS = "art7"


@dataclass(frozen=True)
class Goal:
    """A workload: our ratio to a limit must reach `decode` and `encode`; `others` are limits shown beside."""

    name: str
    input: str
    limit: str
    decode: float
    encode: float
    others: tuple[str, ...] = ()


GOALS = (
    Goal("RTP audio", "rtp_audio.bin", "rtp_typed", 0.85, 0.85, ("rtp",)),
    Goal("RTP video", "rtp_video.bin", "rtp_typed", 0.85, 0.85, ("rtp",)),
    Goal("STUN, fingerprint", "stun_binding.bin", "stun", 0.9, 0.85),
    Goal("STUN, integrity", "stun_binding.bin", "stun with key", 0.9, 0.85),
    Goal("MLS KeyPackage", "mls_key_package.bin", "mls", 0.95, 0.95),
    Goal("MLS PrivateMessage", "mls_private_message.bin", "mls", 0.95, 0.95),
    Goal("protobuf Envelope", "signal_envelope.bin", "protobuf", 0.95, 0.9),
    Goal("Matrix event", "matrix_event.json", "matrix", 0.9, 0.85),
)

Codec = tuple[Callable[[bytes], Any], Callable[[Any], bytes]]


def limit(name: str) -> Codec:
    """Return the hand-written codec `name` of the bench folder."""
    if str(BENCH) not in sys.path:
        sys.path.insert(0, str(BENCH))
    if name == "matrix":
        return matrix_case.limit_codec(BENCH)
    module = importlib.import_module(f"limits.{name.removesuffix(' with key')}")
    if name.endswith("with key"):
        return lambda data: module.decode(data, KEY), lambda value: module.encode(value, KEY)
    return module.decode, module.encode


def ours() -> dict[str, Codec]:
    """Return the generated codec of every workload."""
    rtp, stun = sdk_module("ietf.rtp").RtpPacket, sdk_module("ietf.stun").StunMessage
    mls, envelope = sdk_module("ietf.mls").MlsMessage, sdk_module("signal.envelope").Envelope
    plain = (stun.decode, stun.encode)
    keyed = (lambda data: stun.decode(data, key=KEY), lambda value: value.encode(key=KEY))
    return {
        "RTP audio": (rtp.decode, rtp.encode),
        "RTP video": (rtp.decode, rtp.encode),
        "STUN, fingerprint": plain,
        "STUN, integrity": keyed,
        "MLS KeyPackage": (mls.decode, mls.encode),
        "MLS PrivateMessage": (mls.decode, mls.encode),
        "protobuf Envelope": (envelope.decode, envelope.encode),
        "Matrix event": matrix_case.our_codec(),
    }


def _encoder_input(goal: Goal, decode: Callable[[bytes], Any], data: bytes) -> Any:
    return decode(data)


def measure(goal: Goal, codec: Codec, rounds: int) -> tuple[Group, Group]:
    """Time our codec beside every limit; both must write the same octets."""
    data = (BENCH / "inputs" / goal.input).read_bytes()
    reading, writing = Group(f"{goal.name} decode"), Group(f"{goal.name} encode")
    for label, (decode, encode) in {
        OURS: codec,
        **{name: limit(name) for name in (goal.limit, *goal.others)},
    }.items():
        value = _written(label, goal, decode(data))
        written = encode(value)
        if "fingerprint" not in goal.name and written != data:
            print(f"  {goal.name}: {label} writes other octets than it read", file=sys.stderr)
        reading.add(label, decode, data)
        writing.add(label, encode, value)
    reading.run(rounds)
    writing.run(rounds)
    return reading, writing


def _written(label: str, goal: Goal, value: Any) -> Any:
    """The limit writes no MESSAGE-INTEGRITY without a key: ours is given none to write either."""
    if label == OURS and goal.name == "STUN, fingerprint":
        value.attributes = [a for a in value.attributes if a.kind != 0x0008]
    return value


def run(rounds: int = 61) -> bool:
    """Print the table; returns whether every goal was reached."""
    if not (BENCH / "limits").is_dir():
        print(f"no limits in {BENCH}: set ART7_BENCH")
        return True
    codecs = ours()
    print(f"{'workload':24} {'':6} {'ours ns':>8} {'limit ns':>8} {'ratio':>6} {'goal':>5}   other limits")
    reached = True
    for goal in GOALS:
        groups = measure(goal, codecs[goal.name], rounds)
        for group, wanted, verb in zip(groups, (goal.decode, goal.encode), ("decode", "encode"), strict=True):
            ratio = group.ratio(goal.limit, OURS) or 0.0
            reached = reached and ratio >= wanted
            beside = ", ".join(f"{name} {group.ratio(name, OURS):.2f}" for name in goal.others)
            mark = " " if ratio >= wanted else "!"
            times = f"{group.medians[OURS]:8.0f} {group.medians[goal.limit]:8.0f}"
            print(f"{goal.name:24} {verb:6} {times} {ratio:6.2f} {wanted:5.2f} {mark} {beside}")
    return reached
