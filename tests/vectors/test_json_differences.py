"""JSON texts beside the standard library's: what is read, its value, and both canonical forms, over mutated texts.

`ART7_JSON_MUTANTS` is how many mutants are tried on each execution; the default is a slice for every run.
"""

from __future__ import annotations

import json
import math
import os
import random
from collections.abc import Iterator
from typing import Any

from executions import Codec, Refused

TEXT, JCS, MATRIX = "ietf.json.JsonText", "ietf.json.CanonicalJson", "matrix.events.CanonicalJson"
COUNT = int(os.environ.get("ART7_JSON_MUTANTS", "1500"))
DEPTH = 128

SEEDS = (
    '{"type":"m.room.message","content":{"body":"h\\u00e9 \\ud83d\\ude00 \U0001f600","n":[1,-2,0,9007199254740991]}}',
    "[1e21,1e-7,123456789012345680000,0.000001,-0.0,5e-324,1.7976931348623157e308,333333333.33333329]",
    '{"\\ufb33":1,"\\ud83d\\ude00":2,"z":3,"\\r":4,"":5,"\\u0080":6,"\u20ac":7,"1":8}',
    '[true,false,null,"\\b\\f\\n\\r\\t\\"\\\\\\/\\u001f\\u007f",[],{},[[[[]]]]]',
    '  {"a" : [ 1 , 2.50 , 3E+2 ] ,\r\n\t"b":{"c":{"d":{"e":"f"}}} }  ',
    "[9007199254740993,-9007199254740992,123456789012345678901234567890,1E400,-1e-400]",
    '"\\ud800\\udc00\\udbff\\udfff"',
)
PIECES = (
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b"+", b".", b"e", b"E", b"1", b"9", b" ", b"\t", b"\n",
    b"\x00", b"\x0b", b"\xc2\xa0", b"\xed\xa0\x80", b"\xff", b"\xef\xbb\xbf", b"true", b"null", b"NaN", b"Infinity",
    b"-Infinity", b"\\u", b"\\ud800", b"\\udc00", b"\\u0000", b"/*", b"//", b"'", b"1e999", b"9007199254740993",
)  # fmt: skip


def mutants(count: int) -> Iterator[bytes]:
    chance = random.Random("json")
    for _ in range(count):
        octets = bytearray(chance.choice(SEEDS).encode())
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            place = chance.randrange(len(octets) + 1)
            match chance.randrange(7):
                case 0:
                    octets[place:place] = chance.choice(PIECES)
                case 1:
                    octets[place : place + chance.randrange(1, 4)] = chance.choice(PIECES)
                case 2:
                    del octets[place : place + chance.randrange(1, 5)]
                case 3 if place < len(octets):
                    octets[place] ^= 1 << chance.randrange(8)
                case 4:
                    start = chance.randrange(len(octets) + 1)
                    octets[place:place] = octets[start : start + chance.randrange(1, 30)]
                case 5:
                    octets[:] = b"[" * chance.choice((1, 126, 127, 129)) + octets
                case _:
                    del octets[place:]
        yield bytes(octets)


class Explained(Exception):
    """A text that the standard library reads and RFC 8259 or RFC 7493 refuses, with the section."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Explained("RFC 7493 §2.3: a name twice")
    return dict(pairs)


def _constant(word: str) -> Any:
    raise Explained("RFC 8259 §6: NaN and infinities are no numbers")


def expected(octets: bytes) -> Any:
    """What the standard library reads, less what is explained; raises `ValueError` or `Explained`."""
    if octets.startswith(b"\xef\xbb\xbf") or b"\0" in octets[:4]:
        raise ValueError("the library guesses another encoding from these")
    value = json.loads(octets.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    _check(value, DEPTH)
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Explained("RFC 7493 §2.2: beyond binary64")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Explained("RFC 7493 §2.1: half of a surrogate pair") from None
    if isinstance(value, dict | list):
        if not depth:
            raise Explained("RFC 8259 §9: a limit of the module on nesting")
        for name in value if isinstance(value, dict) else ():
            _check(name, depth)
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, depth - 1)


def jcs(value: Any) -> str:
    """RFC 8785, from its own words."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: list(memoryview(name.encode("utf-16-be")).cast("B")))
        return "{" + ",".join(f"{jcs(name)}:{jcs(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ecmascript(float(value))
    return json.dumps(value, ensure_ascii=False)


def ecmascript(number: float) -> str:
    """ECMA-262 §6.1.6.1.20: the fewest digits k that read back as the number, then its five cases by n."""
    if number == 0:
        return "0"
    if number < 0:
        return "-" + ecmascript(-number)
    digits, exponent = next(
        text.replace(".", "").split("e")
        for text in (f"{number:.{k}e}" for k in range(17))
        if float(text) == number
    )
    k, n = len(digits), int(exponent) + 1
    if k <= n <= 21:
        return digits + "0" * (n - k)
    if 0 < n <= 21:
        return digits[:n] + "." + digits[n:]
    if -6 < n <= 0:
        return "0." + "0" * -n + digits
    sign = "+" if n > 0 else "-"
    return digits[0] + ("." + digits[1:] if k > 1 else "") + "e" + sign + str(abs(n - 1))


def matrix(value: Any) -> str | None:
    """Matrix Appendices, Canonical JSON; `None` for what it cannot hold."""
    stack = [value]
    while stack:
        one = stack.pop()
        stack += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        if isinstance(one, float) or (isinstance(one, int) and abs(one) >= 1 << 53):
            return None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def outcome(codec: Codec, type: str, octets: bytes) -> bytes | None:
    try:
        return codec.encode(type, codec.decode(type, octets).native)
    except Refused as refusal:
        assert refusal.code != "internal"
        return None


def same(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def test_texts_and_canonical_forms(codec: Codec) -> None:
    read = 0
    for octets in mutants(COUNT):
        try:
            value = expected(octets)
        except (Explained, ValueError, RecursionError):
            assert outcome(codec, TEXT, octets) is None, octets
            assert outcome(codec, JCS, octets) is None, octets
            continue
        read += 1
        assert same(codec.decode(TEXT, octets).plain["value"], value), octets
        try:
            written = jcs(value).encode()
        except OverflowError:  # an integer beyond binary64: RFC 8785 §3.2.2.3
            assert outcome(codec, JCS, octets) is None, octets
        else:
            assert outcome(codec, JCS, octets) == written, octets
        canonical = matrix(value)
        found = outcome(codec, MATRIX, octets) if len(octets) < 1 << 16 else None
        if _nesting(value) <= 64:
            assert found == (None if canonical is None else canonical.encode()), octets
    assert COUNT / 20 < read < COUNT


def _nesting(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if items is None else 1 + max(map(_nesting, items), default=0)


def test_numbers_are_those_of_ecmascript(codec: Codec) -> None:
    chance = random.Random("numbers")
    numbers = [
        *(10.0**power for power in range(-12, 25)),
        *(float(2**power) for power in range(50, 80)),
        *(chance.uniform(-1, 1) * 10.0 ** chance.randrange(-330, 308) for _ in range(COUNT // 5)),
    ]
    octets = json.dumps(numbers).encode()
    expected = "[" + ",".join(map(ecmascript, numbers)) + "]"
    assert outcome(codec, JCS, octets) == expected.encode()
