"""Leaves and key packages (RFC 9420 §7.2, §7.3, §10): made, signed and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value, changed
from art7.runtime.mls.suite import CipherSuite, Signer
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


_SIGNED = (
    "encryption_key",
    "signature_key",
    "credential",
    "capabilities",
    "leaf_node_source",
    "lifetime",
    "parent_hash",
    "extensions",
)
"""Members of a leaf that its signature covers, beside its place."""


def _signed_leaf(suite: CipherSuite, leaf: Value, place: Place | None) -> bytes:
    stands, structures = None, suite.structures
    if leaf.leaf_node_source != KEY_PACKAGE:
        assert place is not None, "a leaf of an update or commit has its place"
        stands = structures.new("LeafPlace", group_id=place.group_id, leaf_index=place.leaf_index)
    members = {name: getattr(leaf, name) for name in _SIGNED}
    return structures.write("LeafNodeTbs", **members, place=stands)


def sign_leaf(suite: CipherSuite, leaf: Value, private: bytes | Signer, place: Place | None = None) -> Value:
    """Return the leaf with its signature."""
    return changed(leaf, signature=suite.sign(private, "LeafNodeTBS", _signed_leaf(suite, leaf, place)))


def check_leaf_signature(suite: CipherSuite, leaf: Value, place: Place | None) -> None:
    """Raises: `MlsRefused` with `bad_leaf_signature`."""
    content = _signed_leaf(suite, leaf, place)
    suite.check_signature(leaf.signature_key, "LeafNodeTBS", content, leaf.signature, "bad_leaf_signature")


def check_source(leaf: Value, source: int) -> None:
    """Raises: `MlsRefused` with `bad_leaf` for a leaf that comes from elsewhere."""
    if leaf.leaf_node_source != source:
        raise MlsRefused("bad_leaf", f"source {source}", str(int(leaf.leaf_node_source)), "RFC 9420 §7.3")


def extension_types(extensions: Iterable[Value]) -> list[int]:
    """Return the types in a list of extensions (§13.4). Raises: `MlsRefused` with `bad_extensions`."""
    found = [int(each[0] if isinstance(each, tuple) else each.extension_type) for each in extensions]
    if len(set(found)) != len(found):
        raise MlsRefused("bad_extensions", "one extension of a type", str(found), "RFC 9420 §13.4")
    return found


@dataclass(frozen=True, slots=True)
class Required:
    """What every member of a group must support, by its types."""

    extensions: Sequence[int] = ()
    proposals: Sequence[int] = ()
    credentials: Sequence[int] = ()


def check_abilities(leaf: Value, required: Required) -> None:
    """Check that a leaf supports what it uses and what its group requires (§7.2, §7.3, §11.1).

    Raises: `MlsRefused` with `bad_leaf` or `bad_extensions`.
    """
    able, used = leaf.capabilities, extension_types(leaf.extensions)
    credentials = [leaf.credential.credential_type, *required.credentials]
    _within("extensions", [*used, *required.extensions], able.extensions, _DEFAULT_EXTENSIONS)
    _within("proposals", required.proposals, able.proposals, _DEFAULT_PROPOSALS)
    _within("credentials", credentials, able.credentials, ())


def _within(what: str, needed: Any, able: Any, default: Any) -> None:
    lacking = [int(each) for each in needed if each not in able and each not in default]
    if lacking:
        raise MlsRefused("bad_leaf", f"support of {what} {lacking}", "none", "RFC 9420 §7.3")


def check_life_time(leaf: Value, now: int | None) -> None:
    """Raises: `MlsRefused` with `bad_leaf` for a leaf of a key package outside its life time."""
    life = leaf.lifetime
    if now is not None and life is not None and not life.not_before <= now <= life.not_after:
        raise MlsRefused("bad_leaf", "a life time that holds now", str(now), "RFC 9420 §7.3")


def check_distinct(tree: RatchetTree) -> None:
    """Check that no two members share a key (§7.3). Raises: `MlsRefused` with `bad_leaf`."""
    for key in tree.census.shared_keys():
        raise MlsRefused("bad_leaf", f"members with distinct {key}s", "two alike", "RFC 9420 §7.3")


def check_credentials(tree: RatchetTree) -> None:
    """Check that all members support each other's credentials (§7.3). Raises: `MlsRefused` with `bad_leaf`."""
    lacking = [int(each) for each in tree.census.unsupported_credentials()]
    if lacking:
        raise MlsRefused("bad_leaf", f"support of credentials {lacking}", "none", "RFC 9420 §7.3")


