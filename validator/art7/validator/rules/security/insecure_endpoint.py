"""Rule `insecure_endpoint`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V506", clause="DMA Art. 7(3), 7(4)", obligation=("O-17", "O-20"), finding="F-26", defeats=False)
def insecure_endpoint(offer: Offer) -> Iterator[Finding]:
    """An address of the offer is not protected by TLS, or the test environment is production.

    Why: credentials and traces pass through it; tests against production endanger real users.
    Bad:
        [test_environment]
        endpoint = "ws://sandbox.example/"
    Good:
        [test_environment]
        endpoint = "wss://sandbox.example/"
    """
    manifest = offer.manifest
    addresses = {
        ("test_environment", "endpoint"): manifest.test_environment.endpoint,
        ("offer", "public_location"): manifest.offer.public_location,
        ("operations", "status"): manifest.operations.status,
    }
    for path, address in addresses.items():
        if address is not None and not address.lower().startswith(
            ("https://", "wss://", "tls://", "xmpps://")
        ):
            yield Finding(
                f"`{'.'.join(path)}` is not an address protected by TLS",
                offer.at(*path),
                help="use `https://` or `wss://`",
            )
    if manifest.test_environment.endpoint and manifest.test_environment.separate_from_production is not True:
        yield Finding(
            "the test environment is not separate from production",
            offer.at("test_environment"),
            help="separate it and state `separate_from_production = true`",
            obligations=("O-41",),
        )
