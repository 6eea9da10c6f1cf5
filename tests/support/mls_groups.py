"""Groups of MLS for tests: clients, groups of two, and commits that are followed."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

from art7.cli.generated import generated_package
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.mls.commits import Committed, follow_commit, make_commit
from art7.runtime.mls.epoch import PskStore
from art7.runtime.mls.generated import GeneratedStructures
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import create_group, join
from art7.runtime.mls.leaves import OwnKeys, make_key_package
from art7.runtime.mls.structures import Structures, Value, catalogue_structures
from art7.runtime.mls.suite import CipherSuite, cipher_suite
from art7.runtime.mls.tree_hash import check_parent_hashes

LIFE = (0, 1 << 40)
PSKS = PskStore({b"shared": b"what both were told"})


@cache
def structures(execution: str) -> Structures:
    """The catalogue's structures, executed by the `interpreter` or by a generated `sdk`."""
    if execution == "interpreter":
        return catalogue_structures()
    made = generated_package(catalogue_interpreter("ietf.mls", "ietf.mls_keys").specification)
    package = made.__enter__()  # it stays importable to the end of the process, which forgets it
    atexit.register(made.__exit__, None, None, None)
    return GeneratedStructures(package)


EXECUTIONS = ("interpreter", "sdk")


def suite_of(execution: str, number: int) -> CipherSuite:
    return cipher_suite(number, structures(execution))


def chance(seed: int = 0) -> Callable[[int], bytes]:
    numbers = count(seed << 32)
    return lambda size: cipher_suite(1).expand(bytes(32), "random", next(numbers).to_bytes(8, "big"), size)


def client(suite: CipherSuite, name: str, random: Callable[[int], bytes]) -> tuple[Value, OwnKeys]:
    private = suite.fresh_key_pair(random).private
    private = random(57) if suite.scheme == "ed448" else random(32) if suite.scheme == "ed25519" else private
    return make_key_package(suite, name.encode(), private, LIFE, random)


def add(package: Value) -> dict[str, Any]:
    return {"proposal_type": 1, "add": {"key_package": package}}


def remove(index: int) -> dict[str, Any]:
    return {"proposal_type": 3, "remove": {"removed": index}}


def deliver(done: Committed, *others: Group) -> list[Group]:
    """Let members follow a commit, as octets on the wire; all must agree with its sender."""
    found = [done.group, *(follow_commit(each, each.open(done.message)) for each in others)]
    agree(found)
    return found


def agree(groups: list[Group]) -> None:
    first = groups[0]
    for each in groups:
        assert each.secrets.epoch_authenticator == first.secrets.epoch_authenticator
        assert each.export("label", b"context", 16) == first.export("label", b"context", 16)
        assert each.context == first.context and each.tree.nodes == first.tree.nodes
    check_parent_hashes(first.suite, first.tree)


def welcomed(done: Committed, package: Value, own: OwnKeys, psks: PskStore = PSKS) -> Group:
    assert done.welcome is not None
    return join(done.welcome, package, own, psks=psks, structures=done.group.suite.structures)


def pair(suite: CipherSuite, random: Callable[[int], bytes]) -> list[Group]:
    first, second = client(suite, "one", random), client(suite, "two", random)
    group = create_group(suite, b"group", *first, random, psks=PSKS)
    done = make_commit(group, random, [add(second[0])])
    groups = [done.group, welcomed(done, *second)]
    agree(groups)
    return groups
