"""A bundle signed, and a signed bundle verified: one envelope a signer in `signatures/`, all of one statement.

What a signature says of itself decides nothing: the verifier brings the keys. A file in `signatures/` that is no envelope
and no chain of certificates is refused, since nobody signed it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted.refusal import shown
from art7.validator.digests import LISTING, SIGNATURES, is_listable, read_listing, write_listing
from art7.validator.publishing.codes import refuse
from art7.validator.publishing.editions import listed_bundle
from art7.validator.publishing.envelope import Envelope, Signature, pae, read_envelope, write_envelope
from art7.validator.publishing.keys import Signer, Verifier, is_canonical, name_of
from art7.validator.publishing.statement import (
    PAYLOAD_TYPE,
    Statement,
    check_statement,
    read_statement,
    write_statement,
)

MOST_ENVELOPES = 32

_NAME = re.compile(r"signatures/[A-Za-z0-9._-]{1,80}\.(json|pem)")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signed bundle shows: the statement, the trusted keys that signed it, hints of other signers."""

    statement: Statement
    signers: tuple[Verifier, ...]
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings: keys, how many of them must have signed, keys that no longer count, the day."""

    keys: Sequence[Verifier]
    on: date
    threshold: int = 1
    revoked: Sequence[Verifier] = ()


def sign_bundle(
    files: Mapping[str, bytes],
    signer: Signer,
    report: Report,
    *,
    expires: date | None = None,
    chain: bytes = b"",
) -> dict[str, bytes] | None:
    """Return the files of the bundle with its list and one more envelope; `chain` is put beside it.

    Signatures of others stay where they signed the same statement; else the difference is reported.
    """
    listed = listed_bundle(files)
    _check_listing(listed, report)
    payload = write_statement(listed, expires)
    for envelope in _envelopes(listed, report):
        if envelope.payload != payload or envelope.kind != PAYLOAD_TYPE:
            refuse(report, "A7-B230", "another signer signed another statement", envelope.file)
    if report.has_errors:
        return None
    name = name_of(signer.public)
    signature = Signature(name, signer.sign(pae(PAYLOAD_TYPE, payload)))
    listed[f"{SIGNATURES}{name[:16]}.json"] = write_envelope(PAYLOAD_TYPE, payload, (signature,))
    if chain:
        listed[f"{SIGNATURES}{name[:16]}.pem"] = chain
    return listed


def verify_bundle(files: Mapping[str, bytes], trust: Trust, report: Report) -> Verified | None:
    """Return what the trusted keys signed, or report every reason why the bundle is not to be trusted.

    What was found wrong with the keys before is in `report`, and counts.
    """
    envelopes = _envelopes(files, report)
    if not envelopes and not report.has_errors:
        refuse(report, "A7-B210", "the bundle is not signed", SIGNATURES)
    accepted: dict[bytes, dict[bytes, Verifier]] = {}
    strangers: dict[str, None] = {}
    for envelope in envelopes:
        for signature in envelope.signatures:
            found = _judge(envelope, signature, trust, report)
            if found is not None:
                accepted.setdefault(envelope.payload, {})[found.octets] = found
            else:
                strangers[signature.keyid or "without a name"] = None
    verified = _agreed(accepted, files, trust, envelopes, report)
    if verified is None or report.has_errors:
        return None
    return Verified(verified[0], verified[1], tuple(strangers))


def _envelopes(files: Mapping[str, bytes], report: Report) -> list[Envelope]:
    """Return the envelopes of a bundle, each read once; what else is in their folder is reported."""
    found = []
    paths = [path for path in sorted(files) if path.startswith(SIGNATURES)]
    if len(paths) > 2 * MOST_ENVELOPES:
        refuse(
            report, "A7-B231", f"found {len(paths)} files, expected at most {2 * MOST_ENVELOPES}", SIGNATURES
        )
        return []
    for path in paths:
        if not _NAME.fullmatch(path):
            refuse(report, "A7-B231", f"{shown(path)} has no place among signatures", path)
        elif path.endswith(".json"):
            envelope = read_envelope(files[path], path, report)
            found += [envelope] if envelope is not None else []
    return found


def _judge(envelope: Envelope, signature: Signature, trust: Trust, report: Report) -> Verifier | None:
    """Return the trusted key whose signature it is; None for a stranger's, with a report where it should be ours."""
    if not is_canonical(signature.octets):
        refuse(report, "A7-B222", "a signature is not in its one form", envelope.file)
        return None
    signed = envelope.signed
    for key in trust.revoked:
        if key.holds(signature.octets, signed):
            refuse(report, "A7-B226", f"the revoked key {key.name[:16]} signed", envelope.file)
            return None
    for key in trust.keys:
        if key.holds(signature.octets, signed):
            if envelope.kind != PAYLOAD_TYPE:
                refuse(report, "A7-B213", f"signed is {shown(envelope.kind[:80])}", envelope.file)
                return None
            return key
    if any(signature.keyid == key.name for key in trust.keys):
        refuse(report, "A7-B215", f"the signature of {signature.keyid[:16]} does not hold", envelope.file)
        return None
    return None


def _agreed(
    accepted: Mapping[bytes, Mapping[bytes, Verifier]],
    files: Mapping[str, bytes],
    trust: Trust,
    envelopes: Sequence[Envelope],
    report: Report,
) -> tuple[Statement, tuple[Verifier, ...]] | None:
    """Return the one statement that enough keys signed, checked against the bundle."""
    if len(accepted) > 1:
        refuse(report, "A7-B230", "the signers signed different statements", SIGNATURES)
        return None
    payload, keys = next(iter(accepted.items()), (b"", {}))
    if len(keys) < trust.threshold or not keys:
        if envelopes:
            wanted = f"{max(trust.threshold, 1)} of {len({key.octets for key in trust.keys})}"
            refuse(
                report, "A7-B214", f"{len(keys)} of the trusted keys signed, expected {wanted}", SIGNATURES
            )
        return None
    file = next(each.file for each in envelopes if each.payload == payload)
    statement = read_statement(payload, file, report)
    if statement is None:
        return None
    check_statement(statement, files, trust.on, file, report)
    _check_listing(files, report)
    return statement, tuple(keys.values())


def _check_listing(files: Mapping[str, bytes], report: Report) -> None:
    """Report a file list that is not that of the files; what its form lacks is reported by reading it."""
    content = files.get(LISTING)
    listing = read_listing(content, report) if content is not None else None
    if listing is None:
        return
    made = read_listing(write_listing(files), Report())
    assert made is not None, "our own list has its form"
    stated = {path: (row.size, row.digest) for path, row in listing.files.items() if is_listable(path)}
    if stated != {path: (row.size, row.digest) for path, row in made.files.items()}:
        refuse(report, "A7-B232", "the file list is not that of the bundle", LISTING)
