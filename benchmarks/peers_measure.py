"""Time the bench folder's peers beside our codecs, all in one process: shuffled, interleaved rounds.

    python -m benchmarks.peers_measure ROUNDS [pure]

The bench folder's scripts know how each peer is called; here they hand over their cases instead of timing them
themselves, so that one process and one clock time all of them, and only the workloads of the goals. With `pure`, and
`PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python` around it, only protobuf. Prints what `benchmarks.peers` reads.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Group
from benchmarks.peers import BENCH, BY_HAND, CACHE, HERE, PURE, ROOT, V8
from benchmarks.peers_profile import where_time_goes

BUILDING = ("protobuf", "build + encode")
"""The one group of the scripts that is wanted beyond decoding and encoding."""

Case = tuple[str, Callable[..., Any] | None, Callable[..., Any] | None, Any, Callable[..., Any] | None]


class Collector:
    """Stands in for the timing functions of the bench folder's scripts."""

    def __init__(self, adapters: Any, builders: Any) -> None:
        self.adapters, self.builders = adapters, builders
        self.groups: dict[tuple[str, str], Group] = {}
        self.missing: dict[str, str] = {}
        self.ours: dict[tuple[str, str, str], tuple[Callable[..., Any], Any]] = {}
        self._makers: list[tuple[str, str]] = []

    def peers_of(self, *makers: Callable[[], Any]) -> list[Case]:
        """As the scripts' own: cases of every maker that works; the reasons of others are kept."""
        cases: list[Case] = []
        for maker in makers:
            try:
                made = maker()
            except Exception as error:  # a peer may fail in any way of its own
                self._makers.append((maker.__name__, f"{type(error).__name__}: {error}"[:160]))
                continue
            cases += made if isinstance(made, list) else [made]
        return cases

    def codec_groups(self, workload: str, data: bytes, peers: list[Case], **_: object) -> None:
        """Take the cases of a workload, and ours for it."""
        self.missing |= {f"{workload}: {name}": why for name, why in self._makers}
        self._makers.clear()
        for label, decode, encode, value, read in peers:
            self._peer(workload, data, label, decode, encode, value, read)
        for label, decode, encode in self.adapters.get(workload, ()):
            value = decode(data)
            if encode(value) != data:
                print(f"{workload}: {label} writes other octets than it read", file=sys.stderr)
            self._our_case(workload, "decode", label, decode, data)
            self._our_case(workload, "encode", label, encode, _without_integrity(workload, label, value))

    def group(self, name: str) -> Group:
        """As the scripts' own class: a group beyond decoding and encoding, ours with it."""
        workload, _, verb = name.partition(".")
        return _Extra(self, workload, verb.replace("_", " + "))

    def _peer(
        self, workload: str, data: bytes, label: str, decode: Any, encode: Any, value: Any, read: Any
    ) -> None:
        try:
            if decode is not None:
                self.named(workload, "decode").add(label, decode, data)
                value = decode(data) if value is None else value
            if read is not None:
                self.named(workload, "decode").add(
                    f"{label} +read", lambda octets: read(decode(octets)), data
                )
            if encode is not None:
                self.named(workload, "encode").add(label, encode, value)
        except Exception as error:  # a peer that cannot do the workload is named, not hidden
            self.missing[f"{workload}: {label}"] = f"{type(error).__name__}: {error}"[:160]

    def named(self, workload: str, verb: str) -> Group:
        """Return the group of a workload and verb."""
        return self.groups.setdefault((workload, verb), Group(f"{workload} {verb}"))

    def _our_case(
        self, workload: str, verb: str, label: str, function: Callable[..., Any], value: Any
    ) -> None:
        self.named(workload, verb).add(label, function, value)
        self.ours[workload, verb, label] = function, value

    def add_builders(self, workload: str, verb: str, values: Any) -> None:
        """Put ours beside peers that build a message and write it."""
        for label, build in self.builders.items():
            self._our_case(workload, verb, label, build, values)


class _Extra(Group):
    """A group of the scripts that is handed over when they would run it."""

    def __init__(self, collector: Collector, workload: str, verb: str) -> None:
        super().__init__(f"{workload} {verb}")
        self._collector, self._place = collector, (workload, verb)
        self._values: Any = None

    def add(self, label: str, function: Callable[..., Any], *arguments: Any) -> None:
        super().add(label, function, *arguments)
        (self._values,) = arguments

    def run(self, *_: object) -> Any:
        if self._place == BUILDING:  # no goal asks for the others
            self._collector.groups[self._place] = self
            self._collector.add_builders(*self._place, self._values)
        return self

    def save(self) -> None:
        """Nothing: results are printed."""


