"""Rule `contradicting_vector`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import file_vectors, lies


@rule("A7-V815", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), finding="F-29", cause="ambiguity")
def contradicting_vector(offer: Offer) -> Iterator[Finding]:
    """A vector says something else than the format does.

    Why: one of the two is wrong, and every implementer will find out separately.
    Bad:
        --- vectors/wrong.json
        { "vectors": [ { "id": "v1", "type": "minimal.Receipt", "bytes": "7b7d", "result": "valid", "value": { "id": "m1" } } ] }
    Good:
        --- vectors/right.json
        { "type": "minimal.Receipt", "vectors": [
          { "id": 1, "bytes": "7b226964223a226d31227d", "result": "valid", "value": { "id": "m1" } }
        ] }
    """
    if offer.codec is None:
        return
    for vector in file_vectors(offer):
        if vector.subject is None or offer.declarations.record(vector.subject) is None:
            continue
        for key, message in lies(vector, offer.codec):
            yield Finding(message, vector.span(key), help="correct the vector, or the module")
