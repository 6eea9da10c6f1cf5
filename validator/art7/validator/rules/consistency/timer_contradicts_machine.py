"""Rule `timer_contradicts_machine`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.manifest.base import milliseconds
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V216", clause="DMA Art. 7(4)", obligation="O-21", finding="F-29", defeats=False, cause="ambiguity")
def timer_contradicts_machine(offer: Offer) -> Iterator[Finding]:
    """A timer of the manifest has another value than the same timer of the role machine.

    Why: prose and program drift apart, and each side is right by its own source.
    Bad:
        [[timer]]
        id = "retry"
        kind = "retry_window"
        value = "120s"
    Good:
        [[timer]]
        id = "retry"
        kind = "retry_window"
        value = "60s"
    """
    for n, timer in enumerate(offer.manifest.timer):
        declared = offer.declarations.find(timer.declared) if timer.declared else None
        if (
            declared is not None
            and isinstance(declared.value, int)
            and declared.value != milliseconds(timer.value)
        ):
            yield Finding(
                f"timer `{timer.id}` is {timer.value} here and {declared.value} ms in `{timer.declared}`",
                offer.at("timer", n, "value"),
                help="state one value",
                related=(Related("the role machine", declared.span),),
            )
