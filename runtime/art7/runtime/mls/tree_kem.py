"""TreeKEM (RFC 9420 §7.4 – §7.6): a commit's new keys from its sender's leaf to the root, and who can open them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.leaves import COMMIT, Place, check_leaf_signature, check_source, sign_leaf
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value, changed
from art7.runtime.mls.suite import CipherSuite, KeyPair, Sealed, Signer
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import parent_hash

PrivateKeys = Mapping[int, KeyPair]
"""Node → the key pair that a member has of it; pairs of nodes that changed since are passed over."""


@dataclass(frozen=True, slots=True)
class PathSecrets:
    """Secrets along a filtered direct path: of each node, and the commit secret behind the last."""

    by_node: dict[int, bytes] = field(repr=False)
    commit_secret: bytes = field(repr=False)
    pairs: dict[int, KeyPair] = field(repr=False)
    """Key pairs of the nodes, made of their secrets."""


def node_key(suite: CipherSuite, path_secret: bytes) -> KeyPair:
    """Return the key pair of a node (§7.4)."""
    return suite.key_pair(suite.derive(path_secret, "node"))


def climb(suite: CipherSuite, secret: bytes, nodes: Sequence[int]) -> PathSecrets:
    """Return secrets and key pairs of `nodes`, from the lowest, whose secret is given (§7.4)."""
    found, pairs = {}, {}
    for node in nodes:
        found[node], pairs[node] = secret, node_key(suite, secret)
        secret = suite.derive(secret, "path")
    return PathSecrets(found, secret, pairs)


def merge(
    suite: CipherSuite, tree: RatchetTree, sender: int, leaf: Value | None, keys: Sequence[bytes]
) -> bytes:
    """Put new keys onto a sender's filtered direct path, blank the rest, and return the leaf's parent hash (§7.5).

    A leaf that is given is put in too. Raises: `MlsRefused` with `bad_path`.
    """
    path = tree.filtered_path(sender)
    if len(path) != len(keys):
        raise MlsRefused("bad_path", f"{len(path)} nodes", str(len(keys)), "RFC 9420 §7.5")
    tree.blank_path(sender)
    above_hash, above = b"", None
    for (node, _), key in zip(reversed(path), reversed(keys), strict=True):
        if above is not None:
            above_hash = parent_hash(suite, tree, above, _beside(above, node))
        new = suite.structures.new
        tree.replace(node, new("ParentNode", encryption_key=key, parent_hash=above_hash, unmerged_leaves=[]))
        above = node
    if above is not None:
        above_hash = parent_hash(suite, tree, above, _beside(above, 2 * sender))
    if leaf is not None:
        tree.put(2 * sender, leaf)
    return above_hash


def _beside(above: int, node: int) -> int:
    """The child of `above` away from `node`."""
    return math.sibling(math.child_towards(above, node))


def check_new_keys(tree: RatchetTree, path: Value) -> None:
    """Check that no key of a path is in the tree already (§12.4.2). Raises: `MlsRefused` with `bad_path`."""
    new = [path.leaf_node.encryption_key, *(node.encryption_key for node in path.nodes)]
    if len({*new}) != len(new) or any(tree.census.has_key(key) for key in new):
        raise MlsRefused("bad_path", "keys that are new to the tree", "one that is known", "RFC 9420 §12.4.2")


def apply_path(suite: CipherSuite, tree: RatchetTree, sender: int, path: Value, group_id: bytes) -> None:
    """Merge an `UpdatePath` into a tree and check its leaf (§7.5, §12.4.2).

    Raises: `MlsRefused` with `bad_path`, `bad_leaf`, `bad_parent_hash` or `bad_leaf_signature`.
    """
    leaf = path.leaf_node
    check_source(leaf, COMMIT)
    check_leaf_signature(suite, leaf, Place(group_id, sender))
    found = merge(suite, tree, sender, leaf, [node.encryption_key for node in path.nodes])
    if leaf.parent_hash != found:
        raise MlsRefused("bad_parent_hash", found.hex(), leaf.parent_hash.hex(), "RFC 9420 §7.9")


def _recipients(tree: RatchetTree, beside: int, added: Collection[int]) -> list[int]:
    return [node for node in tree.resolution(beside) if node % 2 or node // 2 not in added]


def open_path(
    suite: CipherSuite,
    before: RatchetTree,
    sender: int,
    path: Value,
    keys: PrivateKeys,
    own: int,
    context: bytes,
    added: Collection[int] = (),
) -> PathSecrets:
    """Open the part of an `UpdatePath` that is meant for leaf `own`, and climb to the root (§7.6).

    `before` is the tree before the merge, `added` the leaves that came with the same commit.
    Raises: `MlsRefused` with `bad_path`, `not_authentic` or `bad_path_key`.
    """
    filtered = before.filtered_path(sender)
    meeting = next((i for i, (_, beside) in enumerate(filtered) if math.is_below(2 * own, beside)), None)
    if meeting is None or len(filtered) != len(path.nodes):
        raise MlsRefused("bad_path", f"{len(filtered)} nodes", str(len(path.nodes)), "RFC 9420 §7.6")
    recipients = _recipients(before, filtered[meeting][1], added)
    sealed = path.nodes[meeting].encrypted_path_secret
    if len(recipients) != len(sealed):
        raise MlsRefused("bad_path", f"{len(recipients)} sealed secrets", str(len(sealed)), "§7.6")
    position, pair = _own_key(before, recipients, keys)
    box = Sealed(sealed[position].kem_output, sealed[position].ciphertext)
    secret = suite.open_with(pair, "UpdatePathNode", context, box)
    secrets = climb(suite, secret, [node for node, _ in filtered[meeting:]])
    for (node, _), given in zip(filtered[meeting:], path.nodes[meeting:], strict=True):
        if secrets.pairs[node].public != given.encryption_key:
            raise MlsRefused("bad_path_key", "the key of the path secret", f"node {node}", "§7.6")
    return secrets


def _own_key(tree: RatchetTree, recipients: Sequence[int], keys: PrivateKeys) -> tuple[int, KeyPair]:
    for position, node in enumerate(recipients):
        pair, known = keys.get(node), tree.nodes[node]
        if pair is not None and known is not None and known.encryption_key == pair.public:
            return position, pair
    raise MlsRefused("bad_path", "a secret sealed to a key of ours", "none", "RFC 9420 §7.6")


@dataclass(frozen=True, slots=True)
class NewPath:
    """A path of our own: what was put into the tree, its secrets, the new leaf's key."""

    leaf: Value
    keys: list[bytes]
    secrets: PathSecrets
    leaf_key: KeyPair


