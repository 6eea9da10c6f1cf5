"""What a schedule's function does not look at again is certain: both executions give and refuse the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from art7.cli.generated import generated_package
from art7.codegen.python.constants import constant
from art7.grammar.diagnostics import Report
from art7.grammar.ir.expression import Binary, Call, Kind, Literal
from art7.grammar.load import load_sources
from art7.interpreter.prepare import Interpreter
from art7.runtime.faces import GeneratedFace, InterpretedFace

TEXT = """a7 1
module sure version 1.0 "What is certain, and what is not."
schedule Cut(info: bytes[], count: u8) "Keys of a label." {
    input key: secret[32] "The key."
    derive label: public[] = mls_vector(utf8('sure 1.0 ' ++ 'key')) ++ u16be(count) ++ info "A label."
    derive material: secret[48] = hkdf_sha256(salt: zeros(32), ikm: key, info: label, length: 48) "All."
    split material into left: secret[32], right: secret[16]
    derive head: public[4] = first(info, count) "As many as are asked for."
    output label, left, right, head
}
"""


@pytest.fixture(scope="module")
def faces() -> Iterator[tuple[InterpretedFace, GeneratedFace]]:
    report = Report()
    interpreter = Interpreter(load_sources({"sure.a7": TEXT}, report))
    assert not report.has_errors, report.diagnostics
    with generated_package(interpreter.specification) as package:
        yield InterpretedFace(interpreter), GeneratedFace(package)


def test_both_give_the_same(faces: tuple[InterpretedFace, GeneratedFace]) -> None:
    given = {"key": bytes(range(32)), "info": b"information", "count": 4}
    one, other = (face.schedule("sure.Cut")(**given) for face in faces)
    assert one.label == other.label == b"\x0csure 1.0 key\0\4information"
    assert (one.left, one.right, one.head) == (other.left, other.right, other.head)
    assert (len(other.left), len(other.right), other.head) == (32, 16, b"info")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": bytes(31)}, "too_short"),
        ({"key": bytes(33)}, "too_long"),
        ({"key": None}, "missing_field"),
        ({"key": "text"}, "wrong_kind"),
        ({"info": None}, "missing_field"),
        ({"info": 5}, "wrong_kind"),
        ({"count": None}, "missing_field"),
        ({"count": b""}, "wrong_kind"),
        ({"count": 3}, "too_short"),
        ({"count": 5}, "too_long"),
        ({"count": 12}, "out_of_range"),
    ],
)
def test_both_refuse_the_same(
    faces: tuple[InterpretedFace, GeneratedFace], wrong: dict[str, object], code: str
) -> None:
    given = {"key": bytes(32), "info": b"information", "count": 4, **wrong}
    for face in faces:
        with pytest.raises(face.failures) as refused:
            face.schedule("sure.Cut")(**given)
        assert refused.value.code == code


def test_what_is_refused_or_long_is_no_constant() -> None:
    def octets(count: int) -> Literal:
        return Literal(bytes(count), Kind.BYTES)

    assert constant(Binary("++", octets(3), octets(2), Kind.BYTES)) == bytes(5)
    assert constant(Binary("++", octets(90), octets(90), Kind.BYTES)) is None
    assert constant(Call("u8be", (Literal(256, Kind.INT),), Kind.BYTES)) is None
    assert constant(Call("u8be", (Literal(255, Kind.INT),), Kind.BYTES)) == b"\xff"
    assert constant(Call("sha256", (octets(1),), Kind.BYTES)) is None
