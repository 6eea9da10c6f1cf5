"""Frozen dataclasses that are made as fast as open ones.

The initialiser that `dataclass(frozen=True)` writes goes round its own ban on assignment with one call of
`object.__setattr__` for each member, which is most of the time it takes to read a large text into a tree.
`quickly_made` writes another: the new object is of an open twin of its class while it gets its members, by
plain assignments, and is of its own class from then on. Nothing else changes: what was frozen stays frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type[Any])
_Value = TypeVar("_Value")

_become: Callable[[object, type], None] = vars(object)["__class__"].__set__
"""Assigns `__class__`, whatever a class says of assignments."""


def quickly_made(cls: _Class) -> _Class:
    """Return `cls`, a frozen dataclass with slots, with a faster `__init__` of the same signature.

    For classes of three members and more, of which texts make many. Its members are given by position or name
    and have nothing to do after they are set (no `__post_init__`, no `field(init=False)`).
    """
    open_again = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    twin = type(cls.__name__, cls.__bases__, {"__slots__": cls.__slots__, **open_again})
    known: dict[str, Any] = {"_become": _become, "_twin": twin, "_missing": MISSING}
    parameters, steps = ["self"], ["_own_class = self.__class__", "_become(self, _twin)"]
    for member in fields(cls):
        name, value = member.name, member.name
        if member.default is not MISSING:
            known[f"_default_{name}"] = member.default
            parameters.append(f"{name}=_default_{name}")
        elif member.default_factory is not MISSING:
            known[f"_make_{name}"] = member.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        steps.append(f"self.{name} = {value}")
    steps.append("self.__class__ = _own_class")
    text = f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join(steps)
    exec(compile(text, "<quick>", "exec"), known)
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    made.__annotations__ = dict(cls.__init__.__annotations__)
    cls.__init__ = made
    return cls


def changed(value: _Value, /, **members: Any) -> _Value:
    """Return a dataclass with some members changed: `dataclasses.replace`, in half the time."""
    kind: Any = type(value)
    places, values = _members_of(kind)
    row = list(values(value)[:-1])
    for name, other in members.items():
        row[places[name]] = other
    made: _Value = kind(*row)
    return made


@cache
def _members_of(kind: type[Any]) -> tuple[dict[str, int], Callable[[object], tuple[Any, ...]]]:
    names = [member.name for member in fields(kind)]
    # Asked for one name alone, `attrgetter` returns no tuple.
    return {name: place for place, name in enumerate(names)}, attrgetter(*names, "__class__")
