"""Public MIMI content messages: the examples of the draft, each beside the values that it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC, CONTENT = "mimi", "ietf.mimi_content.MimiContent"
TOKENS = re.compile(r"'(?:[^'\\]|\\.)*'|\"((?:[^\"\\]|\\.)*)\"|#[^\n]*")
"""Octets in quotes, texts, comments of the diagnostic notation."""


def leaves(value: Any) -> list[Any]:
    """The texts, numbers and octets of a value, in order."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def diagnostic_texts(path: Path) -> list[str]:
    """The texts of an example in diagnostic notation, comments left out; nothing where there is no such file."""
    if not path.is_file():
        return []
    found = [text for text in TOKENS.findall(path.read_text(encoding="utf-8")) if text]
    return [text.encode().decode("unicode_escape") for text in found if text.isascii()]


def test_examples(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".cbor"):
        octets = path.read_bytes()
        read = codec.decode(CONTENT, octets)
        assert codec.encode(CONTENT, read.native) == octets, path.name
        found = [leaf for leaf in leaves(read.plain) if isinstance(leaf, str)]
        for text in diagnostic_texts(path.with_suffix(".edn")):
            assert text in found or any(text.encode() == leaf for leaf in leaves(read.plain)), (
                path.name,
                text,
            )
        cases.ran(TOPIC)


def test_what_is_cut_or_goes_on_is_refused(codec: Codec, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".cbor"):
        octets = path.read_bytes()
        for size in range(0, len(octets), 7):
            with pytest.raises(Refused) as refused:
                codec.decode(CONTENT, octets[:size])
            assert refused.value.code in ("truncated", "missing_field"), size
        with pytest.raises(Refused) as refused:
            codec.decode(CONTENT, octets + b"\x00")
        assert refused.value.code == "trailing_data"


def test_other_forms_of_this_topic_are_listed(cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".tls", ".cddl"):
        cases.cannot_run(TOPIC, path.name, path.stem, "a schema, no message: what `art7 import` reads")
