"""Rule `wrong_version_step`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.versions import precedes, version_key


@rule("A7-V703", clause="DMA Art. 7(4)", obligation="O-25", finding="F-14", defeats=False)
def wrong_version_step(offer: Offer) -> Iterator[Finding]:
    """The version does not follow from the one before, or the change log does not know it.

    Why: the version tells others whether they must act; the log tells them how.
    Bad:
        [offer]
        supersedes = { version = "3.0.0", published = 2026-03-01 }
    Good:
        [offer]
        supersedes = { version = "0.9.0", published = 2026-03-01 }
    """
    head = offer.manifest.offer
    before = head.supersedes
    if before is not None and not precedes(before.version, head.version):
        yield Finding(
            f"version {head.version} does not come after {before.version}, which it supersedes",
            offer.at("offer", "version"),
            help="raise the version",
        )
    if before is not None and head.published is not None and before.published >= head.published:
        yield Finding(
            f"published on {head.published}, not after the superseded edition of {before.published}",
            offer.at("offer", "published"),
            help="mend the dates",
        )
    log = offer.manifest.change_log
    if log and head.version not in {change.version for change in log}:
        yield Finding(
            f"the change log has no entry for version {head.version}",
            offer.at("change_log"),
            help="add what changed, also when little did",
        )
    for n, change in enumerate(log):
        earlier = [other.version for other in log if precedes(other.version, change.version)]
        last = max(earlier, key=version_key, default=None)
        if change.breaking and last is not None and version_key(last)[0] == version_key(change.version)[0]:
            yield Finding(
                f"breaking change {change.version} keeps the major version of {last}",
                offer.at("change_log", n),
                help="raise the major version",
            )
