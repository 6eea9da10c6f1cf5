"""Rule `unfit_key_package_life`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import milliseconds
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V251",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-01",
    defeats=False,
    cause="ambiguity",
)
def unfit_key_package_life(offer: Offer) -> Iterator[Finding]:
    """The life of key packages is open, contradicts itself, or ends while messages still wait.

    Why: one implementation refuses a key package that another calls valid; who was away for a while can no longer be added.
    Bad:
        [[component]]
        standard = "RFC 9420"
        agreed = { key_package_lifetime = { default = "90d", max = "60d" } }
    Good:
        [[component]]
        standard = "RFC 9420"
        agreed = { key_package_lifetime = { default = "60d", max = "90d" } }
    """
    storage = offer.manifest.service_levels.offline_storage
    for n, component in offer.components_about("D-01"):
        life = component.agreed.key_package_lifetime
        if life is None:
            where = offer.at("component", n)
            yield Finding("nothing says how long a key package may live", where, help="state default and max")
            continue
        where = offer.at("component", n, "agreed", "key_package_lifetime")
        if milliseconds(life.default) > milliseconds(life.max):
            yield Finding(
                f"key packages live for {life.default} by default, and at most for {life.max}",
                where,
                help="make the default no longer than the greatest life",
            )
        elif storage is not None and milliseconds(life.max) < milliseconds(storage):
            yield Finding(
                f"key packages end after {life.max}, while messages wait for {storage}",
                where,
                help="let a device be added for as long as messages wait for it",
            )
