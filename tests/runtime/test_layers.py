"""Carrying one message inside another: both ways, and what cannot be carried."""

from __future__ import annotations

import pytest

from art7.interpreter.prepare import Interpreter
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import Layer, Layers, layers_of
from parties import specification

TEXT = """
message Outer as binary { limit size = 99 version: u8 kind: u8 body: bytes[rest] }
message Inner as binary { limit size = 90 flag: u8 body: bytes[rest] }
message Word  as binary { limit size = 80 n: u8 }
message Bare  as binary { limit size = 80 n: u8 }
bind Outer.body to Inner when kind == 2 and version == 1
bind Inner.body to Word when flag == 7
"""


@pytest.fixture(scope="module")
def made() -> tuple[Layers, InterpreterCodec]:
    spec = specification(TEXT)
    return layers_of(spec), InterpreterCodec(Interpreter(spec))


def test_layers_nest_both_ways(made: tuple[Layers, InterpreterCodec]) -> None:
    layers, codec = made
    assert layers.carry("demo.Word", b"\x09", codec) == ("demo.Outer", b"\x01\x02\x07\x09")
    assert layers.open("demo.Outer", b"\x01\x02\x07\x09", codec) == ("demo.Word", b"\x09")


def test_what_nothing_carries_stands_for_itself(made: tuple[Layers, InterpreterCodec]) -> None:
    layers, codec = made
    assert layers.carry("demo.Bare", b"\x09", codec) == ("demo.Bare", b"\x09")
    assert layers.open("demo.Bare", b"\x09", codec) == ("demo.Bare", b"\x09")


@pytest.mark.parametrize(
    ("octets", "outermost"),
    [
        (b"\x01\x03\x07\x09", "demo.Outer"),
        (b"\x02\x02\x07\x09", "demo.Outer"),
        (b"\x01\x02\x08\x09", "demo.Inner"),
    ],
)
def test_a_condition_that_does_not_hold_leaves_the_carrier(
    made: tuple[Layers, InterpreterCodec], octets: bytes, outermost: str
) -> None:
    layers, codec = made
    assert layers.open("demo.Outer", octets, codec)[0] == outermost


def test_a_carrier_that_cannot_be_read_is_refused(made: tuple[Layers, InterpreterCodec]) -> None:
    layers, codec = made
    with pytest.raises(Refusal) as refusal:
        layers.open("demo.Outer", b"\x01", codec)
    assert (refusal.value.code, refusal.value.blame) == ("truncated", "peer")


class Plain:
    """Reads everything as the members it was given."""

    def __init__(self, **members: object) -> None:
        self.members = members

    def decode(self, record: str, octets: bytes, params: object = None) -> dict[str, object]:
        return self.members

    def encode(self, record: str, members: object) -> bytes:
        return b"x"


def test_binds_in_a_ring_end() -> None:
    ring = {"a": Layer("b", "body", "a", ()), "b": Layer("a", "body", "b", ())}
    layers = Layers(ring, {"a": (ring["b"],), "b": (ring["a"],)})
    with pytest.raises(Refusal) as refusal:
        layers.carry("a", b"", Plain())
    assert (refusal.value.code, refusal.value.blame) == ("A7-R023", "specification")
    assert layers.open("a", b"", Plain(body=b"y"))[1] == b"y"


def test_a_carrier_without_its_content() -> None:
    layer = Layer("b", "body", "a", ())
    with pytest.raises(Refusal) as refusal:
        Layers({"a": layer}, {"b": (layer,)}).open("b", b"", Plain(body=None))
    assert (refusal.value.code, refusal.value.blame) == ("A7-R024", "peer")
