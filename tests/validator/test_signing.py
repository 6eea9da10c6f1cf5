"""Signed bundles: every way to tamper that we know of is refused, each with its code; vectors of DSSE are met."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from small_offer import small_files

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import read_archive, write_archive
from art7.validator.digests import write_listing
from art7.validator.publishing.codes import CODES
from art7.validator.publishing.envelope import pae, read_envelope
from art7.validator.publishing.keys import (
    Signer,
    Verifier,
    is_canonical,
    known_keys,
    read_signer,
    read_verifier,
)
from art7.validator.publishing.points import ORDER, fault_of
from art7.validator.publishing.signing import Trust, Verified, sign_bundle, verify_bundle
from art7.validator.publishing.statement import PAYLOAD_TYPE, digests_of

Files: TypeAlias = dict[str, bytes]
ON = date(2026, 11, 23)


def signer(word: str) -> Signer:
    key = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(f"a key of these tests: {word}".encode()).digest()
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = read_signer(pem, None, "key.pem", Report(), sandbox=False)
    assert made is not None
    return made


OURS, SECOND, STRANGER = signer("ours"), signer("second"), signer("stranger")
KEYS = tuple(Verifier(each.public, name) for each, name in ((OURS, "ours.pem"), (SECOND, "second.pem")))
ENVELOPE = f"signatures/{KEYS[0].name[:16]}.json"


def signed(files: Files | None = None, by: Signer = OURS, **options: Any) -> Files:
    report = Report()
    made = sign_bundle(files or small_files(), by, report, **options)
    assert made is not None, report.diagnostics
    return made


def verify(files: Files, trust: Trust | None = None) -> tuple[Verified | None, set[str]]:
    report = Report()
    found = verify_bundle(files, trust or Trust(KEYS[:1], ON), report)
    assert (found is None) == report.has_errors
    return found, {each.code for each in report.diagnostics}


def envelope(files: Files) -> dict[str, Any]:
    return dict(json.loads(files[ENVELOPE]))


def with_envelope(files: Files, **members: Any) -> Files:
    """The bundle with members of its envelope replaced, and not signed again; None takes one away."""
    made = {key: value for key, value in {**envelope(files), **members}.items() if value is not None}
    return {**files, ENVELOPE: json.dumps(made).encode()}


def with_signature(files: Files, **members: Any) -> Files:
    (row,) = envelope(files)["signatures"]
    return with_envelope(
        files, signatures=[{key: v for key, v in {**row, **members}.items() if v is not None}]
    )


def with_statement(files: Files, by: Signer = OURS, kind: str = PAYLOAD_TYPE, **members: Any) -> Files:
    """The bundle with another statement, signed as it should be."""
    payload = json.loads(base64.b64decode(envelope(files)["payload"]))
    made = {key: value for key, value in {**payload, **members}.items() if value is not None}
    return resigned(files, json.dumps(made).encode(), by, kind)


def resigned(files: Files, payload: bytes, by: Signer = OURS, kind: str = PAYLOAD_TYPE) -> Files:
    sig = base64.b64encode(by.sign(pae(kind, payload))).decode()
    row = {"keyid": Verifier(by.public, "").name, "sig": sig}
    return with_envelope(
        files, payload=base64.b64encode(payload).decode(), payloadType=kind, signatures=[row]
    )


def sig_of(files: Files) -> bytes:
    return base64.b64decode(envelope(files)["signatures"][0]["sig"])


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def subject(files: Files) -> list[dict[str, Any]]:
    return [{"name": path, "digest": {"sha256": digest}} for path, digest in digests_of(files).items()]


def plus_order(files: Files) -> Files:
    sig = sig_of(files)
    number = int.from_bytes(sig[32:], "little") + ORDER
    return with_signature(files, sig=b64(sig[:32] + number.to_bytes(32, "little")))


def flipped(octets: bytes, place: int) -> bytes:
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


def other_offer() -> Files:
    files = small_files()
    return signed(
        {**files, "offer.toml": files["offer.toml"].replace(b'id = "minimal-1"', b'id = "minimal-2"', 1)}
    )


def stale_listing() -> Files:
    """A signer who signs a list that is not of these files."""
    files = signed()
    changed = {**files, "manifest.json": write_listing({**small_files(), "docs/terms.md": b"other"})}
    return with_statement(changed, subject=subject(changed))


def two_statements(files: Files) -> Files:
    other = signed(by=SECOND, expires=date(2030, 1, 1))
    return files | {path: content for path, content in other.items() if path.startswith("signatures/")}


TAMPERED: dict[str, tuple[Callable[[Files], Files], str]] = {
    # files
    "a file changed": (lambda f: {**f, "docs/terms.md": f["docs/terms.md"] + b" "}, "A7-B220"),
    "a file emptied": (lambda f: {**f, "docs/terms.md": b""}, "A7-B220"),
    "the manifest changed": (lambda f: {**f, "offer.toml": f["offer.toml"] + b"\n"}, "A7-B220"),
    "a file away": (lambda f: {p: c for p, c in f.items() if p != "docs/terms.md"}, "A7-B218"),
    "a file more": (lambda f: {**f, "docs/more.md": b"more"}, "A7-B219"),
    "a module more": (lambda f: {**f, "modules/more.a7": b"module more"}, "A7-B219"),
    "a file renamed": (
        lambda f: {("docs/terms2.md" if p == "docs/terms.md" else p): c for p, c in f.items()},
        "A7-B219",
    ),
    "two files exchanged": (
        lambda f: {**f, "docs/terms.md": f["docs/privacy.md"], "docs/privacy.md": f["docs/terms.md"]},
        "A7-B220",
    ),
    "the list away": (lambda f: {p: c for p, c in f.items() if p != "manifest.json"}, "A7-B218"),
    "the list made anew after a change": (
        lambda f: {**f, "docs/terms.md": b"x", "manifest.json": write_listing({**f, "docs/terms.md": b"x"})},
        "A7-B220",
    ),
    "a signed list of other files": (lambda f: stale_listing(), "A7-B232"),
    # the folder of signatures
    "no signature": (lambda f: {p: c for p, c in f.items() if not p.startswith("signatures/")}, "A7-B210"),
    "a program among signatures": (lambda f: {**f, "signatures/run.sh": b"#!/bin/sh"}, "A7-B231"),
    "a folder among signatures": (lambda f: {**f, "signatures/a/b.json": b"{}"}, "A7-B231"),
    "a hundred envelopes": (
        lambda f: {**f, **{f"signatures/{n}.json": b"{}" for n in range(100)}},
        "A7-B231",
    ),
    # the envelope
    "not JSON": (lambda f: {**f, ENVELOPE: b"signed"}, "A7-B050"),
    "an empty envelope": (lambda f: {**f, ENVELOPE: b"{}"}, "A7-B211"),
    "a member twice": (
        lambda f: {**f, ENVELOPE: f[ENVELOPE].replace(b"{", b'{"payload": "",', 1)},
        "A7-B051",
    ),
    "a member more": (lambda f: with_envelope(f, trusted=True), "A7-B211"),
    "no payload": (lambda f: with_envelope(f, payload=None), "A7-B211"),
    "a payload of another kind": (lambda f: with_envelope(f, payload=7), "A7-B211"),
    "no signatures inside": (lambda f: with_envelope(f, signatures=[]), "A7-B211"),
    "signatures of another kind": (lambda f: with_envelope(f, signatures={"sig": ""}), "A7-B211"),
    "a thousand signatures": (
        lambda f: with_envelope(f, signatures=envelope(f)["signatures"] * 1000),
        "A7-B211",
    ),
    "an algorithm beside the signature": (lambda f: with_signature(f, alg="none"), "A7-B211"),
    "no signature in the row": (lambda f: with_signature(f, sig=None), "A7-B211"),
    "a key's name of another kind": (lambda f: with_signature(f, keyid=1), "A7-B211"),
    "white space in base64": (lambda f: with_envelope(f, payload=envelope(f)["payload"] + "\n"), "A7-B212"),
    "no padding": (
        lambda f: with_signature(f, sig=envelope(f)["signatures"][0]["sig"].rstrip("=")),
        "A7-B212",
    ),
    "bits left over": (lambda f: with_signature(f, sig=b64(sig_of(f))[:-3] + "B=="), "A7-B212"),
    "two alphabets": (lambda f: with_signature(f, sig="-+" + b64(sig_of(f))[2:]), "A7-B212"),
    # the signature
    "an octet of the signature": (lambda f: with_signature(f, sig=b64(flipped(sig_of(f), 5))), "A7-B215"),
    "an octet of its number": (lambda f: with_signature(f, sig=b64(flipped(sig_of(f), 40))), "A7-B215"),
    "S + L": (plus_order, "A7-B222"),
    "a short signature": (lambda f: with_signature(f, sig=b64(sig_of(f)[:63])), "A7-B222"),
    "an empty signature": (lambda f: with_signature(f, sig=""), "A7-B222"),
    "zeros": (lambda f: with_signature(f, sig=b64(bytes(64))), "A7-B215"),
    "another type of payload": (lambda f: with_envelope(f, payloadType="application/json"), "A7-B215"),
    "another payload": (lambda f: with_envelope(f, payload=b64(b"{}")), "A7-B215"),
    "a stranger's signature": (lambda f: signed(by=STRANGER), "A7-B214"),
    "a stranger under our name": (
        lambda f: with_signature(signed(), sig=b64(STRANGER.sign(pae(PAYLOAD_TYPE, b"{}")))),
        "A7-B215",
    ),
    "our signature, named a stranger's": (
        lambda f: with_signature(f, keyid="00", sig=b64(flipped(sig_of(f), 3))),
        "A7-B214",
    ),
    "another offer's signatures": (
        lambda f: {**f, **{p: c for p, c in other_offer().items() if p.startswith("signatures/")}},
        "A7-B220",
    ),
    # what is signed
    "signed, another type of content": (lambda f: with_statement(f, kind="text/plain"), "A7-B213"),
    "signed, no JSON": (lambda f: resigned(f, b"offer"), "A7-B050"),
    "signed, not a statement": (lambda f: resigned(f, b"[]"), "A7-B216"),
    "signed, an older statement": (
        lambda f: with_statement(f, _type="https://in-toto.io/Statement/v0.1"),
        "A7-B217",
    ),
    "signed, about something else": (
        lambda f: with_statement(f, predicateType="https://slsa.dev/provenance/v1"),
        "A7-B217",
    ),
    "signed, without subject": (lambda f: with_statement(f, subject=[]), "A7-B216"),
    "signed, a name twice": (lambda f: with_statement(f, subject=subject(f) * 2), "A7-B216"),
    "signed, weak digests": (
        lambda f: with_statement(f, subject=[{"name": "offer.toml", "digest": {"md5": "0" * 32}}]),
        "A7-B216",
    ),
    "signed, digest in capitals": (
        lambda f: with_statement(f, subject=[{"name": "offer.toml", "digest": {"sha256": "A" * 64}}]),
        "A7-B216",
    ),
    "signed, another offer's name": (
        lambda f: with_statement(
            f, predicate={"offer": "other-1", "version": "1.0.0", "published": "2026-08-03"}
        ),
        "A7-B221",
    ),
    "signed, a day that is none": (
        lambda f: with_statement(f, predicate={"offer": "minimal-1", "version": "1.0.0", "expires": "soon"}),
        "A7-B216",
    ),
    "two statements": (two_statements, "A7-B230"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_refused(what: str) -> None:
    change, code = TAMPERED[what]
    trust = Trust(KEYS if what == "two statements" else KEYS[:1], ON)
    found, codes = verify(change(signed()), trust)
    assert found is None and code in codes, (what, codes)


def test_there_are_ways_enough() -> None:
    assert len(TAMPERED) >= 40 and len({code for _, code in TAMPERED.values()}) >= 15


def test_what_was_signed_is_verified() -> None:
    files = signed()
    found, codes = verify(files)
    assert found is not None and not codes
    assert (found.statement.offer, found.statement.version) == ("minimal-1", "1.0.0")
    assert found.statement.files == digests_of(files) and [each.origin for each in found.signers] == [
        "ours.pem"
    ]
    assert signed() == files, "same offer and key, same octets"


def test_through_an_archive() -> None:
    files, report = signed(), Report()
    octets = write_archive(files, report)
    assert octets is not None
    read = read_archive(octets, report, name="offer.zip")
    assert read is not None and dict(read.files) == files


@given(st.data())
def test_any_octet_of_an_archive(data: st.DataObject) -> None:
    """A flipped bit anywhere is refused by the archive's reader or by the signature, or changes nothing that is read."""
    files = SIGNED
    place = data.draw(st.integers(0, len(ARCHIVE) - 1))
    changed = (
        ARCHIVE[:place] + bytes([ARCHIVE[place] ^ (1 << data.draw(st.integers(0, 7)))]) + ARCHIVE[place + 1 :]
    )
    report = Report()
    read = read_archive(changed, report, name="offer.zip")
    if read is not None and dict(read.files) != files:
        assert verify(dict(read.files))[0] is None


