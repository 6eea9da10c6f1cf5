"""Public cases of verifiable credentials: the data model, SD-JWT, and what data integrity hashes.

Signatures are checked in `test_sd_jwt` and `test_vc_proofs`, where keys are used.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import referencing
from cryptography.hazmat.primitives.asymmetric import ec

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "vc"
CREDENTIAL, PRESENTATION, DISCLOSURE, SD_CLAIMS, BINDING = (
    f"w3c.vc.{name}"
    for name in ("Credential", "Presentation", "Disclosure", "SdJwtClaims", "KeyBindingClaims")
)


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def same(codec: Codec, type: str, value: Any, **params: Any) -> Any:
    """Read and write a document; the JSON is the same. Returns what was read."""
    decoded = codec.decode(type, json.dumps(value).encode(), **params)
    assert json.loads(codec.encode(type, decoded.native, **params)) == value
    return decoded.plain


def read_document(codec: Codec, document: dict[str, Any]) -> None:
    """Read a credential or presentation, by its own word or the members that it has."""
    types = document.get("type", [])
    if "VerifiablePresentation" in types or {"holder", "verifiableCredential"} & set(document):
        same(codec, PRESENTATION, document)
    else:
        same(codec, CREDENTIAL, document, issued="issuer" in document)


def named_type(name: str) -> str:
    return PRESENTATION if name.startswith("presentation") else CREDENTIAL


def with_dates(text: str) -> str:
    """Cases leave dates around today to whoever runs them."""
    return text.replace("PAST DATE", "2010-01-01T00:00:00Z").replace("FUTURE DATE", "2999-01-01T00:00:00Z")


def test_data_model(codec: Codec, cases: Any, vectors: Path) -> None:
    """Every table `manifest.json` names documents beside or below it and what becomes of them.

    The documents are what an issuer is given: it adds itself where they name nobody.
    """
    for manifest in found_files("vectors", TOPIC, "manifest.json"):
        for row in json.loads(manifest.read_text(encoding="utf-8")):
            path = manifest.parent / row["file"]
            document = json.loads(with_dates(path.read_text(encoding="utf-8")))
            if "redef" in path.stem or "unmapped" in path.stem:
                cases.cannot_run(
                    TOPIC, manifest.parent.name, path.name, "needs the expansion of terms by JSON-LD"
                )
                continue
            is_credential = named_type(path.name) == CREDENTIAL
            params = {"issued": False} if is_credential else {}
            try:
                same(codec, named_type(path.name), document, **params)
            except Refused as refusal:
                assert row["expect"] == "fail", f"{path.name}: {refusal}"
            else:
                assert row["expect"] == "ok", path.name
                named = "id" in document.get("issuer", {}) or isinstance(document.get("issuer"), str)
                assert not is_credential or named or refused_when_issued(codec, document)
            cases.ran(TOPIC)


def refused_when_issued(codec: Codec, document: dict[str, Any]) -> bool:
    try:
        codec.decode(CREDENTIAL, json.dumps(document).encode(), issued=True)
    except Refused as refusal:
        return refusal.code == "no_issuer"
    return False


def documents(folder: str) -> Iterator[tuple[Path, Any]]:
    for path in found_files("vectors", TOPIC, ".json"):
        if path.parent.name == folder:
            yield path, json.loads(path.read_text(encoding="utf-8"))


def test_examples_of_the_recommendation(codec: Codec, cases: Any, vectors: Path) -> None:
    found = dict(documents("schema-examples"))
    schemas = {
        path.name.partition("-schema")[0]: value for path, value in found.items() if "$schema" in value
    }
    resources = [referencing.Resource.from_contents(schema) for schema in schemas.values()]
    registry = referencing.Registry().with_resources([(str(each.id()), each) for each in resources])
    for path, value in found.items():
        if "$schema" in value:
            continue
        read_document(codec, value)
        kind = next(kind for kind in schemas if path.name.startswith(kind))
        jsonschema.Draft202012Validator(schemas[kind], registry=registry).validate(value)
        cases.ran(TOPIC)


def canonical(codec: Codec, value: Any) -> bytes:
    decoded = codec.decode("ietf.json.CanonicalJson", json.dumps(value).encode())
    return codec.encode("ietf.json.CanonicalJson", decoded.native)


def one(folder: Path, part: str) -> Path | None:
    return next((path for path in sorted(folder.iterdir()) if path.name.startswith(part)), None)


def test_what_data_integrity_hashes(codec: Codec, cases: Any, vectors: Path) -> None:
    """Folders with `canonDoc…`, `proofConfig…`, hashes and a signed document, in the canonical form of RFC 8785."""
    for unsigned in found_files("vectors", TOPIC, "unsigned.json"):
        document = json.loads(unsigned.read_text(encoding="utf-8"))
        for folder in sorted(path for path in unsigned.parent.iterdir() if path.is_dir()):
            if "jcs" not in folder.name:
                cases.cannot_run(TOPIC, unsigned.parent.name, folder.name, "needs the canonical form of RDF")
                continue
            texts = {
                part: one(folder, part)
                for part in ("canonDoc", "docHash", "proofConfig", "proofCanon", "proofHash")
            }
            read = {
                part: path.read_text(encoding="utf-8") for part, path in texts.items() if path is not None
            }
            body, proof = canonical(codec, document), canonical(codec, json.loads(read["proofConfig"]))
            assert body.decode() == read["canonDoc"] and proof.decode() == read["proofCanon"]
            digest = hashlib.sha384 if len(read["docHash"].strip()) == 96 else hashlib.sha256
            assert digest(body).hexdigest() == read["docHash"].strip()
            assert digest(proof).hexdigest() == read["proofHash"].strip()
            combined = one(folder, "combinedHash")
            assert combined is not None
            assert combined.read_text().strip() == digest(proof).hexdigest() + digest(body).hexdigest()
            signed = one(folder, "signed")
            assert signed is not None
            read_document(codec, json.loads(signed.read_text(encoding="utf-8")))
            cases.ran(TOPIC)


P25519 = (1 << 255) - 19
EXPANDED = {"p256": ("P-256", ec.SECP256R1), "p384": ("P-384", ec.SECP384R1), "p521": ("P-521", ec.SECP521R1),
            "secp256k1": ("secp256k1", ec.SECP256K1)}  # fmt: skip
"""Curves whose points an identifier has in their compressed form."""


def agreement_key(public: bytes) -> bytes:
    """The X25519 key that belongs to a key of Ed25519 (RFC 7748 §4.1)."""
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return ((1 + y) * pow(1 - y, -1, P25519) % P25519).to_bytes(32, "little")


def check_method(codec: Codec, key: dict[str, Any], method: dict[str, Any]) -> None:
    """A method of verification of the document is the key of the identifier that it has behind `#`."""
    found = codec.decode(
        "w3c.did.DidKey", json.dumps(f"did:key:{method['id'].partition('#')[2]}").encode()
    ).plain
    if found["x25519"] and key["ed25519"]:
        assert found["public"] == agreement_key(key["public"])
    else:
        assert found["public"] == key["public"]
    if "publicKeyBase58" in method:
        alone = codec.decode("w3c.did.Base58", json.dumps(method["publicKeyBase58"]).encode())
        assert alone.plain["octets"] == found["public"]
        return
    if "publicKeyMultibase" in method:
        assert method["id"].endswith(f"#{method['publicKeyMultibase']}")
        return
    jwk = method["publicKeyJwk"]
    if jwk["kty"] == "OKP":
        assert jwk["crv"] == ("Ed25519" if found["ed25519"] else "X25519")
        assert octets_of(jwk["x"]) == found["public"]
        return
    [(name, curve)] = [row for member, row in EXPANDED.items() if found[member]]
    point = ec.EllipticCurvePublicKey.from_encoded_point(curve(), found["public"]).public_numbers()
    assert jwk["crv"] == name
    assert [int.from_bytes(octets_of(jwk[part]), "big") for part in "xy"] == [point.x, point.y]


def did_documents(value: Any) -> Iterator[dict[str, Any]]:
    """Every document in a case, whatever it is filed under."""
    if isinstance(value, dict):
        if "@context" in value and str(value.get("id")).startswith("did:key:"):
            yield value
            return
        for each in value.values():
            yield from did_documents(each)


def test_did_documents(codec: Codec, cases: Any, vectors: Path) -> None:
    for _, value in documents("did-key"):
        for case in did_documents(value):
            key = codec.decode("w3c.did.DidKey", json.dumps(case["id"]).encode()).plain
            same(codec, "w3c.did.DidDocument", case)
            for method in case.get("verificationMethod", ()):
                check_method(codec, key, method)
            cases.ran(TOPIC)


def compact_parts(codec: Codec, serialized: str) -> tuple[str, list[str], str]:
    """The parts of a compact SD-JWT, as the catalogue tells them apart; it is written again as it was."""
    decoded = codec.decode("w3c.vc.SdJwt", serialized.encode())
    assert codec.encode("w3c.vc.SdJwt", decoded.native).decode() == serialized
    signed = f"{decoded.plain['signing_input'].decode()}.{text_of(decoded.plain['signature'])}"
    texts = [text_of(each["octets"]) for each in decoded.plain["parts"][:-1]]
    last = decoded.plain["parts"][-1]
    if last["octets"] is None:
        return signed, texts, ""
    binding = (last["octets"], last["binding"]["payload"], last["binding"]["signature"])
    return signed, texts, ".".join(text_of(each) for each in binding)


def text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def disclosures_of(codec: Codec, serialized: str) -> tuple[str, list[str], str]:
    """The signed part, the disclosures, and the key binding; compact or JSON."""
    if not serialized.lstrip().startswith("{"):
        return compact_parts(codec, serialized)
    found = json.loads(serialized)
    rows = [found, *found.get("signatures", ())]
    signature = next(row for row in rows if "protected" in row)
    signed = f"{signature['protected']}.{found['payload']}.{signature['signature']}"
    # RFC 9901 §8 puts them into the header that is not signed; drafts had them beside it.
    holders = [*rows, *(row["header"] for row in rows if "header" in row)]
    texts = next((each["disclosures"] for each in holders if "disclosures" in each), [])
    return signed, texts, next((each["kb_jwt"] for each in holders if "kb_jwt" in each), "")


def disclosed(codec: Codec, value: Any, known: dict[str, Any]) -> Any:
    """The claims with what is disclosed in the place of its digest (RFC 9901 §7.1)."""
    if isinstance(value, list):
        items = []
        for item in value:
            if isinstance(item, dict) and set(item) == {"..."}:
                if item["..."] in known:
                    items.append(disclosed(codec, known[item["..."]]["second"], known))
            else:
                items.append(disclosed(codec, item, known))
        return items
    if not isinstance(value, dict):
        return value
    found = {
        name: disclosed(codec, item, known) for name, item in value.items() if name not in ("_sd", "_sd_alg")
    }
    for digest in value.get("_sd", ()):
        if digest in known:
            found[known[digest]["second"]] = disclosed(codec, known[digest].get("third"), known)
    return found


def check_header(codec: Codec, header: dict[str, Any]) -> None:
    """Read a header; a key's name that is no text is refused (RFC 7515 §4.1.4)."""
    if isinstance(header.get("kid", ""), str):
        same(codec, "ietf.jose.JwsHeader", header)
        return
    try:
        same(codec, "ietf.jose.JwsHeader", header)
    except Refused as refusal:
        assert (refusal.code, refusal.path) == ("wrong_kind", "kid")
    else:
        raise AssertionError("a number names a key")


