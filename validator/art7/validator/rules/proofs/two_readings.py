"""Rule `two_readings`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.proving import refuted
from art7.validator.rule import Finding, rule


@rule("A7-V833", clause="DMA Art. 7(4)", obligation=("O-02", "O-21"), defeats=False, cause="ambiguity")
def two_readings(offer: Offer) -> Iterator[Finding]:
    """Two readers who both follow the words of a format read one message differently.

    Why: technical details that can be read in two ways give two services that do not understand each other.
    Bad:
        --- modules/minimal.a7
        struct Lease as json { limit size = 99 lifetime: u32 "How long it holds." }
    Good:
        --- modules/minimal.a7
        struct Lease as json { limit size = 99 lifetime: u32 "For how many seconds it holds." }
    """
    yield from refuted(offer, "readings", duties=("O-02", "O-21"))
