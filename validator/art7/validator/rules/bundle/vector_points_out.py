"""Rule `vector_points_out`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.untrusted.refusal import shown
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import file_vectors, outside_names


@rule("A7-V812", clause="DMA Art. 7(4)", obligation=("O-02", "O-21"), finding="F-01")
def vector_points_out(offer: Offer) -> Iterator[Finding]:
    """A vector names a file outside the bundle, or an address.

    Why: a vector has to be complete; nothing is fetched, and nothing outside the bundle is opened.
    Bad:
        --- vectors/far.json
        { "vectors": [ { "id": "v1", "type": "minimal.Receipt", "file": "../secret.bin" } ] }
    Good:
        --- vectors/near.json
        { "vectors": [] }
    """
    for vector in file_vectors(offer):
        for key, name in outside_names(vector.row, offer.bundle.files):
            yield Finding(
                f"vector names {shown(name)}, which is not in the bundle",
                vector.span(key),
                help="put the octets into the vector, or the file into `vectors/`",
            )