def check_shown(codec: Codec, given: str | dict[str, Any]) -> tuple[Any, Any, str]:
    """Read one SD-JWT; returns its claims, what they become, and the key binding."""
    serialized = given if isinstance(given, str) else json.dumps(given)
    signed, texts, binding = disclosures_of(codec, serialized)
    header, payload, _ = signed.split(".")
    check_header(codec, json.loads(octets_of(header)))
    claims = json.loads(octets_of(payload))
    same(codec, SD_CLAIMS, claims)
    assert claims.get("_sd_alg", "sha-256") == "sha-256"
    known = {}
    for text in texts:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        known[digest] = same(codec, DISCLOSURE, json.loads(octets_of(text)))
    if binding:
        bound = same(codec, BINDING, json.loads(octets_of(binding.split(".")[1])))
        if bound["sd_hash"] is not None and not serialized.lstrip().startswith("{"):
            shown = serialized.removesuffix(binding)
            assert bound["sd_hash"] == hashlib.sha256(shown.encode()).digest()
    return claims, disclosed(codec, claims, known), binding


def test_selective_disclosure(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        for case in table.get("cases", ()) if isinstance(table, dict) else ():
            claims, _, _ = check_shown(codec, case["sd_jwt_issuance"])
            assert claims == case["sd_jwt_payload"]
            _, shown, binding = check_shown(codec, case["sd_jwt_presentation"])
            assert shown == case["verified_contents"], case["name"]
            assert bool(binding) == ("kb_jwt_serialized" in case)
            cases.ran(TOPIC)
