"""How credentials are refused."""

from __future__ import annotations

from functools import cache
from typing import Any

from art7.interpreter.decode import decode_with
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.jose.keys import JoseRefused

CODES = {
    "duplicate_digest": "a digest that stands twice",
    "duplicate_disclosure": "a disclosure that is there twice",
    "unused_disclosure": "a disclosure whose digest stands nowhere",
    "wrong_disclosure": "a disclosure of an item where a claim is hidden, or the other way round",
    "claim_twice": "a disclosed claim that is there already",
    "bad_claim_name": "a claim may not have this name",
    "bad_digests": "digests that are no list of texts",
    "weak_digest": "digests by a hash that is not taken",
    "too_deep": "disclosures inside of disclosures beyond the limit",
    "expired": "a credential past its time, or before it",
    "no_binding": "no proof that who shows a credential is its holder",
    "wrong_binding": "a proof of its holder for another receiver, request, time or presentation",
    "wrong_type": "a header that says of another type",
    "no_kind": "a credential that does not say of what kind it is",
    "hidden_claim": "a claim that everyone must see, disclosed apart",
    "wrong_issuer": "a credential of another issuer",
    "revoked": "a status that is not the one of a credential that holds",
    "bad_list": "a status list in another coding, or too large",
    "bad_index": "a place beyond the end of a status list",
    "wrong_purpose": "a status list for another purpose",
    "bad_proof": "a proof without what it must have, or for another purpose",
    "refused_suite": "a way of proving that is not taken",
    "bad_signature": "a signature that does not hold",
}
"""Code → meaning; signatures, keys and structures are refused with their own codes too."""

MODULES = (
    "ietf.cbor",
    "ietf.json",
    "ietf.jose",
    "ietf.jose_compact",
    "ietf.cose",
    "w3c.vc",
    "w3c.status",
    "w3c.did",
)


class CredentialRefused(JoseRefused):
    """A credential is refused: the code, what was expected and found."""

    def __init__(self, code: str, expected: str = "", found: str = "") -> None:
        super().__init__(code, expected, found)
        self.args = (": ".join(part for part in (code, CODES.get(code, ""), found) if part),)


@cache
def structures() -> Interpreter:
    """Return the catalogue's structures of credentials."""
    return catalogue_interpreter(*MODULES)


def read(name: str, octets: bytes, **params: Any) -> Any:
    """Return a structure by its qualified name. Raises: `CredentialRefused` with the codec's code."""
    try:
        return decode_with(structures(), name, octets, params).value
    except CodecError as error:
        raise CredentialRefused(error.code, f"a {name}", error.path) from None


def canonical(octets: bytes) -> bytes:
    """Return a JSON text in the form of RFC 8785. Raises: `CredentialRefused` with the codec's code."""
    value = read("ietf.json.CanonicalJson", octets)
    try:
        return encode_with(structures(), "ietf.json.CanonicalJson", value, {})
    except CodecError as error:
        raise CredentialRefused(error.code, "a canonical JSON text", error.path) from None
