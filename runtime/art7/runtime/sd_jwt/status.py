"""Whether a credential still holds: lists of W3C (Bitstring Status List) and of the IETF (Token Status List)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from art7.runtime.jose.keys import Value, call
from art7.runtime.jose.signed import verify_compact
from art7.runtime.sd_jwt.refusals import CredentialRefused, read

LARGEST = 1 << 24
"""The most octets that a list may become: its sender chooses the compression, the reader has the work."""
SHORTEST_BITS = 131_072
"""What a list of W3C has at least, so that nobody can be told from the others (§3.2)."""
VALID = 0


def token_status(claim: Mapping[str, Any], token: str, keys: Sequence[Value], now: int) -> int:
    """Return the status that a token refers to with its claim `status`, out of the list's own token.

    Raises: `CredentialRefused`, `JoseRefused`.
    """
    reference = read("w3c.status.StatusReference", json.dumps(claim).encode())["status_list"]
    if reference is None:
        raise CredentialRefused("bad_list", "a status list", "none")
    verify_compact(token, keys)
    value = read("w3c.status.StatusListToken", token.encode("ascii"), now=now, asked=reference["uri"])
    found = value["claims"]["status_list"]
    octets = inflated(bytes(found["lst"]), zlib.MAX_WBITS)
    return token_bits(octets, int(found["bits"]), int(reference["idx"]))


def token_bits(octets: bytes, bits: int, index: int) -> int:
    """Return a status; the first of an octet is in its lowest bits (Token Status List §4.1)."""
    octet, place = divmod(index * bits, 8)
    if octet >= len(octets):
        raise CredentialRefused("bad_index", f"a place below {len(octets) * 8 // bits}", str(index)[:20])
    return octets[octet] >> place & (1 << bits) - 1


def bitstring_status(entry: Mapping[str, Any], subject: Mapping[str, Any]) -> int:
    """Return the status that an entry of a credential refers to, out of the subject of the list's credential.

    That credential is verified by the caller as any other. Raises: `CredentialRefused`.
    """
    wanted = read("w3c.status.BitstringStatusListEntry", json.dumps(entry).encode())
    found = read("w3c.status.BitstringStatusList", json.dumps(subject).encode())
    purposes = found["statusPurpose"]
    if wanted["statusPurpose"] not in (purposes if isinstance(purposes, list) else [purposes]):
        raise CredentialRefused("wrong_purpose", wanted["statusPurpose"][:60], "another")
    packed = bytes(call("base64url_decode", found["encodedList"][1:]))
    octets = inflated(packed, 16 + zlib.MAX_WBITS)
    if len(octets) * 8 < SHORTEST_BITS:
        raise CredentialRefused("bad_list", f"{SHORTEST_BITS} bits", str(len(octets) * 8))
    size = int(wanted["statusSize"] or 1)
    start = int(wanted["statusListIndex"]) * size
    if size > 32 or start + size > len(octets) * 8:
        raise CredentialRefused(
            "bad_index", f"a place below {len(octets) * 8 // size}", wanted["statusListIndex"]
        )
    last = (start + size + 7) // 8
    number = int.from_bytes(octets[start // 8 : last], "big")
    return number >> (last * 8 - start - size) & (1 << size) - 1


def check_valid(status: int) -> None:
    """Refuse every status but that of a credential that holds. Raises: `CredentialRefused` with `revoked`."""
    if status != VALID:
        raise CredentialRefused("revoked", "status 0", str(status))


def inflated(octets: bytes, window: int) -> bytes:
    """Return a whole compressed list. Raises: `CredentialRefused` with `bad_list`."""
    inflate = zlib.decompressobj(window)
    try:
        found = inflate.decompress(octets, LARGEST)
    except zlib.error:
        raise CredentialRefused("bad_list", "a compressed list", f"{len(octets)} octets") from None
    if not inflate.eof or inflate.unused_data:
        raise CredentialRefused("bad_list", f"a whole list of {LARGEST} octets at most", "more, or a part")
    return found
