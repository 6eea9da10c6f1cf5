"""Groups of MLS as the component runs them on a generated SDK: what is measured, how it grows, what a leaf takes.

    python -m benchmarks.mls_groups

Commits and their processing are timed in full trees of 128 to 1,000 members: every parent holds keys that a path of a
member made, so that a commit seals one secret a level.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import process_time
from typing import Any

from art7.cli.generated import generated_package
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.mls import framing, tree_math
from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.epoch import PskStore, begin_epoch
from art7.runtime.mls.generated import GeneratedStructures
from art7.runtime.mls.group import Group, Own
from art7.runtime.mls.joining import create_group, enter, join
from art7.runtime.mls.leaves import OwnKeys, make_key_package
from art7.runtime.mls.structures import Value
from art7.runtime.mls.suite import CipherSuite, KeyPair, cipher_suite
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import check_parent_hashes, tree_hash
from art7.runtime.mls.tree_kem import make_path

OPERATIONS = ("create", "join", "commit", "process", "protect", "unprotect")
SIZES = (128, 256, 512, 1000)
MESSAGE = b"x" * 256
LIFE = (0, 1 << 40)
MOST_EXPONENT = 0.25
"""What time may grow by at most: as the number of members to this power. From 128 to 1,000, log n grows as n ** 0.17."""
MOST_OCTETS = 1536
"""What a leaf may take, in octets."""


@contextmanager
def sdk_suite(number: int = 1) -> Iterator[CipherSuite]:
    """Give a cipher suite that runs on a generated SDK."""
    with generated_package(catalogue_interpreter("ietf.mls", "ietf.mls_keys").specification) as package:
        yield cipher_suite(number, GeneratedStructures(package))


def client(suite: CipherSuite, number: int) -> tuple[Value, OwnKeys]:
    """Return a key package and its private keys."""
    return make_key_package(suite, f"user{number}@example.org".encode(), os.urandom(32), LIFE, os.urandom)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the milliseconds of this process that a call took, and what it gave."""
    start = process_time()
    found = function()
    return (process_time() - start) * 1e3, found


class Ours:
    """A group whose first member adds all others at once, commits and writes; the second follows and reads."""

    name = "art7"

    def __init__(self, suite: CipherSuite, members: int) -> None:
        self._suite = suite
        self._clients = [client(suite, number) for number in range(members)]
        self._one, self._two = self._begin({})

    def _begin(self, times: dict[str, float]) -> tuple[Group, Group]:
        first, *others = self._clients
        added: list[Value] = [{"proposal_type": 1, "add": {"key_package": each}} for each, _ in others]

        def create() -> Any:
            return make_commit(create_group(self._suite, b"group", *first, os.urandom), os.urandom, added)

        times["create"], done = timed(create)
        structures = self._suite.structures
        times["join"], two = timed(lambda: join(done.welcome, *others[0], structures=structures))
        return done.group, two

    def round(self) -> dict[str, float]:
        """Do everything once; returns milliseconds by operation."""
        times: dict[str, float] = {}
        self._begin(times)
        times["commit"], done = timed(lambda: make_commit(self._one, os.urandom))
        times["process"], two = timed(lambda: follow_commit(self._two, self._two.open(done.message)))
        one = done.group

        def protect() -> bytes:
            return one.protect(one.signed(framing.PRIVATE, framing.APPLICATION, MESSAGE), os.urandom)

        times["protect"], sent = several(protect)
        times["unprotect"], _ = several(two.open, sent)
        self._one, self._two = one, two
        return times


def several(function: Callable[..., Any], given: Sequence[Any] | None = None) -> tuple[float, list[Any]]:
    """Time twenty calls, one for each of `given`; returns the median of their milliseconds and what they gave."""
    times, found = [], []
    for arguments in [()] * 20 if given is None else [(each,) for each in given]:
        taken, made = timed(lambda arguments=arguments: function(*arguments))
        times.append(taken)
        found.append(made)
    return statistics.median(times), found


# ---- full trees ----


