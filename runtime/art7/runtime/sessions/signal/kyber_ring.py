"""The ring of CRYSTALS-Kyber, round 3: polynomials of 256 coefficients modulo 3329, as lists of integers.

Source: CRYSTALS-Kyber, Algorithm Specifications 3.02, §1.1 and §1.2. In Python no step here takes constant time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import shake_128, shake_256

Polynomial = list[int]

Q = 3329
DEGREE = 256
_ROOT = 17
"""Of order 256 modulo `Q`."""
_HALVES_INVERSE = 3303
"""128 to the power of -1."""


def _reversed_bits(number: int) -> int:
    return int(f"{number:07b}"[::-1], 2)


_ZETAS = tuple(pow(_ROOT, _reversed_bits(each), Q) for each in range(128))
_GAMMAS = tuple(pow(_ROOT, 2 * _reversed_bits(each) + 1, Q) for each in range(128))


def transformed(polynomial: Sequence[int]) -> Polynomial:
    """Return the number-theoretic transform: 128 remainders of degree one."""
    values, place, length = list(polynomial), 1, 128
    while length >= 2:
        for start in range(0, DEGREE, 2 * length):
            zeta = _ZETAS[place]
            place += 1
            for low in range(start, start + length):
                product = zeta * values[low + length]
                values[low + length] = (values[low] - product) % Q
                values[low] = (values[low] + product) % Q
        length //= 2
    return values


def restored(transform: Sequence[int]) -> Polynomial:
    """Return the polynomial of a transform."""
    values, place, length = list(transform), 127, 2
    while length <= 128:
        for start in range(0, DEGREE, 2 * length):
            zeta = _ZETAS[place]
            place -= 1
            for low in range(start, start + length):
                below, above = values[low], values[low + length]
                values[low] = (below + above) % Q
                values[low + length] = zeta * (above - below) % Q
        length *= 2
    return [value * _HALVES_INVERSE % Q for value in values]


def inner_product(left: Sequence[Polynomial], right: Sequence[Polynomial]) -> Polynomial:
    """Return the sum of products of transforms, a transform."""
    even, odd = [0] * 128, [0] * 128
    for one, other in zip(left, right, strict=True):
        for place in range(128):
            a, b = one[2 * place : 2 * place + 2]
            c, d = other[2 * place : 2 * place + 2]
            even[place] += a * c + b * d % Q * _GAMMAS[place]
            odd[place] += a * d + b * c
    return [value % Q for pair in zip(even, odd, strict=True) for value in pair]


def added(left: Iterable[int], right: Iterable[int]) -> Polynomial:
    """Return the sum."""
    return [(one + other) % Q for one, other in zip(left, right, strict=True)]


def uniform(seed: bytes) -> Polynomial:
    """Return a transform drawn from SHAKE-128 over `seed`: what is not below `Q` is left out (Parse)."""
    size = 672
    while True:
        stream = shake_128(seed).digest(size)
        found = []
        for at in range(0, size, 3):
            first, second, third = stream[at : at + 3]
            for value in (first | (second & 15) << 8, second >> 4 | third << 4):
                if value < Q:
                    found.append(value)
        if len(found) >= DEGREE:
            return found[:DEGREE]
        size += 168


def noise(seed: bytes, number: int) -> Polynomial:
    """Return a small polynomial: differences of two bits and two bits of SHAKE-256 (CBD with eta 2)."""
    bits = int.from_bytes(shake_256(seed + bytes([number])).digest(128), "little")
    ones = (0, 1, 1, 2)
    found = []
    for _ in range(DEGREE):
        found.append((ones[bits & 3] - ones[bits >> 2 & 3]) % Q)
        bits >>= 4
    return found


def packed(values: Sequence[int], bits: int) -> bytes:
    """Return integers of `bits` bits in a row, least significant bit first (Encode)."""
    number = 0
    for value in reversed(values):
        number = number << bits | value
    return number.to_bytes(len(values) * bits // 8, "little")


def unpacked(octets: bytes, bits: int) -> Polynomial:
    """Return the integers that `packed` wrote (Decode)."""
    number, mask = int.from_bytes(octets, "little"), (1 << bits) - 1
    return [number >> at & mask for at in range(0, len(octets) * 8, bits)]


def rounded(polynomial: Iterable[int], bits: int) -> Polynomial:
    """Return the coefficients in `bits` bits (Compress)."""
    return [((value << bits) + Q // 2) // Q & (1 << bits) - 1 for value in polynomial]


def widened(values: Iterable[int], bits: int) -> Polynomial:
    """Return coefficients near those that were rounded (Decompress)."""
    return [value * Q + (1 << bits - 1) >> bits for value in values]
