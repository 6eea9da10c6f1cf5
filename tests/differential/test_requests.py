"""Certificate requests (PKCS #10) and public keys beside pyca/cryptography, over mutated ones."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519

import corpus
from certificates import SUFFIXES, items, mutant
from differences import Edit, Explained, Trial, compare, mutants, they_refuse, tried, we_refuse
from executions import Codec

EDITS: tuple[Edit, ...] = (mutant,)
ENCODED, SPKI = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def keys() -> list[Any]:
    """A private key of each kind that signs alike in every run."""
    return [
        ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1()),
        ec.derive_private_key(0xFEDCBA0987654321, ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
        ed448.Ed448PrivateKey.from_private_bytes(bytes(range(57))),
    ]


def request(key: Any) -> bytes:
    """A request with a name, extensions and a password."""
    name = [(x509.NameOID.COUNTRY_NAME, "AT"), (x509.NameOID.COMMON_NAME, "caf\u00e9")]
    made = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(*each) for each in name])
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    made = made.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, b"secret")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return made.sign(key, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(ENCODED)
    return made.sign(key, None).public_bytes(ENCODED)


def public(type: str) -> list[bytes]:
    """Requests or certificates of the public cases."""
    paths = [path for kind in ("vectors", "captures") for path in corpus.files(kind, "x509", *SUFFIXES)]
    return [
        each.octets
        for path in paths
        for each in items(path)
        if type in each.types and len(each.octets) < 3000
    ]


def rsa_keys() -> list[bytes]:
    """Public keys of RSA and DSA out of public certificates."""
    found = []
    for octets in public("Certificate"):
        try:
            key = x509.load_der_x509_certificate(octets).public_key()
        except Exception:
            continue
        if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
            found.append(key.public_bytes(ENCODED, SPKI))
    return sorted(set(found))[:8]


# ---- requests ---------------------------------------------------------------------------------------------------


def our_request(plain: dict[str, Any]) -> dict[str, Any]:
    info = plain["info"]
    return {
        "subject": [[one["type"] for one in part] for part in info["subject"]["parts"]],
        "signature": (plain["signature_algorithm"]["algorithm"], plain["signature"]),
        "attributes": sorted(each["type"] for each in info["attributes"]),
    }


def their_request(octets: bytes) -> dict[str, Any]:
    found = x509.load_der_x509_csr(octets)
    found.public_key(), found.extensions
    return {
        "subject": [[one.oid.dotted_string for one in part] for part in found.subject.rdns],
        "signature": (found.signature_algorithm_oid.dotted_string, found.signature),
        "attributes": sorted(each.oid.dotted_string for each in found.attributes),
    }


ALGORITHM = Explained(
    "an algorithm or a curve that the library does not know",
    "RFC 5280 §4.1.2.7: algorithms are open",
    they_refuse("UnsupportedAlgorithm"),
)
NO_KEY = Explained(
    "a key that lies on no curve, or is no key by its figures",
    "RFC 5480 §2.2, SEC 1 §3.2.2: arithmetic of keys, not their form",
    they_refuse("ValueError (Invalid key|.*(point|key|modulus|exponent|[a-z] must be))"),
)
HYBRID = Explained(
    "a point in the hybrid form",
    "RFC 5480 §2.2: compressed or not; any other first octet is refused",
    we_refuse("bad_public_key", r"key(\.point)?$"),
)
REQUESTS = (
    HYBRID,
    Explained(
        "letters that a string type does not have",
        "X.680 §41, §43: alphabets, which the library does not look at",
        we_refuse("bad_text", r"\.(numeric|visible|ia5|printable|teletex|universal|bmp)"),
    ),
    ALGORITHM,
    NO_KEY,
    Explained(
        "values of attributes that the library keeps as octets",
        "RFC 2985 §5.4.1: a DirectoryString",
        we_refuse("", r"info\.attributes"),
    ),
    Explained(
        "a signature that does not fill whole octets",
        "RFC 2986 §4.2",
        we_refuse("bad_constant", "^signature$"),
    ),
    Explained(
        "values of names and parameters of algorithms of another type",
        "RFC 5280 §4.1.2.4, §4.1.1.2: any type; the library reads those that it knows",
        they_refuse(
            "UnexpectedTag|ExtraData|InvalidValue|InvalidLength|InvalidTag|ShortData|must be X500_UNIQUE|location"
        ),
    ),
)


@pytest.mark.filterwarnings("ignore")
def test_requests(codec: Codec, cases: Any) -> None:
    trial = Trial(
        "pkcs10", "cryptography", "itu.x509.CertificationRequest", our_request, their_request, REQUESTS
    )
    compare(
        trial,
        codec,
        mutants(
            "pkcs10", [*map(request, keys()), *public("CertificationRequest")], EDITS, tried("pkcs10", codec)
        ),
        cases,
    )


# ---- public keys ------------------------------------------------------------------------------------------------


def our_key(plain: dict[str, Any]) -> Any:
    key = (
        next(each for each in plain["key"].values() if each is not None)
        if isinstance(plain["key"], dict)
        else plain["key"]
    )
    return plain["algorithm"]["algorithm"], tuple(key.values()) if isinstance(key, dict) else key


RAW = {
    "X25519PublicKey": "1.3.101.110",
    "X448PublicKey": "1.3.101.111",
    "Ed25519PublicKey": "1.3.101.112",
    "Ed448PublicKey": "1.3.101.113",
}


def their_key(octets: bytes) -> Any:
    found = serialization.load_der_public_key(octets)
    match found:
        case rsa.RSAPublicKey():
            return "1.2.840.113549.1.1.1", (found.public_numbers().n, found.public_numbers().e)
        case ec.EllipticCurvePublicKey():
            form = serialization.PublicFormat.UncompressedPoint
            return "1.2.840.10045.2.1", found.public_bytes(serialization.Encoding.X962, form)
        case dsa.DSAPublicKey():
            return "1.2.840.10040.4.1", found.public_numbers().y
    return RAW[type(found).__name__.lstrip("_")], found.public_bytes_raw()


KEYS = (
    HYBRID,
    ALGORITHM,
    NO_KEY,
    Explained(
        "a modulus or an exponent that no key has, which the library lets stand",
        "RFC 8017 §3.1: a product of odd primes, and an odd exponent",
        we_refuse("bad_public_key", "rsa"),
    ),
)


@pytest.mark.filterwarnings("ignore")
def test_public_keys(codec: Codec, cases: Any) -> None:
    made = [*keys(), x25519.X25519PrivateKey.from_private_bytes(bytes(range(32)))]
    seeds = [*(key.public_key().public_bytes(ENCODED, SPKI) for key in made), *rsa_keys()]
    trial = Trial("spki", "cryptography", "itu.x509.SubjectPublicKeyInfo", our_key, their_key, KEYS)
    compare(trial, codec, mutants("spki", seeds, EDITS, tried("spki", codec)), cases)
