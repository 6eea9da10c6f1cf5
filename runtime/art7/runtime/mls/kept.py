"""A member that outlives its process: its state as octets, for a store that has it before a message is handed out.

`sessions.kept.Kept` does the storing: `Kept(store, name, Member.of)`, `kept.put(Member(group))`, then
`kept.do(lambda member: member.send(b"hello", os.urandom))`. A restart may lose a message, but uses no key twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from art7.runtime.mls import framing
from art7.runtime.mls.commits import Committed, follow_commit, make_commit
from art7.runtime.mls.credentials import Authority
from art7.runtime.mls.epoch import EpochSecrets, PskStore
from art7.runtime.mls.framing import Keys
from art7.runtime.mls.group import Group, Own
from art7.runtime.mls.past import PastEpochs
from art7.runtime.mls.proposals import Listed
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.secret_tree import MessageKey, Ratchet, SecretTree
from art7.runtime.mls.structures import Random, Structures, Value, catalogue_structures
from art7.runtime.mls.suite import CipherSuite, KeyPair, cipher_suite
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import tree_hash

_SECRETS = tuple(each.name for each in fields(EpochSecrets) if each.name != "encryption_secret")
_KINDS = ("handshake", "application")


class Member:
    """A group that goes on in place; an own commit is adopted when all agree on it."""

    __slots__ = ("_encoded", "_past", "group", "pending")

    def __init__(self, group: Group, pending: Group | None = None, *, past_epochs: int = 0) -> None:
        """Begin in an epoch. `pending`: where an own commit leads that is not agreed on yet.

        `past_epochs`: of how many epochs that ended late application data is still read, up to 8; in memory alone, so
        that after a restart it is refused. Raises: `MlsRefused` with `out_of_range`.
        """
        self.group = group
        self.pending = pending
        self._past = PastEpochs(past_epochs)
        self._encoded: tuple[Group, bytes] | None = None

    def send(self, data: bytes, random: Random, *, beside: bytes = b"", padding: int = 0) -> bytes:
        """Return the `MlsMessage` of application data; `beside` is authenticated only."""
        message = self.group.signed(framing.PRIVATE, framing.APPLICATION, data, beside)
        return self.group.protect(message, random, padding)

    def receive(self, octets: bytes, now: int | None = None) -> Value:
        """Return the content of an `MlsMessage`, its proposal noted or its commit followed. Raises: `MlsRefused`."""
        late = self._past.find(self.group, octets)
        if late is not None:
            return late.content
        message = self.group.open(octets)
        content = message.content
        if content.content_type == framing.PROPOSAL:
            self.group = self.group.with_proposal(message, now)
        elif content.content_type == framing.COMMIT:
            self._enter(follow_commit(self.group, message, now))
        return content

    def propose(self, proposal: Value, random: Random, *, wire_format: int = framing.PRIVATE) -> bytes:
        """Return the `MlsMessage` of a proposal of our own. Raises: `MlsRefused`."""
        message = self.group.signed(wire_format, framing.PROPOSAL, proposal)
        self.group = self.group.with_proposal(message)
        return self.group.protect(message, random)

    def commit(self, random: Random, proposals: Sequence[Value] = (), **more: Any) -> Committed:
        """Make a commit that `adopt` will enter (`make_commit`). Raises: `MlsRefused`."""
        done = make_commit(self.group, random, proposals, **more)
        self.pending = done.group
        return done

    def adopt(self) -> None:
        """Enter the epoch of the own commit, on which all agree. Raises: `MlsRefused` with `missing_proposal`."""
        if self.pending is None:
            raise MlsRefused("missing_proposal", "an own commit", "none", "RFC 9420 §12.4")
        self._enter(self.pending)

    def _enter(self, group: Group) -> None:
        self._past.leave(self.group)
        self.group, self.pending = group, None

    # ---- as octets ----

    def octets(self) -> bytes:
        """Return the state, a secret: a `KeptGroup` of the catalogue."""
        if self._encoded is None or self._encoded[0] is not self.group:
            self._encoded = self.group, _epoch(self.group)
        pending = b"" if self.pending is None else Member(self.pending).octets()
        value = {"epoch": self._encoded[1], "keys": _keys(self.group), "pending": pending}
        return self.group.suite.structures.encode("KeptGroup", value)

    @classmethod
    def of(
        cls,
        octets: bytes,
        structures: Structures | None = None,
        authority: Authority | None = None,
        *,
        past_epochs: int = 0,
    ) -> Member:
        """Return the member whose state this is. Raises: `MlsRefused` with the codec's code or `bad_tree`."""
        structures = structures or catalogue_structures()
        group, pending = _group(structures, octets, authority)
        later = None if not pending else _group(structures, pending, authority)[0]
        return cls(group, later, past_epochs=past_epochs)


