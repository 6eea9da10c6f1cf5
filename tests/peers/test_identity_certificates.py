"""Chains of certificates judged here and by OpenSSL, GnuTLS and `cryptography`: one verdict, good chains and bad ones."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from art7.runtime.x509.certificates import certificate_of
from art7.runtime.x509.chains import find_chain
from art7.runtime.x509.paths import SERVER, Wanted
from art7.runtime.x509.refusals import PathRefused
from certificates import items
from peers import HOME, RECIPES, flipped, need

pytestmark = pytest.mark.peers
HOST = "alice.a.example"
NOW = datetime.now(UTC).replace(microsecond=0)
Key = Any


@dataclass(frozen=True)
class Made:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def octets(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@dataclass
class Asked:
    """What a certificate is made of; what is not said is as in a good one."""

    name: str
    issuer: Made | None = None
    is_authority: bool = False
    path_length: int | None = None
    days: tuple[int, int] = (-30, 300)
    names: tuple[str, ...] = ()
    purposes: tuple[Any, ...] = ()
    signs: bool | None = None
    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unknown: bool = False
    bare: bool = False
    key: Callable[[], Key] = field(default=lambda: ec.generate_private_key(ec.SECP256R1()))


def made(asked: Asked) -> Made:
    """Make a certificate, signed by its issuer or by itself."""
    key = asked.key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, asked.name)])
    issuer = asked.issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=asked.days[0]))
        .not_valid_after(NOW + timedelta(days=asked.days[1]))
    )
    signer = issuer.key if issuer else key
    for extension, critical in extensions(asked, key.public_key(), signer.public_key()):
        builder = builder.add_extension(extension, critical)
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Made(builder.sign(signer, digest), key)


def extensions(asked: Asked, public: Key, signer: Key) -> list[tuple[Any, bool]]:
    if asked.bare:
        return []
    found: list[tuple[Any, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), False),
        (x509.BasicConstraints(asked.is_authority, asked.path_length), True),
    ]
    signs = asked.is_authority if asked.signs is None else asked.signs
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    found.append(
        (x509.KeyUsage(digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, **usage), True)
    )
    if asked.names:
        found.append((x509.SubjectAlternativeName([x509.DNSName(each) for each in asked.names]), False))
    if asked.purposes:
        found.append((x509.ExtendedKeyUsage(asked.purposes), False))
    if asked.permitted or asked.excluded:
        trees = [
            [x509.DNSName(each) for each in names] or None for names in (asked.permitted, asked.excluded)
        ]
        found.append((x509.NameConstraints(*trees), True))
    if asked.unknown:
        found.append(
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\5\0"), True)
        )
    return found


def leaf(issuer: Made, **other: Any) -> Made:
    given = {"names": (HOST,), "purposes": (ExtendedKeyUsageOID.SERVER_AUTH,), **other}
    return made(Asked("alice", issuer, **given))


def authority(name: str, issuer: Made | None = None, **other: Any) -> Made:
    return made(Asked(name, issuer, **{"is_authority": True, **other}))


@dataclass(frozen=True)
class Case:
    """A leaf, what it is found with, and what is wrong: nothing, or the code here."""

    last: bytes
    others: tuple[bytes, ...]
    root: bytes
    code: str | None = None


@cache
def cases() -> dict[str, Case]:
    """Chains of own making; keys are fresh."""
    root = authority("Root")
    middle = authority("Middle", root)
    found: dict[str, Case] = {}

    def add(name: str, last: Made, *others: Made, code: str | None = None) -> None:
        found[name] = Case(last.octets, tuple(each.octets for each in others), root.octets, code)

    add("good", leaf(middle), middle)
    add("good below the root", leaf(root))
    add("good with a pattern", leaf(middle, names=("*.a.example",)), middle)
    big = authority("Big", root, key=lambda: rsa.generate_private_key(65537, 2048))
    add("good with RSA", leaf(big, key=lambda: ec.generate_private_key(ec.SECP384R1())), big)
    add("expired", leaf(middle, days=(-30, -1)), middle, code="expired")
    add("not yet valid", leaf(middle, days=(1, 30)), middle, code="not_yet_valid")
    old = authority("Old", root, days=(-30, -1))
    add("expired authority", leaf(old), old, code="expired")
    add("another host", leaf(middle, names=("mallory.a.example",)), middle, code="wrong_name")
    add("a pattern too high", leaf(middle, names=("*.example",)), middle, code="wrong_name")
    add(
        "another purpose",
        leaf(middle, purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
        middle,
        code="wrong_purpose",
    )
    stranger = authority("Stranger")
    add("another root", leaf(stranger), stranger, code="unknown_issuer")
    add("an issuer that is missing", leaf(middle), code="unknown_issuer")
    no_authority = authority("No authority", root, is_authority=False, signs=True)
    add("no authority", leaf(no_authority), no_authority, code="not_a_ca")
    no_signer = authority("No signer", root, signs=False)
    add("a key that signs no certificates", leaf(no_signer), no_signer, code="key_usage")
    short = authority("Short", root, path_length=0)
    below = authority("Below", short)
    add("a path that is too long", leaf(below), below, short, code="path_length")
    add("a path as long as it may be", leaf(short), short)
    inside = authority("Inside", root, permitted=("a.example",))
    add("a permitted name", leaf(inside), inside)
    outside = authority("Outside", root, permitted=("b.example",))
    add("a name that is not permitted", leaf(outside), outside, code="name_constraint")
    without = authority("Without", root, excluded=("a.example",))
    add("an excluded name", leaf(without), without, code="name_constraint")
    add("an unknown critical extension", leaf(middle, unknown=True), middle, code="unknown_critical")
    good = leaf(middle).octets
    found["a flipped signature"] = Case(flipped(good), (middle.octets,), root.octets, "bad_signature")
    impostor = Made(middle.certificate, ec.generate_private_key(ec.SECP256R1()))
    add("an issuer's name alone", leaf(impostor), middle, code="bad_signature")
    return found


# ---- four verdicts ----


def pem(octets: bytes) -> bytes:
    return x509.load_der_x509_certificate(octets).public_bytes(Encoding.PEM)


def ours(case: Case) -> str | None:
    last, root = certificate_of(case.last), certificate_of(case.root)
    others = [certificate_of(each) for each in case.others]
    try:
        find_chain(last, [root], others, NOW.timestamp(), Wanted(SERVER, HOST))
    except PathRefused as refusal:
        return refusal.code
    return None


def openssl(case: Case, folder: Path) -> bool:
    if shutil.which("openssl") is None:
        pytest.skip("absent: openssl (make peers)")
    files = written(case, folder)
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        HOST,
        "-CAfile",
    ]
    command += [files["root"], *(["-untrusted", files["others"]] if case.others else []), files["last"]]
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0


def gnutls(case: Case, folder: Path) -> bool:
    if shutil.which("certtool") is None:
        pytest.skip("absent: certtool of gnutls-bin (make peers)")
    files = written(case, folder)
    command = ["certtool", "--verify", "--verify-hostname", HOST, "--verify-purpose", SERVER]
    command += ["--load-ca-certificate", files["root"], "--infile", files["chain"]]
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0


def pyca(case: Case) -> bool:
    load = x509.load_der_x509_certificate
    builder = PolicyBuilder().store(Store([load(case.root)])).time(NOW.replace(tzinfo=None))
    try:
        builder.build_server_verifier(x509.DNSName(HOST)).verify(
            load(case.last), [load(one) for one in case.others]
        )
    except VerificationError:
        return False
    return True


def written(case: Case, folder: Path) -> dict[str, str]:
    texts = {
        "root": pem(case.root),
        "last": pem(case.last),
        "others": b"".join(map(pem, case.others)),
        "chain": b"".join(map(pem, (case.last, *case.others, case.root))),
    }
    for name, text in texts.items():
        (folder / f"{name}.pem").write_bytes(text)
    return {name: str(folder / f"{name}.pem") for name in texts}


@pytest.mark.parametrize("name", cases())
def test_one_verdict(name: str, tmp_path: Path) -> None:
    case = cases()[name]
    found = ours(case)
    assert found == case.code
    good = found is None
    verdicts = {
        "openssl": openssl(case, tmp_path),
        "gnutls": gnutls(case, tmp_path),
        "cryptography": pyca(case),
    }
    assert verdicts == dict.fromkeys(verdicts, good)


@pytest.mark.slow
def test_the_recipe(tmp_path: Path) -> None:
    """Chains that OpenSSL makes, with the verdicts of the three programs."""
    need("v-id/bin/python", group="id")
    for program in ("openssl", "certtool"):
        if shutil.which(program) is None:
            pytest.skip(f"absent: {program} (make peers)")
    recipe = RECIPES / "identity/x509_chain.sh"
    done = subprocess.run(
        ["bash", str(recipe), str(tmp_path / "made"), str(HOME / "v-id/bin/python"), "."],
        capture_output=True,
        timeout=60,
        cwd=tmp_path,
    )
    rows = re.findall(
        r"^(\w+) openssl=(\w+) gnutls=(\w+) cryptography=(\w+)", done.stdout.decode(), re.MULTILINE
    )
    found = {file.stem: [*items(file)][0].octets for file in (tmp_path / "made").glob("*.pem")}
    assert len(rows) >= 4
    others = [certificate_of(found[name]) for name in ("int", "notca")]
    for name, *said in rows:
        try:
            find_chain(
                certificate_of(found[name]),
                [certificate_of(found["root"])],
                others,
                time.time() + 60,  # they were made just now, long after `NOW` where many tests run
                Wanted(SERVER, HOST),
            )
            verdict = "ok"
        except PathRefused:
            verdict = "reject"
        assert said == [verdict] * 3, name
