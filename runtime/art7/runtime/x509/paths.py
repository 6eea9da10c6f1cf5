"""One path, validated certificate by certificate (RFC 5280 §6.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from art7.runtime.x509.certificates import (
    ALTERNATIVES,
    CONSTRAINTS,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    PURPOSES,
    Certificate,
)
from art7.runtime.x509.names import Constraints, Entry, entry_of, serves_host
from art7.runtime.x509.policies import ANY, Policies
from art7.runtime.x509.refusals import PathRefused
from art7.runtime.x509.signatures import check_key, check_signature

LONGEST = 16
"""The most certificates of a path, without the trusted one."""
_SIGNS_CERTIFICATES = 1 << 5
ANY_PURPOSE = "2.5.29.37.0"
SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a path is for. `purpose`: an extended key usage; `host`: whose name the last certificate must have."""

    purpose: str | None = None
    host: str | None = None
    policies: Collection[str] = (ANY,)
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any_policy: bool = False


ANYTHING = Wanted()


def validate(path: Sequence[Certificate], now: float, wanted: Wanted = ANYTHING) -> frozenset[str]:
    """Validate a path at the second `now`, the trusted certificate first. Returns: its policies.

    Raises: `PathRefused`.
    """
    trusted, *rest = path
    if not 1 <= len(rest) <= LONGEST:
        raise PathRefused("too_long", f"1 to {LONGEST} certificates", str(len(rest)))
    _check_time(trusted, now, 0)
    policies = Policies(len(rest), wanted.explicit_policy, wanted.inhibit_mapping, wanted.inhibit_any_policy)
    constraints, left = Constraints(), len(rest)
    issuer = trusted
    for index, certificate in enumerate(rest, 1):
        is_last = index == len(rest)
        _check_issued(certificate, issuer, now, index)
        if is_last or not certificate.is_self_issued:
            _check_names(certificate, constraints, index)
        policies.take(certificate, is_last, index)
        if certificate.unknown_critical is not None:
            raise PathRefused(
                "unknown_critical", "extensions that are known", certificate.unknown_critical, index
            )
        if not is_last:
            policies.prepare(certificate, index)
            left = _prepare(certificate, constraints, left, index)
            _check_purpose(certificate, wanted, index)
        issuer = certificate
    _check_last(issuer, wanted, len(rest))
    return policies.finish(issuer, wanted.policies, len(rest))


def _check_time(certificate: Certificate, now: float, index: int) -> None:
    if now < certificate.not_before:
        raise PathRefused("not_yet_valid", "a time after its beginning", "an earlier one", index)
    if now > certificate.not_after:
        raise PathRefused("expired", "a time before its end", "a later one", index)


def _check_issued(certificate: Certificate, issuer: Certificate, now: float, index: int) -> None:
    """§6.1.3 a: signature, time and issuer."""
    if certificate.issuer != issuer.subject:
        raise PathRefused("wrong_issuer", "the subject before it", "another name", index)
    try:
        check_signature(certificate.octets, issuer.octets)
    except PathRefused as refusal:
        raise PathRefused(refusal.code, refusal.expected, refusal.found, index) from None
    _check_time(certificate, now, index)


def names_of(certificate: Certificate) -> list[Entry]:
    """Return all names of a subject that constraints are held against (§6.1.3 b, c)."""
    found = [entry_of(each) for each in certificate.extensions.get(ALTERNATIVES) or ()]
    if certificate.subject:
        found.append(("directory", certificate.subject))
    if not any(form == "email" for form, _ in found):
        found += [("email", each) for each in certificate.emails]
    return found


def _check_names(certificate: Certificate, constraints: Constraints, index: int) -> None:
    broken = constraints.broken(names_of(certificate))
    if broken is not None:
        raise PathRefused("name_constraint", "a name that the authorities above may give", broken[0], index)


def _prepare(certificate: Certificate, constraints: Constraints, left: int, index: int) -> int:
    """§6.1.4 g and k to n: what a certificate must be to have others below it; returns how many may follow."""
    if not certificate.is_authority or certificate.version != 2:
        raise PathRefused("not_a_ca", "an authority", "none", index)
    usage = certificate.extensions.get(KEY_USAGE)
    if usage is not None and not usage & _SIGNS_CERTIFICATES:
        raise PathRefused("key_usage", "a key that signs certificates", "another", index)
    if (value := certificate.extensions.get(NAME_CONSTRAINTS)) is not None:
        constraints.add(value)
    if not certificate.is_self_issued:
        if left <= 0:
            raise PathRefused("path_length", "no further authority", "one", index)
        left -= 1
    limit = certificate.extensions[CONSTRAINTS]["path_length"]
    return left if limit is None else min(left, int(limit))


def _check_purpose(certificate: Certificate, wanted: Wanted, index: int) -> None:
    purposes = certificate.extensions.get(PURPOSES)
    if (
        wanted.purpose is not None
        and purposes is not None
        and not {wanted.purpose, ANY_PURPOSE}.intersection(purposes)
    ):
        raise PathRefused("wrong_purpose", wanted.purpose, "others", index)


def _check_last(certificate: Certificate, wanted: Wanted, index: int) -> None:
    """What the last certificate must be for: its purpose, its name, a key that is strong enough."""
    _check_purpose(certificate, wanted, index)
    try:
        check_key(certificate.octets)
    except PathRefused as refusal:
        raise PathRefused(refusal.code, refusal.expected, refusal.found, index) from None
    names = [entry_of(each) for each in certificate.extensions.get(ALTERNATIVES) or ()]
    if wanted.host is not None and not serves_host(wanted.host, names):
        raise PathRefused("wrong_name", "a certificate for the host", "others", index)
