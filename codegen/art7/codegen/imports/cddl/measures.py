"""What a shape is made of: its builtin type, range and size."""

from __future__ import annotations

from art7.codegen.imports.model import Name, Run
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.shape import SUBJECT, Shape


def base_of(type_: ModelType) -> str:
    """The builtin type that a type is made of: of a text with its bounds, `text`; nothing for lists."""
    if (
        isinstance(type_, Run)
        and isinstance(type_.item, Name)
        and type_.item.name in ("text", "bytes", "label")
    ):
        return type_.item.name
    if isinstance(type_, Run) and isinstance(type_.item, Name) and type_.item.name == "map":
        return "map"
    return type_.name if isinstance(type_, Name) else ""


def is_integer(base: str) -> bool:
    return base == "integer" or (base[:1] in ("u", "i") and base[1:].isdigit())


def is_whole(shape: Shape, widest: bool = False) -> bool:
    """Whether a shape is `uint` or `int` without a restriction."""
    names = ("integer",) if widest else ("integer", "u64")
    return isinstance(shape.type, Name) and shape.type.name in names and not shape.tests()


def limits_of(base: str, shape: Shape) -> tuple[int, int]:
    """The range of a shape of integers, from its type and its own tests."""
    if shape.value:
        return int(shape.value), int(shape.value)
    if base == "integer":
        low, high = -(1 << 64), (1 << 64) - 1
    else:
        bits = int(base[1:])
        low, high = (0, (1 << bits) - 1) if base[0] == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)
    for test in shape.conditions:
        sign, _, limit = test.removeprefix(f"{SUBJECT} ").partition(" ")
        if sign == ">=" and limit.lstrip("-").isdigit():
            low = max(low, int(limit))
        elif sign == "<=" and limit.lstrip("-").isdigit():
            high = min(high, int(limit))
    return low, high


def size_test(shape: Shape) -> str:
    run = shape.type
    if not isinstance(run, Run) or base_of(run) != "bytes" or (run.low is None and run.high is None):
        return "true"
    if run.low == run.high:
        return f"length({SUBJECT}) == {run.low}"
    return (
        f"length({SUBJECT}) in {run.low or 0}..{run.high}"
        if run.high is not None
        else f"length({SUBJECT}) >= {run.low}"
    )


def overlap(low: int | str, high: int | str, other_low: int | str, other_high: int | str) -> bool:
    if (
        isinstance(low, int)
        and isinstance(high, int)
        and isinstance(other_low, int)
        and isinstance(other_high, int)
    ):
        return low <= other_high and other_low <= high
    return low == other_low
