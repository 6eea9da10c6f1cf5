"""Entering a group (RFC 9420 §11, §12.4.3.1): creating one, or by a Welcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.credentials import Authority, check_members
from art7.runtime.mls.epoch import (
    EpochSecrets,
    PskStore,
    begin_epoch,
    joined_epoch,
    psk_secret,
    welcome_key,
    welcome_secrets,
)
from art7.runtime.mls.group import RATCHET_TREE, Group, Own, message_keys
from art7.runtime.mls.leaves import (
    OwnKeys,
    check_abilities,
    check_own_keys,
    check_tree_leaves,
    extension_types,
    key_package_ref,
)
from art7.runtime.mls.proposals import extension, requirements
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Structures, Value
from art7.runtime.mls.suite import CipherSuite, KeyPair, Sealed, cipher_suite
from art7.runtime.mls.transcript import interim_hash
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import check_parent_hashes, tree_hash
from art7.runtime.mls.tree_kem import climb


def create_group(
    suite: CipherSuite,
    group_id: bytes,
    package: Value,
    own: OwnKeys,
    random: Random,
    *,
    extensions: Sequence[Value] = (),
    psks: PskStore | None = None,
    authority: Authority | None = None,
) -> Group:
    """Return a group of one, in epoch 0 (§11)."""
    check_own_keys(suite, package, own)
    structures = suite.structures
    package = structures.value("KeyPackage", package)
    tree = RatchetTree([package.leaf_node])
    context = {
        "version": 1,
        "cipher_suite": suite.number,
        "group_id": group_id,
        "epoch": 0,
        "tree_hash": tree_hash(suite, tree),
        "confirmed_transcript_hash": b"",
        "extensions": list(extensions),
    }
    terms = structures.value("GroupContext", context)
    check_abilities(package.leaf_node, requirements(terms.extensions))
    zeros = bytes(suite.hash_size)
    secrets = begin_epoch(suite, random(suite.hash_size), zeros, zeros, terms).secrets
    tag = suite.mac(secrets.confirmation_key, b"")
    pair = KeyPair(own.encryption, package.leaf_node.encryption_key)
    place = Own(0, suite.signer(own.signature), {0: pair})
    return enter(suite, terms, tree, secrets, tag, place, psks or PskStore(), authority)


def enter(
    suite: CipherSuite,
    context: Value,
    tree: RatchetTree,
    secrets: EpochSecrets,
    tag: bytes,
    own: Own,
    psks: PskStore,
    authority: Authority | None,
) -> Group:
    """Return a group whose confirmation tag holds. Raises: `MlsRefused` with `bad_confirmation_tag`."""
    confirmed = context.confirmed_transcript_hash
    suite.check_mac(secrets.confirmation_key, confirmed, tag, "bad_confirmation_tag")
    store = psks.keeping(context.group_id, context.epoch, secrets.resumption_psk)
    interim = interim_hash(suite, confirmed, tag)
    keys = message_keys(suite, context, secrets, tree)
    kept = secrets.without_root()
    return Group(suite, context, tree, kept, tag, interim, own, store, keys, authority=authority)


# ---- by a Welcome ----


@dataclass(frozen=True, slots=True)
class Opened:
    """What a Welcome holds for one key package; the GroupInfo is not checked yet."""

    info: Value
    secrets: Value = field(repr=False)
    member_secret: bytes = field(repr=False)


def open_welcome(suite: CipherSuite, welcome: Value, package: Value, init: bytes, psks: PskStore) -> Opened:
    """Open our part of a `Welcome` (§12.4.3.1).

    Raises: `MlsRefused` with `not_addressed`, `not_authentic` or `missing_psk`.
    """
    if welcome.cipher_suite != suite.number:
        raise MlsRefused(
            "not_addressed", f"suite {suite.number}", str(int(welcome.cipher_suite)), "§12.4.3.1"
        )
    reference = key_package_ref(suite, package)
    sealed = next((each for each in welcome.secrets if each.new_member == reference), None)
    if sealed is None:
        raise MlsRefused("not_addressed", "secrets for our key package", "none", "RFC 9420 §12.4.3.1")
    boxed = sealed.encrypted_group_secrets
    box = Sealed(boxed.kem_output, boxed.ciphertext)
    octets = suite.open_with(init, "Welcome", welcome.encrypted_group_info, box)
    secrets = suite.structures.decode("GroupSecrets", octets)
    mixed = psk_secret(suite, secrets.psks, psks)
    member, opening = welcome_secrets(suite, secrets.joiner_secret, mixed)
    key, nonce = welcome_key(suite, opening)
    info = suite.open(key, nonce, b"", welcome.encrypted_group_info)
    return Opened(suite.structures.decode("GroupInfo", info), secrets, member)


def check_group_info(suite: CipherSuite, info: Value, public: bytes) -> None:
    """Raises: `MlsRefused` with `bad_group_info_signature` or `bad_extensions`."""
    extension_types(info.extensions)
    content = suite.structures.write(
        "GroupInfoTbs",
        group_context=info.group_context,
        extensions=info.extensions,
        confirmation_tag=info.confirmation_tag,
        signer=info.signer,
    )
    code = "bad_group_info_signature"
    suite.check_signature(public, "GroupInfoTBS", content, info.signature, code)


def received_tree(
    suite: CipherSuite, info: Value, beside: Value | None, now: int | None = None
) -> RatchetTree:
    """Return the checked tree of a GroupInfo, or the one given beside it (§12.4.3.1).

    Raises: `MlsRefused` with `missing_tree`, `bad_tree`, `bad_tree_hash`, `bad_parent_hash`, `bad_leaf_signature`,
    `bad_leaf` or `bad_group_info_signature`.
    """
    value = beside or extension(info.extensions, RATCHET_TREE)
    if value is None:
        raise MlsRefused("missing_tree", "a ratchet tree", "none", "RFC 9420 §12.4.3.3")
    tree, context = RatchetTree.of(value), info.group_context
    if context.cipher_suite != suite.number:
        raise MlsRefused("not_addressed", f"suite {suite.number}", str(int(context.cipher_suite)), "§12.4.3")
    check_group_info(suite, info, tree.member(info.signer).signature_key)
    if tree_hash(suite, tree) != context.tree_hash:
        raise MlsRefused("bad_tree_hash", context.tree_hash.hex(), tree_hash(suite, tree).hex(), "§7.8")
    check_parent_hashes(suite, tree)
    required = requirements(context.extensions)
    check_tree_leaves(suite, tree, context.group_id, required, now)
    return tree


def join(
    welcome: bytes,
    package: Value,
    own: OwnKeys,
    *,
    tree: Value | None = None,
    psks: PskStore | None = None,
    authority: Authority | None = None,
    now: int | None = None,
    structures: Structures | None = None,
) -> Group:
    """Enter the group that an `MlsMessage` with a `Welcome` is for (§12.4.3.1); `tree` where it is not in the GroupInfo.

    Raises: `MlsRefused`.
    """
    suite, store = cipher_suite(package.cipher_suite, structures), psks or PskStore()
    package = suite.structures.value("KeyPackage", package)
    check_own_keys(suite, package, own)
    _, value = suite.structures.unwrap(welcome, "welcome")
    opened = open_welcome(suite, value, package, own.init, store)
    info, context = opened.info, opened.info.group_context
    _check_resumed(opened.secrets.psks, context)
    found = received_tree(suite, info, tree, now)
    check_members(authority, found, context.extensions)
    index = found.find(package.leaf_node)
    keys = {2 * index: KeyPair(own.encryption, package.leaf_node.encryption_key)}
    if opened.secrets.path_secret is not None:
        secret = opened.secrets.path_secret.path_secret
        keys |= _path_keys(suite, found, index, info.signer, secret)
    secrets = joined_epoch(suite, opened.member_secret, context)
    place = Own(index, suite.signer(own.signature), keys)
    return enter(suite, context, found, secrets, info.confirmation_tag, place, store, authority)


def _check_resumed(psk_ids: Sequence[Value], context: Value) -> None:
    """Check that a branch or re-initialised group has just begun (§11.2, §11.3). Raises: `MlsRefused`."""
    usages = [each.resumption.usage for each in psk_ids if each.resumption is not None]
    begun = [usage for usage in usages if usage != 1]
    if begun and (len(begun) > 1 or context.epoch != 1):
        raise MlsRefused("bad_proposals", "one resumption, in epoch 1", f"epoch {context.epoch}", "§11.2")


def _path_keys(
    suite: CipherSuite, tree: RatchetTree, index: int, signer: int, secret: bytes
) -> dict[int, KeyPair]:
    """Return key pairs from the lowest common ancestor with the signer upward. Raises: `MlsRefused`."""
    lowest = math.common_ancestor(2 * index, 2 * signer)
    above = [lowest, *math.direct_path(lowest, tree.leaf_count)]
    nodes = [node for node in above if tree.nodes[node] is not None]
    pairs = climb(suite, secret, nodes).pairs
    for node, pair in pairs.items():
        known = tree.nodes[node]
        if known is None or known.encryption_key != pair.public:
            raise MlsRefused("bad_path_key", "the key of the path secret", f"node {node}", "§12.4.3.1")
    return pairs
