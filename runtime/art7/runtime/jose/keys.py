"""Keys (RFC 7517, RFC 7518 §6): what they are made of, and which of them serve for an algorithm and a use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.functions import Refused, plain
from art7.runtime.catalogue import catalogue_interpreter

Value: TypeAlias = Mapping[str, Any]

CODES = {
    "malformed": "not the parts or the coding that the serialization has",
    "refused_algorithm": "an algorithm that is unknown, or refused on purpose",
    "no_key": "no key that serves: its identifier, family, algorithm and use",
    "mixed_keys": "a set with secrets and public keys, where a name could turn one into the other",
    "weak_key": "a key below the strength that its algorithm asks for",
    "unknown_extension": "a header that demands an extension which is not understood here",
    "bad_signature": "a signature or code that does not hold",
    "not_authentic": "sealed octets that their key did not make",
    "too_large": "a compressed text beyond the limit",
}
"""Code → meaning; structures and keys are refused with the codes of every codec too."""


class JoseRefused(Exception):
    """An object or key is refused: the code, what was expected and found."""

    def __init__(self, code: str, expected: str = "", found: str = "") -> None:
        super().__init__(": ".join(part for part in (code, CODES.get(code, ""), found) if part))
        self.code = code
        self.expected = expected
        self.found = found


def read(name: str, octets: bytes) -> Value:
    """Read a structure of the catalogue. Raises: `JoseRefused` with the codec's code."""
    try:
        value: Value = decode_with(catalogue_interpreter("ietf.jose"), f"ietf.jose.{name}", octets).value
    except CodecError as error:
        raise JoseRefused(error.code, f"a {name}", error.path) from None
    return value


def call(name: str, *arguments: object) -> Any:
    """Call a builtin function. Raises: `JoseRefused` with its code."""
    try:
        return plain(name)(*arguments)
    except Refused as refusal:
        raise JoseRefused(refusal.code, refusal.expected, refusal.got) from None


def octets_of(text: str) -> bytes:
    """Read base64url without padding (RFC 7515 §2). Raises: `JoseRefused` with `malformed`."""
    try:
        found = bytes(plain("base64url_decode")(text))
        if plain("base64url")(found) == text:
            return found
    except Refused:
        pass
    raise JoseRefused("malformed", "base64url without padding", f"{len(text)} characters")


def text_of(octets: bytes) -> str:
    """Write base64url without padding."""
    return str(plain("base64url")(octets))


def members(header: Value | None) -> dict[str, Any]:
    """Return the members of a header that are there, and known."""
    found = (header or {}).items()
    return {name: each for name, each in found if each is not None and name != "unknown"}


def joined(*headers: Value) -> dict[str, Any]:
    """Return one header of parts that share no member (RFC 7515 §7.2.1). Raises: `JoseRefused` with `malformed`."""
    found: dict[str, Any] = {}
    for header in headers:
        if set(header) & set(found):
            raise JoseRefused(
                "malformed", "each member in one header", ", ".join(set(header) & set(found))[:80]
            )
        found.update(header)
    return found


def choose(
    keys: Sequence[Value], header: Value, family: str, use: str, operations: Iterable[str]
) -> list[Value]:
    """Return the keys that serve for a header (RFC 7517 §4, RFC 8725 §3.1).

    Raises: `JoseRefused` with `mixed_keys` or `no_key`.
    """
    if use == "sig" and len({key["kty"] == "oct" for key in keys}) > 1:
        raise JoseRefused("mixed_keys", "keys of one kind", "secrets among public keys")
    found = [key for key in keys if _serves(key, header, family, use, set(operations))]
    if not found:
        raise JoseRefused("no_key", f"a key of family {family} for {use}", f"{len(keys)} others")
    return found


def _serves(key: Value, header: Value, family: str, use: str, operations: set[str]) -> bool:
    named = header.get("kid") is None or key.get("kid") is None or header["kid"] == key["kid"]
    meant = key.get("alg") in (None, header["alg"]) and key.get("use") in (None, use)
    allowed = key.get("key_ops") is None or bool(operations & set(key["key_ops"]))
    families = ("EC", "OKP") if family == "EC" else (family,)
    return named and meant and allowed and key["kty"] in families


# ---- material ----


def point(key: Value) -> bytes:
    """Return the public key as the builtins take it."""
    return bytes(b"\4" + key["x"] + key["y"] if key["kty"] == "EC" else key["x"])


def rsa_public(key: Value) -> bytes:
    """Return the public key in DER. Raises: `JoseRefused` with `weak_key` or `bad_key`."""
    if _is_predictable(int.from_bytes(key["n"], "big")):
        raise JoseRefused("weak_key", "a modulus of random primes", "one of a library whose primes are not")
    return bytes(call("rsa_public", key["n"], key["e"]))


def rsa_private(key: Value) -> bytes:
    """Return the private key in DER. Raises: `JoseRefused` with `no_key` or `bad_key`."""
    parts = [key.get(name) for name in ("n", "e", "d", "p", "q")]
    if any(part is None for part in parts):
        raise JoseRefused("no_key", "a private key with its primes", "a public one")
    return bytes(call("rsa_private", *parts))


_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


def _is_predictable(modulus: int) -> bool:
    """Whether a modulus is a power of 65537 modulo every small prime, as of CVE-2017-15361; by chance, 1 in 2^27."""
    return all(modulus % prime in _powers(prime) for prime in _PRIMES)


def _powers(prime: int) -> set[int]:
    found, power = set(), 1
    while power not in found:
        found.add(power)
        power = power * 65537 % prime
    return found
