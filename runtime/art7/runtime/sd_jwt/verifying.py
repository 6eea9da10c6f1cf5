"""Presentations checked (RFC 9901 §7): the issuer's signature, what is disclosed, times, the holder's proof; the rules of
SD-JWT VC."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from art7.runtime.jose.keys import Value, octets_of
from art7.runtime.jose.keys import read as read_jose
from art7.runtime.jose.signed import verify_compact
from art7.runtime.sd_jwt.disclosures import ALGORITHM, disclosed, disclosure_of, hashed
from art7.runtime.sd_jwt.parts import Shown, members_of, parts_of
from art7.runtime.sd_jwt.refusals import CredentialRefused, read

_TYPES = ("dc+sd-jwt", "vc+sd-jwt")
_SEEN_BY_ALL = frozenset(("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"))
"""Claims that are never disclosed apart (SD-JWT VC §3.2.2.2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the holder's proof must be for: this receiver, this request, shown no longer ago than `seconds`."""

    audience: str
    nonce: str
    seconds: int = 300


def verify(
    text: str, issuer_keys: Sequence[Value], now: float, asked: Asked | None = None, leeway: int = 0
) -> dict[str, Any]:
    """Return the claims of a presentation at the second `now`; without `asked` a holder's proof is not looked at.

    Raises: `CredentialRefused`, `JoseRefused`.
    """
    shown = parts_of(text)
    return _verified(shown, issuer_keys, now, asked, leeway)


def verify_credential(
    text: str,
    issuer_keys: Sequence[Value],
    now: float,
    asked: Asked | None = None,
    *,
    issuer: str | None = None,
    leeway: int = 0,
) -> dict[str, Any]:
    """Return the claims of an SD-JWT VC: typed, of a stated kind, nothing hidden that everyone must see.

    Raises: `CredentialRefused`, `JoseRefused`.
    """
    shown = parts_of(text)
    if shown.header.get("typ") not in _TYPES:
        raise CredentialRefused("wrong_type", " or ".join(_TYPES), "another")
    names = [found.name for found in map(disclosure_of, shown.disclosures) if found.name]
    at_top = _SEEN_BY_ALL.intersection(names) - set(shown.claims)
    claims = _verified(shown, issuer_keys, now, asked, leeway)
    if hidden := at_top.intersection(claims):
        raise CredentialRefused("hidden_claim", "claims that everyone sees", min(hidden))
    if not isinstance(claims.get("vct"), str) or not claims["vct"]:
        raise CredentialRefused("no_kind", "`vct`", "none")
    if issuer is not None and claims.get("iss") != issuer:
        raise CredentialRefused("wrong_issuer", "the issuer that was asked for", "another")
    return claims


def _verified(
    shown: Shown, keys: Sequence[Value], now: float, asked: Asked | None, leeway: int
) -> dict[str, Any]:
    verify_compact(shown.signed, keys)
    signed = shown.claims
    claims = disclosed(signed, shown.disclosures)
    _check_times(claims, now, leeway)
    if asked is not None:
        _check_binding(shown, signed, claims, now, asked, leeway)
    return claims


def _check_times(claims: Mapping[str, Any], now: float, leeway: int) -> None:
    for name in ("exp", "nbf", "iat"):
        found = claims.get(name)
        if found is not None and (isinstance(found, bool) or not isinstance(found, int | float)):
            raise CredentialRefused("wrong_kind", f"`{name}` as a number", type(found).__name__)
    if "exp" in claims and now >= claims["exp"] + leeway:
        raise CredentialRefused("expired", "a time before its end", "a later one")
    if "nbf" in claims and now < claims["nbf"] - leeway:
        raise CredentialRefused("expired", "a time after its beginning", "an earlier one")


def _check_binding(
    shown: Shown, signed: Mapping[str, Any], claims: Mapping[str, Any], now: float, asked: Asked, leeway: int
) -> None:
    """The holder's proof (RFC 9901 §7.3)."""
    confirmed = claims.get("cnf")
    key = confirmed.get("jwk") if isinstance(confirmed, dict) else None
    if not shown.binding or not isinstance(key, dict):
        raise CredentialRefused("no_binding", "a key of the holder and its proof", "fewer")
    header = members_of(octets_of(shown.binding.split(".")[0]))
    if header.get("typ") != "kb+jwt":
        raise CredentialRefused("wrong_type", "kb+jwt", "another")
    payload = verify_compact(shown.binding, [_holder_key(key)])
    found = read("w3c.vc.KeyBindingClaims", payload)
    wanted = hashed(str(signed.get(ALGORITHM, "sha-256")), shown.bound)
    if not compare_digest(found["sd_hash"] or b"", wanted):
        raise CredentialRefused("wrong_binding", "a proof over what is shown", "over something else")
    if found["nonce"] != asked.nonce or found["aud"] != asked.audience:
        raise CredentialRefused("wrong_binding", "this request and this receiver", "others")
    if not now - asked.seconds - leeway <= found["iat"] <= now + leeway:
        raise CredentialRefused("wrong_binding", f"a proof of the last {asked.seconds} seconds", "another")


def _holder_key(value: Mapping[str, Any]) -> Value:
    """The holder's key, with which it signs; what else its issuer wrote there is of no use here."""
    names = ("kty", "crv", "x", "y", "n", "e", "alg")
    kept = {name: value[name] for name in names if name in value}
    if kept.get("kty") == "oct":
        raise CredentialRefused("no_binding", "a public key", "a secret")
    return read_jose("Jwk", json.dumps(kept).encode())
