"""Leaves and key packages (RFC 9420 §7.2, §7.3, §10): made, signed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value
from art7.runtime.mls.suite import CipherSuite, KeyPair
from art7.runtime.mls.tree import RatchetTree

KEY_PACKAGE, UPDATE, COMMIT = 1, 2, 3
"""Where a leaf comes from."""
_DEFAULT_EXTENSIONS = range(1, 6)
_DEFAULT_PROPOSALS = range(1, 8)


@dataclass(frozen=True, slots=True)
class Place:
    """The group and leaf that a leaf's signature is bound to."""

    group_id: bytes
    leaf_index: int


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """What a client keeps beside its key package."""

    init: bytes = field(repr=False)
    encryption: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def _signed_leaf(suite: CipherSuite, leaf: Value, place: Place | None) -> bytes:
    value = dict(leaf)
    value.pop("signature", None)
    if leaf["leaf_node_source"] != KEY_PACKAGE:
        assert place is not None, "a leaf of an update or commit has its place"
        value["place"] = {"group_id": place.group_id, "leaf_index": place.leaf_index}
    return suite.structures.encode("LeafNodeTbs", value)


def sign_leaf(suite: CipherSuite, leaf: Value, private: bytes, place: Place | None = None) -> dict[str, Any]:
    """Return the leaf with its signature."""
    return {**leaf, "signature": suite.sign(private, "LeafNodeTBS", _signed_leaf(suite, leaf, place))}


def check_leaf_signature(suite: CipherSuite, leaf: Value, place: Place | None) -> None:
    """Raises: `MlsRefused` with `bad_leaf_signature`."""
    content = _signed_leaf(suite, leaf, place)
    suite.check_signature(
        leaf["signature_key"], "LeafNodeTBS", content, leaf["signature"], "bad_leaf_signature"
    )


def check_source(leaf: Value, source: int) -> None:
    """Raises: `MlsRefused` with `bad_leaf` for a leaf that comes from elsewhere."""
    if leaf["leaf_node_source"] != source:
        raise MlsRefused("bad_leaf", f"source {source}", str(int(leaf["leaf_node_source"])), "RFC 9420 §7.3")


def check_abilities(leaf: Value, required: Value | None) -> None:
    """Check that a leaf supports what it uses and what its group requires (§7.2, §7.3, §11.1).

    Raises: `MlsRefused` with `bad_leaf`.
    """
    able = leaf["capabilities"]
    used = [each["extension_type"] for each in leaf["extensions"]]
    asked: Mapping[str, Any] = required or {}
    _within("extensions", [*used, *asked.get("extension_types", ())], able["extensions"], _DEFAULT_EXTENSIONS)
    _within("proposals", asked.get("proposal_types", ()), able["proposals"], _DEFAULT_PROPOSALS)
    credentials = [leaf["credential"]["credential_type"], *asked.get("credential_types", ())]
    _within("credentials", credentials, able["credentials"], ())


def _within(what: str, needed: Any, able: Any, default: Any) -> None:
    lacking = [int(each) for each in needed if each not in able and each not in default]
    if lacking:
        raise MlsRefused("bad_leaf", f"support of {what} {lacking}", "none", "RFC 9420 §7.3")


def check_life_time(leaf: Value, now: int | None) -> None:
    """Raises: `MlsRefused` with `bad_leaf` for a leaf of a key package outside its life time."""
    life = leaf["lifetime"]
    if now is not None and life is not None and not life["not_before"] <= now <= life["not_after"]:
        raise MlsRefused("bad_leaf", "a life time that holds now", str(now), "RFC 9420 §7.3")


def check_distinct(tree: RatchetTree) -> None:
    """Check that no two members share a key (§7.3). Raises: `MlsRefused` with `bad_leaf`."""
    for key in ("encryption_key", "signature_key"):
        seen = [leaf[key] for _, leaf in tree.members()]
        if len(set(seen)) != len(seen):
            raise MlsRefused("bad_leaf", f"members with distinct {key}s", "two alike", "RFC 9420 §7.3")


def check_credentials(tree: RatchetTree) -> None:
    """Check that all members support each other's credentials (§7.3). Raises: `MlsRefused` with `bad_leaf`."""
    leaves = [leaf for _, leaf in tree.members()]
    for kind in {leaf["credential"]["credential_type"] for leaf in leaves}:
        for leaf in leaves:
            _within("credentials", [kind], leaf["capabilities"]["credentials"], ())


