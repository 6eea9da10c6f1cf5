"""Rule `vector_of_unknown`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.vectors import file_vectors
from art7.validator.wording import suggestion


@rule("A7-V813", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), defeats=False)
def vector_of_unknown(offer: Offer) -> Iterator[Finding]:
    """A vector is for a message or schedule that no module declares.

    Why: it was made for another edition, or for a part that was withheld.
    Bad:
        --- vectors/stray.json
        { "vectors": [ { "id": "v1", "type": "minimal.Reciept", "bytes": "7b7d", "result": "valid", "value": {} } ] }
    Good:
        --- vectors/none.json
        { "vectors": [] }
    """
    known = [
        d.name
        for d in offer.declarations.by_name.values()
        if d.kind in ("message", "struct", "schedule", "role")
    ]
    for vector in file_vectors(offer):
        name = vector.subject
        if name is not None and name not in known and not any(each.endswith("." + name) for each in known):
            yield Finding(
                f"vector for `{name[:80]}`, which no module declares{suggestion(name, known)}",
                vector.span(),
                help="make the vectors again with `art7 generate vectors`",
            )
