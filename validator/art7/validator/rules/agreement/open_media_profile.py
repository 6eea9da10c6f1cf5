"""Rule `open_media_profile`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V262",
    clause="DMA Art. 7(4)",
    obligation=("O-13", "O-23"),
    finding="D-12",
    defeats=False,
    cause="ambiguity",
)
def open_media_profile(offer: Offer) -> Iterator[Finding]:
    """No protection profile for media is one that everybody has.

    Why: three profiles are in use; two ends without a common one have a call without sound.
    Bad:
        [[component]]
        standard = "SRTP"
        agreed = { mandatory = "SRTP_AEAD_AES_256_GCM" }
    Good:
        [[component]]
        standard = "SRTP"
        agreed = { mandatory = "SRTP_AEAD_AES_128_GCM" }
    """
    for n, component in offer.components_about("D-12"):
        agreed = component.agreed
        if agreed.mandatory is None or agreed.mandatory not in agreed.profiles:
            named = f"`{agreed.mandatory}`, which is not offered" if agreed.mandatory else "none"
            yield Finding(
                f"of the profiles of `{component.standard}` the mandatory one is {named}",
                offer.at("component", n, "agreed") if agreed.mandatory else offer.at("component", n),
                help="list `agreed.profiles` and name one of them as `agreed.mandatory`",
            )
        for profile in agreed.profiles:
            if "NULL" in profile.upper():
                yield Finding(
                    f"profile `{profile}` does not encrypt",
                    offer.at("component", n, "agreed", "profiles"),
                    help="offer only profiles that encrypt",
                )