def _epoch(group: Group) -> bytes:
    own, structures = group.own, group.suite.structures
    resumption = [
        {"group_id": group_id, "epoch": epoch, "psk": key}
        for (group_id, epoch), key in group.psks.resumption.items()
    ]
    known = [
        {"reference": reference, "proposal": each.proposal, "sender": each.sender}
        for reference, each in group.known.items()
    ]
    value = {
        "context": group.context,
        "tree": group.tree.value(structures),
        **{name: getattr(group.secrets, name) for name in _SECRETS},
        "confirmation_tag": group.confirmation_tag,
        "interim": group.interim,
        "leaf_index": own.index,
        "signature_key": own.signature.private,
        "pairs": [_pair(node, each) for node, each in own.keys.items()],
        "updates": [_pair(0, each) for each in own.updates.values()],
        "external_psks": list(group.psks.external.items()),
        "resumption_psks": resumption,
        "known": known,
        "ended": group.ended,
    }
    return structures.encode("KeptEpoch", value)


def _pair(node: int, pair: KeyPair) -> dict[str, Any]:
    return {"node": node, "private": pair.private, "public_key": pair.public}


def _keys(group: Group) -> dict[str, Any]:
    nodes, ratchets = group.keys.tree.left()
    kept = []
    for (leaf, kind), each in ratchets.items():
        passed = [
            {"generation": number, "key": key.key, "nonce": key.nonce} for number, key in each.kept.items()
        ]
        chain = {"generation": each.generation, "secret": each.secret, "passed": passed}
        kept.append({"leaf_index": leaf, "kind": _KINDS.index(kind), **chain})
    return {"nodes": list(nodes.items()), "ratchets": kept}


def _group(structures: Structures, octets: bytes, authority: Authority | None) -> tuple[Group, bytes]:
    """Return the group that a `KeptGroup` holds, and the octets of one that is pending."""
    kept = structures.decode("KeptGroup", octets)
    value = structures.decode("KeptEpoch", kept.epoch)
    suite, tree = cipher_suite(value.context.cipher_suite, structures), RatchetTree.of(value.tree)
    tree.member(value.leaf_index)
    if tree_hash(suite, tree) != value.context.tree_hash:
        raise MlsRefused("bad_tree_hash", "the tree of the context", "another", "RFC 9420 §7.8")
    secrets = EpochSecrets(encryption_secret=b"", **{name: bytes(getattr(value, name)) for name in _SECRETS})
    left = _tree(suite, tree, kept.keys)
    keys = Keys(suite, value.context, secrets.membership_key, secrets.sender_data_secret, left)
    resumption = {(each.group_id, each.epoch): bytes(each.psk) for each in value.resumption_psks}
    psks = PskStore({named: bytes(key) for named, key in value.external_psks}, resumption)
    group = Group(
        suite,
        value.context,
        tree,
        secrets,
        value.confirmation_tag,
        value.interim,
        _own(suite, value),
        psks,
        keys,
        {each.reference: Listed(each.proposal, each.sender) for each in value.known},
        value.ended,
        authority,
    )
    return group, kept.pending


def _own(suite: CipherSuite, value: Value) -> Own:
    pairs = {each.node: KeyPair(bytes(each.private), bytes(each.public_key)) for each in value.pairs}
    updates = [KeyPair(bytes(each.private), bytes(each.public_key)) for each in value.updates]
    signer = suite.signer(bytes(value.signature_key))
    return Own(value.leaf_index, signer, pairs, {each.public: each for each in updates})


def _tree(suite: CipherSuite, tree: RatchetTree, kept: Value) -> SecretTree:
    ratchets = {}
    for each in kept.ratchets:
        passed = {key.generation: MessageKey(bytes(key.key), bytes(key.nonce)) for key in each.passed}
        ratchet = Ratchet(bytes(each.secret), each.generation, passed)
        ratchets[each.leaf_index, _KINDS[each.kind]] = ratchet
    return SecretTree.of(suite, tree.leaf_count, {node: bytes(key) for node, key in kept.nodes}, ratchets)
