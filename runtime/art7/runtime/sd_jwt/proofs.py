"""Proofs inside a document (VC Data Integrity §4), over its canonical form: `eddsa-jcs-2022` and `ecdsa-jcs-2019`.

Suites over the canonical form of RDF are refused: they need vocabularies from the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.runtime.jose.keys import call
from art7.runtime.sd_jwt.parts import instant, members_of
from art7.runtime.sd_jwt.refusals import CredentialRefused, canonical, read

_SUITES = {"eddsa-jcs-2022": ("ed25519",), "ecdsa-jcs-2019": ("p256", "p384")}
"""Suite → members of `w3c.did.DidKey` that say of which kind its keys are."""
_HASHES = {"ed25519": "sha256", "p256": "sha256", "p384": "sha384"}


@dataclass(frozen=True, slots=True)
class ProofAsked:
    """What a proof must be for. `now`: in seconds since 1970, where proofs end."""

    purpose: str = "assertionMethod"
    domain: str | None = None
    challenge: str | None = None
    now: float | None = None


@dataclass(frozen=True, slots=True)
class MethodKey:
    """A public key: its kind in `w3c.did.DidKey`, and its octets as they stand there."""

    kind: str
    public: bytes


_ASKED = ProofAsked()


def key_of(method: str) -> MethodKey:
    """Return the key that an identifier is (`did:key`), with or without what stands behind `#`.

    Raises: `CredentialRefused` with the codec's code.
    """
    value = read("w3c.did.DidKey", json.dumps(method.partition("#")[0]).encode())
    kind = next((name for name in _HASHES if value[name]), "")
    return MethodKey(kind, bytes(value["public"]))


def verify_proof(
    document: bytes, asked: ProofAsked = _ASKED, keys: Mapping[str, MethodKey] | None = None
) -> tuple[dict[str, Any], str]:
    """Return the document without its proof, and the method that it holds under.

    `keys`: those of methods that are trusted; without them, methods that are keys themselves. Who is allowed to issue is
    the caller's to say. Raises: `CredentialRefused`.
    """
    whole = members_of(document)
    proof = whole.pop("proof", None)
    if not isinstance(proof, dict):
        raise CredentialRefused("bad_proof", "one proof", "none, or several")
    method, suite = str(proof.get("verificationMethod")), str(proof.get("cryptosuite"))
    if proof.get("type") != "DataIntegrityProof" or suite not in _SUITES:
        raise CredentialRefused("refused_suite", ", ".join(_SUITES), suite[:40])
    _check_purpose(proof, asked)
    if keys is not None and method not in keys:
        raise CredentialRefused("no_key", "a method that is trusted", "another")
    key = key_of(method) if keys is None else keys[method]
    if key.kind not in _SUITES[suite]:
        raise CredentialRefused("no_key", f"a key for {suite}", "one of another kind")
    signature = _multibase(proof.pop("proofValue", None))
    if not _holds(key, hashed(whole, proof, key.kind), signature):
        raise CredentialRefused("bad_signature", "a signature of the method's key", "another")
    return whole, method


def hashed(document: Mapping[str, Any], options: Mapping[str, Any], kind: str) -> bytes:
    """Return what is signed: the digests of the options of the proof, and of the document (VC-DI-EDDSA §3.3.4).

    Raises: `CredentialRefused`.
    """
    context = options.get("@context")
    if context is not None:
        _check_context(document.get("@context"), context)
        document = {**document, "@context": context}
    rows = (canonical(json.dumps(each).encode()) for each in (options, document))
    return b"".join(bytes(call("hash", _HASHES[kind], row)) for row in rows)


def sign_document(
    document: Mapping[str, Any], options: Mapping[str, Any], kind: str, private: bytes
) -> dict[str, Any]:
    """Return the document with a proof. `options`: the proof without its value. Raises: `CredentialRefused`, `JoseRefused`."""
    data = hashed(document, options, kind)
    name = "ed25519_sign" if kind == "ed25519" else f"ecdsa_{kind}_sign_raw"
    value = f"z{call('base58', call(name, private, data))}"
    return {**document, "proof": {**options, "proofValue": value}}


def _check_context(of_document: Any, of_proof: Any) -> None:
    """What names mean in the proof stands first in the document too."""
    rows = [each if isinstance(each, list) else [each] for each in (of_document, of_proof)]
    if rows[0][: len(rows[1])] != rows[1]:
        raise CredentialRefused("bad_proof", "the contexts of the proof, first in the document", "others")


def _check_purpose(proof: Mapping[str, Any], asked: ProofAsked) -> None:
    if proof.get("proofPurpose") != asked.purpose:
        raise CredentialRefused("bad_proof", asked.purpose, "another purpose")
    domains = proof.get("domain")
    listed = domains if isinstance(domains, list) else [domains]
    if asked.domain is not None and asked.domain not in listed:
        raise CredentialRefused("bad_proof", "a proof for this domain", "for another")
    if asked.challenge is not None and proof.get("challenge") != asked.challenge:
        raise CredentialRefused("bad_proof", "an answer to this challenge", "to another")
    if asked.now is not None and "expires" in proof and instant(proof["expires"]) <= asked.now:
        raise CredentialRefused("expired", "a time before the proof ends", "a later one")


def _multibase(text: Any) -> bytes:
    """A signature in base58, behind its mark."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 400:
        raise CredentialRefused("bad_proof", "a value in base58", "another coding")
    return bytes(call("base58_decode", text[1:]))


def _holds(key: MethodKey, data: bytes, signature: bytes) -> bool:
    if key.kind == "ed25519":
        return bool(call("ed25519_verify", key.public, data, signature))
    point = call(f"{key.kind}_point", key.public)
    return bool(call(f"ecdsa_{key.kind}_verify_raw", point, data, signature))
