"""Objects that decoders make: of a hidden class, but to every user of the class they stand for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from art7.codegen.python.vendored.core import Record, bare


class Pair(Record):
    """Two members."""

    __slots__ = ("left", "right")

    def __init__(self, *, left: int, right: object = None) -> None:
        self.left: int = left
        self.right: object = right


class Other(Record):
    """The same members."""

    __slots__ = ("left", "right")


new_pair, new_other = bare(Pair), bare(Other)


def made(left: int = 1, right: object = None) -> Pair:
    value = new_pair()
    value.left, value.right = left, right
    return value


def test_an_object_says_it_is_of_its_class() -> None:
    value = made(1, made(2))
    assert isinstance(value, Pair) and value.__class__ is Pair
    assert repr(value) == "Pair(left=1, right=Pair(left=2, right=None))"
    assert not hasattr(value, "__dict__")


def test_objects_are_equal_whoever_made_them() -> None:
    assert made(3) == Pair(left=3) and Pair(left=3) == made(3)
    assert made(3) != Pair(left=4)
    other: Any = new_other()
    other.left, other.right = 3, None
    assert made(3) != other


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, *(lambda v, p=p: pickle.loads(pickle.dumps(v, p)) for p in range(6))]
)
def test_copies_are_of_the_class(again: Callable[[Any], Any]) -> None:
    value = made(5, [made(6)])
    found = again(value)
    assert found == value and type(found) is Pair


def test_an_object_not_filled_is_copied_as_it_is() -> None:
    assert not hasattr(copy.copy(new_pair()), "left")


def test_class_patterns_match() -> None:
    match made(7, "x"):
        case Pair(left=left, right="x"):
            assert left == 7
        case _:
            raise AssertionError("no match")
