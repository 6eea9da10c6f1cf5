"""Groups of several members, from creation on: every member derives the same epoch, every fault has its code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from art7.runtime.mls import framing
from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.epoch import PskStore
from art7.runtime.mls.external import join_externally
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import create_group
from art7.runtime.mls.leaves import make_key_package
from art7.runtime.mls.refusals import CODES, MlsRefused
from art7.runtime.mls.resuming import BRANCH, REINIT, begin_anew, branch, check_resumed
from art7.runtime.mls.structures import Value, changed
from mls_groups import EXECUTIONS, add, agree, chance, client, deliver, pair, remove, suite_of, welcomed

SUITES = range(1, 8)


@pytest.fixture(params=EXECUTIONS)
def execution(request: pytest.FixtureRequest) -> str:
    """Which execution of the catalogue the groups run on."""
    return str(request.param)


@pytest.mark.parametrize("number", SUITES)
def test_a_group_in_every_suite(execution: str, number: int) -> None:
    suite, random = suite_of(execution, number), chance(number)
    one, two = pair(suite, random)
    third = client(suite, "three", random)
    done = make_commit(two, random, [add(third[0])])
    two, one = deliver(done, one)
    three = welcomed(done, *third)
    agree([one, two, three])
    sent = three.protect(three.signed(framing.PRIVATE, framing.APPLICATION, b"to all"), random, 7)
    for each in (one, two):
        assert framing.body_of(each.open(sent).content) == b"to all"
    three, one = deliver(make_commit(three, random, [remove(1)], wire_format=framing.PUBLIC), one)
    assert [index for index, _ in one.tree.members()] == [0, 2]
    one, three = deliver(make_commit(one, random), three)


def test_a_dozen_members_add_update_and_remove(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(99)
    groups = dict(enumerate(pair(suite, random)))
    for step in range(10):
        sender = groups[sorted(groups)[step % len(groups)]]
        joiner = client(suite, f"{step}", random)
        done = make_commit(sender, random, [add(joiner[0])], with_path=step % 3 != 0)
        others = [each for each in groups.values() if each is not sender]
        found = [*deliver(done, *others), welcomed(done, *joiner)]
        agree(found)
        groups = {each.own.index: each for each in found}
        if step % 4 == 3:
            gone = sorted(groups)[-2]
            sender = groups[sorted(groups)[0]]
            others = [each for index, each in groups.items() if index not in (gone, sender.own.index)]
            groups = {
                each.own.index: each for each in deliver(make_commit(sender, random, [remove(gone)]), *others)
            }
    assert len(groups) == 10


def test_someone_joins_from_outside_and_replaces_a_leaf(execution: str) -> None:
    suite, random = suite_of(execution, 3), chance(5)
    one, two = pair(suite, random)
    joiner = client(suite, "outside", random)
    done = join_externally(
        suite.structures.wrap("group_info", one.group_info()), *joiner, random, structures=suite.structures
    )
    three, one, two = deliver(done, one, two)
    assert three.own.index == 2
    again = client(suite, "outside again", random)
    info = suite.structures.wrap("group_info", one.group_info())
    four, one, two = deliver(
        join_externally(info, *again, random, replacing=2, structures=suite.structures), one, two
    )
    assert four.own.index == 2 and len(list(one.tree.members())) == 3
    done = make_commit(one, random)
    with pytest.raises(MlsRefused) as refusal:
        follow_commit(three, three.open(done.message))
    assert refusal.value.code == "wrong_epoch"


def test_a_joiner_whose_credential_is_not_supported(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(18)
    one, two = pair(suite, random)
    package, own = client(suite, "outside", random)
    credential = {"credential_type": 2, "identity": None, "certificates": [{"cert_data": b"x"}]}
    leaf = changed(
        package.leaf_node,
        credential=suite.structures.value("Credential", credential),
        capabilities=changed(package.leaf_node.capabilities, credentials=[1, 2]),
    )
    info = suite.structures.wrap("group_info", one.group_info())
    done = join_externally(info, changed(package, leaf_node=leaf), own, random, structures=suite.structures)
    with pytest.raises(MlsRefused, match="bad_leaf"):
        follow_commit(two, two.open(done.message))


def test_pre_shared_and_resumption_keys_are_mixed_in(execution: str) -> None:
    suite, random = suite_of(execution, 2), chance(6)
    one, two = pair(suite, random)
    named = {"psk_type": 1, "psk_id": b"shared", "resumption": None, "psk_nonce": random(32)}
    resumed = {
        "psk_type": 2,
        "psk_id": None,
        "resumption": {"usage": 1, "psk_group_id": b"group", "psk_epoch": 1},
        "psk_nonce": random(32),
    }
    listed = [{"proposal_type": 4, "psk": {"psk": each}} for each in (named, resumed)]
    one_after, _ = deliver(make_commit(one, random, listed, with_path=False), two)
    other = {**named, "psk_id": b"unknown"}
    with pytest.raises(MlsRefused) as refusal:
        make_commit(one_after, random, [{"proposal_type": 4, "psk": {"psk": other}}])
    assert refusal.value.code == "missing_psk"
    forgetful = replace(two, psks=PskStore())
    done = make_commit(one, random, listed)
    with pytest.raises(MlsRefused) as refusal:
        follow_commit(forgetful, forgetful.open(done.message))
    assert refusal.value.code == "missing_psk"
    with pytest.raises(MlsRefused) as refusal:
        make_commit(one, random, [listed[0], listed[0]])
    assert refusal.value.code == "bad_proposals"


def test_a_group_ends_and_begins_anew(execution: str) -> None:
    random = chance(20)
    one, two = pair(suite_of(execution, 1), random)
    terms = {"group_id": b"anew", "version": 1, "cipher_suite": 3, "extensions": []}
    one, two = deliver(make_commit(one, random, [{"proposal_type": 5, "reinit": terms}]), two)
    with pytest.raises(MlsRefused, match="ended"):
        make_commit(one, random)
    first, second = (client(suite_of(execution, 3), name, random) for name in ("one", "two"))
    done = begin_anew(one, *first, [second[0]], random)
    found = welcomed(done, *second, psks=two.psks)
    agree([done.group, found])
    check_resumed(two, found, REINIT)
    with pytest.raises(MlsRefused, match="missing_psk"):
        welcomed(done, *second)
    with pytest.raises(MlsRefused, match="bad_resumption"):
        check_resumed(two, replace(found, context=changed(found.context, group_id=b"other")), REINIT)


def test_a_branch_holds_members_of_its_group_only(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(21)
    one, two = pair(suite, random)
    first, second, stranger = (client(suite, name, random) for name in ("one", "two", "three"))
    done = branch(one, b"beside", *first, [second[0]], random)
    found = welcomed(done, *second, psks=two.psks)
    agree([done.group, found])
    check_resumed(two, found, BRANCH)
    wider = branch(one, b"wider", *first, [second[0], stranger[0]], random)
    with pytest.raises(MlsRefused, match="bad_resumption"):
        check_resumed(two, welcomed(wider, *second, psks=two.psks), BRANCH)
    with pytest.raises(MlsRefused, match="bad_resumption"):
        begin_anew(one, *first, [second[0]], random)


def test_a_removed_member_learns_it(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(7)
    one, two = pair(suite, random)
    done = make_commit(one, random, [remove(1)])
    with pytest.raises(MlsRefused) as refusal:
        follow_commit(two, two.open(done.message))
    assert refusal.value.code == "removed"


def forged(group: Group, body: dict[str, Any], **context: Any) -> Value:
    """A commit with a body of our choice, rightly signed."""
    message = group.signed(framing.PUBLIC, framing.COMMIT, body)
    return changed(message, auth=changed(message.auth, confirmation_tag=bytes(32)))


@pytest.mark.parametrize(
    ("proposals", "code"),
    [
        ([], "missing_path"),
        ([remove(1)], "missing_path"),
        ([remove(0)], "bad_proposals"),
        ([remove(1), remove(1)], "bad_proposals"),
        ([remove(9)], "no_such_member"),
        ([{"proposal_type": 6, "external_init": {"kem_output": bytes(32)}}], "bad_proposals"),
    ],
)
def test_forbidden_commits(execution: str, proposals: list[dict[str, Any]], code: str) -> None:
    suite, random = suite_of(execution, 1), chance(8)
    groups = pair(suite, random)
    third = client(suite, "three", random)
    done = make_commit(groups[0], random, [add(third[0])])
    one, two = deliver(done, groups[1])
    three = welcomed(done, *third)
    body = {"proposals": [{"kind": 1, "proposal": each} for each in proposals], "path": None}
    with pytest.raises(MlsRefused) as refusal:
        follow_commit(three, forged(one, body))
    assert refusal.value.code == code
    assert two.epoch == three.epoch


def test_a_reference_that_nobody_sent(execution: str) -> None:
    one, two = pair(suite_of(execution, 1), chance(9))
    body = {"proposals": [{"kind": 2, "reference": bytes(32)}], "path": None}
    with pytest.raises(MlsRefused) as refusal:
        follow_commit(two, forged(one, body))
    assert refusal.value.code == "missing_proposal"


def test_a_proposal_is_committed_by_another(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(10)
    one, two = pair(suite, random)
    joiner = client(suite, "three", random)
    proposal = two.signed(framing.PRIVATE, framing.PROPOSAL, add(joiner[0]))
    sent = two.protect(proposal, random)
    one, two = one.with_proposal(one.open(sent)), two.with_proposal(proposal)
    done = make_commit(one, random)
    one, two = deliver(done, two)
    agree([one, two, welcomed(done, *joiner)])


def test_an_update_is_committed_by_another(execution: str) -> None:
    suite, random = suite_of(execution, 7), chance(15)
    one, two = pair(suite, random)
    two, proposal = two.with_update(random)
    message = two.signed(framing.PUBLIC, framing.PROPOSAL, proposal)
    one, two = one.with_proposal(one.open(two.protect(message, random))), two.with_proposal(message)
    with pytest.raises(MlsRefused, match="bad_proposals"):
        make_commit(two, random)
    before = one.tree.member(1).encryption_key
    one, two = deliver(make_commit(one, random), two)
    assert one.tree.member(1).encryption_key != before
    one, two = deliver(make_commit(one, random), two)
    two, one = deliver(make_commit(two, random), one)


def test_extensions_of_the_group_are_replaced(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(17)
    one, two = pair(suite, random)
    required = {"extension_types": [], "proposal_types": [], "credential_types": [1]}
    listed = [{"extension_type": 3, "extension_data": required}]
    proposal = {"proposal_type": 7, "group_context_extensions": {"extensions": listed}}
    one, two = deliver(make_commit(one, random, [proposal]), two)
    assert two.context.extensions[0].extension_type == 3
    required["credential_types"] = [2]
    with pytest.raises(MlsRefused, match="bad_leaf"):
        make_commit(one, random, [proposal])


def from_outside(group: Group, sender: dict[str, Any], body: object, private: bytes) -> bytes:
    """A proposal of someone who is no member."""
    content = framing.framed(
        group.suite, group.context, group.suite.structures.value("Sender", sender), framing.PROPOSAL, body
    )
    signed = framing.sign_content(group.suite, group.context, framing.PUBLIC, content, private)
    value = {"content": content, "auth": signed.auth, "membership_tag": None}
    return group.suite.structures.wrap("public_message", value)


def test_proposals_from_outside(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(16)
    sender_key = random(32)
    named = {
        "signature_key": suite.signature_key(sender_key),
        "credential": {"credential_type": 1, "identity": b"x"},
    }
    first, second, third = (client(suite, name, random) for name in ("one", "two", "three"))
    extensions = [{"extension_type": 5, "extension_data": [named]}]
    one = create_group(suite, b"group", *first, random, extensions=extensions)
    done = make_commit(one, random, [add(second[0])])
    one, two = done.group, welcomed(done, *second)
    external = {"sender_type": framing.EXTERNAL, "sender_index": 0}
    joining = {"sender_type": framing.NEW_MEMBER_PROPOSAL}
    sent = [
        from_outside(one, external, remove(1), sender_key),
        from_outside(one, joining, add(third[0]), third[1].signature),
    ]
    for octets in sent:
        one = one.with_proposal(one.open(octets))
    done = make_commit(one, random)
    three = welcomed(done, *third)
    agree([done.group, three])
    assert [leaf.credential.identity for _, leaf in three.tree.members()] == [b"one", b"three"]
    for octets, code in (
        (from_outside(two, {**external, "sender_index": 1}, remove(1), sender_key), "no_such_member"),
        (from_outside(two, external, remove(1), random(32)), "bad_signature"),
        (from_outside(two, joining, remove(1), sender_key), "no_such_member"),
    ):
        with pytest.raises(MlsRefused) as refusal:
            two.open(octets)
        assert refusal.value.code == code
    _, update = two.with_update(random)
    with pytest.raises(MlsRefused, match="bad_proposals"):
        two.with_proposal(two.open(from_outside(two, external, update, sender_key)))


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("signature", "bad_key_package_signature"),
        ("leaf_node", "bad_key_package_signature"),
        ("cipher_suite", "bad_key_package"),
        ("init_key", "bad_key_package"),
    ],
)
def test_spoilt_key_packages(execution: str, part: str, code: str) -> None:
    suite, random = suite_of(execution, 1), chance(11)
    one, _ = pair(suite, random)
    package, _ = client(suite, "three", random)
    leaf = package.leaf_node
    spoilt = {
        "signature": bytes(64),
        "leaf_node": changed(leaf, signature=bytes(64)),
        "cipher_suite": 3,
        "init_key": leaf.encryption_key,
    }
    with pytest.raises(MlsRefused) as refusal:
        make_commit(one, random, [add(changed(package, **{part: spoilt[part]}))])
    assert refusal.value.code == code


def test_a_key_package_out_of_its_time(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(12)
    one, _ = pair(suite, random)
    package, _ = make_key_package(suite, b"late", random(32), (10, 20), random)
    make_commit(one, random, [add(package)], now=15)
    with pytest.raises(MlsRefused) as refusal:
        make_commit(one, random, [add(package)], now=21)
    assert refusal.value.code == "bad_leaf"


def test_a_message_key_serves_once_and_late_messages_are_read(execution: str) -> None:
    suite, random = suite_of(execution, 1), chance(13)
    one, two = pair(suite, random)
    sent = [one.protect(one.signed(framing.PRIVATE, 1, bytes([n])), random) for n in range(5)]
    for n in (4, 0, 2, 1, 3):
        assert framing.body_of(two.open(sent[n]).content) == bytes([n])
    with pytest.raises(MlsRefused) as refusal:
        two.open(sent[2])
    assert refusal.value.code == "used_key"


def test_every_code_is_known_and_says_what_it_means(execution: str) -> None:
    assert all(code.isidentifier() and meaning for code, meaning in CODES.items())
    refusal = MlsRefused("bad_tree_hash", "one", "another")
    assert "bad_tree_hash" in str(refusal) and "another" in str(refusal)
    assert "private" not in repr(pair(suite_of(execution, 1), chance(14))[0].own)
