"""`art7 sign` and `art7 verify`: keys from files, chains of certificates, hostile archives, nothing written elsewhere."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

import corpus
from art7.cli import main
from limited import run_limited

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
RUN = "import sys; from art7.cli import main; sys.exit(main(sys.argv[1:]))"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(each) for each in arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def key_files(
    folder: Path, name: str = "key", password: bytes | None = None
) -> tuple[Path, Path, Ed25519PrivateKey]:
    key = Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public, key


def certificate(
    name: str,
    key: Ed25519PrivateKey,
    issuer: tuple[str, Ed25519PrivateKey],
    *,
    authority: bool = False,
    signs: bool = True,
) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = x509.KeyUsage(signs, False, False, False, not signs, authority, authority, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer[0]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2028, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key()), critical=False
        )
        .sign(issuer[1], None)
    )
    return made.public_bytes(Encoding.PEM)


def test_signed_and_verified(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    private, public, _ = key_files(tmp_path)
    for name in ("one.zip", "two.zip"):
        code, text = run(capsys, "sign", MINIMAL, "--key", private, "-o", tmp_path / name)
        assert code == 0 and "1 of them envelopes" in text
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    code, text = run(capsys, "verify", tmp_path / "one.zip", "--key", public, "--on", "2026-11-23")
    assert code == 0 and text.startswith("verified: offer minimal-1 1.0.0, of 2026-08-03")
    code, text = run(
        capsys, "verify", tmp_path / "one.zip", "--key", public, "--on", "2026-11-23", "--format", "json"
    )
    assert json.loads(text)["signers"][0]["from"] == str(public)
    assert run(capsys, "validate", tmp_path / "one.zip") == (0, "no findings\n")
    assert "A7-B227" in run(capsys, "verify", tmp_path / "one.zip", "--key", public, "--on", "2026-01-01")[1]


def test_a_second_signer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = key_files(tmp_path, "a"), key_files(tmp_path, "b")
    run(capsys, "sign", MINIMAL, "--key", first[0], "-o", tmp_path / "one.zip")
    run(capsys, "sign", tmp_path / "one.zip", "--key", second[0], "-o", tmp_path / "two.zip")
    asked = ("--key", first[1], "--key", second[1], "--threshold", 2, "--on", "2026-11-23")
    assert run(capsys, "verify", tmp_path / "two.zip", *asked)[0] == 0
    code, text = run(capsys, "verify", tmp_path / "one.zip", *asked)
    assert code == 1 and "A7-B214" in text
    code, text = run(capsys, "verify", tmp_path / "two.zip", "--key", first[1], "--revoked", second[1])
    assert code == 1 and "A7-B226" in text


def test_the_published_bundle_stays_signed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    private, public, _ = key_files(tmp_path)
    run(capsys, "sign", MINIMAL, "--key", private, "-o", tmp_path / "s.zip")
    assert run(capsys, "publish", tmp_path / "s.zip", "-o", tmp_path / "out")[0] == 0
    bundle = tmp_path / "out" / "1.0.0" / "files" / "minimal-1-1.0.0.zip"
    assert bundle.read_bytes() == (tmp_path / "s.zip").read_bytes()
    assert run(capsys, "verify", bundle, "--key", public, "--on", "2026-11-23")[0] == 0


def test_keys_that_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    known = Ed25519PrivateKey.from_private_bytes(bytes(32))
    weak = tmp_path / "zero.pem"
    weak.write_bytes(known.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    out = tmp_path / "s.zip"
    assert "A7-B224" in run(capsys, "sign", MINIMAL, "--key", weak, "-o", out)[1] and not out.exists()
    assert run(capsys, "sign", MINIMAL, "--key", weak, "--sandbox", "-o", out)[0] == 0
    public = tmp_path / "zero.pub"
    public.write_bytes(known.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert "A7-B224" in run(capsys, "verify", out, "--key", public)[1]
    other = tmp_path / "ec.pem"
    curve = generate_private_key(SECP256R1())
    other.write_bytes(curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert "A7-B225" in run(capsys, "sign", MINIMAL, "--key", other, "-o", tmp_path / "x.zip")[1]
    code, text = run(capsys, "verify", out)
    assert code == 2 and "no key is trusted" in text


def test_locked_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    private, _, _ = key_files(tmp_path, password=b"open")
    (tmp_path / "right").write_text("open\nmore\n")
    (tmp_path / "wrong").write_text("shut\n")
    out = tmp_path / "s.zip"
    assert "the key is locked" in run(capsys, "sign", MINIMAL, "--key", private, "-o", out)[1]
    assert (
        "A7-B225"
        in run(capsys, "sign", MINIMAL, "--key", private, "--password-file", tmp_path / "wrong", "-o", out)[1]
    )
    assert (
        run(capsys, "sign", MINIMAL, "--key", private, "--password-file", tmp_path / "right", "-o", out)[0]
        == 0
    )


def test_chains(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    private, _, key = key_files(tmp_path)
    root, middle = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    (tmp_path / "root.pem").write_bytes(certificate("root", root, ("root", root), authority=True))
    between = certificate("middle", middle, ("root", root), authority=True)
    asked = ("--trust", tmp_path / "root.pem", "--on", "2026-11-23")

    def verdict(chain: bytes, *how: object) -> str:
        (tmp_path / "chain.pem").write_bytes(chain)
        out = tmp_path / "s.zip"
        made = run(
            capsys, "sign", MINIMAL, "--key", private, "--chain", tmp_path / "chain.pem", "--force", "-o", out
        )
        assert made[0] == 0, made
        return run(capsys, "verify", out, *(how or asked))[1]

    leaf = certificate("signer", key, ("middle", middle))
    assert "verified: offer minimal-1" in verdict(leaf + between)
    assert "A7-B228" in verdict(leaf), "a link is missing"
    assert "A7-B228" in verdict(leaf + between, "--trust", tmp_path / "root.pem", "--on", "2028-02-01")
    assert "A7-B228" in verdict(certificate("signer", key, ("middle", middle), signs=False) + between)
    assert "A7-B228" in verdict(certificate("signer", key, ("root", root), authority=True))
    other = certificate("signer", Ed25519PrivateKey.generate(), ("middle", middle))
    assert "A7-B214" in verdict(other + between), "a good chain for another key"


def test_a_changed_archive(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    private, public, _ = key_files(tmp_path)
    run(capsys, "sign", MINIMAL, "--key", private, "-o", tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip", "a") as archive:
        archive.writestr("docs/more.md", "# More\n")
    code, text = run(capsys, "verify", tmp_path / "s.zip", "--key", public, "--on", "2026-11-23")
    assert code == 1 and "A7-B219" in text


@pytest.mark.skipif(corpus.absent("hostile") is not None, reason=str(corpus.absent("hostile")))
@pytest.mark.parametrize("command", ["sign", "publish"])
@pytest.mark.parametrize("case", corpus.hostile("archive"), ids=lambda case: case.path.name)
def test_hostile_archives(
    capsys: pytest.CaptureFixture[str],
    case: corpus.HostileCase,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private, _, _ = key_files(tmp_path)
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    keys = ("--key", private) if command == "sign" else ()
    _refused(case, *run(capsys, command, case.path, *keys, "-o", "out"))
    assert not list(place.iterdir()) and len(list(tmp_path.iterdir())) == 3


@pytest.mark.slow
@pytest.mark.skipif(corpus.absent("hostile") is not None, reason=str(corpus.absent("hostile")))
@pytest.mark.parametrize("case", corpus.hostile("archive"), ids=lambda case: case.path.name)
def test_hostile_archives_are_not_verified(case: corpus.HostileCase, tmp_path: Path) -> None:
    """Refused by its own code, within 2 s of CPU and 256 MiB, and nothing is left behind anywhere."""
    _, public, _ = key_files(tmp_path)
    done = run_limited(RUN, "verify", str(case.path), "--key", str(public), cwd=tmp_path)
    _refused(case, done.returncode, done.stdout + done.stderr)
    assert case.outcome != "accept" or "A7-B210" in done.stdout
    assert len(list(tmp_path.iterdir())) == 2


def _refused(case: corpus.HostileCase, code: int, told: str) -> None:
    assert "Traceback" not in told and "A7-R999" not in told and code in (1, 2), told
    assert told.startswith("error[A7-B0") or case.outcome == "accept", told
