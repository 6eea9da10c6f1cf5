"""Rule `failure_called_success`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V217", clause="DMA Art. 7(4)", obligation=("O-21", "O-41"), finding="F-21", defeats=False)
def failure_called_success(offer: Offer) -> Iterator[Finding]:
    """An error is reported with a status that means success, or all errors with one status.

    Why: a program that looks at the status goes on as if nothing had happened.
    Bad:
        [errors]
        response = [{ error = "minimal.bad_mac", status = 200, retry = false }]
    Good:
        [errors]
        response = [{ error = "minimal.bad_mac", status = 403, retry = false }]
    """
    errors = offer.manifest.errors
    for n, response in enumerate(errors.response):
        if response.status in errors.success or 200 <= response.status < 400:
            yield Finding(
                f"error `{response.error}` is reported with status {response.status}, which means success",
                offer.at("errors", "response", n),
                help="give it a status of its own, 400 or above",
            )
    statuses = {response.status for response in errors.response}
    if len(errors.response) > 2 and len(statuses) == 1:
        yield Finding(
            f"all {len(errors.response)} errors share status {statuses.pop()}",
            offer.at("errors", "response"),
            help="tell apart what the access seeker can mend, what it can retry and what it cannot",
        )
