"""What a member of a group refuses, each fault under its own code."""

from __future__ import annotations

CODES: dict[str, str] = {
    "unknown_suite": "a cipher suite that RFC 9420 does not have, or the library here cannot run",
    "bad_signature": "the signature of a framed content does not hold",
    "bad_membership_tag": "the membership tag of a public message does not hold",
    "bad_confirmation_tag": "the confirmation tag does not belong to the epoch that was derived",
    "bad_leaf_signature": "the signature of a leaf does not hold",
    "bad_key_package_signature": "the signature of a key package does not hold",
    "bad_group_info_signature": "the signature of a GroupInfo does not hold",
    "bad_tree_hash": "the tree is not the one that the group context names",
    "bad_parent_hash": "a node of the tree is not bound to a path that somebody made",
    "bad_tree": "a tree that cannot be: its size, its last node, or unmerged leaves that are none",
    "bad_leaf": "a leaf that the group does not take: its source, life time, abilities or keys",
    "bad_key_package": "a key package that the group does not take",
    "bad_credential": "a credential that is not the leaf's, or that the authority does not believe",
    "bad_extensions": "a list with two extensions of one type",
    "bad_path": "an update path that does not fit the tree",
    "bad_path_key": "a path secret that does not give the public key in the path",
    "bad_proposals": "a list of proposals that RFC 9420 §12.2 forbids",
    "missing_path": "a commit without a path, whose proposals ask for one",
    "missing_proposal": "a commit that names a proposal which was not received",
    "missing_psk": "a pre-shared key that is not known here",
    "missing_tree": "a group without a ratchet tree, neither in the GroupInfo nor beside it",
    "not_addressed": "a Welcome for others",
    "not_authentic": "sealed octets that their key did not make",
    "no_such_member": "a sender whose leaf is blank or outside the tree",
    "wrong_group": "a message of another group",
    "wrong_epoch": "a message of another epoch",
    "wrong_content": "a content that may not be sent this way",
    "used_key": "a message key that was used before, or given up",
    "too_far_ahead": "a generation further ahead than keys are derived for",
    "key_mismatch": "a private key that does not belong to the public one",
    "ended": "the group was ended by a re-initialisation",
    "bad_resumption": "a group that does not go on from the one it names",
    "removed": "this member was removed from the group",
}
"""Code → meaning. Structures and keys are refused with the codes of every codec (`art7.grammar.ir.errors`)."""


class MlsRefused(Exception):
    """A message, tree or key is refused: the code, what was expected and found, and the clause of RFC 9420."""

    def __init__(self, code: str, expected: str = "", found: str = "", ref: str = "") -> None:
        super().__init__(": ".join(part for part in (code, CODES.get(code, ""), found) if part))
        self.code = code
        self.expected = expected
        self.found = found
        self.ref = ref
