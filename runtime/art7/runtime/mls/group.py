"""A member's view of a group: one value per epoch, never changed by a message that is refused (RFC 9420 §11, §12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from art7.runtime.mls import framing
from art7.runtime.mls.credentials import EXTERNAL_SENDERS, Authority, check_newcomers
from art7.runtime.mls.epoch import EpochSecrets, PskStore, export
from art7.runtime.mls.framing import Keys
from art7.runtime.mls.leaves import UPDATE, Place, sign_leaf
from art7.runtime.mls.proposals import Listed, apply, check_proposal, extension
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.secret_tree import SecretTree
from art7.runtime.mls.structures import Random, Value, changed
from art7.runtime.mls.suite import CipherSuite, KeyPair, Signer
from art7.runtime.mls.tree import RatchetTree

RATCHET_TREE, EXTERNAL_PUB = 2, 4
"""Types of extension."""
MOST_PROPOSALS = 4096
"""How many proposals of an epoch are held."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a member alone knows: its leaf, the key it signs with, and key pairs of nodes above it."""

    index: int
    signature: Signer
    keys: Mapping[int, KeyPair] = field(repr=False)
    updates: Mapping[bytes, KeyPair] = field(default_factory=dict, repr=False)
    """Key pairs of updates that were proposed, by public key."""


