"""Whether the certificates of a path are revoked, by lists at hand (RFC 5280 §6.3), complete, partial, indirect and delta ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.x509.certificates import KEY_USAGE, Certificate, seconds_of
from art7.runtime.x509.chains import find_chain
from art7.runtime.x509.names import Entry, Name, entry_of, normalized, normalized_part
from art7.runtime.x509.refusals import PathRefused
from art7.runtime.x509.signatures import check_list_signature

_NUMBER, _DELTA, _POINT, _REASON, _ISSUER = "2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.21", "2.5.29.29"
_AUTHORITY_KEY, _FRESHEST, _INVALIDITY = "2.5.29.35", "2.5.29.46", "2.5.29.24"
_OF_LISTS = {
    _NUMBER: "crl_number",
    _DELTA: "delta_crl",
    _POINT: "issuing_point",
    _AUTHORITY_KEY: "authority_key",
    _FRESHEST: "freshest_crl",
    "2.5.29.18": "issuer_alternatives",
}
_OF_ENTRIES = {_REASON: "reason", _ISSUER: "certificate_issuer", _INVALIDITY: "invalidity_date"}
_SIGNS_LISTS = 1 << 6
_ALL_REASONS = 0b1_1111_1110
"""Bits of the reasons for which certificates are revoked (§4.2.1.13)."""
_REMOVED = 8


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list. `revoked`: issuer and number → reason; `point`: what it is about; `is_readable`: nothing in it is critical and
    unknown."""

    octets: bytes = field(repr=False)
    issuer: Name
    begins: float
    ends: float | None
    revoked: Mapping[tuple[Name, int], int] = field(repr=False)
    extensions: Mapping[str, Any] = field(repr=False)
    is_readable: bool

    @property
    def point(self) -> Mapping[str, Any]:
        """What the list is about; nothing where it is about all."""
        return self.extensions.get(_POINT) or {}


def list_of(octets: bytes) -> RevocationList:
    """Read a list in DER. Raises: `PathRefused` with the codec's code."""
    try:
        value = decode_with(catalogue_interpreter("itu.x509"), "itu.x509.CertificateList", octets).value
    except CodecError as error:
        raise PathRefused(error.code, "a revocation list", error.path) from None
    tbs = value["tbs"]
    issuer = normalized(tbs["issuer"])
    extensions, known = _extensions(tbs["extensions"] or (), _OF_LISTS)
    revoked, entries_known = _entries(tbs["revoked"] or (), issuer)
    ends = None if tbs["next_update"] is None else seconds_of(tbs["next_update"])
    begins = seconds_of(tbs["this_update"])
    return RevocationList(octets, issuer, begins, ends, revoked, extensions, known and entries_known)


def _extensions(rows: Any, members: Mapping[str, str]) -> tuple[dict[str, Any], bool]:
    found = {row["id"]: row["value"][members[row["id"]]] for row in rows if row["id"] in members}
    return found, all(row["id"] in members or not row["critical"] for row in rows)


