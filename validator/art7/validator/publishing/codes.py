"""Why an edition, a key or a signature is refused; each code stands for one cause."""

from __future__ import annotations

from art7.grammar.diagnostics import Report, Span

CODES = {
    "A7-B201": (
        "a publication's list of editions does not have its form",
        "`editions.json` names each edition with version, day, title and the digest of its file list.",
        "Name the folder that `art7 publish` wrote, unchanged, or the earlier offer itself.",
    ),
    "A7-B202": (
        "an edition of a publication is not what was published",
        "A file was changed, added or taken away after the edition was published.",
        "Restore the edition from where it was published; publish corrections as a new edition.",
    ),
    "A7-B203": (
        "the edition was published before",
        "An edition is known by its version; what was published under one stays as it is.",
        "Give the offer a new `version`, and an entry in its `change_log`.",
    ),
    "A7-B210": (
        "the bundle is not signed",
        "It has no envelope in `signatures/`.",
        "Ask the gatekeeper for the signed bundle, or sign it with `art7 sign`.",
    ),
    "A7-B211": (
        "a signing envelope does not have its form",
        "An envelope has `payload`, `payloadType` and `signatures`, each of those `sig` and perhaps `keyid`; nothing else.",
        "Sign the bundle again with `art7 sign`; what is not covered by a signature has no place beside it.",
    ),
    "A7-B212": (
        "octets in a signing envelope are not in base64 as it is written",
        "One string of octets has one spelling: an alphabet of one kind, full padding, no bits left over.",
        "Take the envelope as its signer wrote it.",
    ),
    "A7-B213": (
        "a signature is about another type of content",
        "The type is part of what is signed; only `application/vnd.in-toto+json` says something about an offer.",
        "Sign the bundle with `art7 sign`.",
    ),
    "A7-B214": (
        "too few of the trusted keys signed",
        "Each key counts once, however often it signed; a signature that does not hold counts for nothing.",
        "Check that the keys are those of the gatekeeper, and the bundle is the one that was signed.",
    ),
    "A7-B215": (
        "a signature does not hold",
        "It names a trusted key, but is not that key's signature of this content.",
        "Take the bundle as its signer published it.",
    ),
    "A7-B216": (
        "what is signed is not a statement in its form",
        "An in-toto statement has `_type`, `subject` (each with `name` and a SHA-256 `digest`), `predicateType`, `predicate`.",
        "Sign the bundle again with `art7 sign`.",
    ),
    "A7-B217": (
        "what is signed is a statement about something else",
        "A signature for another purpose, made by the same key, says nothing about an offer.",
        "Sign the bundle with `art7 sign`.",
    ),
    "A7-B218": (
        "a signed file is absent",
        "The signer signed a file that the bundle does not have.",
        "Restore the file, or sign the bundle again.",
    ),
    "A7-B219": (
        "a file is not signed",
        "The bundle has a file that the signer did not sign: it was added afterwards.",
        "Remove the file, or sign the bundle again.",
    ),
    "A7-B220": (
        "a file is not what was signed",
        "Its digest differs from the signed one: it was changed afterwards.",
        "Restore the file, or sign the bundle again.",
    ),
    "A7-B221": (
        "what is signed names another offer",
        "The statement and the manifest disagree about which offer, or which edition of it, the bundle is.",
        "Sign the bundle that is meant.",
    ),
    "A7-B222": (
        "a signature is not in its one form",
        "An Ed25519 signature has 64 octets and a number below the order of the group; else a second one could be made of it.",
        "Take the envelope as its signer wrote it; a signature is never repaired.",
    ),
    "A7-B223": (
        "a key is weak",
        "Ed25519 keys are points; some make one signature hold for every message, others have two spellings.",
        "Use a key made by a generator: `openssl genpkey -algorithm ed25519`.",
    ),
    "A7-B224": (
        "a key is known to everybody",
        "Its private half stands in a standard, or is a constant or a plain word: anyone can sign with it.",
        "Make a key of your own; with `--sandbox` a test may use this one.",
    ),
    "A7-B225": (
        "not a key, or not one for Ed25519",
        "Offers are signed with Ed25519. The kind of key decides, never what a signature says of itself.",
        "Give PEM: `PRIVATE KEY` to sign, `PUBLIC KEY` to verify, `CERTIFICATE` for chains; unlock a locked key.",
    ),
    "A7-B226": (
        "a revoked key signed",
        "The key was revoked; whoever has it now can sign anything.",
        "Ask the gatekeeper for a bundle signed with a key in force.",
    ),
    "A7-B227": (
        "a signed statement is not valid on the day",
        "The signer said until when the statement holds, or the offer's day of publication is still to come.",
        "Take a newer edition; for a day in the past, name it with `--on`.",
    ),
    "A7-B228": (
        "a chain of certificates does not lead to a trusted one",
        "Each certificate must be issued by the next, valid on the day, and the last one trusted; the first must be for signing.",
        "Check the certificates in `signatures/`, the trusted ones (`--trust`), and the day (`--on`).",
    ),
    "A7-B230": (
        "the signers signed different statements",
        "Two trusted keys signed two contents; which of them the bundle is, is not for the reader to guess.",
        "Let all signers sign one bundle.",
    ),
    "A7-B231": (
        "a file in `signatures/` has no place there",
        "The folder holds `<name>.json`, an envelope, and `<name>.pem`, certificates; nothing in it is itself signed.",
        "Remove the file, or put it elsewhere in the bundle and sign again.",
    ),
    "A7-B232": (
        "the signed file list is not that of the bundle",
        "`manifest.json` was signed with sizes or digests that its files did not have.",
        "Remove `manifest.json`, and sign again: `art7 sign` writes it.",
    ),
}
"""Code → title, explanation, next step."""


def refuse(report: Report, code: str, message: str, file: str) -> None:
    """Report a refusal about a whole file, with the next step of its code."""
    report.add(code, message, Span(file, 0, 0, 0, 0), help=CODES[code][2])