SIGNED = signed()
ARCHIVE = write_archive(SIGNED, Report()) or b""


def test_thresholds() -> None:
    twice = signed(signed(), by=SECOND)
    assert len([path for path in twice if path.startswith("signatures/")]) == 2
    found, _ = verify(twice, Trust(KEYS, ON, threshold=2))
    assert found is not None and len(found.signers) == 2
    assert "A7-B214" in verify(signed(), Trust(KEYS, ON, threshold=2))[1]
    doubled = with_envelope(signed(), signatures=envelope(signed())["signatures"] * 2)
    assert "A7-B214" in verify(doubled, Trust(KEYS, ON, threshold=2))[1], "a key counts once"
    assert "A7-B214" in verify(signed(), Trust((KEYS[0], KEYS[0]), ON, threshold=2))[1]
    assert "A7-B226" in verify(twice, Trust(KEYS[:1], ON, revoked=KEYS[1:]))[1]


def test_a_stranger_beside_is_told() -> None:
    found, _ = verify(signed(signed(), by=STRANGER))
    assert found is not None and len(found.strangers) == 1


def test_a_second_signer_signs_the_same() -> None:
    report = Report()
    assert sign_bundle(signed(), SECOND, report, expires=date(2027, 1, 1)) is None
    assert {each.code for each in report.diagnostics} == {"A7-B230"}


