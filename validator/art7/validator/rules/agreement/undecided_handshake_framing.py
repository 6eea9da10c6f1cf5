"""Rule `undecided_handshake_framing`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V252",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-02",
    defeats=False,
    cause="ambiguity",
)
def undecided_handshake_framing(offer: Offer) -> Iterator[Finding]:
    """Handshakes may be framed in two ways, or in one that the party that orders them cannot read.

    Why: a group that accepts only public handshakes refuses the commits of a client that encrypts them.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { handshake_framing = "(absent)" }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { handshake_framing = "public" }
    """
    orders = [
        function.group.ordering
        for _, function in offer.interoperable()
        if function.group is not None and function.group.ordering is not None
    ]
    servers = [name for name in orders if name in offer.parties and offer.parties[name].kind != "end"]
    for n, component in offer.components_about("D-02"):
        framing = component.agreed.handshake_framing
        if framing is None:
            yield Finding(
                f"`{component.standard}` frames handshakes as public or as private messages, and nothing says which",
                offer.at("component", n),
                help='state `agreed.handshake_framing`: "public" or "private"',
            )
        elif framing == "private" and servers:
            yield Finding(
                f"handshakes are private, and `{servers[0]}`, which orders them, cannot read them",
                offer.at("component", n, "agreed", "handshake_framing"),
                help="frame them as public messages, or let an end order them",
            )
