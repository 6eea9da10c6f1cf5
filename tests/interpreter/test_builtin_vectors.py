"""The builtins against published vectors, found by topic and by what a file says it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.interpreter.functions import Refused, plain

Run = Callable[[dict[str, Any], dict[str, Any]], object]


def octets(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def aead(name: str) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        key, nonce, aad, message, sealed, tag = octets(case, "key", "iv", "aad", "msg", "ct", "tag")
        opened = plain(f"{name}_open")(key, nonce, aad, sealed + tag)
        if case["result"] == "valid":
            assert plain(f"{name}_seal")(key, nonce, aad, message) == sealed + tag
        return opened == message

    return run


def agree(curves: dict[str, str]) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        private, public, shared = octets(case, "private", "public", "shared")
        return plain(curves[group["curve"]])(private, public) == shared

    return run


def mac(name: str) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        key, message, tag = octets(case, "key", "msg", "tag")
        return plain("first")(plain(f"hmac_{name}")(key, message), group["tagSize"] // 8) == tag

    return run


def hkdf(name: str) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        ikm, salt, info, okm = octets(case, "ikm", "salt", "info", "okm")
        return plain("hkdf")(name, salt, ikm, info, case["size"]) == okm

    return run


def cbc(group: dict[str, Any], case: dict[str, Any]) -> object:
    key, iv, message, sealed = octets(case, "key", "iv", "msg", "ct")
    opened = plain("aes_cbc_decrypt")(key, iv, sealed)
    if case["result"] == "valid":
        assert plain("aes_cbc_encrypt")(key, iv, message) == sealed
    return opened == message


def verify(group: dict[str, Any], case: dict[str, Any]) -> object:
    names = {
        ("secp256r1", "SHA-256"): "ecdsa_p256",
        ("secp384r1", "SHA-384"): "ecdsa_p384",
        ("secp521r1", "SHA-512"): "ecdsa_p521",
        ("edwards25519", None): "ed25519",
        ("edwards448", None): "ed448",
    }
    key = group["publicKey"]
    public = bytes.fromhex(key.get("uncompressed") or key["pk"])
    message, signature = octets(case, "msg", "sig")
    return plain(names[key["curve"], group.get("sha")] + "_verify")(public, message, signature)


RUNNERS: dict[tuple[str, str], Run] = {
    ("AES-GCM", "AeadTest"): aead("aes_gcm"),
    ("CHACHA20-POLY1305", "AeadTest"): aead("chacha20_poly1305"),
    ("AES-CBC-PKCS5", "IndCpaTest"): cbc,
    ("XDH", "XdhComp"): agree({"curve25519": "x25519", "curve448": "x448"}),
    ("ECDH", "EcdhEcpointTest"): agree(
        {"secp256r1": "ecdh_p256", "secp384r1": "ecdh_p384", "secp521r1": "ecdh_p521"}
    ),
    ("ECDSA", "EcdsaVerify"): verify,
    ("EDDSA", "EddsaVerify"): verify,
    **{(f"HMAC{name.upper()}", "MacTest"): mac(name) for name in ("sha1", "sha256", "sha384", "sha512")},
    **{(f"HKDF-SHA-{name[3:]}", "HkdfTest"): hkdf(name) for name in ("sha1", "sha256", "sha384", "sha512")},
}


def files() -> list[Path]:
    return corpus.files("vectors", "crypto", "_test.json")


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_wycheproof(file: Path, cases: Any) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    algorithm = document.get("algorithm") or ""
    for group in document["testGroups"]:
        run = RUNNERS.get((algorithm, group["type"]))
        if run is None:
            cases.cannot_run("builtins", file.name, group["type"], "no builtin of that algorithm")
            continue
        for case in group["tests"]:
            name = f"{file.name} {case['tcId']}: {case['comment']} {case.get('flags')}"
            try:
                found = run(group, case)
            except Refused as refusal:
                # Keys and nonces of other sizes, and points of small order, are refused although some may take them.
                allowed = case["result"] != "valid" or refusal.code in ("bad_key", "out_of_range")
                assert allowed, f"{name}: {refusal.code}, {refusal.expected}, {refusal.got}"
                continue
            assert found is (case["result"] != "invalid") or case["result"] == "acceptable", name
        cases.ran("builtins", len(group["tests"]))


def test_hpke_key_pairs(vectors: Path, cases: Any) -> None:
    kems = {0x10, 0x11, 0x12, 0x20, 0x21}
    for file in corpus.files("vectors", "crypto", ".json"):
        document = json.loads(file.read_text(encoding="utf-8")) if "wycheproof" not in file.parts else None
        for case in document if isinstance(document, list) else []:
            if case.get("kem_id") not in kems:
                continue
            for who in ("R", "E"):
                ikm = bytes.fromhex(case[f"ikm{who}"])
                assert plain("hpke_derive_private")(case["kem_id"], ikm).hex() == case[f"sk{who}m"]
                assert plain("hpke_derive_public")(case["kem_id"], ikm).hex() == case[f"pk{who}m"]
            cases.ran("builtins")


def test_xeddsa(vectors: Path, cases: Any) -> None:
    for file in corpus.files("vectors", "signal", ".json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        for case in document if isinstance(document, list) else []:
            if not {"public", "message", "signature", "valid"} <= set(case):
                continue
            public, message, signature = octets(case, "public", "message", "signature")
            assert plain("xeddsa_verify")(public[-32:], message, signature) is case["valid"]
            if "private" in case:
                private = bytes.fromhex(case["private"])
                assert plain("x25519_public")(private) == public[-32:]
                own = plain("xeddsa_sign")(private, message, bytes(range(64)))
                assert plain("xeddsa_verify")(public[-32:], message, own)
            cases.ran("builtins")
