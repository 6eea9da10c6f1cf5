"""Encrypted objects (RFC 7516): the content key found by the algorithm, then the content opened."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from art7.runtime.jose.keys import (
    JoseRefused,
    Value,
    call,
    choose,
    joined,
    members,
    octets_of,
    point,
    read,
    rsa_private,
    text_of,
)
from art7.runtime.jose.signed import LONGEST

_CONTENT = {
    "A128GCM": ("aes_gcm", 16, 12, 16),
    "A192GCM": ("aes_gcm", 24, 12, 16),
    "A256GCM": ("aes_gcm", 32, 12, 16),
    "A128CBC-HS256": ("cbc_hmac", 32, 16, 16),
    "A192CBC-HS384": ("cbc_hmac", 48, 16, 24),
    "A256CBC-HS512": ("cbc_hmac", 64, 16, 32),
}
"""Content encryption → builtin, octets of key, nonce and tag (RFC 7518 §5)."""
_PASSWORDS = {"PBES2-HS256+A128KW": "sha256", "PBES2-HS384+A192KW": "sha384", "PBES2-HS512+A256KW": "sha512"}
_AGREEMENTS = {
    "P-256": "ecdh_p256",
    "P-384": "ecdh_p384",
    "P-521": "ecdh_p521",
    "X25519": "x25519",
    "X448": "x448",
}
_OPENING = ("decrypt", "unwrapKey", "deriveKey", "deriveBits")
MOST_ROUNDS = 500_000
"""How many rounds a password may ask for: the sender chooses the number, the reader has the work."""
LARGEST_TEXT = 1 << 22
"""The most octets that a compressed text may become."""


def open_compact(text: str, keys: Sequence[Value]) -> bytes:
    """Return the content of a compact object (RFC 7516 §5.2). Raises: `JoseRefused`."""
    parts = text.split(".") if len(text) <= LONGEST else []
    if len(parts) != 5 or not parts[0]:
        raise JoseRefused("malformed", "header, key, nonce, ciphertext and tag", f"{len(parts)} parts")
    header = read("JweHeader", octets_of(parts[0]))
    wrapped, nonce, ciphertext, tag = map(octets_of, parts[1:])
    return _open(header, header, parts[0].encode("ascii"), wrapped, nonce, ciphertext + tag, len(tag), keys)


def open_json(octets: bytes, keys: Sequence[Value]) -> bytes:
    """Return the content of a JSON object that one of its receivers' keys opens (RFC 7516 §7.2).

    Raises: `JoseRefused`.
    """
    value = read("JweJson", octets)
    octets = value["protected"] or b""
    protected = members(read("JweHeader", octets)) if octets else {}
    aad = text_of(octets) if value["aad"] is None else f"{text_of(octets)}.{text_of(value['aad'])}"
    nonce, ciphertext, tag = (value[name] or b"" for name in ("iv", "ciphertext", "tag"))
    refusal = JoseRefused("no_key", "a key of a receiver", "none")
    for each in value["recipients"] or [value]:
        whole = joined(protected, members(value["unprotected"]), members(each["header"]))
        wrapped = each["encrypted_key"] or b""
        try:
            return _open(
                whole, protected, aad.encode("ascii"), wrapped, nonce, ciphertext + tag, len(tag), keys
            )
        except JoseRefused as found:
            refusal = found
    raise refusal


def _open(
    header: Value,
    protected: Value,
    aad: bytes,
    wrapped: bytes,
    nonce: bytes,
    sealed: bytes,
    tag_size: int,
    keys: Sequence[Value],
) -> bytes:
    if header.get("crit"):
        raise JoseRefused("unknown_extension", "extensions that are understood", "others")
    algorithm, content = str(header.get("alg")), _CONTENT.get(str(header.get("enc")))
    if content is None:
        raise JoseRefused(
            "refused_algorithm", "a content encryption of RFC 7518 §5", str(header.get("enc"))[:40]
        )
    name, size, nonce_size, tag_wanted = content
    if len(nonce) != nonce_size or tag_size != tag_wanted:
        raise JoseRefused(
            "malformed", f"a nonce of {nonce_size} octets, a tag of {tag_wanted}", f"{len(nonce)}, {tag_size}"
        )
    key = _content_key(algorithm, header, wrapped, size, keys)
    if len(key) != size:
        raise JoseRefused("not_authentic", f"a content key of {size} octets", f"{len(key)}")
    return _inflated(protected, bytes(call(f"{name}_open", key, nonce, aad, sealed)))


def _inflated(header: Value, octets: bytes) -> bytes:
    if header.get("zip") is None:
        return octets
    if header["zip"] != "DEF":
        raise JoseRefused("refused_algorithm", "DEF", str(header["zip"])[:40])
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = inflate.decompress(octets, LARGEST_TEXT)
    except zlib.error:
        raise JoseRefused("malformed", "a compressed text", f"{len(octets)} octets") from None
    if inflate.unconsumed_tail:
        raise JoseRefused("too_large", f"{LARGEST_TEXT} octets", "more")
    return found


# ---- content keys ----


def _content_key(algorithm: str, header: Value, wrapped: bytes, size: int, keys: Sequence[Value]) -> bytes:
    """Return the content key (RFC 7518 §4). Raises: `JoseRefused`."""
    family = _family(algorithm)
    refusal = JoseRefused("not_authentic", "a content key", "none")
    for key in choose(keys, header, family, "enc", _OPENING):
        try:
            return _unwrapped(algorithm, header, wrapped, size, key)
        except JoseRefused as found:
            refusal = found
    raise refusal


def _family(algorithm: str) -> str:
    if algorithm in ("RSA-OAEP", "RSA-OAEP-256"):
        return "RSA"
    if algorithm.startswith("ECDH-ES") and algorithm[7:] in ("", "+A128KW", "+A192KW", "+A256KW"):
        return "EC"
    known = ("dir", *_PASSWORDS, *(f"A{bits}{kind}" for bits in (128, 192, 256) for kind in ("KW", "GCMKW")))
    if algorithm in known:
        return "oct"
    raise JoseRefused("refused_algorithm", "a key encryption of RFC 7518 §4 but RSA1_5", algorithm[:40])


def _unwrapped(algorithm: str, header: Value, wrapped: bytes, size: int, key: Value) -> bytes:
    if algorithm == "dir":
        return _direct(wrapped, bytes(key["k"]))
    if key["kty"] == "RSA":
        name = "sha256" if algorithm.endswith("256") else "sha1"
        return bytes(call("rsa_oaep_decrypt", name, rsa_private(key), b"", wrapped))
    if algorithm.startswith("ECDH-ES"):
        return _agreed(algorithm, header, wrapped, size, key)
    if algorithm in _PASSWORDS:
        return _by_password(algorithm, header, wrapped, bytes(key["k"]))
    if len(key["k"]) * 8 != int(algorithm[1:4]):
        raise JoseRefused("weak_key", f"{algorithm[1:4]} bits", f"{8 * len(key['k'])}")
    if algorithm.endswith("GCMKW"):
        nonce, tag = header.get("iv") or b"", header.get("tag") or b""
        if len(tag) != 16:
            raise JoseRefused("malformed", "a tag of 16 octets", f"{len(tag)}")
        return bytes(call("aes_gcm_open", key["k"], nonce, b"", wrapped + tag))
    return bytes(call("aes_key_unwrap", key["k"], wrapped))


def _direct(wrapped: bytes, key: bytes) -> bytes:
    if wrapped:
        raise JoseRefused("malformed", "no encrypted key", f"{len(wrapped)} octets")
    return key


def _agreed(algorithm: str, header: Value, wrapped: bytes, size: int, key: Value) -> bytes:
    """The key of an agreement with the sender's fresh key (RFC 7518 §4.6)."""
    fresh = header.get("epk")
    if (
        fresh is None
        or fresh.get("crv") != key["crv"]
        or key.get("d") is None
        or key["crv"] not in _AGREEMENTS
    ):
        raise JoseRefused("no_key", "a private key on the curve of the sender's", "another")
    shared = call(_AGREEMENTS[key["crv"]], key["d"], point(fresh))
    wraps = algorithm != "ECDH-ES"
    bits = int(algorithm[9:12]) if wraps else 8 * size
    named = algorithm if wraps else str(header["enc"])
    parties = (header.get(name) or b"" for name in ("apu", "apv"))
    info = b"".join(len(each).to_bytes(4, "big") + each for each in (named.encode(), *parties))
    derived = _concatenated(shared, info + bits.to_bytes(4, "big"), bits // 8)
    return bytes(call("aes_key_unwrap", derived, wrapped)) if wraps else _direct(wrapped, derived)


def _concatenated(shared: bytes, info: bytes, size: int) -> bytes:
    """The Concat KDF with SHA-256 (SP 800-56A §5.8.2.1)."""
    rounds = range(1, -(-size // 32) + 1)
    return b"".join(call("sha256", n.to_bytes(4, "big") + shared + info) for n in rounds)[:size]


def _by_password(algorithm: str, header: Value, wrapped: bytes, password: bytes) -> bytes:
    """The key of a password (RFC 7518 §4.8)."""
    rounds, salt = header.get("p2c"), header.get("p2s") or b""
    if not isinstance(rounds, int) or not 1 <= rounds <= MOST_ROUNDS or len(salt) < 8:
        raise JoseRefused(
            "refused_algorithm", f"1 to {MOST_ROUNDS} rounds, 8 octets of salt", str(rounds)[:20]
        )
    size = int(algorithm[-5:-2]) // 8
    bound = algorithm.encode() + b"\0" + salt
    return bytes(
        call("aes_key_unwrap", call("pbkdf2", _PASSWORDS[algorithm], password, bound, rounds, size), wrapped)
    )