def make_path(
    suite: CipherSuite,
    tree: RatchetTree,
    sender: int,
    leaf: Value,
    signature: bytes | Signer,
    group_id: bytes,
    random: Random,
) -> NewPath:
    """Make new keys along the path of `sender` and merge them into the tree (§7.4, §7.5); `leaf` is renewed."""
    path = [node for node, _ in tree.filtered_path(sender)]
    secrets = climb(suite, random(suite.hash_size), path)
    pair = suite.fresh_key_pair(random)
    keys = [secrets.pairs[node].public for node in path]
    bound = merge(suite, tree, sender, None, keys)
    renewed = changed(
        leaf, encryption_key=pair.public, leaf_node_source=COMMIT, lifetime=None, parent_hash=bound
    )
    signed = sign_leaf(suite, renewed, signature, Place(group_id, sender))
    tree.put(2 * sender, signed)
    return NewPath(signed, keys, secrets, pair)


def seal_path(
    suite: CipherSuite,
    before: RatchetTree,
    sender: int,
    new: NewPath,
    context: bytes,
    random: Random,
    added: Collection[int] = (),
) -> Value:
    """Return the `UpdatePath` that gives a path's secrets to everybody but the added leaves (§7.6)."""
    nodes, new_value, seal = [], suite.structures.new, suite.sealing("UpdatePathNode", context)
    for (node, beside), key in zip(before.filtered_path(sender), new.keys, strict=True):
        boxes, secret = [], new.secrets.by_node[node]
        for recipient in _recipients(before, beside, added):
            known = before.nodes[recipient]
            assert known is not None, "a resolution has no blank nodes"
            box = seal(known.encryption_key, secret, random)
            boxes.append(new_value("HpkeCiphertext", kem_output=box.kem_output, ciphertext=box.ciphertext))
        nodes.append(new_value("UpdatePathNode", encryption_key=key, encrypted_path_secret=boxes))
    return new_value("UpdatePath", leaf_node=new.leaf, nodes=nodes)
