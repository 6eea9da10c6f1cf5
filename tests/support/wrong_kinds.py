"""Values of a catalogue module with one leaf of a wrong kind, given to interpreter and generated code side by side."""

from __future__ import annotations

import copy
import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from art7.grammar.ir.module import Specification, VectorDeclaration
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError

Place = tuple[str | int, ...]


class Whole(int):
    """An integer of a class of its own."""


class Level(enum.IntEnum):
    """An enum whose members are integers."""

    ONE = 1


WRONG: list[Any] = [
    memoryview(b"ab"), bytearray(b"ab"), b"ab", b"", Whole(1), Level.ONE, True, False, "", "a", "\ud800", None, [], [None],
    (), (1, 2), {}, {"a": 1}, {1: 2}, 1 << 200, -1, 0, 1.0, float("nan"), float("inf"), object(), {1}, range(2), int,
]  # fmt: skip
"""What Python takes for one another, and what it does not."""

MOST_LEAVES = 60
"""Places of one value that are tried."""


def values(spec: Specification, module: str) -> Iterator[VectorDeclaration]:
    """Yield the vectors of a module whose octets are a message."""
    yield from (each for each in spec.modules[module].vectors if each.accept and each.octets is not None)


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Yield where something can be replaced in a plain value: members, items of lists, values of maps."""
    if here:
        yield here
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*here, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*here, 0))


def at(value: Any, place: Place) -> Any:
    """Return what stands at a place of a generated value."""
    for step in place:
        value = _inner(value, step)
    return value


def put(value: Any, place: Place, new: Any) -> Any:
    """Return a plain value with another leaf."""
    if not place:
        return new
    if isinstance(value, dict):
        return {**value, place[0]: put(value[place[0]], place[1:], new)}
    return [put(value[0], place[1:], new), *value[1:]]


def put_into(value: Any, place: Place, new: Any) -> bool:
    """Replace the leaf in a generated value; whether it has that place."""
    for step in place[:-1]:
        value = _inner(value, step)
    last = place[-1]
    if isinstance(value, dict | list):
        value[last] = new
        return True
    name = last if hasattr(value, str(last)) else f"{last}_"
    if isinstance(value, tuple) or not hasattr(value, str(name)):
        return False
    setattr(value, str(name), new)
    return True


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(value, dict | list | tuple):
        return value[step]  # type: ignore[index, call-overload]
    return getattr(value, str(step), None) if hasattr(value, str(step)) else getattr(value, f"{step}_", None)


def verdict(write: Callable[[], Any], error: type[Exception]) -> Any:
    """Return the octets, or the code of the refusal; anything else leaves."""
    try:
        return bytes(write())
    except error as refusal:
        return getattr(refusal, "code", None)


def _of_another_arm(own: Any, place: Place, said: Any) -> bool:
    """Whether a tag was replaced: records of another arm are told by their class in one execution, by names in the other."""
    if said == "unknown_field":
        return True
    holder = at(own, place[:-1])
    members = [getattr(holder, name, None) for name in getattr(type(holder), "__slots__", ())]
    return any(hasattr(each, "_members") for each in members)


def _is_noise(held: Any, wrong: Any) -> bool:
    """Whether executions may differ: records are dicts in the interpreter, and pairs come from whatever has two items."""
    if isinstance(wrong, dict):
        return not isinstance(held, dict)
    members = getattr(type(held), "__slots__", ())
    if members and all(hasattr(wrong, name) for name in members):
        return True  # whatever has a record's members is one: an enum's member has `value`
    return isinstance(held, tuple) and isinstance(wrong, bytes | bytearray | memoryview | range)


@dataclass(frozen=True)
class Case:
    """A value as both executions have it, and how either writes it."""

    name: str
    plain: dict[str, Any]
    made: Any
    write: Callable[[Any], bytes]
    write_made: Callable[[Any], bytes]

    def judged(self, place: Place, wrong: Any, error: type[Exception]) -> str | None:
        """Return how the verdicts differ with another leaf, `None` where they do not."""
        own = copy.deepcopy(self.made)
        if _is_noise(at(own, place), wrong):
            return None
        try:
            if not put_into(own, place, wrong):
                return None
        except (TypeError, IndexError, KeyError, AttributeError):
            return None
        told = verdict(lambda: self.write_made(own), error)
        said = verdict(lambda: self.write(put(self.plain, place, wrong)), CodecError)
        either = wrong != wrong and isinstance(told, str) and isinstance(said, str)
        alike = told == said or either or _of_another_arm(own, place, said)
        if alike and told != "internal":
            return None
        return f"{self.name}.{'.'.join(map(str, place))} = {wrong!r}: {told!r}, interpreter {said!r}"


def cases(spec: Specification, module: str, sdk: ModuleType) -> Iterator[Case]:
    """Yield the values of a module's vectors that both executions can read."""
    for vector in values(spec, module):
        assert vector.octets is not None
        name, params = vector.subject.rpartition(".")[2], dict(vector.given)
        cls = getattr(sdk, name, None)
        if not hasattr(cls, "decode"):
            continue
        plain = decode(spec, vector.subject, vector.octets, params).value
        if isinstance(plain, dict):
            yield Case(
                name,
                plain,
                cls.decode(vector.octets, **params),
                partial(_write, spec, vector.subject, params),
                partial(_write_made, params),
            )


def _write(spec: Specification, subject: str, params: dict[str, Any], value: Any) -> bytes:
    return encode(spec, subject, value, params)


def _write_made(params: dict[str, Any], value: Any) -> bytes:
    octets: bytes = value.encode(**params)
    return octets


def differences(spec: Specification, module: str, sdk: ModuleType, support: ModuleType) -> Iterator[str]:
    """Yield where generated code and interpreter judge a value unlike, or either has no verdict."""
    for case in cases(spec, module, sdk):
        for place in list(places(case.plain))[:MOST_LEAVES]:
            found = (case.judged(place, wrong, support.EncodeError) for wrong in WRONG)
            yield from (each for each in found if each is not None)
