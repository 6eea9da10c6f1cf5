"""Names of classes are an SDK's API: a later text of ours, or a later Python, renames none of them."""

from __future__ import annotations

import builtins

import pytest

from art7.codegen import names
from art7.codegen.names import class_name
from art7.codegen.reserved import CLASSES, STANDARD, SUPPORTED


def test_what_packages_hold_is_kept_from_classes() -> None:
    """A public name that is new in the vendored text fails here: call it `_Name`, or users' classes are renamed."""
    held = {name for name in (*SUPPORTED, *STANDARD) if name[:1].isupper()}
    assert held - CLASSES == set()


def test_a_python_does_not_decide() -> None:
    assert {name for name in dir(builtins) if name[:1].isupper()} - CLASSES == set()
    assert "PythonFinalizationError" in CLASSES  # of Python 3.13


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tagged", "Tagged_"),
        ("Fields", "Fields_"),
        ("Record", "Record_"),
        ("Any", "Any_"),
        ("ExceptionGroup", "ExceptionGroup_"),
        ("Vector", "Vector"),
        ("json_is_record", "JsonIsRecord"),
    ],
)
def test_classes_keep_their_names(text: str, name: str) -> None:
    assert class_name(text) == name


def test_names_do_not_grow_with_the_vendored_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "TAKEN", names.TAKEN | {"Vector"})
    assert class_name("Vector") == "Vector"
