"""Mutated certificates, read by art7 and by an independent library (pyca/cryptography): every difference is explained.

`ART7_X509_MUTANTS=100000` runs as many; few by default.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from catalogue_codec import found_files
from certificates import SUFFIXES, items, mutant
from executions import Codec, Refused

CERTIFICATE = "itu.x509.Certificate"
MUTANTS = int(os.environ.get("ART7_X509_MUTANTS", "1500"))

TEMPLATE = "1.3.6.1.4.1.311.21.7"
"""A private extension that the library reads."""

OURS = (
    (
        r"tbs\.public_key",
        "bad_constant",
        "a key that does not fill its octets, read when asked for: RFC 3279 §2.3",
    ),
    (r"tbs\.public_key", "bad_public_key", "parameters that a key has (not): RFC 8410 §3, RFC 5480 §2.1.1"),
    (
        r"tbs\.public_key\.key",
        "",
        "the library reads a key when asked for it: RFC 5280 §4.1.2.7, RFC 3279 §2.3",
    ),
    (
        r"tbs\.extensions\[\d+\]\.value\.(directory_attributes|policy_mappings|subject_access|crl_number|reason"
        r"|invalidity_date|delta_crl|issuing_point|certificate_issuer|private_key_usage)",
        "",
        "extensions that the library keeps as octets in a certificate: RFC 5280 §4.2.1.5, §4.2.1.8, §5.2, §5.3",
    ),
    (r".*\.visible", "bad_text", "the library does not look at the alphabet of VisibleString: X.680 §41"),
    (r".*\.numeric", "bad_text", "the library does not look at the alphabet of NumericString: X.680 §41.2"),
    (
        r".*\.(ia5|teletex|universal|bmp)",
        "bad_text",
        "the library takes any octets of such strings: X.680 §41, §43",
    ),
    (r".*\.key_usage|.*\.reasons", "not_der", "named bits with zeros at the end: X.690 §11.2.2"),
    (
        r".*\.(key_usage|reasons)",
        "too_long",
        "named bits that the type does not have: RFC 5280 §4.2.1.3, §4.2.1.13",
    ),
    (r"signature", "bad_constant", "a signature that does not fill whole octets: RFC 5280 §4.1.1.3"),
    (r".*\.(x400|edi_party).*", "", "the library does not read these names: RFC 5280 §4.2.1.6"),
    (r".*\.(minimum|maximum)", "", "the library passes over these: RFC 5280 §4.2.1.10"),
    (r".*", "bad_extension", "a rule that the library does not know: the requirement names its section"),
    (r".*\.ip", "bad_name", "an address of another length: RFC 5280 §4.2.1.6"),
    (r".*\.(issuer_id|subject_id)", "", "the library passes over unique identifiers: RFC 5280 §4.1.2.8"),
)
"""(path, code, explanation): what art7 alone refuses. An empty code stands for every one."""

THEIRS = (
    (
        r"not_before must be before",
        "no rule says that a key's period has its beginning first: RFC 3280 §4.2.1.4",
    ),
    (r"must be X500_UNIQUE_IDENTIFIER", "values of names may be of any type: RFC 5280 §4.1.2.4"),
    (
        r"signature_alg|SubjectPublicKeyInfo::algorithm|AlgorithmIdentifier::|RsaPssParameters|EcParameters",
        "parameters are what the algorithm says, and the library reads those that it knows: RFC 5280 §4.1.1.2",
    ),
    (r"not a valid X509 version", "versions are open, so that what is new can be told: RFC 5280 §4.1.2.1"),
    (
        r"structure found but OID did not match|PolicyQualifierInfo",
        "qualifiers of other kinds are of any type: RFC 5280 §4.2.1.4",
    ),
    (r"SCT|signature algorithm for", "proofs of logs are octets: their form is that of TLS, RFC 6962 §3.3"),
    (r"are not supported types", "X.400 addresses and EDI party names are names: RFC 5280 §4.2.1.6"),
    (
        r"Invalid netmask|path_length must be None|Duplicate",
        "rules that `should` hold, or of the profile: RFC 5280 §4.2",
    ),
    (
        r"PolicyConstraints::|InhibitAnyPolicy|BasicConstraints::|kind: InvalidValue \}$",
        "negative numbers of certificates: RFC 5280 §4.2.1.9, §4.2.1.11, §4.2.1.14",
    ),
)
"""(message, explanation): what the library alone refuses."""


def fields_of_library(octets: bytes) -> tuple[Any, ...]:
    """Read everything that the library looks at."""
    found = x509.load_der_x509_certificate(octets)
    return (
        found.serial_number,
        found.not_valid_before_utc.strftime("%Y%m%d%H%M%SZ"),
        found.not_valid_after_utc.strftime("%Y%m%d%H%M%SZ"),
        found.signature_algorithm_oid.dotted_string,
        [[attribute.oid.dotted_string for attribute in part] for part in found.issuer.rdns],
        [[attribute.oid.dotted_string for attribute in part] for part in found.subject.rdns],
        [(each.oid.dotted_string, each.critical) for each in found.extensions],
        found.signature,
    )


def fields_of_art7(found: dict[str, Any]) -> tuple[Any, ...]:
    tbs = found["tbs"]
    return (
        tbs["serial"],
        _full(tbs["validity"]["not_before"]),
        _full(tbs["validity"]["not_after"]),
        found["signature_algorithm"]["algorithm"],
        [[one["type"] for one in part] for part in tbs["issuer"]["parts"]],
        [[one["type"] for one in part] for part in tbs["subject"]["parts"]],
        [(each["id"], each["critical"]) for each in tbs["extensions"] or ()],
        found["signature"],
    )


def _full(time: str) -> str:
    century = "" if len(time) > 13 else "19" if time >= "5" else "20"
    return century + time


def explanation(refusal: Refused | None, error: Exception | None, found: Any) -> str | None:
    """Say by the two tables why only one of them refuses; `found` is what art7 read."""
    if refusal is not None:
        rows = (row for row in OURS if row[1] in ("", refusal.code))
        return next((why for path, _, why in rows if re.fullmatch(f"{path}.*", refusal.path)), None)
    text = f"{type(error).__name__} {error}"
    if "UnexpectedTag" in text and has_other_value(found):
        return "values of names may be of any type: RFC 5280 §4.1.2.4"
    if "location" not in text and TEMPLATE in {each["id"] for each in found["tbs"]["extensions"] or ()}:
        return "an extension of a private party is octets: RFC 5280 §4.2"
    return next((why for message, why in THEIRS if re.search(message, text)), None)


def has_other_value(found: Any) -> bool:
    """Whether an attribute of a name anywhere in a certificate is of a type that names seldom have."""
    if isinstance(found, dict):
        values = found.get("value")
        if "type" in found and isinstance(values, dict) and values.keys() >= {"printable", "numeric"}:
            return values["other"] is not None or values["numeric"] is not None
        return any(has_other_value(each) for each in found.values())
    return isinstance(found, list) and any(has_other_value(each) for each in found)


@pytest.fixture(scope="module")
def seeds(codec: Codec) -> list[bytes]:
    """Certificates that both read."""
    found = []
    for kind in ("vectors", "captures"):
        for path in found_files(kind, "x509", *SUFFIXES):
            for item in items(path):
                if "Certificate" not in item.types:
                    continue
                try:
                    codec.decode(CERTIFICATE, item.octets)
                except Refused:
                    continue
                try:
                    fields_of_library(item.octets)
                except Exception:
                    continue
                found.append(item.octets)
    return found


@pytest.mark.filterwarnings("ignore")
def test_no_difference_is_unexplained(codec: Codec, seeds: list[bytes], vectors: Path) -> None:
    chance = random.Random(int(os.environ.get("ART7_X509_SEED", "5280")))
    outcomes: Counter[str] = Counter()
    unexplained: list[str] = []
    count = MUTANTS if codec.name == "sdk" else min(MUTANTS, 1000)
    for _ in range(count):
        octets = mutant(chance.choice(seeds), chance)
        refusal, error, ours, theirs = None, None, None, None
        try:
            ours = codec.decode(CERTIFICATE, octets)
        except Refused as found:
            refusal = found
            assert found.code != "internal"
        try:
            theirs = fields_of_library(octets)
        except Exception as found:
            error = found
        if ours is not None and theirs is not None:
            outcomes["both read"] += 1
            assert fields_of_art7(ours.plain) == theirs, octets.hex()
            assert codec.encode(CERTIFICATE, ours.native) == octets, octets.hex()
        elif (ours is None) == (theirs is None):
            outcomes["both refuse"] += 1
        elif why := explanation(refusal, error, ours.plain if ours is not None else None):
            outcomes[f"explained: {why}"] += 1
        else:
            said = f"art7: {refusal.code} at {refusal.path}" if refusal else f"library: {error!r}"
            unexplained.append(f"{said}: {octets.hex()}")
    for word, times in outcomes.most_common():
        print(f"{times:7} {word}")
    assert not unexplained, unexplained[:10]
    assert outcomes["both read"] and outcomes["both refuse"]
