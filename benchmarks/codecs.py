"""Generated codecs beside hand-written limits: the twelve workloads of the bench folder.

Goals are held to the limits of `benchmarks.limits`: the same values and the same checks on reading, written by hand.
On writing they test all that the specification asks for (widths, ranges, lengths of lists and octets, reserved values,
rules, members of other arms) and no more: not of what Python kind a value is. Ours tell floats, texts and other kinds
of values from integers too, and octets and maps from lists, so that all executions refuse them alike. Beside them
stand limits of other contracts, in the folder that `ART7_BENCH` names (default `../shared/bench` beside the
repository), which has the inputs too:

- `rtp` and `rtp_typed` keep no profile object; `rtp_typed` types four header extensions.
- `stun` keeps one attribute of a type in a dict, without objects, padding or an order.
- `mls` has tuples for credential, lifetime and codes; `protobuf` skips unknown fields.
- `cbor` bounds no text or octets, tests neither the order of keys nor deep nesting, has an own class for each kind of part.
- `xmpp` keeps unknown elements alone, as expat made them, takes doubles, comments and document types, has no objects for
  thread and delay, and writes any characters.
- `der` has pairs of texts for names and looks neither at alphabets, days and shortest integers nor at what codes a text.
- `sdp` has dicts by payload type and source, knows no word of the grammar, and loses the order of attributes.
- `sip` has headers of less kinds and checks neither their words nor URIs; `mime` keeps headers in one list, reads no
  comments and no broken codings, and no messages in messages.
- On writing none of them tests widths or ranges.

Reading `sdp` stays below its goal: ours match lines over octets and make a text of each value by itself, where the limit
makes one text of all and cuts it into lines; what follows a message and streams need places in octets.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import matrix_case, xmpp_case
from benchmarks.measure import Group
from benchmarks.peers_profile import Case, where_time_goes
from benchmarks.sdk import sdk_module

BENCH = Path(os.environ.get("ART7_BENCH", Path(__file__).resolve().parents[2] / "shared" / "bench"))
KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
OURS = "art7"


@dataclass(frozen=True)
class Goal:
    """A workload: our ratio to `limit`, of our contract, must reach `decode` and `encode`; `others` lie beside."""

    name: str
    input: str
    limit: str
    decode: float
    encode: float
    others: tuple[str, ...] = ()


GOALS = (
    Goal("RTP audio", "rtp_audio.bin", "ours/rtp", 0.85, 0.85, ("rtp_typed", "rtp")),
    Goal("RTP video", "rtp_video.bin", "ours/rtp", 0.85, 0.85, ("rtp_typed", "rtp")),
    Goal("STUN, fingerprint", "stun_binding.bin", "ours/stun", 0.9, 0.85, ("stun",)),
    Goal("STUN, integrity", "stun_binding.bin", "ours/stun with key", 0.9, 0.85, ("stun with key",)),
    Goal("MLS KeyPackage", "mls_key_package.bin", "ours/mls", 0.95, 0.95, ("mls",)),
    Goal("MLS PrivateMessage", "mls_private_message.bin", "ours/mls", 0.95, 0.95, ("mls",)),
    Goal("protobuf Envelope", "signal_envelope.bin", "ours/protobuf", 0.95, 0.9, ("protobuf",)),
    Goal("Matrix event", "matrix_event.json", "matrix", 0.9, 0.85),
    Goal("XMPP message", "xmpp_message.xml", "ours/xmpp", 0.85, 0.85, ("xmpp",)),
    Goal("MIMI content", "mimi_content.cbor", "ours/cbor", 0.85, 0.85, ("cbor",)),
    Goal("X.509 certificate", "cert.der", "ours/x509", 0.85, 0.85, ("der",)),
    Goal("SDP offer", "offer.sdp", "ours/sdp", 0.85, 0.85, ("sdp",)),
    Goal("SIP INVITE", "invite.sip", "ours/sip", 0.85, 0.85, ("sip",)),
    Goal("MIME mail", "mail.eml", "ours/mime", 0.85, 0.85, ("mime",)),
)

Codec = tuple[Callable[[bytes], Any], Callable[[Any], bytes]]


def limit(name: str) -> Codec:
    """Return the hand-written codec `name`: `ours/…` of our contract, others of the bench folder."""
    if str(BENCH) not in sys.path:
        sys.path.insert(0, str(BENCH))
    if name == "matrix":
        return matrix_case.limit_codec(BENCH)
    if name == "xmpp":
        return xmpp_case.limit_codec(BENCH)
    stem = name.removesuffix(" with key")
    module = importlib.import_module(
        f"benchmarks.limits.{stem.removeprefix('ours/')}" if "/" in stem else f"limits.{stem}"
    )
    if name.endswith("with key"):
        decode, encode = module.decode, module.encode
        return lambda data: decode(data, key=KEY), lambda value: encode(value, key=KEY)
    return module.decode, module.encode


def ours() -> dict[str, Codec]:
    """Return the generated codec of every workload."""
    rtp, stun = sdk_module("ietf.rtp").RtpPacket, sdk_module("ietf.stun").StunMessage
    mls, envelope = sdk_module("ietf.mls").MlsMessage, sdk_module("signal.envelope").Envelope
    content = sdk_module("ietf.mimi_content").MimiContent
    certificate = sdk_module("itu.x509").OpaqueCertificate
    session = sdk_module("ietf.sdp").Session
    call, mail = sdk_module("ietf.sip").Message, sdk_module("ietf.mime").Message
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
        "XMPP message": xmpp_case.our_codec(),
        "MIMI content": (content.decode, content.encode),
        "X.509 certificate": (certificate.decode, certificate.encode),
        "SDP offer": (session.decode, session.encode),
        "SIP INVITE": (call.decode, call.encode),
        "MIME mail": (mail.decode, mail.encode),
    }


def same(a: Any, b: Any) -> bool:
    """Whether two decoded values have the same members, those of lists and objects in them too."""
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    names = getattr(a, "__slots__", None)
    if names is None:
        return type(a) is type(b) and bool(a == b)
    return sorted(names) == sorted(b.__slots__) and all(same(getattr(a, n), getattr(b, n)) for n in names)


def measure(goal: Goal, codec: Codec, rounds: int) -> tuple[Group, Group]:
    """Time our codec beside every limit; both must write the same octets."""
    data = (BENCH / "inputs" / goal.input).read_bytes()
    reading, writing = Group(f"{goal.name} decode"), Group(f"{goal.name} encode")
    for label, (decode, encode) in {
        OURS: codec,
        **{name: limit(name) for name in (goal.limit, *goal.others)},
    }.items():
        value = decode(data)
        assert label not in (OURS, goal.limit) or same(value, codec[0](data)) or goal.limit == "matrix", label
        value = _written(label, goal, value)
        written = encode(value)
        if "fingerprint" not in goal.name and written != data:
            print(f"  {goal.name}: {label} writes other octets than it read", file=sys.stderr)
        reading.add(label, decode, data)
        writing.add(label, encode, value)
    reading.run(rounds)
    writing.run(rounds)
    return reading, writing


def _written(label: str, goal: Goal, value: Any) -> Any:
    """The limit `stun` writes no MESSAGE-INTEGRITY without a key: ours are given none to write either."""
    if label in (OURS, "ours/stun") and goal.name == "STUN, fingerprint":
        value.attributes = [a for a in value.attributes if a.kind != 0x0008]
    return value


def run(rounds: int = 61) -> bool:
    """Print the table, and a profile for each goal that was missed; returns whether every one was reached."""
    if not (BENCH / "limits").is_dir():
        print(f"no limits in {BENCH}: set ART7_BENCH")
        return True
    codecs = ours()
    print(
        f"{'workload':24} {'':6} {'ours ns':>8} {'limit ns':>8} {'ratio':>6} {'goal':>5}   limits of another contract"
    )
    missed: list[tuple[str, Case, Case]] = []
    for goal in GOALS:
        groups = measure(goal, codecs[goal.name], rounds)
        for group, wanted, verb in zip(groups, (goal.decode, goal.encode), ("decode", "encode"), strict=True):
            ratio = group.ratio(goal.limit, OURS) or 0.0
            if ratio < wanted:
                missed.append((group.name, *_cases(goal, codecs[goal.name], verb)))
            beside = ", ".join(f"{name} {group.ratio(name, OURS):.2f}" for name in goal.others)
            mark = " " if ratio >= wanted else "!"
            times = f"{group.medians[OURS]:8.0f} {group.medians[goal.limit]:8.0f}"
            print(f"{goal.name:24} {verb:6} {times} {ratio:6.2f} {wanted:5.2f} {mark} {beside}")
    for name, mine, by_hand in missed:
        print(f"\nwhere the time goes in {name}:")
        for line in where_time_goes(mine, by_hand):
            print(f"  {line}")
    return not missed


def _cases(goal: Goal, codec: Codec, verb: str) -> tuple[Case, Case]:
    """What a profile is made of: our function and the one by hand, each with what it is called with."""
    data = (BENCH / "inputs" / goal.input).read_bytes()
    found = []
    for label, (decode, encode) in ((OURS, codec), (goal.limit, limit(goal.limit))):
        value = _written(label, goal, decode(data)) if verb == "encode" else data
        found.append((encode if verb == "encode" else decode, value))
    return found[0], found[1]