def check_tree_leaves(
    suite: CipherSuite, tree: RatchetTree, group_id: bytes, required: Value | None, now: int | None = None
) -> None:
    """Check every leaf of a received tree (§12.4.3.1). Raises: `MlsRefused`."""
    for index, leaf in tree.members():
        check_leaf_signature(suite, leaf, Place(group_id, index))
        check_abilities(leaf, required)
        check_life_time(leaf, now)
    check_distinct(tree)
    check_credentials(tree)


# ---- key packages ----


def key_package_ref(suite: CipherSuite, package: Value) -> bytes:
    """Return the reference that a Welcome names a key package by (§5.2)."""
    return suite.ref("KeyPackage", suite.structures.encode("KeyPackage", package))


def check_key_package(suite: CipherSuite, package: Value, now: int | None = None) -> None:
    """Check a key package before its owner is added (§10.1).

    Raises: `MlsRefused` with `bad_key_package_signature`, `bad_leaf_signature`, `bad_key_package` or `bad_leaf`.
    """
    leaf = package["leaf_node"]
    if package["cipher_suite"] != suite.number:
        raise MlsRefused(
            "bad_key_package", f"suite {suite.number}", str(int(package["cipher_suite"])), "§10.1"
        )
    if package["init_key"] == leaf["encryption_key"]:
        raise MlsRefused("bad_key_package", "an init key of its own", "the leaf's", "RFC 9420 §10.1")
    check_source(leaf, KEY_PACKAGE)
    value = {name: each for name, each in package.items() if name != "signature"}
    content = suite.structures.encode("KeyPackageTbs", value)
    code = "bad_key_package_signature"
    suite.check_signature(leaf["signature_key"], "KeyPackageTBS", content, package["signature"], code)
    check_leaf_signature(suite, leaf, None)
    check_life_time(leaf, now)


def check_own_keys(suite: CipherSuite, package: Value, own: OwnKeys) -> None:
    """Check that private keys belong to a key package. Raises: `MlsRefused` with `key_mismatch`."""
    leaf = package["leaf_node"]
    pairs = (
        ("init_key", suite.public_key(own.init), package["init_key"]),
        ("encryption_key", suite.public_key(own.encryption), leaf["encryption_key"]),
        ("signature_key", suite.signature_key(own.signature), leaf["signature_key"]),
    )
    for name, found, wanted in pairs:
        if found != wanted:
            raise MlsRefused("key_mismatch", f"the private key of {name}", "another's", "RFC 9420 §10")


def make_key_package(
    suite: CipherSuite, identity: bytes, signature: bytes, lifetime: tuple[int, int], random: Random
) -> tuple[Value, OwnKeys]:
    """Return a signed key package with a basic credential, and the private keys that belong to it."""
    init, encryption = suite.fresh_key_pair(random), suite.fresh_key_pair(random)
    leaf = sign_leaf(suite, _first_leaf(suite, identity, signature, encryption, lifetime), signature)
    package = {
        "version": 1,
        "cipher_suite": suite.number,
        "init_key": init.public,
        "leaf_node": leaf,
        "extensions": [],
    }
    signed = suite.sign(signature, "KeyPackageTBS", suite.structures.encode("KeyPackageTbs", package))
    made = suite.structures.as_read("KeyPackage", {**package, "signature": signed})
    return made, OwnKeys(init.private, encryption.private, signature)


def _first_leaf(
    suite: CipherSuite, identity: bytes, signature: bytes, encryption: KeyPair, lifetime: tuple[int, int]
) -> dict[str, Any]:
    return {
        "encryption_key": encryption.public,
        "signature_key": suite.signature_key(signature),
        "credential": {"credential_type": 1, "identity": identity},
        "capabilities": {
            "versions": [1],
            "cipher_suites": [suite.number],
            "extensions": [],
            "proposals": [],
            "credentials": [1],
        },
        "leaf_node_source": KEY_PACKAGE,
        "lifetime": {"not_before": lifetime[0], "not_after": lifetime[1]},
        "parent_hash": None,
        "extensions": [],
    }
