"""Integers, octets, texts and lists. Source: `art7.grammar.ir.builtins`."""

from __future__ import annotations

import base64 as codings
import binascii
import hmac
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.builtins import SIZE_LIMIT
from art7.interpreter.functions.pattern import matches
from art7.interpreter.functions.refusal import Refused, check_size
from art7.interpreter.functions.shared.base58 import base58, base58_decode

_DIGITS = 40
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_LOWER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def length(value: Any) -> int:
    return 0 if value is None else len(value)


def first(value: Any, count: int) -> Any:
    check_size(count, len(value), "items")
    return value[:count]


def last(value: Any, count: int) -> Any:
    check_size(count, len(value), "items")
    return value[len(value) - count :]


def cut(value: Any, start: int, stop: int) -> Any:
    if not 0 <= start <= stop <= len(value):
        raise Refused("out_of_range", f"positions within 0 to {len(value)}", f"{start} to {stop}")
    return value[start:stop]


def zeros(count: int) -> bytes:
    check_size(count, SIZE_LIMIT)
    return bytes(count)


def join(items: list[Any], separator: Any) -> Any:
    if sum(map(len, items)) + len(separator) * len(items) > SIZE_LIMIT:
        raise Refused("out_of_range", f"at most {SIZE_LIMIT} octets", "more")
    return separator.join(items)


def reverse(value: Any) -> Any:
    return value[::-1]


def unsigned(octets: int, order: Any) -> Callable[[int], bytes]:
    """Return the writer of `octets` octets in that order."""

    def write(value: int) -> bytes:
        if not 0 <= value < 1 << (8 * octets):
            raise Refused("out_of_range", f"0 to {(1 << (8 * octets)) - 1}", str(value))
        return int(value).to_bytes(octets, order)

    return write


def quic_varint(value: int) -> bytes:
    """Wire: 1, 2, 4 or 8 octets, their count in the two high bits. Source: RFC 9000 §16."""
    for octets, mark in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if 0 <= value < 1 << (8 * octets - 2):
            return (mark << (8 * octets - 2) | value).to_bytes(octets, "big")
    raise Refused("out_of_range", f"0 to {(1 << 62) - 1}", str(value))


def mls_varint(value: int) -> bytes:
    if not 0 <= value < 1 << 30:
        raise Refused("out_of_range", f"0 to {(1 << 30) - 1}", str(value))
    return quic_varint(value)


def mls_vector(value: bytes) -> bytes:
    return mls_varint(len(value)) + value


def strip(value: str, characters: str) -> str:
    return value.translate(dict.fromkeys(map(ord, characters)))


def kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case bytes():
            return "octets"
        case list():
            return "list"
        case _:
            return "record"


def before(value: str, mark: str) -> str:
    place = value.find(mark) if mark else -1
    return value if place < 0 else value[:place]


def after(value: str, mark: str) -> str:
    place = value.find(mark) if mark else -1
    return "" if place < 0 else value[place + len(mark) :]


def starts_with(value: Any, part: Any) -> bool:
    return value is not None and value.startswith(part)


def ends_with(value: Any, part: Any) -> bool:
    return value is not None and value.endswith(part)


def contains(value: Any, part: Any) -> bool:
    return value is not None and part in value


def utf8(value: str) -> bytes:
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("bad_text", "Unicode scalar values", f"a lone surrogate at {error.start}") from None


def text(value: bytes) -> str:
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("bad_text", "UTF-8", f"octet {value[error.start]:#04x} at {error.start}") from None


def integer(value: str) -> int:
    digits = value[1:] if value.startswith("-") else value
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        raise Refused("bad_text", f"1 to {_DIGITS} decimal digits", f"{len(value)} characters")
    return int(value)


def unhex(value: str) -> bytes:
    try:
        return binascii.unhexlify(value.encode("ascii"))
    except (ValueError, binascii.Error):
        raise Refused("bad_text", "pairs of hexadecimal digits", f"{len(value)} characters") from None


