"""A given value against the shape of its slot: kind and bounds, before anything is computed from it."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import Fault, Param
from art7.grammar.ir.shape import (
    Anything,
    Boolean,
    Enumeration,
    Float,
    Integer,
    Label,
    Mapping,
    Nullable,
    Octets,
    RecordOf,
    Sequence,
    Shape,
    Text,
    Union,
)
from art7.interpreter.frame import Frame
from art7.interpreter.quoting import brief

WRONG, RANGE, BAD_TEXT = Fault("wrong_kind"), Fault("out_of_range"), Fault("bad_text")


def conform(shape: Shape, value: Any, frame: Frame, slot: int | None) -> Any:
    """Return the value as the interpreter keeps it (`bytes`, `list`), or refuse it at `slot`.

    Items of lists and members of maps are looked at, records only for being records: each looks at its own members.
    Sizes are not: they belong to the step that writes.
    """
    match shape:
        case Nullable(inner=inner):
            return None if value is None else conform(inner, value, frame, slot)
        case Union() | Anything():
            return value
        case Boolean():
            return value if isinstance(value, bool) else wrong(frame, slot, "true or false", value)
        case Integer(minimum=low, maximum=high):
            return _integer(value, low, high, frame, slot)
        case Float():
            number = isinstance(value, int | float)
            return float(value) if number else wrong(frame, slot, "a number", value)
        case Octets():
            octets = isinstance(value, bytes | bytearray | memoryview)
            return bytes(value) if octets else wrong(frame, slot, "octets", value)
        case Text():
            return _text(value, frame, slot)
        case Enumeration():
            scalar = isinstance(value, int | str)
            return (
                plain_integer(value) if scalar else wrong(frame, slot, "a number or name of the enum", value)
            )
        case Sequence(item=item):
            if not isinstance(value, list | tuple):
                wrong(frame, slot, "a list", value)
            return [conform(item, one, frame, slot) for one in value]
        case Label():
            return _label(value, frame, slot)
        case Mapping(key=key_shape, value=inner):
            if not isinstance(value, dict) or not all(is_key(key_shape, key) for key in value):
                wrong(frame, slot, f"a map with {_KEYS[type(key_shape)]} as keys", value)
            return {key: conform(inner, one, frame, slot) for key, one in value.items()}
        case RecordOf():
            return value if isinstance(value, dict | tuple | list) else wrong(frame, slot, "a record", value)


_KEYS: dict[type, str] = {
    Text: "texts",
    Integer: "integers",
    Label: "integers and texts",
    Anything: "integers, texts and octets",
}


def is_key(shape: Shape, key: Any) -> bool:
    """Whether a key is of the kind that a map of `shape` has."""
    match shape:
        case Integer():
            kinds: tuple[type, ...] = (int,)
        case Label():
            kinds = (int, str)
        case Anything():
            kinds = (int, str, bytes)
        case _:
            kinds = (str,)
    return isinstance(key, kinds) and not isinstance(key, bool)


def conform_param(param: Param, value: Any, frame: Frame, place: int | None) -> Any:
    """Return a parameter's value as its shape has it, or refuse it by its name."""
    shape = param.shape
    fits: bool
    match shape:
        case Octets():
            fits = isinstance(value, bytes | bytearray | memoryview)
            value = bytes(value) if fits else value
        case Text():
            fits = isinstance(value, str)
        case Boolean():
            fits = isinstance(value, bool)
        case Integer() | Enumeration():
            fits = isinstance(value, int) or (isinstance(value, str) and isinstance(shape, Enumeration))
            value = plain_integer(value)
        case _:
            fits = True
    if not fits:
        # A key in another form, as a text, is a key all the same: it is not quoted.
        secret = isinstance(param.shape, Octets) and param.shape.secret
        found = f"a value of {type(value).__name__}" if secret else brief(value)
        frame.refuse(WRONG, None, place, "a value of the parameter's kind", found, member=param.name)
    if isinstance(shape, Integer) and not shape.minimum <= value <= shape.maximum:
        between = f"{shape.minimum} to {shape.maximum}"
        frame.refuse(RANGE, None, place, between, brief(value), member=param.name)
    if isinstance(shape, Octets | Text):
        most = len(value) if shape.maximum is None else shape.maximum
        if not shape.minimum <= len(value) <= most:
            fault = Fault("too_short" if len(value) < shape.minimum else "too_long")
            size = f"{shape.minimum} to {most} octets"
            frame.refuse(fault, None, place, size, f"{len(value)} octets", member=param.name)
    return value


def plain_integer(value: Any) -> Any:
    """Return 1 and 0 for true and false, which are integers where one is written; anything else as it is."""
    return int(value) if isinstance(value, bool) else value


def wrong(frame: Frame, slot: int | None, expected: str, value: Any) -> Any:
    """Refuse a value of another kind."""
    frame.refuse(WRONG, slot, None, expected, brief(value))


def _integer(value: Any, low: int, high: int, frame: Frame, slot: int | None) -> int:
    if not isinstance(value, int):
        wrong(frame, slot, "an integer", value)
    if not low <= value <= high:
        frame.refuse(RANGE, slot, None, f"an integer from {brief(low)} to {brief(high)}", brief(value))
    return int(value)


def _label(value: Any, frame: Frame, slot: int | None) -> int | str:
    if isinstance(value, str):
        return _text(value, frame, slot)
    if not isinstance(value, int) or isinstance(value, bool):
        wrong(frame, slot, "an integer or a text", value)
    return _integer(value, -(1 << 64), (1 << 64) - 1, frame, slot)


def _text(value: Any, frame: Frame, slot: int | None) -> str:
    if not isinstance(value, str):
        wrong(frame, slot, "a text", value)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        frame.refuse(BAD_TEXT, slot, None, "Unicode scalar values", "a lone surrogate")
    return str(value)
