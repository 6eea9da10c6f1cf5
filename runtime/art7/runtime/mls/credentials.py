"""Whom a leaf speaks for (RFC 9420 §5.3): a certificate holds the leaf's key, and an authority that is handed in says
which credentials are to be believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.mls.proposals import Applied, extension
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value
from art7.runtime.mls.tree import RatchetTree

X509 = 2
"""Type of credential that is a chain of certificates."""
EXTERNAL_SENDERS = 5
"""Type of extension that names who may propose from outside."""

Authority: TypeAlias = Callable[[Value, Value | None], str | None]
"""Says why a leaf or external sender is not to be believed, `None` where it is; the second is the leaf it replaces."""


def by_certificates(wrong_with: Callable[[Sequence[bytes]], str | None]) -> Authority:
    """Return an authority that believes chains of DER certificates, the member's first, and nothing else.

    `wrong_with` says what is wrong with a chain, `None` for one that leads to an anchor.
    """

    def judge(who: Value, _replaced: Value | None) -> str | None:
        chain = certificates(who.credential)
        return wrong_with(chain) if chain else "no certificates"

    return judge


def certificates(credential: Value) -> list[bytes]:
    """Return the chain of a credential, the member's certificate first; empty for one of another type."""
    return [octets for (octets,) in credential.certificates or ()]


def check_credential(authority: Authority | None, who: Value, replaced: Value | None = None) -> None:
    """Check a leaf or external sender that comes into a group (§5.3.1).

    Raises: `MlsRefused` with `bad_credential` for a certificate of another key, or one that the authority refuses.
    """
    if who.credential.credential_type == X509:
        _check_certificate(who)
    reason = None if authority is None else authority(who, replaced)
    if reason is not None:
        raise MlsRefused("bad_credential", "a credential to be believed", reason, "RFC 9420 §5.3.1")


def _check_certificate(who: Value) -> None:
    """Check that the first certificate is one of the signature key (§5.3)."""
    chain = certificates(who.credential)
    try:
        structures = catalogue_interpreter("itu.x509")
        read = decode_with(structures, "itu.x509.Certificate", chain[0] if chain else b"", {}).value
    except CodecError as error:
        raise MlsRefused("bad_credential", "a certificate", error.code, "RFC 9420 §5.3") from None
    key = read["tbs"]["public_key"]["key"]
    if who.signature_key not in (key["ed25519"], key["ed448"], key["point"]):
        raise MlsRefused("bad_credential", "a certificate of the signature key", "another's", "RFC 9420 §5.3")


def check_members(authority: Authority | None, tree: RatchetTree, extensions: Iterable[Value]) -> None:
    """Check everybody in a group that is about to be joined. Raises: `MlsRefused` with `bad_credential`."""
    for _, leaf in tree.members():
        check_credential(authority, leaf)
    for sender in extension(extensions, EXTERNAL_SENDERS) or ():
        check_credential(authority, sender)


def check_newcomers(
    authority: Authority | None,
    tree: RatchetTree,
    extensions: Iterable[Value],
    done: Applied,
    committer: int | None = None,
) -> None:
    """Check who comes into a group, or changes there, by a commit; `tree` and `extensions` are those before it.

    `committer` is whose leaf a path renewed. Raises: `MlsRefused` with `bad_credential`.
    """
    for index, _ in done.added:
        check_credential(authority, done.tree.member(index))
    for index in done.updated if committer is None else [*done.updated, committer]:
        before = _before(tree, done, index)
        leaf = done.tree.member(index)
        if before is None or any(
            getattr(leaf, name) != getattr(before, name) for name in ("credential", "signature_key")
        ):
            check_credential(authority, leaf, before)
    if done.extensions is not extensions:
        known = extension(extensions, EXTERNAL_SENDERS) or ()
        for sender in extension(done.extensions, EXTERNAL_SENDERS) or ():
            if sender not in known:
                check_credential(authority, sender)


def _before(tree: RatchetTree, done: Applied, index: int) -> Value | None:
    """The leaf that another takes the place of: who joins from outside may replace the one it removes (§12.2)."""
    if done.external_init is None:
        return tree.leaf(index)
    return tree.leaf(done.removed[0]) if done.removed else None
