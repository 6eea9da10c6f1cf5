"""Values that could be cut in another way out of the text that they make: refused, or read again as they were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from built import build, module, plain, specification

TEXT = """a7 1
module demo.cuts version 1.0
encoding text(eol: '\\r\\n', lenient_eol: true)
token Word = ('a'..'c' | '.')+
token Wide = ('a'..'c' | ' ' | ':' | '/')+
enum Way: text closed { up = 'a' down = 'b' }

message Cuts {
    limit size = 4096
    line { 'x=' one: Word ' ' two: Word '/' three: Word }
    line { 'y=' four: Word ' ' five: Wide }
    line { 'z=' six: Word seven?: { ' ' of: Word } eight?: { ':' of: Wide } }
    line { 'w=' nine: Word ' ' n: u8 ten?: { ':' of: Word } '/' eleven: Word }
    line { 'l=' words: { ' ' word: Word }[0..3] ',' way: Way ' ' more: { '/' word: Word }[1..3] }
    line { 't=' tag: Word select tag { 'a' => empty  'b' => b: { ':' w: Word }  otherwise => empty } }
}
"""

WORDS = ("one", "two", "three", "four", "five", "six", "nine", "eleven", "tag")
VALUES = st.text("abc ./:\n", min_size=0, max_size=3)


class Plain(str):
    """A text of another class that is put into texts as it is."""


class Odd(str):
    """A text that is put into texts as another one."""

    def __format__(self, _: str) -> str:
        return "a"


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return module(build(spec, tmp_path_factory.mktemp("cuts"))[1], "cuts")


def good() -> dict[str, Any]:
    value: dict[str, Any] = dict.fromkeys(WORDS, "a")
    return (
        value
        | {"seven": None, "eight": None, "ten": None, "n": 1, "way": "a", "b": None}
        | {
            "words": ["a"],
            "more": ["b", "c"],
        }
    )


def agree(spec: Specification, sdk: Any, members: dict[str, Any]) -> bytes | None:
    """Write with both; returns the octets, which must be read as the same again, or nothing."""
    try:
        fast: bytes | None = sdk.Cuts(**members).encode()
    except Exception as error:
        found: Any = error
        assert found.code != "internal", members
        fast = None
    try:
        slow: bytes | None = encode(spec, "demo.cuts.Cuts", members)
    except EncodeError:
        slow = None
    assert fast == slow, members
    if fast is not None:
        assert plain(sdk.Cuts.decode(fast)) == members
    return fast


@given(st.dictionaries(st.sampled_from([*WORDS, "seven", "eight", "ten", "way"]), VALUES, max_size=2))
def test_texts_with_marks_inside(spec: Specification, sdk: Any, given_: dict[str, str]) -> None:
    agree(spec, sdk, good() | given_)


@given(st.sampled_from(["words", "more"]), st.lists(VALUES, max_size=4))
def test_lists_of_words(spec: Specification, sdk: Any, name: str, values: list[str]) -> None:
    agree(spec, sdk, good() | {name: values})


def test_what_is_right_is_written(spec: Specification, sdk: Any) -> None:
    assert agree(spec, sdk, good()) == b"x=a a/a\r\ny=a a\r\nz=a\r\nw=a 1/a\r\nl= a,a /b/c\r\nt=a\r\n"
    full = good() | {"five": "a /:", "seven": "b", "eight": ":: /", "ten": "c", "tag": "b", "b": "c"}
    written = agree(spec, sdk, full)
    assert written is not None and b"y=a a /:\r\nz=a b::: /\r\nw=a 1:c/a\r\n" in written


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("value", [Plain("a"), Odd("b"), 1, b"a", None])
def test_texts_of_another_kind(sdk: Any, name: str, value: Any) -> None:
    def written(**members: Any) -> bytes | None:
        try:
            octets: bytes = sdk.Cuts(**good() | members).encode()
        except Exception as error:
            assert type(error).__name__ == "EncodeError"
            return None
        return octets

    wanted = written(**{name: str.__str__(value)}) if isinstance(value, str) else None
    assert written(**{name: value}) == wanted
