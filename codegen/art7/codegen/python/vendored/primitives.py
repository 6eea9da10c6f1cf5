"""Builtin functions that need nothing but the standard library.

Text of generated projects: the generator copies the functions that a specification uses, and what they
call, into the support module of the package. Each refuses with `BuiltinError`, whose `code` is a refusal code.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from art7.interpreter.functions.shared.macs import hash_length

SIZE_LIMIT = 1 << 24

_Result = TypeVar("_Result")


class BuiltinError(ValueError):
    """A builtin function refused its arguments; `code` says why."""

    def __init__(self, code: str, expected: str = "", got: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected
        self.got = got


def checked(function: Callable[..., _Result], *arguments: Any) -> _Result:
    """Call a builtin; an absent argument is refused with `missing_field`."""
    for argument in arguments:
        if argument is None:
            raise BuiltinError("missing_field")
    return function(*arguments)


def _size(count: int) -> int:
    if not 0 <= count <= SIZE_LIMIT:
        raise BuiltinError("out_of_range")
    return count


# ---- runs of octets, characters and items ----


def length(value: Any) -> int:
    """Items, octets or characters; 0 for an absent value."""
    return 0 if value is None else len(value)


def first(value: Any, count: int) -> Any:
    """The first `count` items; refused when there are fewer."""
    if not 0 <= count <= len(value):
        raise BuiltinError("out_of_range")
    return value[:count]


def last(value: Any, count: int) -> Any:
    """The last `count` items; refused when there are fewer."""
    if not 0 <= count <= len(value):
        raise BuiltinError("out_of_range")
    return value[len(value) - count :]


def slice_of(value: Any, start: int, end: int) -> Any:
    """Items from position `start` up to, not with, `end`."""
    if not 0 <= start <= end <= len(value):
        raise BuiltinError("out_of_range")
    return value[start:end]


def zeros(count: int) -> bytes:
    """`count` zero octets."""
    return bytes(_size(count))


def join(items: Any, separator: Any) -> Any:
    """The items with `separator` between them."""
    return separator.join(items)


def reverse(value: Any) -> Any:
    """The same items, last first."""
    return value[::-1]


def starts_with(value: Any, part: Any) -> bool:
    """Whether `value` begins with `part`; false for an absent one."""
    return value is not None and part is not None and bool(value.startswith(part))


def ends_with(value: Any, part: Any) -> bool:
    """Whether `value` ends with `part`; false for an absent one."""
    return value is not None and part is not None and bool(value.endswith(part))


def contains(value: Any, part: Any) -> bool:
    """Whether `part` occurs in `value`: a run, item or key; false for an absent one."""
    return value is not None and part is not None and part in value


def distinct(items: Any, by: str) -> bool:
    """Whether no two items, or their members `by`, are equal."""
    keys = [item if not by or isinstance(item, str | bytes | int) else member(item, by) for item in items]
    try:
        return len(set(keys)) == len(keys)
    except TypeError:
        return all(key not in keys[:position] for position, key in enumerate(keys))


# ---- integers ----


def _to_octets(value: int, octets: int, order: Any) -> bytes:
    if not 0 <= value < 1 << 8 * octets:
        raise BuiltinError("out_of_range")
    return value.to_bytes(octets, order)


def big_endian(value: int, octets: int) -> bytes:
    """`value` in that many octets, most significant first."""
    return _to_octets(value, octets, "big")


def little_endian(value: int, octets: int) -> bytes:
    """`value` in that many octets, least significant first."""
    return _to_octets(value, octets, "little")


def unsigned_be(value: bytes) -> int:
    """The octets as an unsigned integer, most significant first."""
    return int.from_bytes(value, "big")


def minimal(value: bytes) -> bytes:
    """The octets without zero octets in front."""
    return value.lstrip(b"\0")


def unsigned_le(value: bytes) -> int:
    """The octets as an unsigned integer, least significant first."""
    return int.from_bytes(value, "little")


def varint_octets(value: int) -> bytes:
    """A QUIC variable-length integer (RFC 9000 §16)."""
    for prefix, octets in ((0, 1), (1, 2), (2, 4), (3, 8)):
        if 0 <= value < 1 << 8 * octets - 2:
            return (value | prefix << 8 * octets - 2).to_bytes(octets, "big")
    raise BuiltinError("out_of_range")


def mls_varint_octets(value: int) -> bytes:
    """A vector's length header (RFC 9420 §2.1.2)."""
    if 0 <= value < 64:
        return bytes((value,))
    if value >= 1 << 30:
        raise BuiltinError("out_of_range")
    return varint_octets(value)


