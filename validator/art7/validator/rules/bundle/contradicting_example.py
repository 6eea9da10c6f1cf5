"""Rule `contradicting_example`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.example_check import contradictions
from art7.validator.example_places import place_in
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V802", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), finding="F-24", cause="ambiguity")
def contradicting_example(offer: Offer) -> Iterator[Finding]:
    """The forms of an example do not say the same, or not what the format says.

    Why: an implementer trusts the example; when octets and value differ, half of the readers follow the wrong one.
    Bad:
        --- examples/text.value.json
        { "id": "m2", "sender": "ann@one.example", "recipient": "bob@two.example", "ciphertext": "deadbeef" }
    Good:
        [[example]]
        id = "text"
        message = "minimal.Envelope"
    """
    for n, example in enumerate(offer.manifest.example):
        for file, message, where in contradictions(offer, example):
            yield Finding(
                f"example `{example.id}`: {message}",
                place_in(file, offer.bundle.files[file], where) if file else offer.at("example", n),
                help="make every form from one value, e.g. with `art7 encode`",
            )
