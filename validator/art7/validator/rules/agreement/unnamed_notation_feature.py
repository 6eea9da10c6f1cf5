"""Rule `unnamed_notation_feature`; its page is the docstring below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.validator.documents import document_lines
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

CONTROL = re.compile(r"(?<=[\s\])}\w])\.[a-z][a-z0-9-]{1,30}\b")
LONGEST = 4000


@rule(
    "A7-V265",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="D-15",
    defeats=False,
    cause="ambiguity",
)
def unnamed_notation_feature(offer: Offer) -> Iterator[Finding]:
    """A schema in CDDL uses a feature of the notation that the offer does not name.

    Why: validators of CDDL know different control operators; one refuses what another accepts.
    Bad:
        [[component]]
        standard = "RFC 8610"
        agreed = { features = [".size"] }
        --- modules/more.cddl
        name = tstr .regexp "[a-z]+"
    Good:
        [[component]]
        standard = "RFC 8610"
        agreed = { features = [".size"] }
        --- modules/more.cddl
        name = tstr .size 8
    """
    components = list(offer.components_about("D-15"))
    named = {feature for _, component in components for feature in component.agreed.features}
    for n, component in components:
        if not component.agreed.features:
            yield Finding(
                f"which features of `{component.standard}` are used is open",
                offer.at("component", n),
                help="list them in `agreed.features`",
            )
    for file in sorted(path for path in offer.texts if path.endswith(".cddl")):
        for line in document_lines(file, offer.texts[file]):
            for found in CONTROL.finditer(line.text[:LONGEST].partition(";")[0]):
                if found[0] not in named:
                    yield Finding(
                        f"`{found[0]}` is used, and not among the features that a validator must know",
                        line.span(found.start(), found.end()),
                        help="add it to `agreed.features` of the component RFC 8610",
                    )
