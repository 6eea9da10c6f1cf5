"""Rule `unprofiled_primitive`; its page is the docstring below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.validator.documents import document_lines
from art7.validator.law import squeezed
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

STANDARDS = {
    "x25519": "RFC 7748",
    "x448": "RFC 7748",
    "ed25519_": "RFC 8032",
    "ed448_": "RFC 8032",
    "hkdf_": "RFC 5869",
    "aes_gcm_": "NIST SP 800-38D",
    "chacha20_poly1305_": "RFC 8439",
}
TRANSPORTS = (("wss:", "RFC 6455"), ("wss:", "RFC 8446"), ("https:", "RFC 8446"))
HELP = "add the component with its profile"


@rule(
    "A7-V226",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="F-04",
    defeats=False,
)
def unprofiled_primitive(offer: Offer) -> Iterator[Finding]:
    """A module or an address uses a standard that no component lists.

    Why: curves, key derivations and transports have options: an offer states which document and which part of it holds.
    Bad:
        --- modules/minimal.a7
        function exchanged(own: secret[32], other: public[32]) -> bytes = x25519(private: own, public: other)
    Good:
        --- modules/minimal.a7
        function exchanged(own: secret[32], other: public[32]) -> bytes = x25519(private: own, public: other)
        --- offer.toml
        [[component]]
        standard = "RFC 7748"
        profile = "subset"
        includes = ["X25519"]
    """
    listed = {squeezed(component.standard) for component in offer.manifest.component}
    for word, standard in STANDARDS.items():
        if squeezed(standard) in listed:
            continue
        pattern = re.compile(rf"\b{word}[a-z0-9_]*\(")
        for file in sorted(path for path in offer.texts if path.endswith(".a7")):
            found = next(
                (
                    line.span(match.start(), match.end() - 1)
                    for line in document_lines(file, offer.texts[file])
                    if (match := pattern.search(line.text))
                ),
                None,
            )
            if found is not None:
                yield Finding(f"`{word}` is {standard}, which no component lists", found, help=HELP)
                break
    endpoint = offer.manifest.test_environment.endpoint or ""
    for scheme, standard in TRANSPORTS:
        if endpoint.startswith(scheme) and squeezed(standard) not in listed:
            where = offer.at("test_environment", "endpoint")
            yield Finding(f"`{scheme}` is {standard}, which no component lists", where, help=HELP)
