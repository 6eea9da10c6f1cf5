"""Extensions that nobody here knows: carried by those who support them, refused by the others, never twice."""

from __future__ import annotations

from typing import Any

import pytest

from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.external import join_externally
from art7.runtime.mls.joining import create_group, join
from art7.runtime.mls.leaves import OwnKeys, make_key_package, sign_leaf
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value, changed
from art7.runtime.mls.suite import cipher_suite
from mls_groups import LIFE, add, agree, chance, client, deliver, pair

SUITE, RANDOM = cipher_suite(1), chance(55)
UNKNOWN = 0xF0A1
GREASE = {
    "extensions": [0x0A0A, UNKNOWN],
    "proposals": [0x1A1A],
    "cipher_suites": [1, 0x2A2A],
    "versions": [1, 2],
}


def carried(data: bytes, kind: int = UNKNOWN) -> dict[str, Any]:
    return {"extension_type": kind, "extension_data": data}


def able(name: bytes) -> tuple[Value, OwnKeys]:
    return make_key_package(SUITE, name, RANDOM(32), LIFE, RANDOM, capabilities=GREASE)


def change(*extensions: dict[str, Any]) -> dict[str, Any]:
    return {"proposal_type": 7, "group_context_extensions": {"extensions": list(extensions)}}


def with_extensions(made: tuple[Value, OwnKeys], *extensions: dict[str, Any]) -> tuple[Value, OwnKeys]:
    package, own = made
    value = SUITE.structures.value
    listed = [value("LeafNodeExtension", each) for each in extensions]
    leaf = sign_leaf(SUITE, changed(package.leaf_node, extensions=listed), own.signature)
    members = {name: getattr(package, name) for name in ("version", "cipher_suite", "init_key", "extensions")}
    content = SUITE.structures.write("KeyPackageTbs", **members, leaf_node=leaf)
    signed = SUITE.sign(own.signature, "KeyPackageTBS", content)
    return changed(package, leaf_node=leaf, signature=signed), own


def refused(code: str, *arguments: Any, **more: Any) -> None:
    with pytest.raises(MlsRefused) as refusal:
        make_commit(*arguments, **more)
    assert refusal.value.code == code


def test_unknown_extensions_reach_everybody_unchanged() -> None:
    one, two = able(b"one"), with_extensions(able(b"two"), carried(b"of a leaf"), carried(b"", 0x0A0A))
    group = create_group(SUITE, b"group", *one, RANDOM, extensions=[carried(b"of the group")])
    done = make_commit(group, RANDOM, [add(two[0])])
    assert done.welcome is not None
    groups = [done.group, join(done.welcome, *two)]
    agree(groups)
    groups = deliver(make_commit(groups[0], RANDOM, [change(carried(b"another"))]), groups[1])
    kept = SUITE.structures.encode("LeafNode", groups[0].tree.member(1))
    assert b"of a leaf" in kept and b"another" in SUITE.structures.encode("GroupContext", groups[0].context)
    deliver(make_commit(groups[1], RANDOM), groups[0])


def test_a_group_does_not_take_those_who_lack_its_extensions() -> None:
    group = create_group(SUITE, b"group", *able(b"one"), RANDOM, extensions=[carried(b"x")])
    refused("bad_leaf", group, RANDOM, [add(client(SUITE, "lacking", RANDOM)[0])])
    lacking = make_key_package(SUITE, b"three", RANDOM(32), LIFE, RANDOM)
    info = SUITE.structures.wrap("group_info", group.group_info())
    done = join_externally(info, *lacking, RANDOM)
    with pytest.raises(MlsRefused, match="bad_leaf"):
        follow_commit(group, group.open(done.message))


def test_extensions_that_a_member_lacks_are_not_taken() -> None:
    one, _ = pair(SUITE, RANDOM)
    refused("bad_leaf", one, RANDOM, [change(carried(b"x"))])
    package, _ = with_extensions(client(SUITE, "three", RANDOM), carried(b"x"))
    refused("bad_leaf", one, RANDOM, [add(package)])


def test_nobody_begins_a_group_with_what_it_lacks() -> None:
    with pytest.raises(MlsRefused, match="bad_leaf"):
        create_group(SUITE, b"group", *client(SUITE, "one", RANDOM), RANDOM, extensions=[carried(b"x")])


def test_no_list_has_two_of_a_type() -> None:
    group = create_group(SUITE, b"group", *able(b"one"), RANDOM)
    twice = carried(b"x"), carried(b"y")
    refused("bad_extensions", group, RANDOM, [change(*twice)])
    refused("bad_extensions", group, RANDOM, [add(with_extensions(able(b"two"), *twice)[0])])
