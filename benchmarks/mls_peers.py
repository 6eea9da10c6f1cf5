"""Groups of 128 beside mls-rs, in one process, and ts-mls, on node: what each operation takes, and which goals are reached.

    python -m benchmarks.mls_peers [members] [rounds]

It runs where peers are installed (`scripts/bench_peers.sh`). mls-rs is asked through its Python bindings, in the same
process; ts-mls is timed by the bench folder's own script, whose clock does not stop for other work of the machine.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks.mls_groups import MESSAGE, OPERATIONS, Ours, sdk_suite, several, timed
from benchmarks.peers import BENCH, CACHE

MEMBERS, ROUNDS = 128, 9


@dataclass(frozen=True)
class Goal:
    """Ours may take `rust` times what mls-rs takes (`end`: what it is to take in the end), 1/`script` of what ts-mls does."""

    operation: str
    rust: float
    end: float
    script: float


GOALS = (
    Goal("commit", 2.0, 1.5, 5.0),
    Goal("process", 2.0, 1.5, 5.0),
    Goal("protect", 2.0, 1.5, 5.0),
    Goal("unprotect", 2.0, 1.5, 5.0),
    Goal("create", 2.0, 2.0, 5.0),
    Goal("join", 2.0, 2.0, 5.0),
)
"""Goal 10 of the bench folder; what a round of `Ours` does, by name."""


class MlsRs:
    """The same group by mls-rs."""

    name = "mls-rs"

    def __init__(self, members: int) -> None:
        import mls_rs_uniffi as rust

        suite = rust.CipherSuite.CURVE25519_AES128
        self._clients = [
            rust.Client(
                f"user{number}@example.org".encode(),
                rust.generate_signature_keypair(suite),
                rust.client_config_default(),
            )
            for number in range(members)
        ]
        self._packages = [each.generate_key_package_message() for each in self._clients[1:]]
        self._one, self._two = self._begin({})

    def _begin(self, times: dict[str, float]) -> tuple[Any, Any]:
        def create() -> tuple[Any, Any]:
            group = self._clients[0].create_group(None)
            done = group.add_members(self._packages)
            group.process_incoming_message(done.commit_message)
            return group, done

        times["create"], (group, done) = timed(create)
        tree, welcome = done.ratchet_tree, done.welcome_message
        times["join"], joined = timed(lambda: self._clients[1].join_group(tree, welcome))
        return group, joined.group

    def round(self) -> dict[str, float]:
        """Do everything once; returns milliseconds by operation."""
        times: dict[str, float] = {}
        self._begin(times)
        times["commit"], done = timed(self._one.commit)
        self._one.process_incoming_message(done.commit_message)
        times["process"], _ = timed(lambda: self._two.process_incoming_message(done.commit_message))
        times["protect"], sent = several(lambda: self._one.encrypt_application_message(MESSAGE))
        times["unprotect"], _ = several(self._two.process_incoming_message, sent)
        return times


def ts_mls(members: int) -> dict[str, float]:
    """Return milliseconds by operation, of the bench folder's script; nothing where it cannot run."""
    env = os.environ | {"BENCH_NODE_MODULES": str(CACHE / "node_modules")}
    command = ["node", str(BENCH / "bench_mls.mjs"), str(members)]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"ts-mls: not measured: {error}"[:200], file=sys.stderr)
        return {}
    row = re.search(rf"^ *{members} +([\d. ]+)$", done.stdout, re.MULTILINE)
    figures = [float(figure) for figure in row[1].split()] if row else []
    names = ("key package", "create", "join", "commit", "process", "protect", "unprotect")
    return dict(zip(names, figures, strict=False))


def measure(members: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return milliseconds by name and operation, a figure a round; rounds of both are interleaved."""
    with sdk_suite() as suite:
        runners: list[Any] = [Ours(suite, members)]
        try:
            runners.append(MlsRs(members))
        except ImportError as error:
            print(f"mls-rs: not measured: {error}"[:200], file=sys.stderr)
        found: dict[str, dict[str, list[float]]] = {
            each.name: {name: [] for name in OPERATIONS} for each in runners
        }
        shuffle = random.Random(7).shuffle
        for _ in range(rounds):
            shuffle(runners)
            for each in runners:
                for name, taken in each.round().items():
                    found[each.name][name].append(taken)
    return found


def lines(members: int, found: dict[str, dict[str, list[float]]], script: dict[str, float]) -> list[str]:
    """Return the table: milliseconds, our time by that of mls-rs, that of ts-mls by ours."""
    made = [
        f"{f'MLS, {members} members (ms)':22} {'art7':>8} {'mls-rs':>8} {'ts-mls':>8}"
        f" {'/ mls-rs':>9} {'at most':>8} {'ts-mls /':>9} {'at least':>9}"
    ]
    ours, rust = found["art7"], found.get("mls-rs")
    for goal in GOALS:
        taken = statistics.median(ours[goal.operation])
        theirs = statistics.median(rust[goal.operation]) if rust else None
        factor = _ratio(ours[goal.operation], rust[goal.operation]) if rust else None
        other = script.get(goal.operation)
        faster = None if other is None else other / min(ours[goal.operation])
        words = [_word(factor, goal.rust, goal.end), _faster(faster, goal.script)]
        made.append(
            f"{goal.operation:22} {taken:8.3f} {_shown(theirs, 3)} {_shown(other, 3)} {_shown(factor, 2, 9)}"
            f" {goal.rust:8.2f} {_shown(faster, 1, 9)} {goal.script:9.1f}  {', '.join(words)}"
        )
    return made


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' own ratios: a machine busy with other work slows neighbours alike."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def _shown(figure: float | None, digits: int, width: int = 8) -> str:
    return f"{'-':>{width}}" if figure is None else f"{figure:{width}.{digits}f}"


def _word(factor: float | None, most: float, end: float) -> str:
    if factor is None:
        return "no figure of mls-rs"
    return "reached to the end" if factor <= end else "reached" if factor <= most else "missed"


def _faster(factor: float | None, least: float) -> str:
    return "no figure of ts-mls" if factor is None else "reached" if factor >= least else "missed"


def main(arguments: list[str]) -> int:
    """Measure and print the table; the exit code is 0 whatever the figures: they depend on the machine."""
    members, rounds = (int(each) for each in [*arguments, MEMBERS, ROUNDS][:2])
    print("\n".join(lines(members, measure(members, rounds), ts_mls(members))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
