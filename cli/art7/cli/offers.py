"""From the path of an offer to what the rules examine, with the codec that checks its examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.offer import Offer


def read_for_rules(path: str, report: Report) -> Offer | None:
    """Return the offer at a path, a folder or an archive, or the draft `draft:F-07`; what cannot be read is reported."""
    from art7.grammar.untrusted import read_source
    from art7.validator.drafts import find_draft
    from art7.validator.reader import read_offer

    draft = find_draft(path)
    bundle = draft.bundle() if draft is not None else read_source(path, report)
    return None if bundle is None else read_offer(bundle, report)


def may_go_on(offer: Offer, despite: Sequence[str], report: Report) -> bool:
    """Whether nothing but the findings in `despite` stands against using an offer; the others go to `report`."""
    from art7.validator.validate import validate

    checked = validate(offer).report(report.sources)
    report.diagnostics += [found for found in checked.errors() if found.code not in despite]
    report.sources.update(checked.sources)
    return not report.has_errors