def full_groups(suite: CipherSuite, members: int) -> tuple[Group, Group]:
    """Return two members' views of a group in whose tree every parent holds keys; its parent hashes are right."""
    clients = [client(suite, number) for number in range(members)]
    nodes: list[Value | None] = [None] * tree_math.node_count(tree_math.full_size(members))
    nodes[: 2 * members : 2] = [package.leaf_node for package, _ in clients]
    tree, pairs = RatchetTree(nodes), {2 * number: _pair(each) for number, each in enumerate(clients)}
    for number in range(0, members, 2):
        leaf, own = tree.member(number), clients[number][1]
        new = make_path(suite, tree, number, leaf, own.signature, b"group", os.urandom)
        pairs |= {**new.secrets.pairs, 2 * number: new.leaf_key}
    context = suite.structures.new(
        "GroupContext",
        version=1,
        cipher_suite=suite.number,
        group_id=b"group",
        epoch=1,
        tree_hash=tree_hash(suite, tree),
        confirmed_transcript_hash=b"",
        extensions=[],
    )
    zeros = bytes(suite.hash_size)
    secrets = begin_epoch(suite, zeros, zeros, zeros, context).secrets
    tag = suite.mac(secrets.confirmation_key, b"")
    found = []
    for number in (0, members // 2 - 1):
        way = [2 * number, *tree_math.direct_path(2 * number, tree.leaf_count)]
        keys = {node: pairs[node] for node in way if node in pairs}
        own = Own(number, suite.signer(clients[number][1].signature), keys)
        found.append(enter(suite, context, tree, secrets, tag, own, PskStore(), None))
    return found[0], found[1]


def _pair(made: tuple[Value, OwnKeys]) -> KeyPair:
    return KeyPair(made[1].encryption, made[0].leaf_node.encryption_key)


def scaling(
    suite: CipherSuite, sizes: tuple[int, ...] = SIZES, rounds: int = 15
) -> dict[str, dict[int, float]]:
    """Return milliseconds of a commit and of following it, by members, in full trees."""
    groups = {size: full_groups(suite, size) for size in sizes}
    times: dict[str, dict[int, list[float]]] = {
        name: {size: [] for size in sizes} for name in ("commit", "process")
    }
    for _ in range(rounds):
        for size, (one, two) in groups.items():
            taken, done = timed(lambda one=one: make_commit(one, os.urandom))
            times["commit"][size].append(taken)
            taken, two = timed(lambda two=two, done=done: follow_commit(two, two.open(done.message)))
            times["process"][size].append(taken)
            groups[size] = done.group, two
    return {
        name: {size: statistics.median(taken) for size, taken in found.items()}
        for name, found in times.items()
    }


def exponent(times: dict[int, float]) -> float:
    """Return the power of the number of members that fits best (least squares on logarithms)."""
    points = [(math.log(size), math.log(taken)) for size, taken in times.items()]
    middle = statistics.mean(x for x, _ in points), statistics.mean(y for _, y in points)
    along = sum((x - middle[0]) ** 2 for x, _ in points)
    return sum((x - middle[0]) * (y - middle[1]) for x, y in points) / along


def octets_a_leaf(suite: CipherSuite, members: int = 1000) -> float:
    """Return what a full tree takes as a joiner holds it, read and checked, by the number of its leaves."""
    group, _ = full_groups(suite, members)
    written = suite.structures.encode("RatchetTree", group.tree.value(suite.structures))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tree = RatchetTree.of(suite.structures.decode("RatchetTree", written))
    assert tree_hash(suite, tree) == group.context.tree_hash
    check_parent_hashes(suite, tree)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / members


def lines(suite: CipherSuite) -> list[str]:
    """Return the table of how groups grow."""
    found = scaling(suite)
    head = " ".join(f"{size:>8}" for size in SIZES)
    made = [f"{'MLS, full tree (ms)':22} {head} {'exponent':>9} {'at most':>8}"]
    for name, times in found.items():
        grows = exponent(times)
        row = " ".join(f"{times[size]:8.2f}" for size in SIZES)
        made.append(f"{name:22} {row} {grows:9.2f} {MOST_EXPONENT:8.2f} {_word(grows <= MOST_EXPONENT)}")
    taken = octets_a_leaf(suite)
    made.append(f"octets a leaf, at 1,000 {taken:7.0f}, at most {MOST_OCTETS}: {_word(taken <= MOST_OCTETS)}")
    return made


def _word(is_reached: bool) -> str:
    return "reached" if is_reached else "missed"


def main() -> int:
    """Print the table; the exit code is 0 whatever the figures: they depend on the machine."""
    with sdk_suite() as suite:
        print("\n".join(lines(suite)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
