"""Every builtin function in every place where an expression may stand, in every execution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.built import build, module, specification

from art7.grammar.ir.builtins import FUNCTIONS, Function
from art7.grammar.ir.expression import Kind
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError

ARGUMENTS = {
    Kind.INT: "n",
    Kind.BYTES: "b",
    Kind.TEXT: "t",
    Kind.BOOL: "n > 3",
    Kind.LIST: "many",
    Kind.MAP: "many",
}
TYPES = {Kind.INT: "u8", Kind.BYTES: "bytes", Kind.TEXT: "text", Kind.BOOL: "bool"}
NAMED = {"hash": "'sha256'", "algorithm": "'sha256'", "name": "'aes_128_gcm'", "pattern": "'[a-z]+'"}
NAMES = sorted(name for name, function in FUNCTIONS.items() if function.deterministic)
FORMS = {
    "binary": ("n: u8 b: bytes[prefix u8] t: text[prefix u8] count: u8 = count(many) many: u8[count]", "u32"),
    "json": ("n: u8 b: hex[0..99] t: text[0..99] many: u8[0..9]", "u53"),
    "protobuf": ("n @1: u32 b @2: bytes t @3: text many @4: u32[..9]", "u32"),
}


def kind_of(function: Function) -> Kind:
    """The kind of what it yields here."""
    result = function.result
    return result if isinstance(result, Kind) else function.parameters[result].kinds[0]


def call(name: str) -> str:
    given = (NAMED.get(p.name, ARGUMENTS[p.kinds[0]]) for p in FUNCTIONS[name].parameters)
    return f"{name}({', '.join(given)})"


def number(name: str, text: str) -> str:
    """The call as a small number."""
    match kind_of(FUNCTIONS[name]):
        case Kind.INT:
            return f"({text}) & 0xFF"
        case Kind.BOOL:
            return f"if {text} then 1 else 0"
        case _:
            return f"length({text})"


def text_of(form: str) -> str:
    fields, integer = FORMS[form]
    parts = ["a7 1\nmodule demo version 1.0\n"]
    for index, name in enumerate(NAMES):
        kinds = {p.kinds[0] for p in FUNCTIONS[name].parameters}
        inner = call(name)
        if kinds <= set(TYPES) and kind_of(FUNCTIONS[name]) in TYPES:
            parts.append(
                f"function f{index}(n: u8, b: bytes, t: text) -> {TYPES[kind_of(FUNCTIONS[name])]} = {inner}\n"
            )
            inner = f"f{index}(n, b, t)"
        tag = " @5" if form == "protobuf" else ""
        parts.append(
            f"message M{index} as {form} {{ limit size = 999 {fields} let seen: {integer} = {number(name, inner)} "
            f"made{tag}: {integer} = {number(name, inner)} check ({number(name, inner)}) == seen }}\n"
        )
    return "".join(parts)


@pytest.mark.parametrize("form", FORMS)
def test_every_builtin_stands_anywhere(form: str, tmp_path: Path) -> None:
    spec = specification(text_of(form))
    package, root = build(spec, tmp_path)
    made, support = module(root, "demo"), module(root, "_support")
    written = 0
    for index, name in enumerate(NAMES):
        kind = getattr(made, package.names.classes[f"demo.M{index}"])
        for n, b, t in ((16, bytes(32), "sha256"), (3, b"abc", "00ff"), (0, b"", "")):
            value = {"n": n, "b": b, "t": t, "many": [1, 2]}
            expected = outcome(CodecError, encode, spec, f"demo.M{index}", value)
            found = outcome(support.CodecError, kind(**value).encode)
            assert found == expected, (name, value)
            if isinstance(expected, bytes):
                written += 1
                assert decode(spec, f"demo.M{index}", expected).value["seen"] == kind.decode(expected).seen
    assert written > len(NAMES)


def outcome(refusals: Any, run: Any, *arguments: Any) -> Any:
    """The octets, or the code of the refusal."""
    try:
        return run(*arguments)
    except refusals as refusal:
        return refusal.code
