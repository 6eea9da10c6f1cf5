"""Goals beside independent codecs, as data, and the table that says which are reached.

Peers, their inputs and hand-written limits are of the bench folder (`ART7_BENCH`, default `../shared/bench` beside
the repository). `benchmarks.peers_setup` installs and builds them, `benchmarks.peers_measure` times them.
`python -m benchmarks.peers [rounds]` measures and prints; the exit code is 0 whatever the figures.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BENCH = Path(os.environ.get("ART7_BENCH", ROOT.parent / "shared" / "bench"))
CACHE = ROOT / ".cache" / "peers"
MISSING = CACHE / "missing.json"
"""Package → why it could not be installed or built; written by the set-up."""

OURS, COMPILED, OVER_ORJSON = "art7", "art7, compiled", "art7 over orjson"
LIMIT, BY_HAND = "limit: pure Python", "by hand: "
"""Hand-written codecs: those of the bench folder; ours of `benchmarks.limits`, which make the checks that we make."""

CBOR2_PURE = "cbor2, 5.9"
"""The last release of cbor2 that reads without C; it lies in a folder of its own."""

HERE, PURE, V8 = "", "pure", "V8"
"""Where a peer is measured: in the one process, in one where google's protobuf is pure Python, on V8."""


@dataclass(frozen=True)
class Peer:
    """`label`: how its results begin; `packages`: what it needs; `maker`: its function in the bench folder."""

    label: str
    packages: tuple[str, ...]
    maker: str
    where: str = HERE


PEERS = {
    "aiortc": Peer("aiortc", ("aiortc",), "aiortc"),
    "aioice": Peer("aioice (fingerprint)", ("aioice",), "aioice"),
    "aioice, integrity": Peer("aioice (integrity", ("aioice",), "aioice"),
    "Kaitai": Peer("Kaitai Struct", ("kaitaistruct", "kaitai-struct-compiler"), "kaitai"),
    "construct": Peer("construct", ("construct",), "construct"),
    "Reader style": Peer("reader objects", (), "reader_style"),
    "mls-rs": Peer("mls-rs", ("agentvault-mls-rs-uniffi",), "mlsrs"),
    "ts-mls": Peer("ts-mls", ("ts-mls",), "ts-mls", V8),
    "google pure Python": Peer("google protobuf", ("protobuf", "grpcio-tools"), "google", PURE),
    "betterproto2": Peer("betterproto2", ("betterproto2", "betterproto2_compiler"), "bp2"),
    "upb, fields read": Peer("google protobuf|+read", ("protobuf", "grpcio-tools"), "google"),
    "upb": Peer("google protobuf", ("protobuf", "grpcio-tools"), "google"),
    "cbor2, pure Python": Peer("cbor2 5.9", (CBOR2_PURE,), "c5"),
    "cbor2, native": Peer("cbor2 6.3.0", ("cbor2",), "c6"),
    "asn1tools": Peer("asn1tools", ("asn1tools",), "asn1tools"),
    "pyasn1": Peer("pyasn1", ("pyasn1", "pyasn1-modules"), "pyasn1"),
    "cryptography, read": Peer("cryptography|+read", ("cryptography",), "crypto"),
    "matrix-nio": Peer("matrix-nio", ("matrix-nio",), "nio"),
    "jsonschema": Peer("json.loads + jsonschema", ("jsonschema",), "jschema"),
    "pydantic": Peer("pydantic", ("pydantic",), "pyd"),
    "slixmpp, read": Peer("slixmpp|+read", ("slixmpp",), "slix"),
    "slixmpp": Peer("slixmpp", ("slixmpp",), "slix"),
    "xsdata": Peer("xsdata", ("xsdata",), "xsd"),
    "aiortc.sdp": Peer("aiortc.sdp", ("aiortc",), "aiortc"),
    "sdp-transform": Peer("sdp-transform", ("sdp-transform",), "tr"),
    "sipmessage, read": Peer("sipmessage|+read", ("sipmessage",), "sipm"),
    "email, read": Peer("email (compat32)|+read", (), "<lambda>"),
}


@dataclass(frozen=True)
class Goal:
    """Ours must take at most 1/`wanted` of the time of `peer` for `verb` of `workload`."""

    number: int
    workload: str
    verb: str
    peer: str
    wanted: float
    ours: str = OURS
    note: str = ""


_TYPED = "it types four extensions, ours are octets"
_ORJSON = "our checks over orjson.loads: duplicate keys unseen"
_COMPILED = "bodies as generated; the SDK has no compiled form"
_ITEMS = "only a protobuf codec is compiled"
_LISTS = "it makes lists and dicts, unchecked"
_HEADERS = "it parses no words of headers that are not read"
_SHAPE = "no decoder of a negotiated layout is generated"

