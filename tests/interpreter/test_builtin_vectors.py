"""The builtins against published vectors, found by topic and by what a file says it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.interpreter.functions import Refused
from art7.interpreter.functions import plain as interpreted
from builtin_executions import EXECUTIONS, Lookup, builtins_of

plain: Lookup = interpreted
"""Builtins of the execution that a test is for."""


@pytest.fixture(params=EXECUTIONS, autouse=True)
def execution(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs once on the interpreter's builtins and once on those of generated packages."""
    monkeypatch.setitem(globals(), "plain", builtins_of(request.param))
    return str(request.param)


Run = Callable[[dict[str, Any], dict[str, Any]], object]


def octets(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


class NotThere(Exception):
    """No builtin takes these parameters; the text says which."""


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
        if group["curve"] not in curves:
            raise NotThere(f"curve {group['curve']}")
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
    suffix = "_verify_raw" if "P1363" in group["type"] else "_verify"
    if (key["curve"], group.get("sha")) not in names:
        raise NotThere(f"{key['curve']} with {group.get('sha')}")
    return plain(names[key["curve"], group.get("sha")] + suffix)(public, message, signature)


def ccm(group: dict[str, Any], case: dict[str, Any]) -> object:
    key, nonce, aad, message, sealed, tag = octets(case, "key", "iv", "aad", "msg", "ct", "tag")
    size = group["tagSize"] // 8
    opened = plain("aes_ccm_open")(key, nonce, aad, size, sealed + tag)
    if case["result"] == "valid":
        assert plain("aes_ccm_seal")(key, nonce, aad, size, message) == sealed + tag
    return opened == message


def wrapped(group: dict[str, Any], case: dict[str, Any]) -> object:
    key, message, sealed = octets(case, "key", "msg", "ct")
    if case["result"] == "valid":
        assert plain("aes_key_wrap")(key, message) == sealed
    return plain("aes_key_unwrap")(key, sealed) == message


def dsa(group: dict[str, Any], case: dict[str, Any]) -> object:
    key, size = group["publicKey"], group["publicKey"]["keySize"]
    p, q, g, y = (bytes.fromhex(key[name].zfill(len(key[name]) + len(key[name]) % 2)) for name in "pqgy")
    assert int.from_bytes(p, "big").bit_length() == size
    message, signature = octets(case, "msg", "sig")
    value = plain("hash")(digest_name(group["sha"]), message)
    return plain("dsa_verify")(p, q, g, y, value, signature)


def digest_name(published: str) -> str:
    return published.lower().replace("-", "")


def password(name: str) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        secret, salt, key = octets(case, "password", "salt", "dk")
        return plain("pbkdf2")(name, secret, salt, case["iterationCount"], case["dkLen"]) == key

    return run


def rsa_verify(kind: str) -> Run:
    def run(group: dict[str, Any], case: dict[str, Any]) -> object:
        sizes = {"SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64}
        if kind == "pss" and (group["sLen"] != sizes.get(group["sha"]) or group["mgfSha"] != group["sha"]):
            raise NotThere(f"a salt of {group['sLen']} octets, a mask with {group['mgfSha']}")
        numbers = group["publicKey"]
        modulus, exponent = (
            int(numbers[name], 16).to_bytes(512, "big") for name in ("modulus", "publicExponent")
        )
        public = bytes.fromhex(group["publicKeyDer"])
        assert plain("rsa_public")(modulus, exponent[-8:]) == public
        message, signature = octets(case, "msg", "sig")
        return plain(f"rsa_{kind}_verify")(digest_name(group["sha"]), public, message, signature)

    return run


def oaep(group: dict[str, Any], case: dict[str, Any]) -> object:
    if group["mgfSha"] != group["sha"]:
        raise NotThere(f"a mask with {group['mgfSha']}")
    message, sealed, label = octets(case, "msg", "ct", "label")
    private = bytes.fromhex(group["privateKeyPkcs8"])
    return plain("rsa_oaep_decrypt")(digest_name(group["sha"]), private, label, sealed) == message


RUNNERS: dict[tuple[str, str], Run] = {
    ("AES-GCM", "AeadTest"): aead("aes_gcm"),
    ("CHACHA20-POLY1305", "AeadTest"): aead("chacha20_poly1305"),
    ("AES-CBC-PKCS5", "IndCpaTest"): cbc,
    ("XDH", "XdhComp"): agree({"curve25519": "x25519", "curve448": "x448"}),
    ("ECDH", "EcdhEcpointTest"): agree(
        {"secp256r1": "ecdh_p256", "secp384r1": "ecdh_p384", "secp521r1": "ecdh_p521"}
    ),
    ("AES-CCM", "AeadTest"): ccm,
    ("A128CBC-HS256", "AeadTest"): aead("cbc_hmac"),
    ("A256CBC-HS512", "AeadTest"): aead("cbc_hmac"),
    ("AES-WRAP", "KeywrapTest"): wrapped,
    ("DSA", "DsaP1363Verify"): dsa,
    ("RSASSA-PKCS1-v1_5", "RsassaPkcs1Verify"): rsa_verify("pkcs1"),
    ("RSASSA-PSS", "RsassaPssVerify"): rsa_verify("pss"),
    ("RSAES-OAEP", "RsaesOaepDecrypt"): oaep,
    ("ECDSA", "EcdsaP1363Verify"): verify,
    ("ECDSA", "EcdsaVerify"): verify,
    ("EDDSA", "EddsaVerify"): verify,
    **{(f"HMAC{name.upper()}", "MacTest"): mac(name) for name in ("sha1", "sha256", "sha384", "sha512")},
    **{(f"PBKDF2-HMAC{name.upper()}", "PbkdfTest"): password(name) for name in ("sha1", "sha256", "sha512")},
    **{(f"HKDF-SHA-{name[3:]}", "HkdfTest"): hkdf(name) for name in ("sha1", "sha256", "sha384", "sha512")},
}


def files() -> list[Path]:
    """The files of single algorithms; those of JOSE run in `tests/vectors/test_jose_keys.py`."""
    found = corpus.files("vectors", "crypto", "_test.json")
    return [path for path in found if "algorithm" in json.loads(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_wycheproof(file: Path, cases: Any) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    algorithm = document.get("algorithm") or ""
    policy: Counter[tuple[str, str]] = Counter()
    for group in document["testGroups"]:
        run = RUNNERS.get((algorithm, group["type"]))
        if run is None:
            cases.cannot_run("builtins", file.name, group["type"], "no builtin of that algorithm")
            continue
        for case in group["tests"]:
            name = f"{file.name} {case['tcId']}: {case['comment']} {case.get('flags')}"
            try:
                found = run(group, case)
            except NotThere as lacking:
                policy["no builtin", str(lacking)] += 1
                continue
            except Refused as refusal:
                assert case["result"] != "valid" or refused_by_policy(group, refusal), (
                    f"{name}: {refusal.code}, {refusal.expected}, {refusal.got}"
                )
                policy[refusal.code, refusal.expected] += case["result"] != "invalid"
                continue
            assert found is (case["result"] != "invalid") or case["result"] == "acceptable", name
            policy["taken", "either is allowed"] += found is True and case["result"] == "acceptable"
        cases.ran("builtins", len(group["tests"]))
    for (code, reason), count in sorted(policy.items()):
        if count:
            cases.cannot_run("builtins", file.name, f"{count} by policy: {code}", reason)


def refused_by_policy(group: dict[str, Any], refusal: Refused) -> bool:
    """Whether a valid case is refused on purpose: nonces of 12 octets only, RSA of 2,048 to 8,192 bits, hashes by name."""
    if refusal.code in ("unknown_value", "unsupported"):
        return True
    size = group.get(
        "keySize", group.get("publicKey", {}).get("keySize", 2048) if "publicKey" in group else 2048
    )
    other_nonce = group.get("ivSize", 96) != 96
    return refusal.code == "bad_key" and (
        other_nonce or ("rsa" in group["type"].lower() and not 2048 <= size <= 8192)
    )


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
            if case["mode"] == 0:
                check_base_mode(case)
            check_any_mode(case)
            cases.ran("builtins")


def check_base_mode(case: dict[str, Any]) -> None:
    kem, suite = case["kem_id"], (case["kem_id"], case["kdf_id"], case["aead_id"])
    recipient, private, ikm, enc, info = octets(case, "pkRm", "skRm", "ikmE", "enc", "info")
    shared = bytes.fromhex(case["shared_secret"])
    assert plain("hpke_encapsulated")(kem, recipient, ikm) == shared
    assert plain("hpke_decapsulated")(kem, private, enc) == shared
    for export in case["exports"]:
        context, length = bytes.fromhex(export["exporter_context"]), export["L"]
        found = plain("hpke_exported")(*suite, shared, info, context, length)
        assert found.hex() == export["exported_value"]
    for sealed in case["encryptions"][:1]:  # the first message; later ones have other nonces
        aad, plaintext, ciphertext = octets(sealed, "aad", "pt", "ct")
        assert plain("hpke_seal")(*suite, recipient, ikm, info, aad, plaintext) == ciphertext
        assert plain("hpke_open")(*suite, private, enc, info, aad, ciphertext) == plaintext
        broken = ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])
        with pytest.raises(Refused) as refusal:
            plain("hpke_open")(*suite, private, enc, info, aad, broken)
        assert refusal.value.code == "not_authentic"


HASHES = {1: 32, 2: 48, 3: 64}
KEY_SIZES = {1: 16, 2: 32, 3: 32, 0xFFFF: 0}
AEADS = {1: "aes_128_gcm", 2: "aes_256_gcm", 3: "chacha20_poly1305"}


def check_any_mode(case: dict[str, Any]) -> None:
    """The key schedule of a mode, from both sides' shared secret, and every message under it."""
    kem, suite = case["kem_id"], (case["kem_id"], case["kdf_id"], case["aead_id"])
    recipient, private, ikm, enc, info = octets(case, "pkRm", "skRm", "ikmE", "enc", "info")
    shared = bytes.fromhex(case["shared_secret"])
    if case["mode"] in (2, 3):
        sender_private, sender = octets(case, "skSm", "pkSm")
        assert plain("hpke_auth_encapsulated")(kem, recipient, sender_private, ikm) == shared
        assert plain("hpke_auth_decapsulated")(kem, private, sender, enc) == shared
    else:
        assert plain("hpke_decapsulated")(kem, private, enc) == shared
    psk, psk_id = (bytes.fromhex(case.get(name, "")) for name in ("psk", "psk_id"))
    made = plain("hpke_context")(*suite, case["mode"], shared, info, psk, psk_id)
    size = KEY_SIZES[case["aead_id"]]
    key, nonce, exporter = made[:size], made[size : size + 12 * bool(size)], made[-HASHES[case["kdf_id"]] :]
    assert len(made) == len(key) + len(nonce) + len(exporter)
    assert [each.hex() for each in (key, nonce, exporter)] == [
        case[name] for name in ("key", "base_nonce", "exporter_secret")
    ]
    for export in case["exports"]:
        context = bytes.fromhex(export["exporter_context"])
        found = plain("hpke_exported_from")(*suite, exporter, context, export["L"])
        assert found.hex() == export["exported_value"]
    for sealed in case["encryptions"]:
        check_message(AEADS[case["aead_id"]], key, sealed)
    for wrong in ((psk, b""), (b"", psk_id), (b"short", b"name")):
        if case["mode"] & 1:
            with pytest.raises(Refused) as refusal:
                plain("hpke_context")(*suite, case["mode"], shared, info, *wrong)
            assert refusal.value.code in ("unknown_value", "bad_key")


def check_message(aead: str, key: bytes, sealed: dict[str, Any]) -> None:
    aad, plaintext, ciphertext, nonce = octets(sealed, "aad", "pt", "ct", "nonce")
    assert plain("aead_seal")(aead, key, nonce, aad, plaintext) == ciphertext
    assert plain("aead_open")(aead, key, nonce, aad, ciphertext) == plaintext


def test_small_order_and_points_off_the_curve_have_codes() -> None:
    for name, size in (("x25519", 32), ("x448", 56)):
        with pytest.raises(Refused) as refusal:
            plain(name)(bytes(range(size)), bytes(size))
        assert refusal.value.code == "small_order"
    for public in (b"\4" + bytes(64), b"\2" + bytes(64), b"\4" + b"\1" * 64):
        with pytest.raises(Refused) as refusal:
            plain("ecdh_p256")(b"\1", public)
        assert refusal.value.code == "bad_point"
    for public in (b"", b"\1", b"\xff" * 192):
        with pytest.raises(Refused) as refusal:
            plain("modp_1536")(b"\7", public)
        assert refusal.value.code == "small_order"


def test_proofs_in_the_group_of_1536_bits_hold() -> None:
    """Schnorr's equation: g^(r - a·c) · (g^a)^c is g^r; quotients undo products; what is no member is refused."""
    secret, random, challenge = b"\5" * 192, b"\7" * 192, b"\3" * 32
    power, public, multiply = plain("modp_1536"), plain("modp_1536_public"), plain("modp_1536_multiply")
    answer = plain("modp_1536_response")(random, secret, challenge)
    assert multiply(public(answer), power(challenge, public(secret))) == public(random)
    assert plain("modp_1536_divide")(multiply(public(secret), public(random)), public(random)) == public(
        secret
    )
    for name, value in (("multiply", b""), ("divide", bytes(192)), ("multiply", b"\xff" * 192)):
        with pytest.raises(Refused) as refusal:
            plain(f"modp_1536_{name}")(public(secret), value)
        assert refusal.value.code == "out_of_range"
    with pytest.raises(Refused) as refusal:
        plain("modp_1536_response")(random, bytes(193), challenge)
    assert refusal.value.code == "out_of_range"
    assert plain("minimal")(b"\0\0\1\0") == b"\1\0"


def test_ml_kem_agrees_or_is_unsupported() -> None:
    for name in ("ml_kem_768", "ml_kem_1024"):
        seed = bytes(range(64))
        try:
            both = plain(f"{name}_encapsulate")(plain(f"{name}_public")(seed))
        except Refused as refusal:
            assert refusal.code == "unsupported"
            continue
        shared, ciphertext = both[:32], both[32:]
        assert plain(f"{name}_decapsulate")(seed, ciphertext) == shared
        assert plain(f"{name}_decapsulate")(bytes(64), ciphertext) != shared


def test_signatures_with_own_randomness_hold() -> None:
    private, data = bytes(31) + b"\7", b"what is signed"
    public = plain("p256_public")(private)
    raw = plain("ecdsa_p256_sign_raw")(private, data)
    assert len(raw) == 64 and plain("ecdsa_p256_verify_raw")(public, data, raw)
    assert not plain("ecdsa_p256_verify_raw")(public, data + b"!", raw)
    assert plain("modp_1536")(b"\5", plain("modp_1536_public")(b"\7")) == plain("modp_1536")(
        b"\7", plain("modp_1536_public")(b"\5")
    )


def test_digests_of_fips_202() -> None:
    digest = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
    assert plain("sha3_256")(b"abc").hex() == digest == plain("hash")("sha3_256", b"abc").hex()
    assert plain("shake128")(b"", 8).hex() == "7f9c2ba4e88f827d"


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