def _without_integrity(workload: str, label: str, value: Any) -> Any:
    """Peers write no MESSAGE-INTEGRITY where only the fingerprint is asked for; ours are given none either."""
    if workload == "stun" and "integrity" not in label:
        value.attributes = [a for a in value.attributes if a.kind != 0x0008]
    return value


def collect(pure: bool) -> Collector:
    """Return the cases of every workload, not yet timed."""
    os.environ.setdefault("BENCH_BUILD", str(CACHE / "build"))
    os.environ.setdefault("BENCH_CBOR2_PURE", str(CACHE / "cbor2_5"))
    sys.path[:0] = [str(BENCH)]
    sys.dont_write_bytecode = True
    candidates = importlib.import_module("benchmarks.candidates")
    collector = Collector(candidates.ADAPTERS, candidates.BUILDERS)
    binary, text = importlib.import_module("bench_binary"), importlib.import_module("bench_text")
    for module in (binary, text):
        module.peers_of, module.codec_groups = collector.peers_of, collector.codec_groups  # type: ignore[attr-defined]
        module.Group = collector.group  # type: ignore[attr-defined]
    every = (binary.rtp, binary.stun, binary.mls, binary.protobuf, binary.cbor, binary.der)
    every += (text.matrix, text.xmpp, text.sdp, text.sip, text.mime)
    with contextlib.redirect_stderr(io.StringIO()):  # what it would say of peers is in `missing`
        for workload in (binary.protobuf,) if pure else every:
            workload()
    return collector


def measure(collector: Collector, rounds: int) -> dict[str, Any]:
    """Time every group; returns what is printed."""
    groups = []
    for (workload, verb), group in collector.groups.items():
        Group.run(group, rounds)
        groups.append({"workload": workload, "verb": verb, "times": group.times})
        print(_beside(group), file=sys.stderr, flush=True)
    profiles = []
    for (workload, verb, label), case in collector.ours.items():
        if not label.startswith(BY_HAND):
            lines = where_time_goes(case, collector.ours.get((workload, verb, f"{BY_HAND}{label}")))
            profiles.append({"workload": workload, "verb": verb, "ours": label, "lines": lines})
    return {"groups": groups, "missing": collector.missing, "profiles": profiles}


def _beside(group: Group) -> str:
    """Every case of a group in microseconds, the fastest first."""
    cases = sorted(group.medians.items(), key=lambda case: case[1])
    return f"{group.name} (us): " + "; ".join(
        f"{label} {nanoseconds / 1e3:.2f}" for label, nanoseconds in cases
    )


def processes(rounds: int) -> Iterator[tuple[str, str]]:
    """Run every process that the goals need; yields where it ran and what `Results.add` reads."""
    command = [sys.executable, "-B", "-m", "benchmarks.peers_measure", str(rounds)]
    yield HERE, _output(command)
    yield PURE, _output([*command, "pure"], PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="python")
    script = Path(__file__).with_name("peers_ts_mls.mjs")
    yield V8, from_v8(_output(["node", str(script), str(CACHE / "node_modules"), str(BENCH / "inputs")]))


def _output(command: list[str], **environment: object) -> str:
    """Return what `command` printed; nothing when it failed, which is said on standard error."""
    env = os.environ | {name: str(value) for name, value in environment.items()}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=900, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        print(f"not measured: {error}"[:300], file=sys.stderr)
        return ""
    return done.stdout


_V8_LINE = re.compile(r"ts-mls mls_(\w+)\.bin: decode ([\d.]+) us, encode ([\d.]+) us")


def from_v8(text: str) -> str:
    """Return the figures of ts-mls as `Results.add` reads them."""
    groups = [
        {"workload": f"mls.{found[1]}", "verb": verb, "times": {"ts-mls": [float(figure) * 1e3]}}
        for found in _V8_LINE.finditer(text)
        for verb, figure in (("decode", found[2]), ("encode", found[3]))
    ]
    return json.dumps({"groups": groups})


def main(arguments: list[str]) -> int:
    """Measure in this process and print the results; all else goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        results = measure(collect("pure" in arguments), int(arguments[0]))
    print(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
