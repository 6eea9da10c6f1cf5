"""Claims with what is disclosed in the place of its digest (RFC 9901 §7.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.jose.keys import call, octets_of, text_of
from art7.runtime.sd_jwt.refusals import CredentialRefused, read

HASHES = {
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
}
"""Names in `_sd_alg` → builtin; the first is meant where nothing is said."""
DEEPEST = 64
HIDDEN, ITEM, ALGORITHM = "_sd", "...", "_sd_alg"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One claim, or one item of a list, where `name` is absent."""

    text: str
    name: str | None
    value: Any


def digest_of(algorithm: str, text: str) -> str:
    """Return the digest of a disclosure as it was sent. Raises: `CredentialRefused` with `weak_digest`."""
    return text_of(hashed(algorithm, text.encode("ascii")))


def hashed(algorithm: str, octets: bytes) -> bytes:
    """Return a digest by its name in `_sd_alg`. Raises: `CredentialRefused` with `weak_digest`."""
    if algorithm not in HASHES:
        raise CredentialRefused("weak_digest", ", ".join(HASHES), "another")
    return bytes(call("hash", HASHES[algorithm], octets))


def disclosure_of(text: str) -> Disclosure:
    """Return what a disclosure says. Raises: `CredentialRefused` with the codec's code or `bad_claim_name`."""
    octets = octets_of(text)
    read("w3c.vc.Disclosure", octets)
    found = json.loads(octets)
    return Disclosure(text, found[1] if len(found) == 3 else None, found[-1])


def disclosed(claims: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Return the claims with all that is disclosed; digests of what is not, and of nothing, are left out.

    Raises: `CredentialRefused`.
    """
    algorithm = claims.get(ALGORITHM, "sha-256")
    known: dict[str, Disclosure] = {}
    for text in texts:
        digest = digest_of(str(algorithm), text)
        if digest in known:
            raise CredentialRefused("duplicate_disclosure", "each disclosure once", "one twice")
        known[digest] = disclosure_of(text)
    walk = _Walk(known)
    found = walk.members(claims, 0)
    found.pop(ALGORITHM, None)
    if len(walk.used) < len(known):
        raise CredentialRefused(
            "unused_disclosure", "a digest of each", f"{len(known) - len(walk.used)} without"
        )
    return found


@dataclass(slots=True)
class _Walk:
    """One way through the claims: digests that were seen, and those whose disclosure was used."""

    known: Mapping[str, Disclosure]
    seen: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def value(self, value: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise CredentialRefused("too_deep", f"{DEEPEST} levels", "more")
        if isinstance(value, dict):
            return self.members(value, depth)
        return list(self.items(value, depth)) if isinstance(value, list) else value

    def items(self, values: Sequence[Any], depth: int) -> Iterator[Any]:
        for value in values:
            if not (isinstance(value, dict) and set(value) == {ITEM}):
                yield self.value(value, depth + 1)
            elif (found := self._take(value[ITEM])) is not None:
                if found.name is not None:
                    raise CredentialRefused("wrong_disclosure", "an item of a list", "a claim")
                yield self.value(found.value, depth + 1)

    def members(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        if ITEM in value:
            raise CredentialRefused("bad_claim_name", "a claim's name", ITEM)
        digests = value.get(HIDDEN, [])
        if not isinstance(digests, list):
            raise CredentialRefused("bad_digests", "a list of digests", type(digests).__name__)
        found = {name: self.value(each, depth + 1) for name, each in value.items() if name != HIDDEN}
        for digest in digests:
            if (hidden := self._take(digest)) is None:
                continue
            if hidden.name is None:
                raise CredentialRefused("wrong_disclosure", "a claim", "an item of a list")
            if hidden.name in found:
                raise CredentialRefused("claim_twice", "each claim once", hidden.name[:60])
            found[hidden.name] = self.value(hidden.value, depth + 1)
        return found

    def _take(self, digest: Any) -> Disclosure | None:
        if not isinstance(digest, str):
            raise CredentialRefused("bad_digests", "a digest as a text", type(digest).__name__)
        if digest in self.seen:
            raise CredentialRefused("duplicate_digest", "each digest once", "one twice")
        self.seen.add(digest)
        if digest in self.known:
            self.used.add(digest)
        return self.known.get(digest)
