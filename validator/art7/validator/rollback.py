"""Whether an edition of an offer follows the one that a reader already has."""

from __future__ import annotations

from art7.grammar.diagnostics import Report
from art7.validator.digests import LISTING, digest_of, root_digest
from art7.validator.offer import Offer
from art7.validator.versions import precedes

CODES = {
    "A7-B111": (
        "an older or equal version with other content",
        "A reader who has seen one edition is shown another under the same or an earlier version: the offer was "
        "rolled back, or changed without saying so.",
        "Raise the version, or restore the content.",
    ),
    "A7-B112": (
        "the digest of the superseded edition is another one",
        "The offer names the edition that it replaces by the digest of its file list, and the edition at hand has "
        "another.",
        "Name the edition that was really published before.",
    ),
}


def check_rollback(known: Offer, offer: Offer, report: Report) -> None:
    """Compare an offer with the edition known before; what is wrong is added to the report."""
    before, head = known.manifest.offer, offer.manifest.offer
    roots = root_digest(known.bundle.files), root_digest(offer.bundle.files)
    if roots[0] != roots[1] and not precedes(before.version, head.version):
        report.add(
            "A7-B111",
            f"version {head.version} with root {roots[1][:23]}… after version {before.version} with root {roots[0][:23]}…",
            offer.at("offer", "version"),
            help="raise the version, or restore the content",
            clause="DMA Art. 7(4)",
        )
    named = head.supersedes
    listing = known.bundle.files.get(LISTING)
    if named is None or named.digest is None or named.version != before.version:
        return
    digest = digest_of(listing) if listing is not None else roots[0]
    if digest != named.digest:
        report.add(
            "A7-B112",
            f"the superseded edition has digest {digest[:23]}…, named is {named.digest[:23]}…",
            offer.at("offer", "supersedes"),
            help="name the edition that was published",
            clause="DMA Art. 7(4)",
        )
