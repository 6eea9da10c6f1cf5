"""Rule `made_up_example`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Span
from art7.validator.example_check import shared_prefixes, truncations
from art7.validator.example_places import place_in
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V803", clause="DMA Art. 7(4)", obligation="O-23", finding="F-25", defeats=False)
def made_up_example(offer: Offer) -> Iterator[Finding]:
    """Sample values are cut short, or one is the beginning of another.

    Why: such values cannot be derived or verified, so the example tests nothing.
    Bad:
        --- examples/text.value.json
        { "id": "m1", "sender": "ann@one.example", "recipient": "bob@two.example", "ciphertext": "dead…" }
    Good:
        [[example]]
        id = "text"
        message = "minimal.Envelope"
    """
    for example in offer.manifest.example:
        for form in example.forms:
            content = offer.bundle.files.get(form.file)
            if content is None:
                continue
            for line, first, last in truncations(form.kind, content):
                yield Finding(
                    f"example `{example.id}`: a value is cut short",
                    Span(form.file, line, first, line, last),
                    help="print all of it",
                )
            for shorter, longer in shared_prefixes(form.kind, content):
                yield Finding(
                    f"example `{example.id}`: `{shorter}` is the beginning of `{longer}`",
                    place_in(form.file, content, shorter),
                    help="use values that were really generated",
                )