def test_days() -> None:
    files = signed(expires=date(2026, 12, 31))
    assert verify(files, Trust(KEYS, date(2026, 12, 31)))[0] is not None
    for day in (date(2027, 1, 1), date(2026, 8, 2), date(1970, 1, 1), date(2106, 2, 7)):
        assert verify(files, Trust(KEYS, day))[1] == {"A7-B227"}, day


def test_members_of_a_statement_that_are_not_known_are_passed_over() -> None:
    assert verify(with_statement(signed(), more={"a": 1}))[0] is not None


def test_either_alphabet_is_taken() -> None:
    files = signed()
    sig = base64.urlsafe_b64encode(sig_of(files)).decode()
    assert verify(with_signature(files, sig=sig))[0] is not None


def test_pae() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_a_published_vector() -> None:
    """An envelope by the first key of RFC 8032 §7.1: it holds, and the key is known to everybody."""
    key = Verifier(
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), "vector"
    )
    assert key.octets in known_keys()
    body = base64.b64decode("eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==")
    sig = "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA=="
    assert key.holds(base64.b64decode(sig), pae(PAYLOAD_TYPE, body))
    assert not key.holds(base64.b64decode(sig), pae("application/vnd.example.other+json", body))


SMALL = [  # points of order 1, 2, 4, 8 and other spellings of them
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0200000000000000000000000000000000000000000000000000000000000000",
]


