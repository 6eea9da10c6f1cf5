"""Groups that begin from another (RFC 9420 §11.2, §11.3): re-initialised ones and branches."""

from __future__ import annotations

from collections.abc import Sequence

from art7.runtime.mls.commits import Committed, make_commit
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import create_group
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Random, Value
from art7.runtime.mls.suite import cipher_suite

REINIT, BRANCH = 2, 3
"""What a resumption key is for."""


def begin_anew(
    group: Group,
    package: Value,
    own: OwnKeys,
    others: Sequence[Value],
    random: Random,
    now: int | None = None,
) -> Committed:
    """Begin the group that a `ReInit` asked for, with the key packages of all others (§11.2).

    Raises: `MlsRefused` with `bad_resumption` for a group that goes on.
    """
    wanted = group.ended
    if wanted is None:
        raise MlsRefused("bad_resumption", "a group that was ended", "one that goes on", "RFC 9420 §11.2")
    if package.cipher_suite != wanted.cipher_suite:
        found = str(int(package.cipher_suite))
        raise MlsRefused("bad_resumption", f"suite {int(wanted.cipher_suite)}", found, "RFC 9420 §11.2")
    made = create_group(
        cipher_suite(package.cipher_suite, group.suite.structures),
        wanted.group_id,
        package,
        own,
        random,
        extensions=wanted.extensions,
        psks=group.psks,
        authority=group.authority,
    )
    return _resumed(group, made, REINIT, others, random, now)


def branch(
    group: Group,
    group_id: bytes,
    package: Value,
    own: OwnKeys,
    others: Sequence[Value],
    random: Random,
    now: int | None = None,
) -> Committed:
    """Begin a group of some members beside the old one, with their key packages (§11.3)."""
    made = create_group(
        group.suite, group_id, package, own, random, psks=group.psks, authority=group.authority
    )
    return _resumed(group, made, BRANCH, others, random, now)


def _resumed(
    group: Group, made: Group, usage: int, others: Sequence[Value], random: Random, now: int | None
) -> Committed:
    """Add the others, and mix in the key of the epoch that is gone on from."""
    epoch = {"usage": usage, "psk_group_id": group.context.group_id, "psk_epoch": group.epoch}
    named = {"psk_type": 2, "psk_id": None, "resumption": epoch, "psk_nonce": random(made.suite.hash_size)}
    proposals: list[Value] = [{"proposal_type": 1, "add": {"key_package": each}} for each in others]
    proposals.append({"proposal_type": 4, "psk": {"psk": named}})
    return make_commit(made, random, proposals, resuming=usage, now=now)


def check_resumed(old: Group, new: Group, usage: int) -> None:
    """Check a group that was joined by a Welcome against the one it goes on from (§11.2, §11.3).

    Raises: `MlsRefused` with `bad_resumption`.
    """
    if new.epoch != 1:
        raise MlsRefused("bad_resumption", "a group in its first epoch", str(new.epoch), "RFC 9420 §11.2")
    wanted = old.ended if usage == REINIT else old.context
    if wanted is None:
        raise MlsRefused("bad_resumption", "a group that was ended", "one that goes on", "RFC 9420 §11.2")
    names = ("version", "cipher_suite") + (("group_id", "extensions") if usage == REINIT else ())
    for name in names:
        if getattr(new.context, name) != getattr(wanted, name):
            raise MlsRefused("bad_resumption", f"the {name} that was agreed", "another", "RFC 9420 §11.2")
    before = {repr(leaf.credential) for _, leaf in old.tree.members()}
    after = {repr(leaf.credential) for _, leaf in new.tree.members()}
    if not after <= before or (usage == REINIT and after != before):
        raise MlsRefused("bad_resumption", "members of the old group", "others", "RFC 9420 §11.3")
