"""From the path of an offer to what the rules examine, with the codec that checks its examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.offer import Offer


def read_for_rules(path: str, report: Report) -> Offer | None:
    """Return the offer at a path, a folder or an archive; what cannot be read is reported."""
    from art7.grammar.untrusted import read_source
    from art7.validator.reader import read_offer

    bundle = read_source(path, report)
    return None if bundle is None else read_offer(bundle, report)
