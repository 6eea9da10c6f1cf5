"""Keys (RFC 9052 §7): what they are made of, and which of them serve for an algorithm and a use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.cose.structures import Structures
from art7.runtime.sessions.refusals import SessionRefused

OKP, EC2, RSA, SYMMETRIC = 1, 2, 3, 4
"""Kinds of keys (RFC 9053 §7, RFC 8230 §4)."""

OPERATIONS = {
    "sign": (1,),
    "verify": (2,),
    "encrypt": (3,),
    "decrypt": (4,),
    "wrap": (5, 3),
    "unwrap": (6, 4),
    "derive": (7, 8),
    "authenticate": (9,),
    "check": (10,),
}
"""Use → numbers in `key_ops` that allow it (RFC 9052 §7.1)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key. `public`: a point in either form, one coordinate, or nothing; `rsa`: modulus and exponent, then, of a private
    key, its exponent and both primes."""

    kind: int
    curve: int = 0
    public: bytes = b""
    private: bytes = field(default=b"", repr=False)
    secret: bytes = field(default=b"", repr=False)
    rsa: tuple[bytes, ...] = field(default=(), repr=False)
    kid: bytes | None = None
    alg: int | str | None = None
    operations: tuple[int | str, ...] | None = None
    base_iv: bytes | None = None


def read_key(structures: Structures, octets: bytes) -> Key:
    """Return a COSE_Key. Raises: `SessionRefused` with the codec's code or `bad_point`."""
    return key_of(structures.read("CoseKey", octets))


def key_of(value: Any) -> Key:
    """Return the key that a decoded structure holds. Raises: `SessionRefused` with `bad_point` or `no_key`."""
    kind = int(value.kty)
    common: dict[str, Any] = {"kid": value.kid, "alg": value.alg, "base_iv": value.base_iv}
    common["operations"] = None if value.key_ops is None else tuple(value.key_ops)
    if kind == SYMMETRIC:
        return Key(kind, secret=value.k, **common)
    if kind == RSA:
        private = (value.private, value.first, value.second)
        whole = private if all(part is not None for part in private) else ()
        return Key(kind, rsa=(value.n, value.e, *whole), **common)
    if kind in (OKP, EC2):
        if not isinstance(value.curve, int):
            raise SessionRefused("no_key", "a curve by its number", "a name", "RFC 9053 §7.1")
        public = _point(value) if kind == EC2 else value.x or b""
        return Key(kind, value.curve, public, value.d or b"", **common)
    raise SessionRefused("no_key", "a kind of key of RFC 9053 §7", str(kind), "RFC 9053 §7")


def _point(value: Any) -> bytes:
    """The point in the form in which the key has it (SEC 1 §2.3.3)."""
    if value.x is None:
        return b""
    second = getattr(value, "y", None)
    if isinstance(second, bool):
        return bytes((2 + second,)) + bytes(value.x)
    if isinstance(second, bytes) and len(second) == len(value.x):
        return b"\4" + bytes(value.x) + second
    raise SessionRefused("bad_point", "a second coordinate, or its sign", "another", "RFC 9053 §7.1.1")


def choose(keys: Sequence[Key], use: str, alg: int, kid: bytes | None, kinds: Iterable[int]) -> list[Key]:
    """Return the keys that serve. Raises: `SessionRefused` with `no_key`."""
    wanted = set(kinds)
    found = [key for key in keys if key.kind in wanted and _serves(key, use, alg, kid)]
    if not found:
        raise SessionRefused("no_key", f"a key to {use} with algorithm {alg}", f"{len(keys)} others")
    return found


def _serves(key: Key, use: str, alg: int, kid: bytes | None) -> bool:
    named = kid is None or key.kid is None or kid == key.kid
    allowed = key.operations is None or not set(OPERATIONS[use]).isdisjoint(key.operations)
    return named and allowed and key.alg in (None, alg)
