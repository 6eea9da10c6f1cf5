"""Rule `missing_statement`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V100", clause="DMA Art. 7(4)", obligation=(), finding="F-20")
def missing_statement(offer: Offer) -> Iterator[Finding]:
    """The offer lacks a statement without which a duty cannot be met.

    Why: the law asks for it; what must be stated for each duty is listed in the obligations file.
    Bad:
        [terms]
        suspension = "(absent)"
    Good:
        [terms]
        suspension = "docs/terms.md#suspension"
    """
    wanted: dict[str, list[str]] = {}
    for duty in offer.law.obligations.values():
        for path in duty.states:
            if not offer.states(path):
                wanted.setdefault(path, []).append(duty.id)
    for path, duties in wanted.items():
        titles = "; ".join(offer.law.obligations[duty].title for duty in duties)
        yield Finding(
            f"no statement of `{path}`, which {_asked(duties)} for ({titles})",
            offer.at(*path.split(".")),
            help=f"state `{path}`",
            obligations=tuple(duties),
        )


def _asked(duties: list[str]) -> str:
    return f"{', '.join(duties)} {'asks' if len(duties) == 1 else 'ask'}"
