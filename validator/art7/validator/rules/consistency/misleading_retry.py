"""Rule `misleading_retry`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

PAUSES = frozenset({408, 425, 429, 503, 504})
FINAL = frozenset({400, 401, 403, 405, 410, 413, 414, 415, 501, 505})


@rule(
    "A7-V224",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-41"),
    finding="F-21",
    defeats=False,
    cause="ambiguity",
)
def misleading_retry(offer: Offer) -> Iterator[Finding]:
    """Whether to try again contradicts the status that the error is reported with.

    Why: a client that retries what is final floods the service; one that gives up on a pause loses messages.
    Bad:
        [errors]
        response = [{ error = "minimal.not_found", status = 410, retry = true }]
    Good:
        [errors]
        response = [{ error = "minimal.not_found", status = 410, retry = false }]
    """
    for n, response in enumerate(offer.manifest.errors.response):
        if response.status in PAUSES and not response.retry:
            said = "asks to come back later, and trying again is said to be useless"
        elif response.status in FINAL and response.retry:
            said = "says that it is final, and trying again is said to help"
        else:
            continue
        yield Finding(
            f"status {response.status} of `{response.error}` {said}",
            offer.at("errors", "response", n),
            help="change the status or `retry`",
        )
