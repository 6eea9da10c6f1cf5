"""What the public cases of MLS have in common, and how a file's cases find their checks: by the keys they have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import corpus
from art7.runtime.mls.structures import Value, changed
from art7.runtime.mls.suite import CipherSuite
from art7.runtime.mls.tree import RatchetTree
from mls_groups import EXECUTIONS, suite_of

TOPIC = "mls"
Case = Mapping[str, Any]
Checks = Sequence[tuple[set[str], Callable[[Case], None]]]
"""Keys of a case → what it must pass."""


def files() -> list[Path]:
    """The files of the topic."""
    return corpus.files("vectors", TOPIC, ".json")


def run(path: Path, checks: Checks, cases: Any, execution: str = "interpreter") -> None:
    """Run every case of a file that one of the checks is for, on one execution of the catalogue."""
    for row in json.loads(path.read_text(encoding="utf-8")):
        for keys, check in checks:
            if keys <= set(row):
                check({**row, "execution": execution})
                if execution == EXECUTIONS[0]:
                    cases.ran(TOPIC)
                break


def octets(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def suite_for(case: Case) -> CipherSuite:
    """The cipher suite of a case, on the execution that it is run on."""
    return suite_of(case["execution"], case["cipher_suite"])


def tree_of(suite: CipherSuite, text: str) -> RatchetTree:
    return RatchetTree.of(suite.structures.decode("RatchetTree", bytes.fromhex(text)))


def group_context(case: Case, suite: CipherSuite, tree: bytes) -> Value:
    group_id, confirmed = octets(case, "group_id", "confirmed_transcript_hash")
    return suite.structures.new(
        "GroupContext",
        version=1,
        cipher_suite=suite.number,
        group_id=group_id,
        epoch=case["epoch"],
        tree_hash=tree,
        confirmed_transcript_hash=confirmed,
        extensions=[],
    )


def spoilt(message: Value, part: str) -> Value:
    def flip(value: bytes) -> bytes:
        return value[:-1] + bytes([value[-1] ^ 1])

    if part == "auth":
        return changed(message, auth=changed(message.auth, signature=flip(message.auth.signature)))
    return changed(message, **{part: flip(getattr(message, part))})


def message(suite: CipherSuite, case: Case, name: str) -> Value:
    return suite.structures.decode("MlsMessage", bytes.fromhex(case[name]))
