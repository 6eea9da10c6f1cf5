"""What builtins do with their arguments: which is a key and for what, which a label, a nonce, data or a signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Call, Expr

KEY_PARAMETERS = {
    "key": "",
    "prk": "kdf",
    "ikm": "kdf",
    "password": "kdf",
    "shared": "kdf",
    "exporter": "kdf",
    "psk": "kdf",
    "salt": "kdf",
    "private": "",
    "seed": "agree",
}
"""Parameters that take keys → the use, where the parameter alone says it."""

NONCES = ("nonce", "iv")
LABELS = ("info", "context")

STREAMS = frozenset(("aes_ctr", "chacha20"))
"""Ciphers that hide and open alike: what they give is as open as its reader wants."""

HASHES = frozenset(
    ("md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2s", "blake2b")
)

KEY_SIZES: dict[str, tuple[int, ...]] = {
    "aes": (16, 24, 32),
    "chacha20": (32,),
    "x25519": (32,),
    "x448": (56,),
    "ed25519": (32,),
    "ed448": (57,),
    "poly1305": (32,),
    "cbc_hmac": (32, 48, 64),
}
"""First words of function names → octets that their keys may have."""


def is_sealing(function: str) -> bool:
    """Whether it hides a text under a key and a nonce."""
    return function.endswith("_seal") and not function.startswith("hpke") or function in STREAMS


def is_opening(function: str) -> bool:
    """Whether it gives a plaintext."""
    return function.endswith(("_open", "_decrypt", "_unwrap"))


def opens_authenticated(function: str) -> bool:
    """Whether it refuses what its sender did not seal."""
    return function.endswith(("_open", "_unwrap"))


def is_verifying(function: str) -> bool:
    """Whether it tells if a signature holds."""
    return function.endswith(("_verify", "_verify_raw"))


def is_mac(function: str) -> bool:
    """Whether it authenticates under a key."""
    return function.startswith("hmac") or function == "poly1305"


def is_kdf(function: str) -> bool:
    """Whether different labels under one key give independent keys."""
    return function.startswith(("hkdf", "hmac", "hpke_exported")) or function in ("aes_cm", "pbkdf2")


def arguments(call: Call) -> Iterator[tuple[str, Expr]]:
    """Yield parameter names with their arguments; nothing for what is no builtin."""
    function = FUNCTIONS.get(call.function)
    if function is not None:
        yield from zip((parameter.name for parameter in function.parameters), call.arguments, strict=False)


def argument(call: Call, *names: str) -> Expr | None:
    """Return the argument of the first parameter that has one of the names."""
    return next((value for name, value in arguments(call) if name in names), None)


@dataclass(frozen=True, slots=True)
class Use:
    """A value stands where a builtin takes a key, a nonce or a public key."""

    function: str
    kind: str
    """`kdf`, `mac`, `encrypt`, `nonce`, `sign`, `verify`, `agree`, `wrap` or `pair` (its public side is made)."""
    value: Expr
    parameter: str = ""


def uses_of(call: Call) -> Iterator[Use]:
    """Yield what a call does with keys and nonces."""
    name = call.function
    for parameter, value in arguments(call):
        if parameter in NONCES and (is_sealing(name) or is_opening(name)):
            yield Use(name, "nonce", value)
        elif parameter == "public" and is_verifying(name):
            yield Use(name, "verify", value)
        elif parameter == "private" and name.endswith(("_public", "rsa_private")):
            yield Use(name, "pair", value)
        elif parameter in KEY_PARAMETERS and not name.endswith("_public"):
            kind = KEY_PARAMETERS[parameter] or _kind(name)
            if kind:
                yield Use(name, kind, value, parameter)


def _kind(name: str) -> str:
    if "_sign" in name:
        return "sign"
    if name.startswith(("x25519", "x448", "ecdh", "modp", "hpke")):
        return "agree"
    if is_mac(name):
        return "mac"
    if name in ("aes_key_wrap", "aes_key_unwrap"):
        return "wrap"
    if name == "aes_cm":
        return "kdf"
    return "encrypt" if is_sealing(name) or is_opening(name) else ""
