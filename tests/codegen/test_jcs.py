"""Records written in the form of RFC 8785: the fast codec, its careful twin and the interpreter write the same octets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from built import build, module, specification

TEXT = """a7 1
module sample.jcs version 1.0 "Members, maps and numbers."

message Note as json(canonical: 'jcs') {
    limit size = 4096
    limit depth = 12
    unknown preserve
    last @'\\u{FB33}': number
    pair @'\\u{1F600}'?: integer
    small?: u8
    size: i53
    map?: map(text, number)
    inner?: Inner
    any?: any
}

struct Inner as json { b: integer  a?: number | null }
"""


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("jcs")
    return module(build(spec, folder)[1], "jcs")


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(1 << 200), 1 << 200)
trees = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
notes = st.fixed_dictionaries(
    {"\ufb33": numbers, "size": st.integers(-(1 << 52), (1 << 52) - 1)},
    optional={
        "\U0001f600": st.integers(1 - (1 << 53), (1 << 53) - 1),
        "small": st.integers(0, 255),
        "map": st.dictionaries(st.text(max_size=3), numbers, max_size=3),
        "inner": st.fixed_dictionaries(
            {"b": st.integers(1 - (1 << 53), (1 << 53) - 1)}, optional={"a": st.none() | numbers}
        ),
        "any": trees,
        "zz": trees,
        "\ue000": trees,
        "": trees,
    },
)


@given(notes)
def test_all_executions_write_one_text(spec: Specification, sdk: Any, note: dict[str, Any]) -> None:
    octets = json.dumps(note).encode()
    written = sdk.Note.decode(octets).encode()
    assert written == encode(spec, "sample.jcs.Note", decode(spec, "sample.jcs.Note", octets).value)
    assert sdk.Note.decode(written).encode() == written
    names = list(json.loads(written))
    assert names == sorted(note, key=lambda name: name.encode("utf-16-be"))


def test_the_careful_twin_writes_the_same(spec: Specification, sdk: Any) -> None:
    explain = __import__(sdk.__name__.replace(".jcs", "._jcs_explain"), fromlist=["encode_note"])
    note = sdk.Note.decode(
        '{"\ufb33":1e22,"size":5,"😀":7,"any":[1e-7,true,null,"\\u0001"],"x":{"b":1,"a":-0.0}}'.encode()
    )
    assert explain.encode_note(note) == note.encode()


@pytest.mark.parametrize("value", [1 << 2000, float("inf"), float("nan")], ids=["large", "inf", "nan"])
def test_numbers_beyond_binary64_are_refused(spec: Specification, sdk: Any, value: Any) -> None:
    note = sdk.Note.decode('{"\ufb33":1,"size":5}'.encode())
    note.any = [value]
    with pytest.raises(module(sdk.__package__, "_support").EncodeError) as refused:
        note.encode()
    assert refused.value.code == "out_of_range"
    with pytest.raises(EncodeError) as interpreted:
        encode(spec, "sample.jcs.Note", {"last": 1.0, "size": 5, "any": [value]})
    assert interpreted.value.code == "out_of_range"
