"""Rule `malformed_example`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Span
from art7.validator.examples import BadForm, read_octets, read_value
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V801", clause="DMA Art. 7(4)", obligation="O-21", finding="F-24", defeats=False)
def malformed_example(offer: Offer) -> Iterator[Finding]:
    """A printed form of an example does not follow its own notation.

    Why: an odd number of digits or an unbalanced quote is where a reader begins to guess.
    Bad:
        --- examples/text.hex
        7b 22 7
    Good:
        [[example]]
        id = "text"
        message = "minimal.Envelope"
    """
    for n, example in enumerate(offer.manifest.example):
        for m, form in enumerate(example.forms):
            content = offer.bundle.files.get(form.file)
            if content is None:
                continue
            try:
                read_value(content) if form.kind == "value" else read_octets(form.kind, content)
            except BadForm as fault:
                yield Finding(
                    f"example `{example.id}`: `{form.file}` is not {form.kind}: {fault}",
                    Span(form.file, 1, 1, 1, 1),
                    help=f"correct it, see form {m + 1} of example {n + 1}",
                )
        if not example.forms:
            yield Finding(f"example `{example.id}` has no form", offer.at("example", n), help="add `forms`")