@pytest.mark.parametrize("key", SMALL)
def test_weak_keys(key: str) -> None:
    assert fault_of(bytes.fromhex(key)) is not None


def test_good_keys_and_mixed_ones() -> None:
    assert fault_of(OURS.public) is None and fault_of(OURS.public + b"\0") is not None
    assert all(fault_of(each) is None for each in sorted(known_keys())[:20])
    assert not is_canonical(bytes(63)) and is_canonical(bytes(64))


def public_pem(raw: bytes) -> bytes:
    body = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def private_pem(seed: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("pem", "code"),
    [
        (public_pem(bytes.fromhex(SMALL[0])), "A7-B223"),
        (public_pem(bytes.fromhex(SMALL[6])), "A7-B223"),
        (public_pem(next(iter(sorted(known_keys())))), "A7-B224"),
        (b"", "A7-B225"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "A7-B225"),
        (private_pem(bytes(32)), "A7-B225"),
    ],
)
def test_public_keys_are_screened(pem: bytes, code: str) -> None:
    report = Report()
    assert read_verifier(pem, "k.pem", report, sandbox=False) is None
    assert [each.code for each in report.diagnostics] == [code]


def test_private_keys_are_screened() -> None:
    for seed in (bytes(32), b"\x07" * 32, bytes(range(32)), hashlib.sha256(b"test").digest()):
        report = Report()
        assert read_signer(private_pem(seed), None, "k.pem", report, sandbox=False) is None
        assert [each.code for each in report.diagnostics] == ["A7-B224"]
        assert read_signer(private_pem(seed), None, "k.pem", report, sandbox=True) is not None
    assert "key" not in repr(OURS).lower().replace("signer", "")


@pytest.mark.skipif(corpus.absent("hostile") is not None, reason=str(corpus.absent("hostile")))
def test_hostile_signatures() -> None:
    """A good signature, and the same with S + L: taken and refused as their table says."""
    cases = [each for each in corpus.hostile("sig") if each.path.suffix == ".json"]
    assert cases
    for case in cases:
        row = {key: bytes.fromhex(value) for key, value in json.loads(case.path.read_text()).items()}
        key, signature = Verifier(row["public"], ""), row["signature"]
        holds = (
            fault_of(key.octets) is None and is_canonical(signature) and key.holds(signature, row["message"])
        )
        assert holds == (case.outcome == "accept"), case.path.name


def test_every_code_is_tried() -> None:
    here = {code for _, code in TAMPERED.values()} | {"A7-B223", "A7-B224", "A7-B225", "A7-B226", "A7-B227"}
    elsewhere = {"A7-B201", "A7-B202", "A7-B203", "A7-B228"}  # of editions and chains, on the command line
    assert set(CODES) == {code for code in here if code in CODES} | elsewhere


def test_large_envelopes_are_not_read() -> None:
    report = Report()
    assert read_envelope(b" " * (5 << 20), "x.json", report) is None
    assert [each.code for each in report.diagnostics] == ["A7-B211"]


def test_public_half() -> None:
    raw = (
        Ed25519PrivateKey.from_private_bytes(bytes(32))
        .public_key()
        .public_bytes(Encoding.Raw, PublicFormat.Raw)
    )
    assert raw in known_keys()