@dataclass(frozen=True)
class Group:
    """An epoch as one member sees it; `keys` use up message keys, everything else stays as it is."""

    suite: CipherSuite
    context: Value
    tree: RatchetTree = field(repr=False)
    secrets: EpochSecrets
    confirmation_tag: bytes
    interim: bytes
    own: Own
    psks: PskStore = field(repr=False)
    keys: Keys = field(repr=False)
    known: Mapping[bytes, Listed] = field(default_factory=dict, repr=False)
    """Proposals of this epoch, by reference."""
    ended: Value | None = None
    """The `ReInit` that ended the group: nothing more is sent in it."""
    authority: Authority | None = field(default=None, repr=False)
    """Says which credentials are to be believed; all are without one."""

    @property
    def epoch(self) -> int:
        """The epoch's number."""
        return int(self.context.epoch)

    def export(self, label: str, context: bytes, length: int) -> bytes:
        """Return a secret for another protocol (§8.5)."""
        return export(self.suite, self.secrets, label, context, length)

    # ---- messages ----

    def open(self, octets: bytes) -> Value:
        """Return the authenticated content of an `MlsMessage`. Raises: `MlsRefused`."""
        kind, message = self.suite.structures.unwrap(octets, "public_message", "private_message")
        unprotect = framing.unprotect_public if kind == "public_message" else framing.unprotect_private
        return unprotect(self.keys, message, self.signature_key)

    def signature_key(self, content: Value) -> bytes:
        """Return the key that a content must be signed with (§6.1). Raises: `MlsRefused`."""
        sender = content.sender
        match sender.sender_type:
            case framing.MEMBER:
                return bytes(self.tree.member(sender.leaf_index).signature_key)
            case framing.EXTERNAL:
                senders = extension(self.context.extensions, EXTERNAL_SENDERS) or ()
                if sender.sender_index < len(senders):
                    return bytes(senders[sender.sender_index].signature_key)
            case framing.NEW_MEMBER_PROPOSAL if getattr(content.proposal, "add", None):
                return bytes(content.proposal.add.key_package.leaf_node.signature_key)
            case framing.NEW_MEMBER_COMMIT if getattr(content.commit, "path", None):
                return bytes(content.commit.path.leaf_node.signature_key)
        raise MlsRefused("no_such_member", "a sender who may send this", "another", "RFC 9420 §6.1")

    def with_proposal(self, message: Value, now: int | None = None) -> Group:
        """Return the group with a proposal that a commit can name.

        Raises: `MlsRefused` for one that could not be committed even alone.
        """
        content = message.content
        listed = Listed(self.suite.structures.value("Proposal", content.proposal), content.sender)
        check_proposal(listed)
        alone = apply(self.suite, self.tree, self.context, [listed], now)
        check_newcomers(self.authority, self.tree, self.context.extensions, alone)
        if len(self.known) >= MOST_PROPOSALS:
            raise MlsRefused("bad_proposals", f"at most {MOST_PROPOSALS} in an epoch", "more", "RFC 9420 §12")
        return replace(self, known={**self.known, self.reference(message): listed})

    def reference(self, message: Value) -> bytes:
        """Return the reference of a proposal, an authenticated content (§5.2)."""
        value = changed(message, auth=changed(message.auth, confirmation_tag=None))
        return self.suite.ref("Proposal", self.suite.structures.encode("AuthenticatedContent", value))

    @property
    def sender(self) -> Value:
        """Ourselves, as a `Sender`."""
        return self.suite.structures.new("Sender", sender_type=framing.MEMBER, leaf_index=self.own.index)

    def signed(self, wire_format: int, kind: int, body: object, data: bytes = b"") -> Value:
        """Return an authenticated content of our own; a proposal or commit may be a mapping."""
        content = framing.framed(self.suite, self.context, self.sender, kind, body, data)
        return framing.sign_content(self.suite, self.context, wire_format, content, self.own.signature)

    def protect(self, message: Value, random: Random, padding: int = 0) -> bytes:
        """Return the `MlsMessage` of an authenticated content, in the wire format it was signed for."""
        wrap = self.suite.structures.wrap
        if message.wire_format == framing.PUBLIC:
            return wrap("public_message", framing.protect_public(self.keys, message))
        return wrap("private_message", framing.protect_private(self.keys, message, random, padding))

    def with_update(self, random: Random) -> tuple[Group, Value]:
        """Return the group that holds a new key of ours, and the `Proposal` that offers it (§12.1.2)."""
        own, pair = self.own, self.suite.fresh_key_pair(random)
        renewed = changed(
            self.tree.member(own.index),
            encryption_key=pair.public,
            leaf_node_source=UPDATE,
            lifetime=None,
            parent_hash=None,
        )
        leaf = sign_leaf(self.suite, renewed, own.signature, Place(self.context.group_id, own.index))
        held = replace(own, updates={**own.updates, pair.public: pair})
        new = self.suite.structures.new
        return replace(self, own=held), new("Proposal", proposal_type=2, update=new("Update", leaf_node=leaf))

    def with_psk(self, psk_id: bytes, key: bytes) -> Group:
        """Return the group that has a key of the application, which commits may mix in by its name (§8.4)."""
        return replace(self, psks=PskStore({**self.psks.external, psk_id: key}, self.psks.resumption))

    # ---- what joiners are given ----

    def group_info(self, *, with_tree: bool = True, external: bool = True) -> Value:
        """Return a signed `GroupInfo` of the epoch (§12.4.3), for `Structures.wrap`."""
        suite, new, extensions = self.suite, self.suite.structures.new, []
        if with_tree:
            tree = self.tree.value(suite.structures)
            extensions.append(new("GroupInfoExtension", extension_type=RATCHET_TREE, extension_data=tree))
        if external:
            key = self.secrets.external_pub
            extensions.append(new("GroupInfoExtension", extension_type=EXTERNAL_PUB, extension_data=key))
        members = {
            "group_context": self.context,
            "extensions": extensions,
            "confirmation_tag": self.confirmation_tag,
            "signer": self.own.index,
        }
        content = suite.structures.write("GroupInfoTbs", **members)
        signature = suite.sign(self.own.signature, "GroupInfoTBS", content)
        return new("GroupInfo", **members, signature=signature)


def message_keys(suite: CipherSuite, context: Value, secrets: EpochSecrets, tree: RatchetTree) -> Keys:
    """Return what protects the messages of an epoch."""
    return Keys(
        suite,
        context,
        secrets.membership_key,
        secrets.sender_data_secret,
        SecretTree(suite, secrets.encryption_secret, tree.leaf_count),
    )
