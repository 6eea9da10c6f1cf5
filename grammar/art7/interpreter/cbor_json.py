"""CBOR values that nothing describes, in JSON: exactly, and as JSON has them where it can.

| CBOR | JSON |
|---|---|
| integers within ±2^53, floats, texts, arrays, false, true, null | the same |
| octets | `{"$octets": "00ff"}` |
| other integers | `{"$integer": "18446744073709551615"}` |
| floats that JSON lacks | `{"$float": "nan"}`, `inf`, `-inf` |
| maps from texts of which none begins with `$` | an object |
| other maps | `{"$map": [[1, "a"], ["b", 2]]}` |
| a value under a tag | `{"$tag": 18, "$value": …}` |
| other simple values | `{"$simple": 23}` |
"""

from __future__ import annotations

import math
from typing import Any

from art7.interpreter.cbor_values import Simple, Tagged
from art7.interpreter.quoting import brief
from art7.interpreter.refused_values import ValueRefused

SAFE = 1 << 53
"""Integers beyond it, and below its negative, are spelled as texts."""


def cbor_to_json(value: Any) -> Any:
    """Return a CBOR value as JSON holds it."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return value if -SAFE <= value <= SAFE else {"$integer": str(value)}
        case float():
            return value if math.isfinite(value) else {"$float": repr(value)}
        case bytes():
            return {"$octets": value.hex()}
        case list() | tuple():
            return [cbor_to_json(item) for item in value]
        case dict():
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: cbor_to_json(item) for key, item in value.items()}
            return {"$map": [[cbor_to_json(key), cbor_to_json(item)] for key, item in value.items()]}
        case Tagged(tag=tag, value=inner):
            return {"$tag": cbor_to_json(tag), "$value": cbor_to_json(inner)}
        case Simple(number=number):
            return {"$simple": number}
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def cbor_from_json(value: Any, path: str = "") -> Any:
    """Return the CBOR value that JSON spells; raises `ValueRefused`. Octets may stand as `bytes` already."""
    if isinstance(value, list):
        return [cbor_from_json(item, path) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$octets": str(text)} if len(value) == 1:
            return _octets(text, path)
        case {"$integer": str(text)} if len(value) == 1 and len(text) <= 80:
            return _integer(text, path)
        case {"$float": str(text)} if text in ("nan", "inf", "-inf"):
            return float(text)
        case {"$map": list(pairs)} if len(value) == 1:
            return dict(_pair(pair, path) for pair in pairs)
        case {"$tag": tag, "$value": inner} if len(value) == 2:
            return Tagged(cbor_from_json(tag, path), cbor_from_json(inner, path))
        case {"$simple": int(number)} if len(value) == 1:
            return Simple(number)
        case _:
            if any(key.startswith("$") for key in value):
                raise ValueRefused(path, "a known `$` form of CBOR", brief(value))
            return {key: cbor_from_json(item, path) for key, item in value.items()}


def cbor_key(value: Any, path: str) -> Any:
    """Return the key of a map that JSON spells."""
    key = cbor_from_json(value, path)
    if isinstance(key, int | str | bytes) and not isinstance(key, bool):
        return key
    raise ValueRefused(path, "an integer, a text or octets as key", brief(value))


def _pair(pair: Any, path: str) -> tuple[Any, Any]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueRefused(path, "pairs of a key and a value", brief(pair))
    return cbor_key(pair[0], path), cbor_from_json(pair[1], path)


def _octets(text: str, path: str) -> bytes:
    try:
        if any(character.isspace() for character in text):
            raise ValueError
        return bytes.fromhex(text)
    except ValueError:
        raise ValueRefused(path, "octets in hexadecimal", brief(text)) from None


def _integer(text: str, path: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueRefused(path, "decimal digits", brief(text))
    return int(text)
