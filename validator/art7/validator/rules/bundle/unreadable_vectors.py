"""Rule `unreadable_vectors`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import json_strict
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import MOST_OCTETS, vector_files


@rule("A7-V811", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), finding="F-25", defeats=False)
def unreadable_vectors(offer: Offer) -> Iterator[Finding]:
    """A vector file cannot be read: it is not strict JSON, or far too large.

    Why: vectors are the one part of an offer that programs read first.
    Bad:
        --- vectors/broken.json
        { "vectors": [ { "id": 1, } ] }
    Good:
        --- vectors/whole.json
        { "vectors": [] }
    """
    for path, content in vector_files(offer):
        if len(content) > MOST_OCTETS:
            yield Finding(
                f"vector file of {len(content)} octets, expected at most {MOST_OCTETS}",
                Span(path, 1, 1, 1, 1),
                help="split it",
            )
            continue
        report = Report()
        json_strict.loads(content, report, file=path, floats=True)
        for diagnostic in report.errors():
            yield Finding(
                f"vector file is not strict JSON: {diagnostic.message}", diagnostic.span, help=diagnostic.help
            )
