"""Rule `contradicting_known_answer`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Report
from art7.interpreter.vectors import check_vectors
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V816", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), finding="F-29", cause="ambiguity")
def contradicting_known_answer(offer: Offer) -> Iterator[Finding]:
    """A vector beside a definition is not what the definition gives.

    Why: a known answer is there to find mistakes; a wrong one plants its own mistake in every implementation.
    Bad:
        --- modules/minimal.a7
        vectors Receipt { refuse '{"id":"m1"}' with missing_field "An identifier is enough." }
    Good:
        --- modules/minimal.a7
        vectors Receipt { accept '{"id":"m1"}' as { id: 'm1' } "An identifier is enough." }
    """
    for name in sorted(offer.own_modules):
        report = Report()
        check_vectors(offer.specification, offer.specification.modules[name], report)
        for found in report.errors():
            yield Finding(found.message, found.span, help=found.help)
