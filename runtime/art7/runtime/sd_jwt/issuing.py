"""Credentials made, and presented by their holder (RFC 9901 §5, §6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from art7.runtime.jose.keys import Value, text_of
from art7.runtime.jose.making import sign_compact
from art7.runtime.sd_jwt.disclosures import (
    ALGORITHM,
    HIDDEN,
    ITEM,
    Disclosure,
    digest_of,
    disclosed,
    disclosure_of,
    hashed,
)
from art7.runtime.sd_jwt.parts import Shown, parts_of
from art7.runtime.sd_jwt.refusals import CredentialRefused

Random = Callable[[int], bytes]
SALT_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Hidden:
    """A claim's value, or an item of a list, that is disclosed apart."""

    value: Any


def issue(
    claims: Mapping[str, Any],
    key: Value,
    algorithm: str,
    random: Random,
    *,
    decoys: int = 0,
    hash_name: str = "sha-256",
    header: Mapping[str, Any] | None = None,
) -> str:
    """Return a credential with all its disclosures. `Hidden` values, however deep, are disclosed apart; `decoys` digests of
    nothing conceal how many there are.

    Raises: `CredentialRefused`, `JoseRefused`.
    """
    maker = _Maker(random, hash_name, [])
    payload = maker.members(claims)
    hidden = [*payload.get(HIDDEN, ()), *(maker.decoy() for _ in range(decoys))]
    if hidden:
        payload[HIDDEN] = sorted(hidden)
    payload[ALGORITHM] = hash_name
    signed = sign_compact(_json(payload), {"alg": algorithm, "typ": "dc+sd-jwt", **(header or {})}, key)
    return Shown(signed, tuple(maker.texts)).compact()


def present(
    issued: str,
    keep: Callable[[Disclosure], bool],
    *,
    holder: tuple[Value, str] | None = None,
    audience: str = "",
    nonce: str = "",
    now: int = 0,
) -> str:
    """Return a presentation with the disclosures that `keep` chooses; with the holder's key and algorithm, bound to them.

    Raises: `CredentialRefused` with `unused_disclosure` where one is kept and what holds its digest is not; `JoseRefused`.
    """
    shown = parts_of(issued)
    chosen = tuple(text for text in shown.disclosures if keep(disclosure_of(text)))
    disclosed(shown.claims, chosen)
    kept = Shown(shown.signed, chosen)
    if holder is None:
        return kept.compact()
    key, algorithm = holder
    digest = hashed(str(shown.claims.get(ALGORITHM, "sha-256")), kept.bound)
    payload = {"iat": now, "aud": audience, "nonce": nonce, "sd_hash": text_of(digest)}
    binding = sign_compact(_json(payload), {"alg": algorithm, "typ": "kb+jwt"}, key)
    return Shown(shown.signed, chosen, binding).compact()


@dataclass(frozen=True, slots=True)
class _Maker:
    random: Random
    hash_name: str
    texts: list[str]

    def members(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object with digests in the place of what is hidden, in an order that tells nothing."""
        if {HIDDEN, ITEM}.intersection(value):
            raise CredentialRefused("bad_claim_name", "a claim's name", "one that hides others")
        found = {name: self._value(each) for name, each in value.items() if not isinstance(each, Hidden)}
        hidden = [self._hide([name, each]) for name, each in value.items() if isinstance(each, Hidden)]
        return {**found, HIDDEN: sorted(hidden)} if hidden else found

    def decoy(self) -> str:
        """Return a digest of nothing."""
        return text_of(hashed(self.hash_name, self.random(32)))

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.members(value)
        if isinstance(value, list):
            return [
                {ITEM: self._hide([each])} if isinstance(each, Hidden) else self._value(each)
                for each in value
            ]
        return value

    def _hide(self, parts: list[Any]) -> str:
        *name, hidden = parts
        row = [text_of(self.random(SALT_OCTETS)), *name, self._value(hidden.value)]
        self.texts.append(text_of(_json(row)))
        return digest_of(self.hash_name, self.texts[-1])


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