GOALS = (
    Goal(2, "rtp", "decode", "aiortc", 2.5, note=_TYPED),
    Goal(2, "rtp", "decode", "aiortc", 5.0, ours="art7, negotiated shape", note=_SHAPE),
    Goal(2, "rtp", "decode", "Kaitai", 8.0),
    Goal(2, "rtp", "decode", "construct", 60.0),
    Goal(2, "rtp", "encode", "aiortc", 2.3, note=_TYPED),
    Goal(2, "rtp", "encode", "construct", 80.0),
    Goal(3, "stun", "decode", "aioice", 2.7),
    Goal(3, "stun", "encode", "aioice", 5.0),
    Goal(3, "stun", "decode", "aioice, integrity", 2.0, ours="art7, integrity"),
    Goal(3, "stun", "encode", "aioice, integrity", 4.5, ours="art7, integrity"),
    Goal(4, "mls.key_package", "decode", "Reader style", 4.0),
    Goal(4, "mls.key_package", "decode", "Kaitai", 10.0),
    Goal(4, "mls.key_package", "decode", "construct", 30.0),
    Goal(4, "mls.key_package", "decode", "mls-rs", 15.0, note="Rust through UniFFI and ctypes"),
    Goal(
        4, "mls.key_package", "decode", "ts-mls", 10.0, note="another process, V8: least round by least round"
    ),
    Goal(5, "protobuf", "decode", "google pure Python", 4.0, note="a process of its own, ours in it"),
    Goal(5, "protobuf", "decode", "betterproto2", 7.0),
    Goal(5, "protobuf", "decode", "upb, fields read", 2.0, ours=COMPILED, note=_COMPILED),
    Goal(5, "protobuf", "build + encode", "upb", 0.8, ours=COMPILED, note=_COMPILED),
    Goal(6, "cbor", "decode", "cbor2, pure Python", 2.5, note=_LISTS),
    Goal(6, "cbor", "decode", "cbor2, native", 1.3, ours=COMPILED, note=_ITEMS),
    Goal(6, "der", "decode", "asn1tools", 8.0, note=_LISTS),
    Goal(6, "der", "decode", "pyasn1", 55.0),
    Goal(6, "der", "decode", "cryptography, read", 3.0, note="it types extensions too"),
    Goal(7, "matrix", "decode", "matrix-nio", 10.0),
    Goal(7, "matrix", "decode", "jsonschema", 15.0),
    Goal(7, "matrix", "decode", "pydantic", 1.5, ours=OVER_ORJSON, note=_ORJSON),
    Goal(8, "xmpp", "decode", "slixmpp, read", 4.0),
    Goal(8, "xmpp", "decode", "xsdata", 6.0),
    Goal(8, "xmpp", "encode", "slixmpp", 12.0),
    Goal(8, "sdp", "decode", "aiortc.sdp", 2.5, note="it knows the lines that it needs"),
    Goal(8, "sdp", "decode", "sdp-transform", 13.0),
    Goal(8, "sip", "decode", "sipmessage, read", 6.0, note=_HEADERS),
    Goal(8, "mime", "decode", "email, read", 5.0, note=_HEADERS),
)
"""What a reader of the figures is promised; numbers are those of the bench folder's goals."""


