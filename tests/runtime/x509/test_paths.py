"""Certification paths: what is too weak, endless or outside of constraints is refused, and octets of any kind with a code."""

from __future__ import annotations

import ipaddress
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from art7.runtime.x509.certificates import Certificate, certificate_of
from art7.runtime.x509.chains import find_chain
from art7.runtime.x509.names import is_within, serves_host
from art7.runtime.x509.paths import Wanted, validate
from art7.runtime.x509.refusals import PathRefused
from certificates import mutant

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = NOW.timestamp()
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def octets(
    subject: str,
    issuer: str,
    signer: Any = KEY,
    key: Any = KEY,
    digest: Any = hashes.SHA256(),  # noqa: B008
    authority: bool = True,
    more: tuple[Any, ...] = (),
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(authority, None), True)
    )
    for extension in more:
        builder = builder.add_extension(extension, True)
    return builder.sign(signer, digest).public_bytes(Encoding.DER)


def read(*given: Any, **named: Any) -> Certificate:
    return certificate_of(octets(*given, **named))


ROOT = read("root", "root")


def taken(path: list[Certificate]) -> bool:
    """Whether the path is valid; it has no policies here."""
    return validate(path, SECONDS) == frozenset()


def refused(path: list[Certificate], wanted: Wanted = Wanted()) -> PathRefused:  # noqa: B008
    with pytest.raises(PathRefused) as refusal:
        validate(path, SECONDS, wanted)
    return refusal.value


def test_what_is_too_weak() -> None:
    small = rsa.generate_private_key(65537, 1024)
    old = dsa.generate_private_key(1024)
    curve = ec.generate_private_key(ec.SECP256K1())
    for key, code in ((small, "weak_key"), (old, "weak_key"), (curve, "weak_key")):
        assert refused([ROOT, read("a", "root", key=key), read("b", "a", key)]).code == code
    for key in (small, curve):
        assert refused([ROOT, read("a", "root", key=key)]).code == "weak_key"
    signer = rsa.generate_private_key(65537, 2048)
    # The identifier of RSA with SHA-256 and that of RSA with SHA-1 differ in one octet.
    marks = (bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
    sha1 = certificate_of(octets("a", "root", signer).replace(*marks))
    assert (refused([ROOT, sha1]).code, refused([ROOT, sha1]).index) == ("weak_signature", 1)


def test_keys_of_edwards_curves_sign() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    path = [read("root", "root", key, key, None), read("a", "root", key, KEY, None)]
    assert taken(path)
    signed = octets("a", "root", key, KEY, None)
    forged = signed[:-1] + bytes((signed[-1] ^ 1,))
    assert refused([path[0], certificate_of(forged)]).code == "bad_signature"


def test_paths_have_an_end() -> None:
    chain = [ROOT, *(read(f"a{n}", f"a{n - 1}" if n else "root") for n in range(17))]
    assert refused(chain).code == "too_long"
    assert taken(chain[:16])
    # Authorities that certify one another, over and over, under many keys: the search ends.
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(6)]
    ring = [
        read(
            f"x{n % 3}", f"x{(n + 1) % 3}", keys[m], keys[n], more=(x509.SubjectKeyIdentifier(bytes((n, m))),)
        )
        for n in range(6)
        for m in range(6)
    ]
    with pytest.raises(PathRefused) as refusal:
        find_chain(read("leaf", "x0", keys[0]), [ROOT], ring, SECONDS)
    assert refusal.value.code in ("unknown_issuer", "too_many")


def test_the_trusted_certificate_ends_too() -> None:
    with pytest.raises(PathRefused) as refusal:
        validate([ROOT, read("a", "root")], SECONDS + 100 * 86_400)
    assert (refusal.value.code, refusal.value.index) == ("expired", 0)
    with pytest.raises(PathRefused) as refusal:
        validate([ROOT, read("a", "root")], 0)
    assert refusal.value.code == "not_yet_valid"


def test_a_path_of_one_is_none() -> None:
    assert refused([ROOT]).code == "too_long"
    with pytest.raises(PathRefused) as refusal:
        find_chain(ROOT, [ROOT], [], SECONDS)
    assert refusal.value.code == "unknown_issuer"


def constrained(permitted: Any, excluded: Any, names: list[Any]) -> list[Certificate]:
    limits = x509.NameConstraints(permitted, excluded)
    return [
        ROOT,
        read("a", "root", more=(limits,)),
        read("b", "a", more=(x509.SubjectAlternativeName(names),)),
    ]


DNS, URI, MAIL, IP = x509.DNSName, x509.UniformResourceIdentifier, x509.RFC822Name, x509.IPAddress
NETWORK, ADDRESS = ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_address("192.0.2.7")


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (DNS("a.example"), [DNS("a.example"), DNS("B.A.EXAMPLE")], [DNS("ba.example"), DNS("example")]),
        (DNS(""), [DNS("anything.example")], []),
        (URI("a.example"), [URI("https://a.example:8/b")], [URI("https://b.a.example"), URI("urn:x")]),
        (URI(".a.example"), [URI("https://b.a.example")], [URI("https://a.example")]),
        (MAIL("a.example"), [MAIL("x@a.example")], [MAIL("x@b.a.example"), MAIL("x@example")]),
        (MAIL(".a.example"), [MAIL("x@b.a.example")], [MAIL("x@a.example")]),
        (MAIL("x@a.example"), [MAIL("x@A.example")], [MAIL("y@a.example"), MAIL("X@a.example")]),
        (
            IP(NETWORK),
            [IP(ADDRESS)],
            [IP(ipaddress.ip_address("192.0.3.7")), IP(ipaddress.ip_address("::1"))],
        ),
        (x509.DirectoryName(named("b")), [], [x509.DirectoryName(named("c"))]),
    ],
)
def test_names_inside_of_constraints(base: Any, inside: list[Any], outside: list[Any]) -> None:
    for name in inside:
        assert taken(constrained([base], None, [name]))
        assert refused(constrained(None, [base], [name])).code == "name_constraint"
    for name in outside:
        assert refused(constrained([base], None, [name])).code == "name_constraint"
    if outside:
        mixed = [*inside, outside[0]]
        assert refused(constrained([base], None, mixed)).code == "name_constraint"


def test_forms_that_are_not_compared_are_refused_where_they_are_constrained() -> None:
    number = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))
    assert refused(constrained([number], None, [number])).code == "name_constraint"
    assert refused(constrained(None, [number], [number])).code == "name_constraint"
    assert taken(constrained([number], None, [DNS("a.example")]))


def test_hosts_and_patterns() -> None:
    for host, name, good in (
        ("a.example.org", "*.example.org", True),
        ("A.Example.ORG.", "a.example.org", True),
        ("b.a.example.org", "*.example.org", False),
        ("example.org", "*.example.org", False),
        ("example.org", "*.org", False),
        ("xa.example.org", "x*.example.org", False),
        ("a.example.org", "", False),
    ):
        assert serves_host(host, [("dns", name)]) is good, (host, name)
    assert not is_within(("ip", b"1234"), ("ip", bytes(32)))


def test_octets_of_any_kind_are_refused_with_a_code() -> None:
    chance = random.Random(7)
    good = octets("b", "root", more=(x509.SubjectAlternativeName([DNS("a.example")]),))
    for _ in range(300):
        changed = mutant(good, chance)
        try:
            validate([ROOT, certificate_of(changed)], SECONDS)
        except PathRefused as refusal:
            assert refusal.code
        else:
            assert changed == good, "the signature covers every octet but its own"
