"""Frozen dataclasses with a faster initialiser are what they were."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace

import pytest

from art7.grammar import diagnostics, syntax
from art7.grammar.ir import expression, plan, representation, shape
from art7.grammar.ir.quick import changed, quickly_made


@dataclass(frozen=True, slots=True)
class Base:
    place: int = field(compare=False, repr=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class Quick(Base):
    kind: str
    text: str = "usual"
    rows: list[int] = field(default_factory=list)


class Narrower(Quick):
    __slots__ = ()


def test_members_and_defaults() -> None:
    made = Quick(1, "a")
    assert (made.place, made.kind, made.text, made.rows) == (1, "a", "usual", [])
    assert made.rows is not Quick(1, "a").rows
    assert Quick(rows=[3], place=1, kind="a", text="b") == Quick(2, "a", "b", [3])
    assert repr(made) == "Quick(kind='a', text='usual', rows=[])"
    assert type(made) is Quick and type(Narrower(1, "a")) is Narrower


def test_frozen_all_the_same() -> None:
    made = Quick(1, "a")
    with pytest.raises(FrozenInstanceError):
        made.kind = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.kind
    assert replace(made, text="other").text == "other"
    assert copy.copy(made) == made and pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize("given", [(), (1,), (1, "a", "b", [], 5)])
def test_wrong_arguments(given: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Quick(*given)  # type: ignore[arg-type]


def test_every_class_of_the_tool_can_be_made_so() -> None:
    """A class that gains `__post_init__` or a member set later must lose the decorator."""
    found = 0
    for module in (diagnostics, syntax, plan, shape, expression, representation):
        for cls in vars(module).values():
            if isinstance(cls, type) and is_dataclass(cls) and cls.__init__.__code__.co_filename == "<quick>":
                found += 1
                assert not hasattr(cls, "__post_init__"), cls
                assert all(member.init and not member.kw_only for member in fields(cls)), cls
    assert found > 20


@dataclass(frozen=True, slots=True)
class Single:
    value: int


def test_changed_members() -> None:
    made = Quick(1, "a", rows=[2])
    other = changed(made, kind="b", place=4)
    assert other == Quick(4, "b", rows=[2]) and other.place == 4 and other.rows is made.rows
    assert made == Quick(1, "a", rows=[2]) and changed(Single(1), value=2) == Single(2)
    with pytest.raises(KeyError):
        changed(made, nothing=1)