def decode_base64(value: str, *, url_safe: bool = False, padding: str = "either") -> bytes:
    """Read base64 strictly: only its alphabet, padding at the end alone, no stray low bits.

    Raises: Refused `bad_text`. Source: RFC 4648 §3.5, §4, §5.
    """
    bare = value.rstrip("=")
    padded = len(value) - len(bare)
    full = bare + "=" * (-len(bare) % 4)
    right_padding = {
        "either": padded == 0 or len(value) == len(full),
        "required": len(value) == len(full),
        "forbidden": padded == 0,
    }[padding]
    try:
        if not right_padding or len(bare) % 4 == 1:
            raise ValueError
        octets = codings.b64decode(full.encode("ascii"), altchars=b"-_" if url_safe else None, validate=True)
    except ValueError:
        raise Refused("bad_text", "base64url" if url_safe else "base64", f"{len(value)} characters") from None
    again = codings.urlsafe_b64encode(octets) if url_safe else codings.b64encode(octets)
    if again.rstrip(b"=") != bare.encode("ascii"):
        raise Refused("bad_text", "unused bits that are 0", "other bits")
    return octets


def encode_base64(value: bytes, *, url_safe: bool = False, padded: bool = True) -> str:
    """Write base64. Source: RFC 4648 §4, §5."""
    octets = codings.urlsafe_b64encode(value) if url_safe else codings.b64encode(value)
    return octets.decode("ascii") if padded else octets.rstrip(b"=").decode("ascii")


def distinct(items: list[Any], by: str) -> bool:
    seen = [item.get(by) if by and isinstance(item, dict) else item for item in items]
    try:
        return len(set(seen)) == len(seen)
    except TypeError:
        # Lists and records have no hash; their written form stands for them.
        return len({repr(item) for item in seen}) == len(seen)


def canonical_json(value: Any) -> bytes:
    from art7.interpreter.json_writer import write_json
    from art7.interpreter.tree_nodes import TreeRefused

    try:
        return write_json(value, canonical=True)
    except TreeRefused as error:
        raise Refused(error.code, error.expected, error.got) from None


def equal(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "length": length,
    "first": first,
    "last": last,
    "slice": cut,
    "zeros": zeros,
    "join": join,
    "reverse": reverse,
    "unsigned_be": lambda value: int.from_bytes(value, "big"),
    "minimal": lambda value: value.lstrip(b"\0"),
    "unsigned_le": lambda value: int.from_bytes(value, "little"),
    "varint": quic_varint,
    "mls_varint": mls_varint,
    "mls_vector": mls_vector,
    "bits": lambda value: abs(value).bit_length(),
    "lower": lambda value: value.translate(_UPPER),
    "upper": lambda value: value.translate(_LOWER),
    "strip": strip,
    "kind_of": kind_of,
    "before": before,
    "after": after,
    "starts_with": starts_with,
    "ends_with": ends_with,
    "contains": contains,
    "matches": matches,
    "utf8": utf8,
    "text": text,
    "decimal": lambda value: f"{value:d}" if abs(value).bit_length() < 8192 else hex(value),
    "integer": integer,
    "hex": lambda value: value.hex(),
    "unhex": unhex,
    "base64": encode_base64,
    "base64_unpadded": lambda value: encode_base64(value, padded=False),
    "base64_decode": decode_base64,
    "base64url": lambda value: encode_base64(value, url_safe=True, padded=False),
    "base64url_decode": lambda value: decode_base64(value, url_safe=True),
    "base58": base58,
    "base58_decode": base58_decode,
    "distinct": distinct,
    "min": min,
    "max": max,
    "abs": abs,
    "canonical_json": canonical_json,
    "equal": equal,
    **{
        f"u{8 * octets}{suffix}": unsigned(octets, order)
        for suffix, order in (("be", "big"), ("le", "little"))
        for octets in range(1, 9)
    },
}
