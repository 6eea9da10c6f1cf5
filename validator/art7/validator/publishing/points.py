"""Points of edwards25519 (RFC 8032 §5.1), as far as a public key must be looked at before it is trusted.

The library that verifies takes keys for which one signature holds for every message: the neutral point and the others of
small order. Slow and simple: a key is looked at once.
"""

from __future__ import annotations

from typing import TypeAlias

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
"""The prime order of the group that honest keys are in."""
_D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)

Point: TypeAlias = tuple[int, int, int, int]
"""X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""

_NEUTRAL: Point = (0, 1, 1, 0)


def fault_of(key: bytes) -> str | None:
    """Return what is wrong with a public key, in words, or None: length, form, curve, order."""
    if len(key) != 32:
        return f"{len(key)} octets, expected 32"
    point = _point(key)
    if point is None:
        return "no point of the curve in its one form"
    if _is_neutral(_times(8, point)):
        return "a point of small order: one signature would hold for every message"
    if not _is_neutral(_times(ORDER, point)):
        return "a point outside the group of prime order"
    return None


def _point(key: bytes) -> Point | None:
    """Decode a point (RFC 8032 §5.1.3); None for a second spelling, or what is not on the curve."""
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * _D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    result = _NEUTRAL
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _is_neutral(point: Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0