def _entries(rows: Any, issuer: Name) -> tuple[dict[tuple[Name, int], int], bool]:
    found: dict[tuple[Name, int], int] = {}
    known = True
    for row in rows:
        extensions, readable = _extensions(row["extensions"] or (), _OF_ENTRIES)
        known = known and readable
        for each in extensions.get(_ISSUER) or ():
            form, name = entry_of(each)
            issuer = name if form == "directory" else issuer  # it holds for the entries that follow too
        found[issuer, int(row["serial"])] = int(extensions.get(_REASON) or 0)
    return found, known


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists at hand, and the certificates among which their signers are found."""

    lists: Sequence[RevocationList]
    trusted: Sequence[Certificate]
    others: Sequence[Certificate]
    now: float

    def check(self, path: Sequence[Certificate]) -> None:
        """Check that no certificate of a valid path is revoked, for any reason.

        Raises: `PathRefused` with `revoked`, or with `unknown_status` where lists do not say.
        """
        for index, certificate in enumerate(path[1:], 1):
            try:
                self._check_one(certificate, path)
            except PathRefused as refusal:
                raise PathRefused(refusal.code, refusal.expected, refusal.found, index) from None

    def _check_one(self, certificate: Certificate, path: Sequence[Certificate]) -> None:
        reasons = 0
        for point in _points(certificate):
            for found in self.lists:
                covered = _covered(found, point, certificate)
                if covered & ~reasons == 0 or not self._is_usable(found, path):
                    continue
                if self._is_revoked(found, point, certificate, path):
                    raise PathRefused("revoked", "a certificate that holds", "one that is revoked")
                reasons |= covered
        if reasons != _ALL_REASONS:
            raise PathRefused("unknown_status", "lists for all reasons", "fewer")

    def _is_revoked(
        self, found: RevocationList, point: _Point, certificate: Certificate, path: Sequence[Certificate]
    ) -> bool:
        key = (certificate.issuer, certificate.serial)
        for delta in self.lists:
            if _goes_on(delta, found) and self._is_usable(delta, path) and key in delta.revoked:
                return delta.revoked[key] != _REMOVED
        return key in found.revoked

    def _is_usable(self, found: RevocationList, path: Sequence[Certificate]) -> bool:
        """Whether a list is of now, all of it is understood, and its issuer's key signed it (§6.3.3 f, g)."""
        if (
            not found.is_readable
            or found.begins > self.now
            or (found.ends is not None and found.ends < self.now)
        ):
            return False
        return any(self._has_signed(each, found) for each in (*path, *self.others, *self.trusted))

    def _has_signed(self, signer: Certificate, found: RevocationList) -> bool:
        usage = signer.extensions.get(KEY_USAGE)
        if signer.subject != found.issuer or (usage is not None and not usage & _SIGNS_LISTS):
            return False
        try:
            check_list_signature(found.octets, signer.octets)
            if all(signer.octets != each.octets for each in self.trusted):
                find_chain(signer, self.trusted, self.others, self.now)
        except PathRefused:
            return False
        return True


# ---- which list is about which certificate ----


@dataclass(frozen=True, slots=True)
class _Point:
    """Where lists about a certificate are: their names, for which reasons, and by whom."""

    names: frozenset[Entry]
    reasons: int
    issuer: Name
    is_indirect: bool


def _points(certificate: Certificate) -> Iterator[_Point]:
    """The points of a certificate, and last its issuer's own list for all of it (§6.3.3)."""
    for row in certificate.points:
        issuers = [name for form, name in map(entry_of, row["issuer"] or ()) if form == "directory"]
        issuer = issuers[0] if issuers else certificate.issuer
        reasons = _ALL_REASONS if row["reasons"] is None else int(row["reasons"]) & _ALL_REASONS
        names = _names(row["name"], issuer) or frozenset([("directory", issuer)])
        yield _Point(names, reasons, issuer, bool(issuers))
    own = frozenset([("directory", certificate.issuer)])
    yield _Point(own, _ALL_REASONS, certificate.issuer, False)


def _names(value: Mapping[str, Any] | None, issuer: Name) -> frozenset[Entry]:
    if value is None:
        return frozenset()
    if value.get("relative") is not None:
        return frozenset([("directory", (*issuer, normalized_part(value["relative"])))])
    return frozenset(entry_of(each) for each in value["full"] or ())


def _covered(found: RevocationList, point: _Point, certificate: Certificate) -> int:
    """For which reasons a list is about a certificate at a point; 0 where it is not (§6.3.3 b)."""
    about = found.point
    if found.issuer != point.issuer or _DELTA in found.extensions:
        return 0
    if point.is_indirect and not about.get("indirect"):
        return 0
    names = _names(about.get("name"), found.issuer)
    if names and names.isdisjoint(point.names):
        return 0
    if about.get("only_attributes") or (about.get("only_users") and certificate.is_authority):
        return 0
    if about.get("only_authorities") and not certificate.is_authority:
        return 0
    only = about.get("only_reasons")
    return point.reasons & (_ALL_REASONS if only is None else int(only))


def _goes_on(delta: RevocationList, found: RevocationList) -> bool:
    """Whether a list goes on from a complete one (§5.2.4, §6.3.3 c)."""
    base, number = delta.extensions.get(_DELTA), found.extensions.get(_NUMBER)
    if base is None or number is None or delta.issuer != found.issuer:
        return False
    same = all(delta.extensions.get(each) == found.extensions.get(each) for each in (_POINT, _AUTHORITY_KEY))
    return same and int(base) <= int(number) < int(delta.extensions.get(_NUMBER) or 0)
