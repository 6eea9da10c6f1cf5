"""Certificates, revocation lists and requests in the public material, out of PEM and DER files."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".pem", ".der", ".crt", ".cer", ".crl", ".csr")
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
TYPES = {
    b"CERTIFICATE": "Certificate",
    b"X509 CERTIFICATE": "Certificate",
    b"TRUSTED CERTIFICATE": "Certificate",
    b"X509 CRL": "CertificateList",
    b"CERTIFICATE REQUEST": "CertificationRequest",
    b"NEW CERTIFICATE REQUEST": "CertificationRequest",
}
"""Label of a PEM block → what is in it."""


@dataclass(frozen=True)
class Item:
    """One element of a file. `types`: what it may be; `broken`: its name says that it is wrong."""

    path: Path
    octets: bytes
    types: tuple[str, ...]
    broken: bool


def items(path: Path) -> Iterator[Item]:
    """Yield what a file holds; keys and whatever stands around PEM blocks are passed over."""
    data = path.read_bytes()
    broken = re.search("bad|inval|malformed", path.stem, re.IGNORECASE) is not None
    blocks = _BLOCK.findall(data)
    for label, body in blocks:
        if label in TYPES:
            yield Item(path, base64.b64decode(body), (TYPES[label],), broken)
    if not blocks and data[:1] == b"\x30":
        types = ("CertificateList",) if path.suffix == ".crl" else ("Certificate", "CertificateList")
        yield Item(path, data, types, broken)


_MARKS = (
    0,
    1,
    2,
    4,
    5,
    6,
    0x0C,
    0x13,
    0x17,
    0x18,
    0x1F,
    0x30,
    0x31,
    0x7F,
    0x80,
    0x81,
    0x82,
    0xA0,
    0xA1,
    0xA3,
    0xFF,
)


def mutant(octets: bytes, chance: random.Random) -> bytes:
    """Return octets with one or two small damages, of the kind that DER is sensitive to."""
    found = bytearray(octets)
    for _ in range(chance.choice((1, 1, 1, 2))):
        place = chance.randrange(len(found))
        match chance.randrange(4):
            case 0:
                found[place] ^= 1 << chance.randrange(8)
            case 1:
                found[place] = chance.choice(_MARKS)
            case 2:
                del found[place]
            case _:
                found.insert(place, chance.choice((0, 1, 5, 0x80)))
    return bytes(found)
