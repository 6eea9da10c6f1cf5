"""Lists of proposals (RFC 9420 §12.1 – §12.3): which are allowed together, and what they do to a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.mls.framing import EXTERNAL, MEMBER, NEW_MEMBER_PROPOSAL
from art7.runtime.mls.leaves import (
    UPDATE,
    Place,
    Required,
    check_abilities,
    check_credentials,
    check_distinct,
    check_key_package,
    check_leaf_signature,
    check_source,
    extension_types,
)
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value
from art7.runtime.mls.suite import CipherSuite
from art7.runtime.mls.tree import RatchetTree

ADD, UPDATE_LEAF, REMOVE, PSK, REINIT, EXTERNAL_INIT, EXTENSIONS = range(1, 8)
"""Types of proposal."""

NEED_PATH = frozenset((UPDATE_LEAF, REMOVE, EXTERNAL_INIT, EXTENSIONS))
"""Types that ask for a path (§17.4)."""
_ALLOWED_FROM = {
    EXTERNAL: frozenset((ADD, REMOVE, PSK, REINIT, EXTENSIONS)),
    NEW_MEMBER_PROPOSAL: frozenset((ADD,)),
}
_CHANGE_TREE = frozenset((ADD, UPDATE_LEAF, REMOVE, EXTERNAL_INIT))
REQUIRED_CAPABILITIES = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """A proposal and who made it; the committer, where the commit holds it."""

    proposal: Value
    sender: Value

    @property
    def kind(self) -> int:
        """The type of proposal."""
        return int(self.proposal.proposal_type)


@dataclass(slots=True)
class Applied:
    """What a list of proposals leaves: the new tree and extensions, who was added, keys to mix in."""

    tree: RatchetTree
    extensions: Sequence[Value]
    added: list[tuple[int, Value]] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    psks: list[Value] = field(default_factory=list)
    external_init: bytes | None = None
    reinit: Value | None = None


def extension(extensions: Iterable[Value], kind: int) -> Any:
    """Return the data of the extension of that type, `None` without one."""
    return next((each.extension_data for each in extensions if each.extension_type == kind), None)


def requirements(extensions: Sequence[Value]) -> Required:
    """Return what every member of a group with these extensions must support, themselves among it (§11.1, §13).

    Raises: `MlsRefused` with `bad_extensions`.
    """
    asked, held = extension(extensions, REQUIRED_CAPABILITIES), extension_types(extensions)
    if asked is None:
        return Required(held)
    return Required([*asked.extension_types, *held], asked.proposal_types, asked.credential_types)


def resolve(commit: Value, known: Mapping[bytes, Listed], sender: Value) -> list[Listed]:
    """Return the proposals of a commit. Raises: `MlsRefused` with `missing_proposal`."""
    found = []
    for each in commit.proposals:
        if each.kind == 1:
            found.append(Listed(each.proposal, sender))
        elif each.reference in known:
            found.append(known[each.reference])
        else:
            raise MlsRefused("missing_proposal", each.reference.hex(), "none received", "RFC 9420 §12.4")
    return found


def check_proposal(listed: Listed) -> None:
    """Check that a proposal may come from its sender (§12.1.8). Raises: `MlsRefused` with `bad_proposals`."""
    allowed = _ALLOWED_FROM.get(listed.sender.sender_type)
    if allowed is not None and listed.kind not in allowed:
        raise _forbidden("a proposal that its sender may make", f"type {listed.kind}", "§12.1.8")


def check_list(listed: Sequence[Listed], committer: int | None, usage: int = 1) -> None:
    """Check that proposals may stand together (§12.2); `committer` is `None` for an external commit.

    `usage` is what resumption keys may be for: the application, or (2, 3) the group that begins from another.

    Raises: `MlsRefused` with `bad_proposals`.
    """
    kinds = [each.kind for each in listed]
    if committer is None:
        _check_external(kinds)
    elif EXTERNAL_INIT in kinds:
        raise _forbidden("no external init from a member", "one", "§12.2")
    if kinds.count(EXTENSIONS) > 1:
        raise _forbidden("one list of extensions", f"{kinds.count(EXTENSIONS)}", "§12.2")
    if REINIT in kinds and len(kinds) > 1:
        raise _forbidden("a re-initialisation alone", f"{len(kinds)} proposals", "§12.2")
    _check_leaves(listed, committer)
    ids = [_psk_key(each.proposal.psk.psk, usage) for each in listed if each.kind == PSK]
    if len(set(ids)) != len(ids):
        raise _forbidden("each pre-shared key once", "one twice", "§12.2")


def _check_external(kinds: Sequence[int]) -> None:
    if (
        kinds.count(EXTERNAL_INIT) != 1
        or kinds.count(REMOVE) > 1
        or set(kinds) - {EXTERNAL_INIT, REMOVE, PSK}
    ):
        raise _forbidden("one external init, at most one removal, and pre-shared keys", str(kinds), "§12.2")


def _check_leaves(listed: Sequence[Listed], committer: int | None) -> None:
    changed = []
    for each in listed:
        if each.kind == UPDATE_LEAF:
            if each.sender.sender_type != MEMBER:
                raise _forbidden("an update of a member", "another's", "§12.1.2")
            changed.append(each.sender.leaf_index)
        elif each.kind == REMOVE:
            changed.append(each.proposal.remove.removed)
    if committer is not None and committer in changed:
        raise _forbidden("no update or removal of the committer", f"leaf {committer}", "§12.2")
    if len(set(changed)) != len(changed):
        raise _forbidden("one update or removal of a leaf", "two", "§12.2")


def _psk_key(psk_id: Value, usage: int) -> tuple[Any, ...]:
    resumed = psk_id.resumption
    if resumed is None:
        return (psk_id.psk_id,)
    if resumed.usage not in (1, usage):
        raise _forbidden("a resumption key for another use", f"usage {int(resumed.usage)}", "§12.1.4")
    return resumed.psk_group_id, resumed.psk_epoch


def _forbidden(expected: str, found: str, clause: str) -> MlsRefused:
    return MlsRefused("bad_proposals", expected, found, f"RFC 9420 {clause}")


def needs_path(listed: Sequence[Listed]) -> bool:
    """Whether a commit of these proposals must hold a path (§12.4)."""
    return not listed or any(each.kind in NEED_PATH for each in listed)


def apply(
    suite: CipherSuite, tree: RatchetTree, context: Value, listed: Sequence[Listed], now: int | None = None
) -> Applied:
    """Apply proposals in the order of §12.3, to a copy of the tree where they change it.

    Raises: `MlsRefused` for a leaf or key package that the group does not take.
    """
    changes = any(each.kind in _CHANGE_TREE for each in listed)
    done = Applied(tree.copy() if changes else tree, context.extensions)
    for each in listed:
        if each.kind == EXTENSIONS:
            done.extensions = each.proposal.group_context_extensions.extensions
    required = requirements(done.extensions)
    for kind, act in ((UPDATE_LEAF, _update), (REMOVE, _remove), (ADD, _add)):
        for each in listed:
            if each.kind == kind:
                act(suite, done, each, context, required, now)
    for each in listed:
        if each.kind == PSK:
            done.psks.append(_psk(suite, each.proposal.psk.psk))
        elif each.kind == EXTERNAL_INIT:
            done.external_init = each.proposal.external_init.kem_output
        elif each.kind == REINIT:
            done.reinit = each.proposal.reinit
    if done.extensions is not context.extensions:
        for _, leaf in done.tree.members():
            check_abilities(leaf, required)
    if done.added or done.updated:
        check_distinct(done.tree)
        check_credentials(done.tree)
    return done


def _psk(suite: CipherSuite, psk_id: Value) -> Value:
    if len(psk_id.psk_nonce) != suite.hash_size:
        raise _forbidden("a nonce as long as the hash", f"{len(psk_id.psk_nonce)} octets", "§12.1.4")
    return psk_id


def _update(
    suite: CipherSuite, done: Applied, each: Listed, context: Value, required: Required, now: int | None
) -> None:
    index, leaf = each.sender.leaf_index, each.proposal.update.leaf_node
    check_source(leaf, UPDATE)
    check_leaf_signature(suite, leaf, Place(context.group_id, index))
    check_abilities(leaf, required)
    if done.tree.member(index).encryption_key == leaf.encryption_key:
        raise MlsRefused("bad_leaf", "a new encryption key", "the old one", "RFC 9420 §12.1.2")
    done.tree.update(index, leaf)
    done.updated.append(index)


def _remove(
    suite: CipherSuite, done: Applied, each: Listed, context: Value, required: Required, now: int | None
) -> None:
    index = each.proposal.remove.removed
    done.tree.member(index)
    done.tree.remove(index)
    done.removed.append(index)


def _add(
    suite: CipherSuite, done: Applied, each: Listed, context: Value, required: Required, now: int | None
) -> None:
    package = each.proposal.add.key_package
    check_key_package(suite, package, now)
    check_abilities(package.leaf_node, required)
    done.added.append((done.tree.add(package.leaf_node), package))