def mls_vector(value: bytes) -> bytes:
    """`value` behind its length header (RFC 9420 §2.1.2)."""
    return mls_varint_octets(len(value)) + value


def bits(value: int) -> int:
    """How many binary digits `value` has without its sign."""
    return value.bit_length()


# ---- texts ----

_LOWER = {upper: upper + 32 for upper in range(65, 91)}
_UPPER = {lower: lower - 32 for lower in range(97, 123)}


def lower(value: str) -> str:
    """A–Z become a–z, nothing else changes."""
    return value.lower() if value.isascii() else value.translate(_LOWER)


def upper(value: str) -> str:
    """a–z become A–Z, nothing else changes."""
    return value.upper() if value.isascii() else value.translate(_UPPER)


def strip(value: str, characters: str) -> str:
    """Without any of `characters`, wherever they stand."""
    return value.translate(dict.fromkeys(map(ord, characters)))


_KINDS_OF: dict[type, str] = {type(None): "null", bool: "boolean", list: "list"}


def kind_of(value: Any) -> str:
    """The kind of a value: `null`, `boolean`, `number`, `text`, `octets`, `list` or `record`."""
    found = _KINDS_OF.get(type(value))
    if found is not None:
        return found
    for kind, name in ((int, "number"), (float, "number"), (str, "text"), (bytes, "octets")):
        if isinstance(value, kind):
            return name
    return "null" if type(value).__name__ == "Absent" else "record"


def before(value: str, mark: str) -> str:
    """What stands before the first `mark`; all of it without one."""
    return value.partition(mark)[0] if mark else value


def after(value: str, mark: str) -> str:
    """What follows the first `mark`; nothing without one."""
    return value.partition(mark)[2] if mark else ""


def utf8(value: str) -> bytes:
    """The text in UTF-8."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise BuiltinError("bad_text") from None


def text(value: bytes) -> str:
    """The octets read as UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise BuiltinError("bad_text") from None


def decimal(value: int) -> str:
    """The integer in decimal digits."""
    return str(value)


def integer(value: str) -> int:
    """The integer that up to 40 decimal digits spell."""
    digits = value[1:] if value[:1] == "-" else value
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 40):
        raise BuiltinError("bad_text")
    return int(value)


def hexadecimal(value: bytes) -> str:
    """Two lower-case hexadecimal digits an octet."""
    return value.hex()


def unhex(value: str) -> bytes:
    """The octets that hexadecimal digits spell."""
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise BuiltinError("bad_text") from None


_URL = str.maketrans("+/", "-_")
_PLAIN = str.maketrans("-_", "+/")


def base64(value: bytes) -> str:
    """Base64 with padding (RFC 4648 §4)."""
    return binascii.b2a_base64(value, newline=False).decode()


def base64_unpadded(value: bytes) -> str:
    """Base64 without padding (RFC 4648 §4)."""
    return binascii.b2a_base64(value, newline=False).rstrip(b"=").decode()


