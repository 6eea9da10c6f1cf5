"""Message protection and group state of MLS against published cases, found by the keys that a case has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from art7.runtime.mls import framing
from art7.runtime.mls.commits import follow_commit
from art7.runtime.mls.epoch import PskStore, joined_epoch
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import check_group_info, join, open_welcome
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.secret_tree import SecretTree
from art7.runtime.mls.structures import changed
from art7.runtime.mls.suite import CipherSuite, Sealed
from art7.runtime.mls.transcript import confirmed_hash, interim_hash
from mls_cases import Case, Checks, files, group_context, message, octets, run, spoilt, suite_for
from mls_groups import EXECUTIONS, chance


def check_basics(case: Case) -> None:
    suite = suite_for(case)
    one = case["ref_hash"]
    value = bytes.fromhex(one["value"])
    assert suite.run("RefHash", label=one["label"], value=value).out.hex() == one["out"]
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


def check_protection(case: Case) -> None:
    suite = suite_for(case)
    context = group_context(case, suite, bytes.fromhex(case["tree_hash"]))
    private, public = octets(case, "signature_priv", "signature_pub")
    assert suite.signature_key(private) == public
    membership, sender_data, encryption = octets(
        case, "membership_key", "sender_data_secret", "encryption_secret"
    )

    def keys() -> framing.Keys:
        return framing.Keys(suite, context, membership, sender_data, SecretTree(suite, encryption, 2))

    def key_of(content: Case) -> bytes:
        assert content.sender.leaf_index == 1
        return public

    bodies = {
        framing.PROPOSAL: suite.structures.decode("Proposal", bytes.fromhex(case["proposal"])),
        framing.COMMIT: suite.structures.decode("Commit", bytes.fromhex(case["commit"])),
        framing.APPLICATION: bytes.fromhex(case["application"]),
    }
    for kind, body in bodies.items():
        sender = {"sender_type": framing.MEMBER, "leaf_index": 1}
        content = framing.framed(suite, context, sender, kind, body)
        check_private(case, keys, key_of, content, private)
        check_public(case, keys, key_of, content, private)


NAMES = {framing.PROPOSAL: "proposal", framing.COMMIT: "commit", framing.APPLICATION: "application"}


def own_content(made: framing.Keys, wire_format: int, content: Case, private: bytes) -> Case:
    signed = framing.sign_content(made.suite, made.context, wire_format, content, private)
    tag = b"tag" if content.content_type == framing.COMMIT else None
    return changed(signed, auth=changed(signed.auth, confirmation_tag=tag))


def check_private(
    case: Case, keys: Callable[[], framing.Keys], key_of: framing.KeyOf, content: Case, private: bytes
) -> None:
    made, body, kind = keys(), framing.body_of(content), content.content_type
    given = message(made.suite, case, f"{NAMES[kind]}_priv").private_message
    assert framing.body_of(framing.unprotect_private(keys(), given, key_of).content) == body
    refuse_each_octet(keys, given, key_of)
    signed = own_content(made, framing.PRIVATE, content, private)
    own = framing.protect_private(made, signed, chance(), padding=kind)
    assert framing.body_of(framing.unprotect_private(keys(), own, key_of).content) == body


def check_public(
    case: Case, keys: Callable[[], framing.Keys], key_of: framing.KeyOf, content: Case, private: bytes
) -> None:
    made, body = keys(), framing.body_of(content)
    signed = own_content(made, framing.PUBLIC, content, private)
    if content.content_type == framing.APPLICATION:
        with pytest.raises(MlsRefused, match="wrong_content"):
            framing.protect_public(made, signed)
        return
    given = message(made.suite, case, f"{NAMES[content.content_type]}_pub").public_message
    assert framing.body_of(framing.unprotect_public(made, given, key_of).content) == body
    for part in ("membership_tag", "auth"):
        with pytest.raises(MlsRefused, match="bad_membership_tag"):
            framing.unprotect_public(made, spoilt(given, part), key_of)
    own = framing.protect_public(made, signed)
    assert framing.body_of(framing.unprotect_public(made, own, key_of).content) == body


def refuse_each_octet(keys: Callable[[], framing.Keys], message: Case, key_of: framing.KeyOf) -> None:
    once = keys()
    for part in ("ciphertext", "encrypted_sender_data"):
        with pytest.raises(MlsRefused, match="not_authentic"):
            framing.unprotect_private(once, spoilt(message, part), key_of)
    framing.unprotect_private(once, message, key_of)
    with pytest.raises(MlsRefused, match="used_key"):
        framing.unprotect_private(once, message, key_of)


def check_welcome(case: Case) -> None:
    suite = suite_for(case)
    init, signer = octets(case, "init_priv", "signer_pub")
    package, welcome = (getattr(message(suite, case, name), name) for name in ("key_package", "welcome"))
    assert suite.public_key(init) == package.init_key
    opened = open_welcome(suite, welcome, package, init, PskStore())
    assert not opened.secrets.psks
    info = opened.info
    check_group_info(suite, info, signer)
    with pytest.raises(MlsRefused, match="bad_group_info_signature"):
        check_group_info(suite, spoilt(info, "signature"), signer)
    secrets = joined_epoch(suite, opened.member_secret, info.group_context)
    confirmed = info.group_context.confirmed_transcript_hash
    assert suite.mac(secrets.confirmation_key, confirmed) == info.confirmation_tag
    for name, code in (("encrypted_group_info", "not_authentic"),):
        with pytest.raises(MlsRefused, match=code):
            open_welcome(suite, spoilt(welcome, name), package, init, PskStore())
    with pytest.raises(MlsRefused, match="not_addressed"):
        open_welcome(suite, changed(welcome, secrets=[]), package, init, PskStore())


def check_passive(case: Case) -> None:
    suite = suite_for(case)
    package = message(suite, case, "key_package").key_package
    own = OwnKeys(*octets(case, "init_priv", "encryption_priv", "signature_priv"))
    psks = PskStore(dict(tuple(octets(each, "psk_id", "psk")) for each in case["external_psks"]))
    tree = case["ratchet_tree"]
    beside = None if tree is None else suite.structures.decode("RatchetTree", bytes.fromhex(tree))
    group = join(
        bytes.fromhex(case["welcome"]), package, own, tree=beside, psks=psks, structures=suite.structures
    )
    assert group.secrets.epoch_authenticator.hex() == case["initial_epoch_authenticator"]
    for epoch in case["epochs"]:
        for each in epoch["proposals"]:
            group = group.with_proposal(group.open(bytes.fromhex(each)))
        refuse_spoilt_commit(group, message(suite, epoch, "commit"))
        group = follow_commit(group, group.open(bytes.fromhex(epoch["commit"])))
        assert group.secrets.epoch_authenticator.hex() == epoch["epoch_authenticator"]


def refuse_spoilt_commit(group: Group, commit: Case) -> None:
    """A commit with another confirmation tag, or none of its signature, begins no epoch."""
    public = commit.public_message
    if public is None:
        return
    flipped = spoilt(public.auth, "confirmation_tag")
    new = group.suite.structures.new
    opened = new("AuthenticatedContent", wire_format=1, content=public.content, auth=flipped)
    with pytest.raises(MlsRefused, match="bad_confirmation_tag"):
        follow_commit(group, opened)
    with pytest.raises(MlsRefused, match="bad_membership_tag|bad_signature"):
        group.open(group.suite.structures.wrap("public_message", spoilt(public, "auth")))


def check_secret_tree(case: Case) -> None:
    suite = suite_for(case)
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
    suite = suite_for(case)
    content, before, key = octets(
        case, "authenticated_content", "interim_transcript_hash_before", "confirmation_key"
    )
    commit = suite.structures.decode("AuthenticatedContent", content)
    confirmed = confirmed_hash(suite, before, commit)
    assert confirmed.hex() == case["confirmed_transcript_hash_after"]
    tag = commit.auth.confirmation_tag
    assert interim_hash(suite, confirmed, tag).hex() == case["interim_transcript_hash_after"]
    suite.check_mac(key, confirmed, tag, "bad_confirmation_tag")
    with pytest.raises(MlsRefused, match="bad_confirmation_tag"):
        suite.check_mac(key, confirmed + b"!", tag, "bad_confirmation_tag")


CHECKS: Checks = (
    ({"ref_hash", "expand_with_label"}, check_basics),
    ({"membership_key", "application_priv"}, check_protection),
    ({"encryption_secret", "leaves"}, check_secret_tree),
    ({"interim_transcript_hash_before"}, check_transcript),
    ({"signer_pub", "welcome"}, check_welcome),
    ({"initial_epoch_authenticator"}, check_passive),
)
"""Which check reads a case: told by the keys it has."""


@pytest.mark.parametrize("execution", EXECUTIONS)
@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_cases(path: Path, execution: str, cases: Any) -> None:
    run(path, CHECKS, cases, execution)
