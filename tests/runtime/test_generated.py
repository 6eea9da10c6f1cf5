"""Generated code in this process: checked before it runs, beside other packages, and nothing of it left behind."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

import art7.codegen.kept as kept
from art7.cli.generated import generated_package
from art7.codegen.python.guard import Ungenerated
from parties import parties, specification

OTHER = "message Word as binary { limit size = 9 n: u16 }"


@pytest.fixture(autouse=True)
def others() -> None:
    """Packages that other tests keep are none of these tests' business."""
    BEFORE.clear()
    BEFORE.update(name for name in sys.modules if name.startswith("art7_generated"))


BEFORE: set[str] = set()


def ours() -> set[str]:
    return {name for name in sys.modules if name.startswith("art7_generated")} - BEFORE


def test_two_packages_in_one_process() -> None:
    before = (list(sys.path), list(sys.meta_path))
    with generated_package(specification()) as one, generated_package(specification(OTHER)) as other:
        assert one.support is not other.support
        assert one.messages["demo.Ask"].decode(b"\x07").n == 7
        assert other.messages["demo.Word"].decode(b"\x01\x00").n == 256
        assert "demo.Ask" not in other.messages
        assert len({name.split(".")[0] for name in ours()}) == 2
    assert not ours() and (list(sys.path), list(sys.meta_path)) == before


def test_nothing_is_left_after_an_exception() -> None:
    before = list(sys.meta_path)
    with pytest.raises(RuntimeError), generated_package(specification(OTHER)):
        raise RuntimeError
    assert not ours() and sys.meta_path == before


def test_a_refusal_is_explained_while_the_package_is_there() -> None:
    # The careful decoder is a module of its own, imported when the first message is refused.
    with generated_package(specification(OTHER)) as found:
        with pytest.raises(found.support.DecodeError) as error:
            found.messages["demo.Word"].decode(b"\x01")
        assert (error.value.code, error.value.path) == ("truncated", "n")


@pytest.mark.parametrize(
    "line", ["import os", "print('x')", "x = eval('1')", "x = __import__('os')", "def f(:"]
)
def test_text_that_no_generator_emits_never_runs(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    right = kept.kept_package

    def wrong(spec: Any) -> Any:
        text = right(spec)
        name = next(name for name in sorted(text.files) if name.startswith("demo"))
        return replace(text, files={**text.files, name: text.files[name] + f"\n{line}\n"})

    monkeypatch.setattr(kept, "kept_package", wrong)
    with pytest.raises(Ungenerated), generated_package(specification(OTHER)):
        pytest.fail("it was imported")
    assert not ours()


def test_decoded_records_are_shown_by_the_names_of_the_specification() -> None:
    text = """
    message Deep as binary { limit size = 99 class: u8 inner: Inner items: Inner[rest] }
    struct Inner as binary { from: u8 }
    """
    with parties(specification(text)) as cast:
        value = cast.package.messages["demo.Deep"].decode(b"\1\2\3\4")
        shown = cast.package.mapping("demo.Deep", value)
    assert shown == {"class": 1, "inner": {"from": 2}, "items": [{"from": 3}, {"from": 4}]}