def base64url(value: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648 §5)."""
    return base64_unpadded(value).translate(_URL)


def base64url_padded(value: bytes) -> str:
    """URL-safe base64 with padding (RFC 4648 §5)."""
    return base64(value).translate(_URL)


def base64_decode(value: str) -> bytes:
    """The octets of base64, padded or not; bits that are left over must be zero."""
    bare = value.rstrip("=")
    padding = -len(bare) % 4
    if padding == 3 or len(value) - len(bare) not in (0, padding):
        raise BuiltinError("bad_text")
    try:
        octets = binascii.a2b_base64(bare + "=" * padding, strict_mode=True)
    except ValueError:
        raise BuiltinError("bad_text") from None
    if binascii.b2a_base64(octets, newline=False).rstrip(b"=").decode() != bare:
        raise BuiltinError("bad_text")
    return octets


def base64url_decode(value: str) -> bytes:
    """The octets of URL-safe base64, padded or not; bits that are left over must be zero."""
    if "+" in value or "/" in value:
        raise BuiltinError("bad_text")
    return base64_decode(value.translate(_PLAIN))


# ---- checksums, digests, MACs, HKDF ----


def crc32(value: bytes) -> int:
    """The CRC of Ethernet and ZIP."""
    return zlib.crc32(value)


def _crc32c_table() -> list[int]:
    table = []
    for octet in range(256):
        for _ in range(8):
            octet = octet >> 1 ^ (0x82F63B78 if octet & 1 else 0)
        table.append(octet)
    return table


_CRC32C = _crc32c_table()


def crc32c(value: bytes) -> int:
    """The Castagnoli CRC of SCTP (RFC 9260 Appendix A)."""
    crc = 0xFFFFFFFF
    for octet in value:
        crc = _CRC32C[(crc ^ octet) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def equal(left: bytes, right: bytes) -> bool:
    """Whether both are equal, compared in constant time."""
    return hmac.compare_digest(left, right)


def _md5(value: bytes) -> bytes:
    """The digest that older protocols name (RFC 1321)."""
    return hashlib.md5(value, usedforsecurity=False).digest()


def digest(name: str, value: bytes) -> bytes:
    """The digest of that name."""
    hash_length(name)
    return hashlib.new(name, value, usedforsecurity=False).digest()


def shake(name: str, value: bytes, count: int) -> bytes:
    """`count` octets of the extendable output of that name (FIPS 202 §6.2)."""
    absorbed = hashlib.shake_128(value) if name == "shake128" else hashlib.shake_256(value)
    return absorbed.digest(_size(count))


def canonical_json(value: Any) -> bytes:
    """Matrix canonical JSON: sorted keys, shortest form, integers within 2^53 only."""
    return _canonical(value, 64).encode()


def _canonical(value: Any, depth: int) -> str:
    from json.encoder import encode_basestring

    if depth < 0:
        raise BuiltinError("too_deep")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and -(1 << 53) < value < 1 << 53:
        return str(value)
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, list):
        return "[" + ",".join(_canonical(item, depth - 1) for item in value) + "]"
    if isinstance(value, dict):
        members = (f"{encode_basestring(key)}:{_canonical(value[key], depth - 1)}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    raise BuiltinError("out_of_range")


# ---- values in expressions ----


def element(value: Any, position: int) -> Any:
    """Item `position`, counted from 0; refused outside."""
    if not 0 <= position < len(value):
        raise BuiltinError("out_of_range")
    return value[position]


def member(value: Any, name: str, place: int | None = None) -> Any:
    """Member `name` of a record value, in a tuple the one at `place`; `None` when it or the record is absent."""
    if value is None:
        return None
    if place is not None and isinstance(value, (tuple, list)):
        return value[place] if place < len(value) else None
    found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return None if type(found).__name__ == "Absent" else found


def xor_octets(left: bytes, right: bytes) -> bytes:
    """Bytewise exclusive or of octet strings of one length."""
    if len(left) != len(right):
        raise BuiltinError("out_of_range")
    number = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return number.to_bytes(len(left), "big")


def in_ranges(value: Any, ranges: tuple[tuple[Any, Any], ...]) -> bool:
    """Whether `value` lies in one of the closed ranges."""
    return any(low <= value <= high for low, high in ranges)
