"""XEdDSA, and DSA as OTR uses it: signatures whose arithmetic is written out, because no library offers it.

Text of generated projects. Signing takes time that depends on the key: fit for a sandbox, not for a product.
"""

from __future__ import annotations

import hashlib

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import octets_fit
from art7.interpreter.functions.shared.signatures import edwards_verify

# XEdDSA signs with the scalar of an X25519 key, which no library offers: the arithmetic of edwards25519
# (RFC 8032 §5.1) is written out. It is not constant in time.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_Point = tuple[int, int, int, int]
_BASE: _Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def _add(left: _Point, right: _Point) -> _Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % _P
    b = (left[1] + left[0]) * (right[1] + right[0]) % _P
    c = 2 * left[3] * right[3] * _D % _P
    d = 2 * left[2] * right[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _compress(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def xeddsa_sign(private: bytes, data: bytes, random: bytes) -> bytes:
    """The signature of `data` under an X25519 key (XEdDSA §2.4); `random` is 64 octets."""
    octets_fit(private, (32,), "a private key")
    octets_fit(random, (64,), "fresh randomness")
    scalar = int.from_bytes(private, "little") & ((1 << 254) - 8) | 1 << 254
    public = _compress(_multiply(scalar, _BASE))
    if public[31] & 128:
        scalar = -scalar % _L
    public = public[:31] + bytes((public[31] & 127,))
    secret = (scalar % _L).to_bytes(32, "little")
    prefix = b"\xfe" + b"\xff" * 31
    nonce = hashlib.sha512(prefix + secret + data + random).digest()
    r = int.from_bytes(nonce, "little") % _L
    commitment = _compress(_multiply(r, _BASE))
    challenge = int.from_bytes(hashlib.sha512(commitment + public + data).digest(), "little") % _L
    return commitment + ((r + challenge * scalar) % _L).to_bytes(32, "little")


def xeddsa_verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature holds under an X25519 public key (XEdDSA §2.5)."""
    octets_fit(public, (32,), "a public key")
    if len(signature) != 64:
        return False
    u = int.from_bytes(public, "little") & (1 << 255) - 1
    if u >= _P - 1:
        return False
    y = (u - 1) * pow(u + 1, _P - 2, _P) % _P
    # As deployed, the highest bit of the signature is the sign of the Edwards key.
    key = (y | (signature[63] >> 7) << 255).to_bytes(32, "little")
    return edwards_verify("ed25519", key, data, signature[:63] + bytes((signature[63] & 127,)))


# ---- DSA ----

_DsaGroup = tuple[int, int, int]


def _dsa_group(p: bytes, q: bytes, g: bytes) -> _DsaGroup:
    prime, order, base = (int.from_bytes(each, "big") for each in (p, q, g))
    fits = 1024 <= prime.bit_length() <= 3072 and 160 <= order.bit_length() <= 256 and prime % 2 == 1
    if not fits or (prime - 1) % order or not 1 < base < prime - 1 or pow(base, order, prime) != 1:
        raise BuiltinError("bad_key", "a prime, an order that divides it less one, and a base", "others")
    return prime, order, base


def dsa_public(p: bytes, q: bytes, g: bytes, private: bytes) -> bytes:
    """The public key, as long as `p` (FIPS 186-4 §4.1)."""
    prime, order, base = _dsa_group(p, q, g)
    secret = int.from_bytes(private, "big")
    if not 0 < secret < order:
        raise BuiltinError("bad_key", "a private key between 1 and q", f"{len(private)} octets")
    return pow(base, secret, prime).to_bytes((prime.bit_length() + 7) // 8, "big")


def dsa_sign(p: bytes, q: bytes, g: bytes, private: bytes, value: bytes, random: bytes) -> bytes:
    """r and s, each as long as `q`, over an integer (FIPS 186-4 §4.6); `random` is 64 fresh octets."""
    octets_fit(random, (64,), "fresh randomness")
    prime, order, base = _dsa_group(p, q, g)
    dsa_public(p, q, g, private)
    secret, size = int.from_bytes(private, "big"), (order.bit_length() + 7) // 8
    once = int.from_bytes(random, "big") % (order - 1) + 1
    r = pow(base, once, prime) % order
    s = pow(once, -1, order) * (int.from_bytes(value, "big") + secret * r) % order
    if not r or not s:
        raise BuiltinError("out_of_range", "randomness that makes a signature", "other randomness")
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def dsa_verify(p: bytes, q: bytes, g: bytes, public: bytes, value: bytes, signature: bytes) -> bool:
    """Whether r and s hold over an integer (FIPS 186-4 §4.7); a key outside its group is refused."""
    prime, order, base = _dsa_group(p, q, g)
    key, size = int.from_bytes(public, "big"), (order.bit_length() + 7) // 8
    if not 1 < key < prime - 1 or pow(key, order, prime) != 1:
        raise BuiltinError("small_order", "a public key of order q", f"{len(public)} octets")
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if len(signature) != 2 * size or not 0 < r < order or not 0 < s < order:
        return False
    inverse = pow(s, -1, order)
    left = pow(base, int.from_bytes(value, "big") * inverse % order, prime)
    return left * pow(key, r * inverse % order, prime) % prime % order == r
