"""What a certificate says (RFC 5280 §4), out of the catalogue's structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.x509.names import Name, normalized
from art7.runtime.x509.refusals import PathRefused

SUBJECT_KEY, KEY_USAGE, ALTERNATIVES, CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19"
NAME_CONSTRAINTS, POLICIES, MAPPINGS, AUTHORITY_KEY = "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.35"
POINTS = "2.5.29.31"
POLICY_CONSTRAINTS, PURPOSES, INHIBIT_ANY = "2.5.29.36", "2.5.29.37", "2.5.29.54"
_MEMBERS = {
    SUBJECT_KEY: "subject_key",
    KEY_USAGE: "key_usage",
    ALTERNATIVES: "subject_alternatives",
    CONSTRAINTS: "basic_constraints",
    NAME_CONSTRAINTS: "name_constraints",
    POLICIES: "policies",
    MAPPINGS: "policy_mappings",
    AUTHORITY_KEY: "authority_key",
    POLICY_CONSTRAINTS: "policy_constraints",
    POINTS: "crl_points",
    PURPOSES: "extended_key_usage",
    INHIBIT_ANY: "inhibit_any_policy",
}
"""Extensions that are processed → their member in the catalogue's structure."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. `extensions`: identifier → value, of those that are processed; `unknown_critical`: the first other
    one that must be; times are seconds since 1970."""

    octets: bytes = field(repr=False)
    version: int
    serial: int
    subject: Name
    issuer: Name
    not_before: float
    not_after: float
    extensions: Mapping[str, Any] = field(repr=False)
    unknown_critical: str | None
    emails: tuple[str, ...] = ()

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer have one name."""
        return self.subject == self.issuer

    @property
    def points(self) -> Sequence[Mapping[str, Any]]:
        """Where lists of what is revoked are."""
        return self.extensions.get(POINTS) or ()

    @property
    def is_authority(self) -> bool:
        """Whether it says that its key signs certificates."""
        found = self.extensions.get(CONSTRAINTS)
        return found is not None and bool(found["ca"])


def certificate_of(octets: bytes) -> Certificate:
    """Read a certificate in DER. Raises: `PathRefused` with the codec's code."""
    try:
        value = decode_with(catalogue_interpreter("itu.x509"), "itu.x509.Certificate", octets).value
    except CodecError as error:
        raise PathRefused(error.code, "a certificate", error.path) from None
    tbs = value["tbs"]
    if value["signature_algorithm"] != tbs["signature"]:
        raise PathRefused("not_profiled", "one algorithm, inside and outside", "two")
    if int(tbs["version"]) not in (0, 1, 2):
        raise PathRefused("not_profiled", "version 1, 2 or 3", str(tbs["version"])[:20])
    extensions, unknown = _extensions(tbs["extensions"] or ())
    return Certificate(
        octets,
        int(tbs["version"]),
        int(tbs["serial"]),
        normalized(tbs["subject"]),
        normalized(tbs["issuer"]),
        seconds_of(tbs["validity"]["not_before"]),
        seconds_of(tbs["validity"]["not_after"]),
        extensions,
        unknown,
        _emails(tbs["subject"]),
    )


def _extensions(rows: Any) -> tuple[dict[str, Any], str | None]:
    found: dict[str, Any] = {}
    unknown = None
    for row in rows:
        identifier = row["id"]
        if identifier in found:
            raise PathRefused("not_profiled", "each extension once", "one twice")
        if identifier in _MEMBERS:
            found[identifier] = row["value"][_MEMBERS[identifier]]
        elif row["critical"] and unknown is None:
            unknown = identifier
    return found, unknown


def seconds_of(text: str) -> float:
    """Return a time in seconds since 1970 (RFC 5280 §4.1.2.5). Raises: `PathRefused` with `bad_text`."""
    century = "" if len(text) == 15 else "19" if text >= "5" else "20"
    try:
        return datetime.strptime(century + text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise PathRefused("bad_text", "a time", text[:20]) from None


def _emails(name: Mapping[str, Any]) -> tuple[str, ...]:
    """Mail addresses in a subject, which constraints are held against too (RFC 5280 §4.2.1.10)."""
    values = (one["value"] for part in name["parts"] for one in part if one["type"] == "1.2.840.113549.1.9.1")
    return tuple(str(text) for value in values for text in value.values() if isinstance(text, str))