def check_tree_leaves(
    suite: CipherSuite, tree: RatchetTree, group_id: bytes, required: Required, now: int | None = None
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


_SIGNED_PACKAGE = ("version", "cipher_suite", "init_key", "leaf_node", "extensions")


def check_key_package(suite: CipherSuite, package: Value, now: int | None = None) -> None:
    """Check a key package before its owner is added (§10.1).

    Raises: `MlsRefused` with `bad_key_package_signature`, `bad_leaf_signature`, `bad_key_package` or `bad_leaf`.
    """
    leaf = package.leaf_node
    if package.cipher_suite != suite.number:
        raise MlsRefused("bad_key_package", f"suite {suite.number}", str(int(package.cipher_suite)), "§10.1")
    if package.init_key == leaf.encryption_key:
        raise MlsRefused("bad_key_package", "an init key of its own", "the leaf's", "RFC 9420 §10.1")
    check_source(leaf, KEY_PACKAGE)
    extension_types(package.extensions)
    content = suite.structures.write(
        "KeyPackageTbs", **{name: getattr(package, name) for name in _SIGNED_PACKAGE}
    )
    code = "bad_key_package_signature"
    suite.check_signature(leaf.signature_key, "KeyPackageTBS", content, package.signature, code)
    check_leaf_signature(suite, leaf, None)
    check_life_time(leaf, now)


def check_own_keys(suite: CipherSuite, package: Value, own: OwnKeys) -> None:
    """Check that private keys belong to a key package. Raises: `MlsRefused` with `key_mismatch`."""
    leaf = package.leaf_node
    pairs = (
        ("init_key", suite.public_key(own.init), package.init_key),
        ("encryption_key", suite.public_key(own.encryption), leaf.encryption_key),
        ("signature_key", suite.signature_key(own.signature), leaf.signature_key),
    )
    for name, found, wanted in pairs:
        if found != wanted:
            raise MlsRefused("key_mismatch", f"the private key of {name}", "another's", "RFC 9420 §10")


def make_key_package(
    suite: CipherSuite,
    identity: bytes | Value,
    signature: bytes,
    lifetime: tuple[int, int],
    random: Random,
    *,
    capabilities: Mapping[str, Sequence[int]] | None = None,
    extensions: Sequence[Value] = (),
) -> tuple[Value, OwnKeys]:
    """Return a signed key package, and the private keys that belong to it.

    `identity` is the name of a basic credential, or a whole credential; `capabilities` replace the fewest that do;
    `extensions` are the leaf's.
    """
    init, encryption = suite.fresh_key_pair(random), suite.fresh_key_pair(random)
    signer, public = suite.signer(signature), suite.signature_key(signature)
    first = _first_leaf(suite, identity, (encryption.public, public), lifetime, capabilities)
    listed = [suite.structures.value("LeafNodeExtension", each) for each in extensions]
    leaf = sign_leaf(suite, changed(first, extensions=listed), signer)
    terms = {"version": 1, "cipher_suite": suite.number, "init_key": init.public, "extensions": []}
    content = suite.structures.write("KeyPackageTbs", **terms, leaf_node=leaf)
    signed = suite.sign(signer, "KeyPackageTBS", content)
    made = suite.structures.new("KeyPackage", **terms, leaf_node=leaf, signature=signed)
    return suite.structures.value("KeyPackage", made), OwnKeys(init.private, encryption.private, signature)


def _first_leaf(
    suite: CipherSuite,
    identity: bytes | Value,
    keys: tuple[bytes, bytes],
    lifetime: tuple[int, int],
    capabilities: Mapping[str, Sequence[int]] | None,
) -> Value:
    new = suite.structures.new
    credential = identity
    if isinstance(identity, bytes):
        credential = new("Credential", credential_type=1, identity=identity)
    credential = suite.structures.value("Credential", credential)
    able: dict[str, Sequence[int]] = {
        "versions": [1],
        "cipher_suites": [suite.number],
        "extensions": [],
        "proposals": [],
        "credentials": [credential.credential_type],
        **(capabilities or {}),
    }
    return new(
        "LeafNode",
        encryption_key=keys[0],
        signature_key=keys[1],
        credential=credential,
        capabilities=new("Capabilities", **able),
        leaf_node_source=KEY_PACKAGE,
        lifetime=new("Lifetime", not_before=lifetime[0], not_after=lifetime[1]),
        extensions=[],
        signature=b"",
    )
