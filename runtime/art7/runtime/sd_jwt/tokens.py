"""Credentials in a signed token, of JOSE or COSE (VC-JOSE-COSE §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.runtime.cose.reader import CoseReader
from art7.runtime.jose.keys import Value
from art7.runtime.jose.signed import verify_compact
from art7.runtime.sd_jwt.parts import instant, members_of
from art7.runtime.sd_jwt.refusals import CredentialRefused, read
from art7.runtime.sessions.refusals import SessionRefused


def verify_token(text: str, keys: Sequence[Value], now: float) -> dict[str, Any]:
    """Return the credential of a JWT whose signature holds, at the second `now`. Raises: `CredentialRefused`, `JoseRefused`."""
    payload = verify_compact(text, keys)
    header = read("w3c.vc.CredentialToken", text.encode("ascii"))["header"]
    if header["typ"] not in ("vc+jwt", "application/vc+jwt"):
        raise CredentialRefused("wrong_type", "vc+jwt", "another")
    return _credential(payload, now)


def verify_cose(octets: bytes, reader: CoseReader, now: float) -> dict[str, Any]:
    """Return the credential of a COSE_Sign1 whose signature holds, at the second `now`. Raises: `CredentialRefused`."""
    read("w3c.vc.CredentialCose", octets)
    try:
        payload = reader.verify_sign1(octets)
    except SessionRefused as refusal:
        raise CredentialRefused(refusal.code, refusal.expected, refusal.found) from None
    return _credential(payload, now)


def _credential(payload: bytes, now: float) -> dict[str, Any]:
    read("w3c.vc.Credential", payload, issued=True)
    found = members_of(payload)
    if "validFrom" in found and now < instant(found["validFrom"]):
        raise CredentialRefused("expired", "a time after `validFrom`", "an earlier one")
    if "validUntil" in found and now > instant(found["validUntil"]):
        raise CredentialRefused("expired", "a time before `validUntil`", "a later one")
    return found
