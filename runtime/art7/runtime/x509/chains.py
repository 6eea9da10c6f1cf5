"""A path found among certificates at hand (RFC 4158), then validated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from

from art7.runtime.x509.certificates import AUTHORITY_KEY, SUBJECT_KEY, Certificate
from art7.runtime.x509.paths import ANYTHING, LONGEST, Wanted, validate
from art7.runtime.x509.refusals import PathRefused

MOST_PATHS = 64
"""How many paths are validated."""
MOST_STEPS = 2000
"""How many steps upwards are looked at: certificates can be made so that there are endless ones."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A valid path, the trusted certificate first, and its policies."""

    path: tuple[Certificate, ...]
    policies: frozenset[str]


def find_chain(
    last: Certificate,
    trusted: Sequence[Certificate],
    others: Sequence[Certificate],
    now: float,
    wanted: Wanted = ANYTHING,
) -> Chain:
    """Return a valid path from a trusted certificate to `last`, over others where needed.

    Raises: `PathRefused` of the path that came furthest; `unknown_issuer` where there is none.
    """
    furthest = PathRefused("unknown_issuer", "an issuer that leads to a trusted certificate", "none")
    for count, path in enumerate(_paths((last,), trusted, others, count_from(1))):
        if count >= MOST_PATHS:
            raise PathRefused("too_many", f"{MOST_PATHS} paths", "more")
        try:
            return Chain(path, validate(path, now, wanted))
        except PathRefused as refusal:
            if furthest.code == "unknown_issuer" or refusal.index > furthest.index:
                furthest = refusal
    raise furthest


def _paths(
    below: tuple[Certificate, ...],
    trusted: Sequence[Certificate],
    others: Sequence[Certificate],
    steps: Iterator[int],
) -> Iterator[tuple[Certificate, ...]]:
    """Paths upwards from the first of `below`, those with fitting key identifiers first."""
    first = below[0]
    if next(steps) > MOST_STEPS:
        raise PathRefused("too_many", f"{MOST_STEPS} steps", "more")
    for anchor in _issuers(first, trusted):
        if anchor.octets != first.octets or len(below) > 1:
            yield (anchor, *below)
    if len(below) < LONGEST:
        seen = {(each.subject, _subject_key(each)) for each in below}
        for issuer in _issuers(first, others):
            if (issuer.subject, _subject_key(issuer)) not in seen and issuer.octets != first.octets:
                yield from _paths((issuer, *below), trusted, others, steps)


def _issuers(certificate: Certificate, among: Sequence[Certificate]) -> list[Certificate]:
    found = [each for each in among if each.subject == certificate.issuer]
    wanted = (certificate.extensions.get(AUTHORITY_KEY) or {}).get("key")
    return sorted(found, key=lambda each: wanted is not None and _subject_key(each) not in (None, wanted))


def _subject_key(certificate: Certificate) -> bytes | None:
    found = certificate.extensions.get(SUBJECT_KEY)
    return None if found is None else bytes(found)
