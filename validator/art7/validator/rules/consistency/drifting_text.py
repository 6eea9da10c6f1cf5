"""Rule `drifting_text`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.manifest.base import milliseconds
from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.spoken import durations


@rule(
    "A7-V221",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="F-29",
    defeats=False,
    cause="ambiguity",
)
def drifting_text(offer: Offer) -> Iterator[Finding]:
    """A passage that is bound to a timer, a level or a quota says another value in words.

    Why: the contract quotes the words, the program follows the table.
    Bad:
        [[timer]]
        id = "lapse"
        text = "docs/changes.md#lapse"
        --- docs/changes.md
        ## Lapse {#lapse}
        An enlistment lapses after thirty days.
    Good:
        [[timer]]
        id = "lapse"
        text = "docs/changes.md#lapse"
        --- docs/changes.md
        ## Lapse {#lapse}
        An enlistment lapses after ninety days.
    """
    for path, value, anchor in _bound(offer):
        passage = offer.passages.get(anchor)
        said = set(durations(passage.text)) if passage else set()
        if said and milliseconds(value) not in said:
            yield Finding(
                f"{value} here, and another length of time in `{anchor}`",
                offer.at(*path),
                help="state one value",
                related=(Related("the passage", passage.heading.span()),) if passage else (),
            )


def _bound(offer: Offer) -> Iterator[tuple[Path, str, str]]:
    """Yield (path, duration, passage) of every length of time that a passage says in words."""
    for n, timer in enumerate(offer.manifest.timer):
        if timer.text is not None:
            yield ("timer", n, "value"), timer.value, timer.text
    levels = offer.manifest.service_levels
    if levels.offline_storage is not None and levels.text is not None:
        yield ("service_levels", "offline_storage"), levels.offline_storage, levels.text
    for n, quota in enumerate(offer.manifest.quota):
        if quota.text is not None:
            yield ("quota", n, "per"), quota.per, quota.text
    terms = offer.manifest.terms
    for name in ("change_notice", "support_window"):
        value = getattr(terms, name)
        if value is not None and terms.periods is not None:
            yield ("terms", name), value, terms.periods
