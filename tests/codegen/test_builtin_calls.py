"""Builtin functions in generated packages: none is missing, and each does what the interpreter does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from art7.codegen.python.builtin_calls import BUILTINS, PYTHONS_OWN
from art7.codegen.python.package import support_text
from art7.grammar.ir.builtins import FUNCTIONS, Function
from art7.grammar.ir.expression import Call, Kind, Literal
from art7.grammar.ir.module import Specification
from art7.interpreter.errors import CodecError
from art7.interpreter.evaluate import Evaluator
from art7.interpreter.shared import interpreter_of

HERE: dict[str, Any] = {"min": min, "max": max, "abs": abs}
exec(
    support_text({"checked", *(row.function for row in BUILTINS.values() if not row.session)} - PYTHONS_OWN)[
        0
    ],
    HERE,
)
"""The support module of a package that uses every builtin."""


def test_every_builtin_has_a_row_and_a_function() -> None:
    assert set(BUILTINS) == set(FUNCTIONS)
    assert [name for name, row in BUILTINS.items() if not row.session and row.function not in HERE] == []


def octets(size: int, seed: str = "") -> bytes:
    return hashlib.shake_256(f"{size}{seed}".encode()).digest(size)


KEY = octets(32, "key")
PUBLIC = HERE["montgomery_public"]("x25519", KEY)
SAMPLES: dict[Kind, list[Any]] = {
    Kind.INT: [0, 1, 3, 16, 63, 64, 255, 16383, 16384, 1 << 30, 1 << 62, (1 << 64) - 1, -1],
    Kind.BYTES: [b"", b"abc", b"\xff\xfe", octets(12), octets(16), KEY, PUBLIC, octets(64)],
    Kind.TEXT: [
        "",
        "abc",
        "Ab é\u20ac",
        "00ff",
        "AAEC",
        "AAE=",
        "A",
        "-12",
        "sha256",
        "sha1",
        "md5",
        "aes_128_gcm",
        "[a-z]+",
    ],
    Kind.BOOL: [True, False],
    Kind.LIST: [[], ["a", "b"], ["a", "a"], [b"x", b"y"]],
    Kind.MAP: [{}, {"a": 1}],
}


def arguments_of(function: Function) -> Iterator[list[Any]]:
    """Up to 160 argument lists: every sample in every place, others turning."""
    pools = []
    for parameter in function.parameters:
        pool = [value for kind in parameter.kinds if kind in SAMPLES for value in SAMPLES[kind]]
        pools.append(pool + [None])
    longest = max(map(len, pools))
    for step in range(5):
        for place in range(longest):
            yield [pool[(place + step * index) % len(pool)] for index, pool in enumerate(pools)]


@pytest.mark.parametrize("name", [name for name, f in FUNCTIONS.items() if f.deterministic])
def test_a_builtin_does_what_the_interpreter_does(name: str) -> None:
    evaluate = Evaluator(interpreter_of(Specification({})))
    function, row = FUNCTIONS[name], BUILTINS[name]
    agreed = 0
    for values in arguments_of(function):
        kinds = [Kind.NULL if value is None else Kind.ANY for value in values]
        call = Call(name, tuple(Literal(v, k) for v, k in zip(values, kinds, strict=True)), Kind.ANY)
        expected: Any
        try:
            expected = evaluate(call, {})
        except CodecError as error:
            expected = ("refused", error.code)
        except (TypeError, AttributeError, ValueError):
            continue  # arguments of kinds that no specification gives together
        scope = {**HERE, **{f"v{place}": value for place, value in enumerate(values)}}
        found: Any
        try:
            found = eval(row.checked_call([f"v{place}" for place in range(len(values))]), scope)
        except HERE["BuiltinError"] as error:
            found = ("refused", error.code)
        except (TypeError, AttributeError):
            found = ("refused", "wrong_kind")
        if isinstance(expected, tuple) and expected[1] == "wrong_kind":
            expected = found if isinstance(found, tuple) else expected
        assert found == expected, values
        agreed += 1
    assert agreed


def test_xeddsa_signs_what_it_verifies() -> None:
    signature = HERE["xeddsa_sign"](KEY, b"data", octets(64))
    assert HERE["xeddsa_verify"](PUBLIC, b"data", signature)
    assert not HERE["xeddsa_verify"](PUBLIC, b"date", signature)
    assert not HERE["xeddsa_verify"](PUBLIC, b"data", signature[:-1] + bytes((signature[-1] ^ 1,)))


def test_a_package_gets_only_what_it_uses() -> None:
    text, needs = support_text({"crc32", "checked"})
    assert not needs and "cryptography" not in text and "def crc32(" in text and "hkdf" not in text
    text, needs = support_text({"xeddsa_verify"})
    assert needs and "Ed25519PublicKey" in text and "aes_ctr" not in text
    compile(text, "support", "exec")
