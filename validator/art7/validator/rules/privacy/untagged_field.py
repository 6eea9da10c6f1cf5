"""Rule `untagged_field`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.plan import Slot
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import plural


@rule("A7-V601", clause="DMA Art. 7(8)", obligation="O-32", finding="F-07", defeats=False)
def untagged_field(offer: Offer) -> Iterator[Finding]:
    """A field of a message that serves a function does not say whether it holds personal data.

    Why: only data that is strictly necessary may be exchanged; an untagged field has not been looked at.
    Bad:
        --- modules/minimal.a7
        message Typing as json { limit size = 100 active: bool }
        protocol Hint {
            roles typist
            role typist { start state Idle { on local stop => Done } final state Done }
            scenario ends { typist local stop }
        }
        --- offer.toml
        [[party]]
        id = "typist"
        kind = "end"
        operator = "user"
        plays = ["minimal.Hint.typist"]
        [[feature]]
        id = "typing"
        text = "shows that the other one writes"
        messages = ["minimal.Typing"]
    Good:
        --- modules/minimal.a7
        message Typing as json { limit size = 100 active: bool data(personal: true, purpose: 'typing', retention: 1d) }
        --- offer.toml
        [[feature]]
        id = "typing"
        text = "shows that the other one writes"
        messages = ["minimal.Typing"]
        [[data]]
        field = "minimal.Typing.active"
        purpose = "typing"
        function = ["7(2)(a)(i)"]
        recipient = "device"
        retention = "1d"
        legal_basis = "docs/privacy.md#basis"
        [[function]]
        point = "7(2)(a)(i)"
        requires = { features = [] }
    """
    untagged: dict[str, list[Slot]] = {}
    for name, slot in offer.exchanged_slots():
        if slot.data is None:
            untagged.setdefault(name.rpartition(".")[0], []).append(slot)
    for record, slots in untagged.items():
        yield Finding(
            f"{plural(len(slots), 'field')} of `{record}` without a data tag: {', '.join(f'`{s.name}`' for s in slots)}",
            slots[0].span,
            help="add `data(personal: false)`, or `data(personal: true, purpose: …, retention: …)`",
        )
