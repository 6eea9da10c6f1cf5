"""Trees, message protection and group state of MLS against published cases, found by the keys that a case has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.runtime.mls import framing, tree_math
from art7.runtime.mls.commits import follow_commit
from art7.runtime.mls.epoch import PskStore, joined_epoch
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import check_group_info, join, open_welcome
from art7.runtime.mls.leaves import OwnKeys, Place, check_leaf_signature
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.secret_tree import SecretTree
from art7.runtime.mls.suite import CipherSuite, KeyPair, Sealed, cipher_suite
from art7.runtime.mls.transcript import confirmed_hash, interim_hash
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import check_parent_hashes, tree_hash
from art7.runtime.mls.tree_kem import apply_path, climb, make_path, node_key, open_path, seal_path

TOPIC = "mls"
Case = Mapping[str, Any]


def octets(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def chance() -> Callable[[int], bytes]:
    """Octets that differ from call to call and not from run to run."""
    numbers = count(1)
    return lambda size: cipher_suite(1).expand(bytes(32), "random", next(numbers).to_bytes(4, "big"), size)


def tree_of(suite: CipherSuite, text: str) -> RatchetTree:
    return RatchetTree.of(suite.structures.decode("RatchetTree", bytes.fromhex(text)))


def check_tree_math(case: Case) -> None:
    leaves, nodes = case["n_leaves"], range(case["n_nodes"])
    assert tree_math.node_count(leaves) == len(nodes) and tree_math.root(leaves) == case["root"]
    root = case["root"]
    assert case["left"] == [tree_math.left(x) if x % 2 else None for x in nodes]
    assert case["right"] == [tree_math.right(x) if x % 2 else None for x in nodes]
    assert case["parent"] == [None if x == root else tree_math.parent(x) for x in nodes]
    assert case["sibling"] == [None if x == root else tree_math.sibling(x) for x in nodes]


def check_basics(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    one = case["ref_hash"]
    value = bytes.fromhex(one["value"])
    params = {"suite": suite.number, "label": one["label"]}
    assert suite.structures.derive("RefHash", params, {"value": value})["out"].hex() == one["out"]
    one = case["expand_with_label"]
    secret, context = octets(one, "secret", "context")
    assert suite.expand(secret, one["label"], context, one["length"]).hex() == one["out"]
    one = case["derive_secret"]
    assert suite.derive(bytes.fromhex(one["secret"]), one["label"]).hex() == one["out"]
    one = case["derive_tree_secret"]
    context = one["generation"].to_bytes(4, "big")
    assert (
        suite.expand(bytes.fromhex(one["secret"]), one["label"], context, one["length"]).hex() == one["out"]
    )
    check_basic_signature(suite, case["sign_with_label"])
    check_basic_sealing(suite, case["encrypt_with_label"])


def check_basic_signature(suite: CipherSuite, one: Case) -> None:
    private, public, content, signature = octets(one, "priv", "pub", "content", "signature")
    assert suite.signature_key(private) == public
    for each in (signature, suite.sign(private, one["label"], content)):
        suite.check_signature(public, one["label"], content, each, "bad_signature")
    with pytest.raises(MlsRefused, match="bad_signature"):
        suite.check_signature(public, one["label"] + "x", content, signature, "bad_signature")


def check_basic_sealing(suite: CipherSuite, one: Case) -> None:
    private, public, context = octets(one, "priv", "pub", "context")
    sent, sealed, plaintext = octets(one, "kem_output", "ciphertext", "plaintext")
    assert suite.public_key(private) == public
    assert suite.open_with(private, one["label"], context, Sealed(sent, sealed)) == plaintext
    again = suite.seal_to(public, one["label"], context, plaintext, chance())
    assert suite.open_with(private, one["label"], context, again) == plaintext
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(MlsRefused, match="not_authentic"):
        suite.open_with(private, one["label"], context, Sealed(sent, broken))


def group_context(case: Case, suite: CipherSuite, tree: bytes, extensions: object = ()) -> dict[str, Any]:
    group_id, confirmed = octets(case, "group_id", "confirmed_transcript_hash")
    return {
        "version": 1,
        "cipher_suite": suite.number,
        "group_id": group_id,
        "epoch": case["epoch"],
        "tree_hash": tree,
        "confirmed_transcript_hash": confirmed,
        "extensions": [],
    }


def check_protection(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    context = group_context(case, suite, bytes.fromhex(case["tree_hash"]))
    private, public = octets(case, "signature_priv", "signature_pub")
    assert suite.signature_key(private) == public
    membership, sender_data, encryption = octets(
        case, "membership_key", "sender_data_secret", "encryption_secret"
    )

    def keys() -> framing.Keys:
        return framing.Keys(suite, context, membership, sender_data, SecretTree(suite, encryption, 2))

    def key_of(content: Case) -> bytes:
        assert content["sender"]["leaf_index"] == 1
        return public

    bodies = {
        framing.PROPOSAL: suite.structures.decode("Proposal", bytes.fromhex(case["proposal"])),
        framing.COMMIT: suite.structures.decode("Commit", bytes.fromhex(case["commit"])),
        framing.APPLICATION: bytes.fromhex(case["application"]),
    }
    for kind, body in bodies.items():
        sender = {"sender_type": framing.MEMBER, "leaf_index": 1}
        content = framing.framed(context, sender, kind, body)
        check_private(case, keys, key_of, content, private)
        check_public(case, keys, key_of, content, private)


NAMES = {framing.PROPOSAL: "proposal", framing.COMMIT: "commit", framing.APPLICATION: "application"}


def own_content(made: framing.Keys, wire_format: int, content: Case, private: bytes) -> Case:
    signed = framing.sign_content(made.suite, made.context, wire_format, content, private)
    signed["auth"]["confirmation_tag"] = b"tag" if content["content_type"] == framing.COMMIT else None
    return signed


def check_private(
    case: Case, keys: Callable[[], framing.Keys], key_of: framing.KeyOf, content: Case, private: bytes
) -> None:
    made, body, kind = keys(), framing.body_of(content), content["content_type"]
    given = message(made.suite, case, f"{NAMES[kind]}_priv")["private_message"]
    assert framing.body_of(framing.unprotect_private(keys(), given, key_of)["content"]) == body
    refuse_each_octet(keys, given, key_of)
    signed = own_content(made, framing.PRIVATE, content, private)
    own = framing.protect_private(made, signed, chance(), padding=kind)
    assert framing.body_of(framing.unprotect_private(keys(), own, key_of)["content"]) == body


def check_public(
    case: Case, keys: Callable[[], framing.Keys], key_of: framing.KeyOf, content: Case, private: bytes
) -> None:
    made, body = keys(), framing.body_of(content)
    signed = own_content(made, framing.PUBLIC, content, private)
    if content["content_type"] == framing.APPLICATION:
        with pytest.raises(MlsRefused, match="wrong_content"):
            framing.protect_public(made, signed)
        return
    given = message(made.suite, case, f"{NAMES[content['content_type']]}_pub")["public_message"]
    assert framing.body_of(framing.unprotect_public(made, given, key_of)["content"]) == body
    for part in ("membership_tag", "auth"):
        with pytest.raises(MlsRefused, match="bad_membership_tag"):
            framing.unprotect_public(made, spoilt(given, part), key_of)
    own = framing.protect_public(made, signed)
    assert framing.body_of(framing.unprotect_public(made, own, key_of)["content"]) == body


def spoilt(message: Case, part: str) -> Case:
    def flip(value: bytes) -> bytes:
        return value[:-1] + bytes([value[-1] ^ 1])

    if part == "auth":
        return {**message, "auth": {**message["auth"], "signature": flip(message["auth"]["signature"])}}
    return {**message, part: flip(message[part])}


def refuse_each_octet(keys: Callable[[], framing.Keys], message: Case, key_of: framing.KeyOf) -> None:
    once = keys()
    for part in ("ciphertext", "encrypted_sender_data"):
        with pytest.raises(MlsRefused, match="not_authentic"):
            framing.unprotect_private(once, spoilt(message, part), key_of)
    framing.unprotect_private(once, message, key_of)
    with pytest.raises(MlsRefused, match="used_key"):
        framing.unprotect_private(once, message, key_of)


def check_operation(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = tree_of(suite, case["tree_before"])
    assert tree_hash(suite, tree).hex() == case["tree_hash_before"]
    proposal = suite.structures.decode("Proposal", bytes.fromhex(case["proposal"]))
    match proposal["proposal_type"]:
        case 1:
            tree.add(proposal["add"]["key_package"]["leaf_node"])
        case 2:
            tree.update(case["proposal_sender"], proposal["update"]["leaf_node"])
        case 3:
            tree.remove(proposal["remove"]["removed"])
        case other:
            raise AssertionError(f"a tree operation of type {other}")
    assert suite.structures.encode("RatchetTree", tree.value()).hex() == case["tree_after"]
    assert tree_hash(suite, tree).hex() == case["tree_hash_after"]
    assert tree_hash(suite, RatchetTree.of(tree.value())).hex() == case["tree_hash_after"]


def check_validation(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = tree_of(suite, case["tree"])
    assert [tree.resolution(x) for x in range(len(tree.nodes))] == case["resolutions"]
    assert [tree_hash(suite, tree, x).hex() for x in range(len(tree.nodes))] == case["tree_hashes"]
    check_parent_hashes(suite, tree)
    for index, leaf in tree.members():
        place = Place(bytes.fromhex(case["group_id"]), index)
        check_leaf_signature(suite, leaf, place)
        with pytest.raises(MlsRefused, match="bad_leaf_signature"):
            check_leaf_signature(suite, spoilt(leaf, "signature"), place)
    for number in range(1, len(tree.nodes), 2):
        if tree.nodes[number] is not None and tree.nodes[number]["parent_hash"]:  # type: ignore[index]
            broken = tree.copy()
            broken.put(number, spoilt(tree.nodes[number], "parent_hash"))  # type: ignore[arg-type]
            with pytest.raises(MlsRefused, match="bad_parent_hash"):
                check_parent_hashes(suite, broken)


def check_tree_kem(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    group_id = bytes.fromhex(case["group_id"])
    tree = tree_of(suite, case["ratchet_tree"])
    check_parent_hashes(suite, tree)
    members = {each["index"]: private_keys(suite, tree, each) for each in case["leaves_private"]}
    signers = {each["index"]: bytes.fromhex(each["signature_priv"]) for each in case["leaves_private"]}
    for each in case["update_paths"]:
        path = suite.structures.decode("UpdatePath", bytes.fromhex(each["update_path"]))
        sender, after = each["sender"], tree.copy()
        apply_path(suite, after, sender, path, group_id)
        assert tree_hash(suite, after).hex() == each["tree_hash_after"]
        context = suite.structures.encode("GroupContext", group_context(case, suite, tree_hash(suite, after)))
        for own, secret in enumerate(each["path_secrets"]):
            if secret is not None:
                found = open_path(suite, tree, sender, path, members[own], own, context)
                assert next(iter(found.by_node.values())).hex() == secret
                assert found.commit_secret.hex() == each["commit_secret"]
        if sender == case["update_paths"][-1]["sender"]:
            check_own_path(case, suite, tree, members, sender, signers[sender])


def private_keys(suite: CipherSuite, tree: RatchetTree, each: Case) -> dict[int, KeyPair]:
    encryption, signature = octets(each, "encryption_priv", "signature_priv")
    leaf = tree.member(each["index"])
    assert suite.public_key(encryption) == leaf["encryption_key"]
    assert suite.signature_key(signature) == leaf["signature_key"]
    keys = {2 * each["index"]: KeyPair(encryption, leaf["encryption_key"])}
    for secret in each["path_secrets"]:
        node = secret["node"]
        keys[node] = node_key(suite, bytes.fromhex(secret["path_secret"]))
        assert tree.nodes[node]["encryption_key"] == keys[node].public  # type: ignore[index]
        assert tree_math.is_below(2 * each["index"], node)
    return keys


def check_own_path(
    case: Case,
    suite: CipherSuite,
    tree: RatchetTree,
    members: Mapping[int, dict[int, KeyPair]],
    sender: int,
    signature: bytes,
) -> None:
    """A path that we make leads every other member to our commit secret, and its tree is accepted."""
    group_id, after = bytes.fromhex(case["group_id"]), tree.copy()
    new = make_path(suite, after, sender, tree.member(sender), signature, group_id, chance())
    check_parent_hashes(suite, after)
    context = suite.structures.encode("GroupContext", group_context(case, suite, tree_hash(suite, after)))
    path = seal_path(suite, tree, sender, new, context, chance())
    merged = tree.copy()
    apply_path(suite, merged, sender, path, group_id)
    assert merged.nodes == after.nodes
    for own, keys in members.items():
        if own != sender:
            found = open_path(suite, tree, sender, path, keys, own, context)
            assert found.commit_secret == new.secrets.commit_secret
    filtered = [node for node, _ in tree.filtered_path(sender)]
    assert climb(suite, next(iter(new.secrets.by_node.values())), filtered) == new.secrets


def check_hand_made_tree(case: Case) -> None:
    """Trees with parents that nobody made: hashes hold, the check of parent hashes refuses them."""
    suite = cipher_suite(case["cipher_suite"])
    tree = tree_of(suite, case["tree_data"])
    if "tree_hash" in case:
        assert tree_hash(suite, tree).hex() == case["tree_hash"]
        for _, leaf in tree.members():
            check_leaf_signature(suite, leaf, None)
    with pytest.raises(MlsRefused, match="bad_parent_hash|bad_tree"):
        check_parent_hashes(suite, tree)


def check_welcome(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    init, signer = octets(case, "init_priv", "signer_pub")
    package, welcome = (message(suite, case, name)[name] for name in ("key_package", "welcome"))
    assert suite.public_key(init) == package["init_key"]
    opened = open_welcome(suite, welcome, package, init, PskStore())
    assert not opened.secrets["psks"]
    info = opened.info
    check_group_info(suite, info, signer)
    with pytest.raises(MlsRefused, match="bad_group_info_signature"):
        check_group_info(suite, spoilt(info, "signature"), signer)
    secrets = joined_epoch(suite, opened.member_secret, info["group_context"])
    confirmed = info["group_context"]["confirmed_transcript_hash"]
    assert suite.mac(secrets.confirmation_key, confirmed) == info["confirmation_tag"]
    for name, code in (("encrypted_group_info", "not_authentic"),):
        with pytest.raises(MlsRefused, match=code):
            open_welcome(suite, spoilt(welcome, name), package, init, PskStore())
    with pytest.raises(MlsRefused, match="not_addressed"):
        open_welcome(suite, {**welcome, "secrets": []}, package, init, PskStore())


def message(suite: CipherSuite, case: Case, name: str) -> Case:
    return suite.structures.decode("MlsMessage", bytes.fromhex(case[name]))


def check_passive(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    package = message(suite, case, "key_package")["key_package"]
    own = OwnKeys(*octets(case, "init_priv", "encryption_priv", "signature_priv"))
    psks = PskStore(dict(tuple(octets(each, "psk_id", "psk")) for each in case["external_psks"]))  # type: ignore[misc]
    tree = case["ratchet_tree"]
    beside = None if tree is None else suite.structures.decode("RatchetTree", bytes.fromhex(tree))
    group = join(bytes.fromhex(case["welcome"]), package, own, tree=beside, psks=psks)
    assert group.secrets.epoch_authenticator.hex() == case["initial_epoch_authenticator"]
    for epoch in case["epochs"]:
        for each in epoch["proposals"]:
            group = group.with_proposal(group.open(bytes.fromhex(each)))
        refuse_spoilt_commit(group, message(suite, epoch, "commit"))
        group = follow_commit(group, group.open(bytes.fromhex(epoch["commit"])))
        assert group.secrets.epoch_authenticator.hex() == epoch["epoch_authenticator"]


def refuse_spoilt_commit(group: Group, commit: Case) -> None:
    """A commit with another confirmation tag, or none of its signature, begins no epoch."""
    public = commit["public_message"]
    if public is None:
        return
    flipped = spoilt(public["auth"], "confirmation_tag")
    opened = {"wire_format": 1, "content": public["content"], "auth": flipped}
    with pytest.raises(MlsRefused, match="bad_confirmation_tag"):
        follow_commit(group, opened)
    with pytest.raises(MlsRefused, match="bad_membership_tag|bad_signature"):
        group.open(group.suite.structures.wrap("public_message", spoilt(public, "auth")))


def check_secret_tree(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    leaves = case["leaves"]
    tree = SecretTree(suite, bytes.fromhex(case["encryption_secret"]), len(leaves))
    for leaf, generations in enumerate(leaves):
        for each in reversed(generations):  # the last first: those passed over are held
            for kind in ("handshake", "application"):
                found = tree.find(leaf, kind, each["generation"])
                assert (found.key.hex(), found.nonce.hex()) == (each[f"{kind}_key"], each[f"{kind}_nonce"])
                tree.spend(leaf, kind, each["generation"])
                with pytest.raises(MlsRefused, match="used_key"):
                    tree.find(leaf, kind, each["generation"])


def check_transcript(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    content, before, key = octets(
        case, "authenticated_content", "interim_transcript_hash_before", "confirmation_key"
    )
    commit = suite.structures.decode("AuthenticatedContent", content)
    confirmed = confirmed_hash(suite, before, commit)
    assert confirmed.hex() == case["confirmed_transcript_hash_after"]
    tag = commit["auth"]["confirmation_tag"]
    assert interim_hash(suite, confirmed, tag).hex() == case["interim_transcript_hash_after"]
    suite.check_mac(key, confirmed, tag, "bad_confirmation_tag")
    with pytest.raises(MlsRefused, match="bad_confirmation_tag"):
        suite.check_mac(key, confirmed + b"!", tag, "bad_confirmation_tag")


CHECKS: tuple[tuple[set[str], Callable[[Case], None]], ...] = (
    ({"n_leaves", "root"}, check_tree_math),
    ({"ref_hash", "expand_with_label"}, check_basics),
    ({"membership_key", "application_priv"}, check_protection),
    ({"encryption_secret", "leaves"}, check_secret_tree),
    ({"interim_transcript_hash_before"}, check_transcript),
    ({"tree_before", "proposal_sender"}, check_operation),
    ({"tree", "resolutions"}, check_validation),
    ({"leaves_private", "update_paths"}, check_tree_kem),
    ({"tree_data"}, check_hand_made_tree),
    ({"signer_pub", "welcome"}, check_welcome),
    ({"initial_epoch_authenticator"}, check_passive),
)
"""Which check reads a case: told by the keys it has."""


def group_files() -> list[Path]:
    return corpus.files("vectors", TOPIC, ".json")


@pytest.mark.parametrize("path", group_files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_group_cases(path: Path, cases: Any) -> None:
    for row in json.loads(path.read_text(encoding="utf-8")):
        for keys, check in CHECKS:
            if keys <= set(row):
                check(row)
                cases.ran(TOPIC)
                break