@dataclass
class Results:
    """Nanoseconds a call by (where, workload, verb), then label, then round; why what is not there is not."""

    times: dict[tuple[str, str, str], dict[str, list[float]]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    profiles: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add(self, text: str, where: str = HERE) -> None:
        """Take in what `benchmarks.peers_measure` wrote."""
        if not text:
            return  # the process failed and said why
        found: dict[str, Any] = json.loads(text)
        for group in found["groups"]:
            self.times[where, group["workload"], group["verb"]] = group["times"]
        for row in found.get("profiles", ()):
            self.profiles[row["workload"], row["verb"], row["ours"]] = row["lines"]
        self.missing.update(found.get("missing", {}))

    def factor(self, goal: Goal) -> float | None:
        """Return the peer's time by ours; `None` when one of them was not measured."""
        peer = PEERS[goal.peer]
        return self._factor(goal, self._times(goal, peer.where, peer.label), goal.ours)

    def reachable(self, goal: Goal) -> float | None:
        """Return the peer's time by that of the hand-written limit of the bench folder."""
        peer = PEERS[goal.peer]
        name = "limit: mypyc" if goal.ours == COMPILED else LIMIT
        if goal.ours == "art7, integrity":
            name += " (integrity"
        elif "shape" in goal.ours:
            name += " (shape-specialised)"
        elif goal.ours == OVER_ORJSON:
            name = "orjson + pure Python"
        return self._factor(goal, self._times(goal, peer.where, peer.label), name)

    def with_our_checks(self, goal: Goal) -> float | None:
        """Return the peer's time by that of the codec written by hand that makes our checks."""
        peer = PEERS[goal.peer]
        return self._factor(goal, self._times(goal, peer.where, peer.label), f"{BY_HAND}{goal.ours}")

    def _factor(self, goal: Goal, theirs: list[float] | None, label: str) -> float | None:
        where = PEERS[goal.peer].where
        ours = self._times(goal, HERE if where == V8 else where, label)
        if not theirs or not ours:
            return None
        if where == V8:  # another process at another time: the least of both, which other work disturbs least
            return min(theirs) / min(ours)
        # Rounds of one process: a machine busy with other work slows neighbours alike.
        return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))

    def _times(self, goal: Goal, where: str, label: str) -> list[float] | None:
        """The rounds of what is called `label`; else of the first label that begins so (and ends as after `|`)."""
        rounds = self.times.get((where, goal.workload, goal.verb), {})
        if label in rounds:
            return rounds[label]
        start, _, end = label.partition("|")
        begun = [name for name in rounds if name.startswith(start) and name[len(start) :][:1] in ("", " ")]
        names = [name for name in begun if name.endswith(end)]
        return rounds[names[0]] if names and not start.startswith(OURS) else None

    def reason(self, goal: Goal) -> str:
        """Return why a goal has no factor, in one line."""
        peer = PEERS[goal.peer]
        for name in (*peer.packages, f"{goal.workload}: {peer.maker}", goal.ours):
            if name in self.missing:
                return f"{name}: {self.missing[name]}"
        there = self._times(goal, peer.where, peer.label)
        return goal.note or f"{goal.ours} was not measured" if there else f"{goal.peer} was not measured"


def table(results: Results, goals: tuple[Goal, ...] = GOALS) -> list[str]:
    """Return the lines of the table: a goal each, with the factor wanted, measured and reached by hand."""
    head = f"{'goal':4} {'workload':31} {'peer':19} {'wanted':>7} {'measured':>8} {'ok':9}"
    lines = [f"{head} {'checked':>8} {'by hand':>8}"]
    for goal in goals:
        factor = results.factor(goal)
        workload = f"{goal.workload} {goal.verb}{goal.ours.removeprefix(OURS)}"
        word = verdict(goal, factor)
        why = results.reason(goal) if factor is None else goal.note
        line = f"{goal.number:4} {workload:31} {goal.peer:19} {goal.wanted:7.2f} {_shown(factor):>8} {word:9}"
        line += f" {_shown(results.with_our_checks(goal)):>8} {_shown(results.reachable(goal)):>8}  {why}"
        lines.append(line.rstrip())
    return lines


def _shown(factor: float | None) -> str:
    return "-" if factor is None else f"{factor:.2f}"


def verdict(goal: Goal, factor: float | None) -> str:
    """Return the word that the table has for `factor`."""
    return "no figure" if factor is None else "reached" if factor >= goal.wanted else "missed"


def verdicts(results: Results, goals: tuple[Goal, ...] = GOALS) -> dict[str, list[Goal]]:
    """Return goals by `reached`, `missed` and `no figure`."""
    found: dict[str, list[Goal]] = {"reached": [], "missed": [], "no figure": []}
    for goal in goals:
        found[verdict(goal, results.factor(goal))].append(goal)
    return found


def report(results: Results) -> str:
    """Return the table, a summary, and for each codec that missed a goal where its time goes."""
    found = verdicts(results)
    lines = [*table(results), ""]
    lines.append(", ".join(f"{len(goals)} {word}" for word, goals in found.items()))
    beyond = [goal for goal in found["missed"] if verdict(goal, results.with_our_checks(goal)) == "missed"]
    if beyond:
        lines.append(f"{len(beyond)} of the missed are missed by hand with our checks too")
    lines += [
        "A factor is the peer's time by ours: interleaved rounds of one process, unless another is named.",
        "`checked`: the factor of a codec written by hand that checks what ours does.",
        "`by hand`: that of the bench folder's, which checks less.",
    ]
    for case in dict.fromkeys((goal.workload, goal.verb, goal.ours) for goal in found["missed"]):
        workload, verb, ours = case
        lines += ["", f"where the time of {ours} goes in {workload} {verb}:"]
        lines += [f"  {line}" for line in results.profiles.get(case, ["no profile"])]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure in the processes that the goals need, and print the table."""
    from benchmarks import mls_peers, peers_measure  # need the bench folder

    results = Results()
    if MISSING.exists():
        results.missing = json.loads(MISSING.read_text(encoding="utf-8"))
    for where, text in peers_measure.processes(int(arguments[0]) if arguments else 31):
        results.add(text, where)
    print(report(results))
    print()
    return mls_peers.main([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
