"""Rule `incomplete_vector`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import file_vectors, gaps


@rule("A7-V814", clause="DMA Art. 7(4)", obligation="O-23", finding="F-25", defeats=False)
def incomplete_vector(offer: Offer) -> Iterator[Finding]:
    """A vector is cut short, or lacks what makes it a test.

    Why: a vector needs its octets or its value whole, and says whether it is valid or which error it must give.
    Bad:
        --- vectors/cut.json
        { "vectors": [ { "id": "v1", "type": "minimal.Receipt", "bytes": "7b22…", "result": "valid", "value": {} } ] }
    Good:
        --- vectors/none.json
        { "vectors": [] }
    """
    for vector in file_vectors(offer):
        for key, message in gaps(vector.row):
            yield Finding(
                message, vector.span(key), help="make the vectors again with `art7 generate vectors`"
            )
