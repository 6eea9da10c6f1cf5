"""Public cases of proofs inside documents, of status lists, and of credentials in signed tokens, with their keys."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.interpreter.functions import plain
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.cose.keys import EC2, Key
from art7.runtime.cose.reader import CoseReader
from art7.runtime.faces import InterpretedFace
from art7.runtime.jose.keys import JoseRefused, Value, read, text_of
from art7.runtime.jose.making import sign_compact
from art7.runtime.jose.signed import verify_compact
from art7.runtime.sd_jwt.proofs import ProofAsked, hashed, key_of, sign_document, verify_proof
from art7.runtime.sd_jwt.status import bitstring_status, check_valid, token_bits, token_status
from art7.runtime.sd_jwt.tokens import verify_cose, verify_token

TOPIC = "vc"


def one(folder: Path, part: str) -> str:
    [path] = [path for path in folder.iterdir() if path.name.startswith(part)]
    return path.read_text("utf-8")


def signed_files() -> list[Path]:
    return [path for path in corpus.files("vectors", TOPIC, ".json") if path.name.startswith("signed")]


@pytest.mark.parametrize("file", signed_files(), ids=lambda file: file.stem)
def test_published_proofs(file: Path, cases: Any) -> None:
    folder, signed = file.parent, file.read_text("utf-8")
    document = json.loads(signed)
    if "jcs" not in document["proof"]["cryptosuite"]:
        with pytest.raises(JoseRefused) as refused:
            verify_proof(signed.encode())
        assert refused.value.code == "refused_suite"
        cases.cannot_run(TOPIC, folder.name, file.name, "needs the canonical form of RDF")
        return
    bare, method = verify_proof(signed.encode())
    assert method == document["proof"]["verificationMethod"]
    assert bare == {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    assert hashed(bare, options, key_of(method).kind).hex() == one(folder, "combinedHash").strip()
    check_refusals(document)
    cases.ran(TOPIC)


def check_refusals(document: dict[str, Any]) -> None:
    proof = document["proof"]
    for code, change in (
        ("bad_signature", {"name": "Another"}),
        ("bad_signature", {"proof": {**proof, "created": "2024-01-01T00:00:00Z"}}),
        ("bad_signature", {"proof": {**proof, "proofValue": f"{proof['proofValue'][:-1]}2"}}),
        ("bad_proof", {"proof": {**proof, "proofPurpose": "authentication"}}),
        ("bad_proof", {"proof": {**proof, "proofValue": "u" + proof["proofValue"]}}),
        ("bad_proof", {"proof": [proof, proof]}),
        ("bad_proof", {"@context": ["https://a.example"]}),
        ("refused_suite", {"proof": {**proof, "cryptosuite": "bbs-2023"}}),
        ("bad_multikey", {"proof": {**proof, "verificationMethod": "did:key:z6Mk"}}),
    ):
        with pytest.raises(JoseRefused) as refused:
            verify_proof(json.dumps({**document, **change}).encode())
        assert refused.value.code == code, change
    for asked in (ProofAsked(domain="a.example"), ProofAsked(challenge="x"), ProofAsked("authentication")):
        with pytest.raises(JoseRefused) as refused:
            verify_proof(json.dumps(document).encode(), asked)
        assert refused.value.code == "bad_proof"
    with pytest.raises(JoseRefused) as refused:
        verify_proof(json.dumps(document).encode(), keys={})
    assert refused.value.code == "no_key"


KINDS = {
    "ed25519": (b"\xed\x01", "eddsa-jcs-2022"),
    "p256": (b"\x80\x24", "ecdsa-jcs-2019"),
    "p384": (b"\x81\x24", "ecdsa-jcs-2019"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_proofs_made_here_hold(kind: str) -> None:
    private = bytes(31) + b"\7" if kind != "p384" else bytes(47) + b"\7"
    public = plain(f"{kind}_public")(private)
    if kind != "ed25519":
        public = bytes([2 + public[-1] % 2]) + public[1 : len(public) // 2 + 1]
    number, suite = KINDS[kind]
    method = f"did:key:z{plain('base58')(number + public)}"
    options = {
        "type": "DataIntegrityProof", "cryptosuite": suite, "verificationMethod": method, "proofPurpose": "assertionMethod",
        "domain": "a.example", "expires": "2030-01-01T00:00:00Z",
    }  # fmt: skip
    made = json.dumps(sign_document({"a": 1.0, "b": "é"}, options, kind, private)).encode()
    assert verify_proof(made, ProofAsked(domain="a.example", now=1_700_000_000))[0] == {"a": 1, "b": "é"}
    with pytest.raises(JoseRefused) as refused:
        verify_proof(made, ProofAsked(now=2_000_000_000))
    assert refused.value.code == "expired"


# ---- status lists ----


def signing() -> tuple[Value, bytes]:
    private = bytes(31) + b"\7"
    point = plain("p256_public")(private)
    row = {
        "kty": "EC",
        "crv": "P-256",
        **{n: text_of(v) for n, v in (("x", point[1:33]), ("y", point[33:]), ("d", private))},
    }
    return read("Jwk", json.dumps(row).encode()), point


def list_token(bits: int, octets: bytes, **other: Any) -> str:
    claims = {
        "sub": "https://a.example/1", "iat": 1000, "exp": 2000,
        "status_list": {"bits": bits, "lst": text_of(zlib.compress(octets))}, **other,
    }  # fmt: skip
    return sign_compact(json.dumps(claims).encode(), {"alg": "ES256", "typ": "statuslist+jwt"}, signing()[0])


def status(token: str, index: int, uri: str = "https://a.example/1") -> int:
    return token_status({"status_list": {"idx": index, "uri": uri}}, token, [signing()[0]], 1500)


def test_status_lists_of_tokens() -> None:
    # The octets of the examples of the draft, §4.1.
    assert [token_bits(bytes.fromhex("b9a3"), 1, index) for index in range(16)] == [
        1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1,
    ]  # fmt: skip
    assert [token_bits(bytes.fromhex("c944f9"), 2, index) for index in range(12)] == [
        1,
        2,
        0,
        3,
        0,
        1,
        0,
        1,
        1,
        2,
        3,
        3,
    ]
    token = list_token(2, bytes.fromhex("c944f9"))
    assert (status(token, 0), status(token, 3)) == (1, 3)
    check_valid(status(token, 2))
    with pytest.raises(JoseRefused) as refused:
        check_valid(status(token, 0))
    assert refused.value.code == "revoked"


@pytest.mark.parametrize(
    ("code", "token", "index", "uri"),
    [
        ("bad_index", list_token(1, bytes(2)), 16, "https://a.example/1"),
        ("not_a_list", list_token(1, bytes(2)), 0, "https://a.example/2"),
        ("stale_list", list_token(1, bytes(2), exp=1400), 0, "https://a.example/1"),
        ("bad_bits", list_token(3, bytes(2)), 0, "https://a.example/1"),
        ("bad_list", list_token(1, bytes(1 << 25)), 0, "https://a.example/1"),
        ("bad_list", list_token(1, b"", status_list={"bits": 1, "lst": "AAAA"}), 0, "https://a.example/1"),
        ("bad_signature", list_token(1, bytes(2))[:-8] + "AAAAAAAA", 0, "https://a.example/1"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_lists_that_say_nothing(code: str, token: str, index: int, uri: str) -> None:
    with pytest.raises(JoseRefused) as refused:
        status(token, index, uri)
    assert refused.value.code == code


def entry(index: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"https://a.example/1#{index}", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": str(index), "statusListCredential": "https://a.example/1", **other,
    }  # fmt: skip


def subject(octets: bytes, purpose: str = "revocation") -> dict[str, Any]:
    packed = "u" + base64.urlsafe_b64encode(gzip.compress(octets)).rstrip(b"=").decode()
    return {"type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": packed}


def test_bit_strings() -> None:
    octets = bytes([0b0100_0001, 0b1000_0000]) + bytes(16_382)
    assert [bitstring_status(entry(index), subject(octets)) for index in range(10)] == [
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        0,
    ]
    messages = [{"status": f"0x{value}", "message": "x"} for value in range(4)]
    sized = {"statusSize": 2, "statusPurpose": "message", "statusMessage": messages}
    assert [bitstring_status(entry(index, **sized), subject(octets, "message")) for index in range(5)] == [
        1,
        0,
        0,
        1,
        2,
    ]
    for code, index, given in (
        ("bad_index", 131_072, subject(octets)),
        ("wrong_purpose", 0, subject(octets, "suspension")),
        ("bad_list", 0, subject(octets[:-1])),
        ("bad_list", 0, subject(bytes(1 << 25))),
    ):
        with pytest.raises(JoseRefused) as refused:
            bitstring_status(entry(index), given)
        assert refused.value.code == code


# ---- signed tokens ----

CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "issuer": "did:example:a",
    "validFrom": "2023-01-01T00:00:00Z", "validUntil": "2025-01-01T00:00:00Z", "credentialSubject": {"id": "did:example:b"},
}  # fmt: skip
NOW = 1_700_000_000


def test_credentials_in_tokens() -> None:
    key, _ = signing()
    payload = json.dumps(CREDENTIAL).encode()
    token = sign_compact(payload, {"alg": "ES256", "typ": "vc+jwt"}, key)
    assert verify_token(token, [key], NOW) == CREDENTIAL
    for code, text, now in (
        ("expired", token, NOW * 2),
        ("expired", token, 0),
        ("wrong_type", sign_compact(payload, {"alg": "ES256", "typ": "JWT"}, key), NOW),
        (
            "no_issuer",
            sign_compact(payload.replace(b"issuer", b"nobody"), {"alg": "ES256", "typ": "vc+jwt"}, key),
            NOW,
        ),
        ("bad_signature", token[:-4] + "AAAA", NOW),
    ):
        with pytest.raises(JoseRefused) as refused:
            verify_token(text, [key], now)
        assert refused.value.code == code


def test_credentials_in_cose() -> None:
    face = InterpretedFace(catalogue_interpreter("ietf.cose", "ietf.cose_keys"))
    _, point = signing()
    reader = CoseReader(face, [Key(EC2, 1, point, bytes(31) + b"\7")])
    payload = json.dumps(CREDENTIAL).encode()
    structures = reader.structures
    header = structures.make("Header", alg=-7)
    covered = structures.write(
        "Sig1Structure", body_protected=header.encode(), external_aad=b"", payload=payload
    )
    signature = structures.run("Sign", alg=-7, curve=1, key=bytes(31) + b"\7", data=covered).signature
    body = structures.make(
        "Sign1Body",
        protected=header,
        unprotected=structures.make("Header"),
        payload=payload,
        signature=signature,
    )
    octets = structures.write("CoseSign1", value=body)
    assert verify_cose(octets, reader, NOW) == CREDENTIAL
    for code, given, now in (
        ("bad_signature", octets[:-1] + bytes([octets[-1] ^ 1]), NOW),
        ("expired", octets, 0),
    ):
        with pytest.raises(JoseRefused) as refused:
            verify_cose(given, reader, now)
        assert refused.value.code == code


def recorded() -> Iterator[dict[str, Any]]:
    for path in corpus.files("captures", TOPIC, ".json"):
        found = json.loads(path.read_text("utf-8"))
        if {"vc", "vp", "issuer_jwk"} <= set(found):
            yield found


def test_recorded_tokens_of_the_old_data_model(cases: Any, captures: Path) -> None:
    ran = 0
    for found in recorded():
        key = read("Jwk", json.dumps(found["issuer_jwk"]).encode())
        assert json.loads(verify_compact(found["vc"], [key])) == found["payload"]
        shown = json.loads(verify_compact(found["vp"], [key]))
        assert shown["vp"]["verifiableCredential"] == [found["vc"]]
        for text in (found["vc"], found["vp"]):
            with pytest.raises(JoseRefused) as refused:
                verify_compact(text[:-6] + "AAAAAA", [key])
            assert refused.value.code == "bad_signature"
        ran += 1
        cases.ran("vc captures")
    assert ran
