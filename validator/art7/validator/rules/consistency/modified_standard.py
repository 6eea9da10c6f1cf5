"""Rule `modified_standard`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import MODIFICATIONS
from art7.validator.rule import Finding, rule


@rule("A7-V212", clause="DMA Art. 7(4)", obligation=("O-21", "O-23"), finding="F-04", cause="ambiguity")
def modified_standard(offer: Offer) -> Iterator[Finding]:
    """A standard is used in part or with changes, and the difference is not stated.

    Why: "slightly modified" leaves two programs that both follow the text unable to talk to each other.
    Bad:
        [[component]]
        standard = "RFC 8446"
        profile = "delta"
    Good:
        [[component]]
        standard = "RFC 8446"
        profile = "delta"
        delta = "minimal"
    """
    for n, component in enumerate(offer.manifest.component):
        where = offer.at("component", n)
        if component.profile == "delta" and (
            component.delta is None or component.delta not in offer.own_modules
        ):
            yield Finding(
                f"`{component.standard}` is modified, and no module of the bundle states how",
                where,
                help="name a module of the bundle as `delta`",
            )
        if component.profile == "subset" and not component.includes:
            yield Finding(
                f"of `{component.standard}` only a part is used, and not said which",
                where,
                help="list `includes`",
            )
        if component.profile == "exact" and component.delta is not None:
            yield Finding(
                f"`{component.standard}` is called exact and has a delta", where, help="call it `delta`"
            )
    for line in offer.prose:
        if found := MODIFICATIONS.search(line.text):
            yield Finding(
                f"a modification without its difference: `{found[0].lower()}`",
                line.span(found.start(), found.end()),
                help="state the difference in a module and name it as `delta` of the component",
            )
