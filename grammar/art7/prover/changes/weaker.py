"""When a change takes away protection: sizes of what protects, verification, secrecy, algorithms, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s

_PROTECTS = re.compile(
    r"(?:^|_)(?:mac|tag|key|keys|nonce|iv|salt|digest|hash|signature|sig|secret|icv|integrity|fingerprint|challenge|token|"
    r"password|random|proof|checksum|crc|seed|binding|commitment|verifier)s?(?:_|$)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:^|_|\b)(?:none|null|plain|plaintext|clear|md2|md4|md5|sha1|sha_1|hmac_sha1|des|3des|tdes|rc2|rc4|arcfour|export|anon|ecb|"
    r"crc32|crc|rsa1024|dh1024|modp1024|secp160\w*|p192|pkcs1v15|unsigned|insecure|legacy|http|ssl\w*|tls1_?0|tls1_?1|"
    r"(?:rsa|dh)_?(?:512|768|1024)|\w*_(?:32|40|56|64)$)(?:_|\b|$)",
    re.IGNORECASE,
)
_STRENGTH = (
    ("sha512", 512), ("sha384", 384), ("sha3", 300), ("sha256", 256), ("blake2", 256), ("sha224", 224), ("sha1", 80), ("md5", 40),
    ("chacha20", 256), ("aes256", 256), ("aes_256", 256), ("aes192", 192), ("aes128", 128), ("aes_128", 128), ("x448", 224),
    ("ed448", 224), ("x25519", 128), ("ed25519", 128), ("p521", 260), ("p384", 192), ("p256", 128), ("crc32", 1),
)  # fmt: skip
ALGORITHMS = re.compile(
    r"cipher|suite|algorithm|\balg|hash|digest|curve|group|\bmac|signature|kdf|kem|aead|encryption|scheme|transport|security|integrity",
    re.IGNORECASE,
)


def is_weak(name: str) -> bool:
    """Whether an algorithm of that name is known to protect little or nothing."""
    return _WEAK.search(re.sub(r"[^a-z0-9]+", "_", _snake(name))) is not None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


def strength(function: str) -> int | None:
    """Return how strong a builtin is, in bits as far as its name tells; `None` for one that does not protect."""
    name = function.lower().replace("-", "")
    return next((bits for word, bits in _STRENGTH if word in name), None)


def protects(name: str) -> bool:
    """Whether something of that name is a key, a nonce, a tag or the like."""
    return _PROTECTS.search(_snake(name)) is not None


def weaker_slot(one: p.Slot, other: p.Slot) -> str:
    """Return what a member protects less than before, empty where it does not."""
    if _is_secret(one.shape) and not _is_secret(other.shape) and isinstance(other.shape, s.Octets | s.Text):
        return f"`{other.name}` is no longer secret"
    sizes = _least(one.shape), _least(other.shape)
    if (
        None not in sizes
        and (protects(one.name) or _is_secret(one.shape))
        and (sizes[1] or 0) < (sizes[0] or 0)
    ):
        return f"`{other.name}` has {sizes[1]} octets, had {sizes[0]}"
    if protects(one.name) and isinstance(one.shape, s.Integer) and isinstance(other.shape, s.Integer):
        if one.role is p.Role.COMPUTED and other.shape.maximum < one.shape.maximum:
            return f"`{other.name}` is shorter"
    if other.optional and not one.optional and protects(one.name):
        return f"`{other.name}` may be left out"
    if one.value is not None and other.value is None and (protects(one.name) or _strongest(one.value)):
        return f"`{other.name}` is no longer verified"
    if one.value is not None and other.value is not None:
        return weaker_expression(one.value, other.value, f"`{other.name}`")
    return ""


def weaker_expression(one: e.Expr, other: e.Expr, what: str) -> str:
    """Return that a computation uses a weaker builtin, or keeps less of what it gives."""
    before, after = _strongest(one), _strongest(other)
    if before and (after is None or after < before):
        return f"{what} is made by a weaker function"
    kept = _kept(one), _kept(other)
    if before and kept[1] is not None and (kept[0] is None or kept[1] < kept[0]):
        return f"{what} keeps only {kept[1]} octets"
    return ""


def lost_slot(slot: p.Slot) -> str:
    """Return what is lost with a member."""
    if protects(slot.name) and (slot.value is not None or isinstance(slot.shape, s.Octets)):
        return f"`{slot.name}` is gone"
    return f"`{slot.name}` is gone" if slot.value is not None and _strongest(slot.value) else ""


def weaker_data(one: p.DataTag | None, other: p.DataTag | None) -> str:
    """Return what is promised less about personal data."""
    if one is None:
        return ""
    if other is None or (one.personal and not other.personal):
        return "a field is no longer marked as personal data" if one.personal else ""
    if one.retention_days is not None and (
        other.retention_days is None or other.retention_days > one.retention_days
    ):
        return "personal data is kept longer"
    return ""


def _is_secret(shape: s.Shape) -> bool:
    return isinstance(shape, s.Octets) and shape.secret


def _least(shape: s.Shape) -> int | None:
    return shape.minimum if isinstance(shape, s.Octets) else None


def _calls(expr: Any) -> Iterator[e.Call]:
    for node in e.walk(expr):
        if isinstance(node, e.Call):
            yield node


def _strongest(expr: e.Expr) -> int | None:
    return max((bits for call in _calls(expr) if (bits := strength(call.function)) is not None), default=None)


def _kept(expr: e.Expr) -> int | None:
    sizes = [
        last.value
        for call in _calls(expr)
        if call.function in ("first", "last", "truncate")
        and isinstance(last := call.arguments[-1], e.Literal)
    ]
    return min((size for size in sizes if isinstance(size, int)), default=None)
