"""CDDL imported: every construct by what it takes and refuses, every mistake by its place."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from executions import Refused
from imported import imported

TAGGED = cbor2.CBORTag

VALUES: list[tuple[str, list[Any], list[Any]]] = [
    ("uint", [0, 2**64 - 1], [-1, "a", None]),
    ("nint", [-1, -(2**64)], [0]),
    ("int", [0, -(2**64), 2**64 - 1], ["a"]),
    ("bstr", [b"", b"a"], ["a"]),
    ("tstr", ["", "é"], [b"a"]),
    ("bool", [True, False], [0, None]),
    ("true", [True], [False]),
    ("null", [None], [1]),
    ("[* { * tstr => uint }]", [[{"a": 1}, {}]], [[1]]),
    ("null / uint", [None, 5], ["a"]),
    ("float", [1.5], ["a"]),
    ("any", [1, "a", [1], {"a": 1}, None], []),
    ("5", [5], [6, "5"]),
    ("-5", [-5], [5]),
    ('"x"', ["x"], ["y", 1]),
    ("h'0a0b'", [b"\x0a\x0b"], [b"\x0a"]),
    ("1..10", [1, 10], [0, 11]),
    ("1...10", [1, 9], [10]),
    ("-3..3", [-3, 3], [-4, 4]),
    ("uint .size 1", [255], [256]),
    ("uint .size 3", [2**24 - 1], [2**24]),
    ("bstr .size 2", [b"ab"], [b"a", b"abc"]),
    ("bstr .size (1..3)", [b"a", b"abc"], [b"", b"abcd"]),
    ("tstr .size (1..3)", ["a", "é"], ["", "éé"]),
    ("uint .le 200", [200], [201]),
    ("int .gt -2", [-1], [-2]),
    ("uint .lt 3", [2], [3]),
    ("int .ge 4", [4], [3]),
    ("uint .ne 4", [3], [4]),
    ('tstr .regexp "[a-z]+"', ["ab"], ["", "a1"]),
    ('tstr .pcre "b$"', ["ab"], ["ba"]),
    ("1 / 2 / 3", [1, 3], [4, "a"]),
    ('"a" / "b"', ["a", "b"], ["c", 1]),
    ("1 / 5..9", [1, 5, 9], [2, 10]),
    ("-1 / 1", [-1, 1], [0]),
    ("&( one: 1, many: 5..9 )", [1, 7], [2]),
    ("int / tstr", [1, "a"], [b"a"]),
    ("tstr / bstr", ["a", b"a"], [1]),
    ("[* uint]", [[], [1, 2]], [["a"], 1]),
    ("[2*3 tstr]", [["a", "b"]], [["a"], ["a"] * 4]),
    ("[+ (1..3)]", [[1], [3, 3]], [[], [4]]),
    ("[a: uint, b: tstr, ? c: bool]", [[1, "a"], [1, "a", True]], [[1], [1, "a", 1], [1, "a", True, 1]]),
    ("[uint, (0, a: tstr // 1, b: uint)]", [[5, 0, "a"], [5, 1, 7]], [[5, 0, 7], [5, 2, 7]]),
    ("[2*2 [uint, uint]]", [[[1, 2], [3, 4]]], [[[1, 2]]]),
    ("{ a: uint, ? b: tstr }", [{"a": 1}, {"a": 1, "b": "x"}], [{}, {"a": "x"}, {"a": 1, "c": 1}]),
    ('{ 1: uint, -2 => tstr, "x y" => bool }', [{1: 1, -2: "a", "x y": True}], [{1: 1}]),
    ("{ &(id: 3) ^ => uint }", [{3: 1}], [{"id": 1}]),
    ("{ * tstr => uint }", [{}, {"a": 1}], [{"a": "b"}, {1: 1}]),
    ("{ 1*2 int => tstr }", [{1: "a"}], [{}, {1: "a", 2: "b", 3: "c"}]),
    ("{ * tstr => (1..5) }", [{"a": 5}], [{"a": 6}]),
    ("{ a: uint, * tstr => any }", [{"a": 1, "b": [1]}], [{"b": 1}]),
    ("{ ? a: uint .default 3 }", [{}, {"a": 5}], [{"a": "x"}]),
    ("{ a: { b: [* { c: uint }] } }", [{"a": {"b": [{"c": 1}]}}], [{"a": {"b": [{}]}}]),
    ("{ (a: uint, b: uint), ? (c: uint) }", [{"a": 1, "b": 2}], [{"a": 1}]),
    ("#6.32(tstr)", [TAGGED(32, "a:b")], ["a:b", TAGGED(33, "a")]),
    ("#6.99([uint])", [TAGGED(99, [1])], [TAGGED(99, ["a"])]),
    ("tdate", [TAGGED(0, "2020-01-01T00:00:00Z")], ["2020"]),
    ("bstr .cbor [uint]", [cbor2.dumps([1])], [cbor2.dumps(["a"])]),
    ("#3", ["a"], [1]),
    ("#1", [-1], [1]),
    ("#7.21", [True], [False]),
    ("[uint / null, tstr .size 1 / null]", [[None, None], [1, "a"]], [[1, "ab"]]),
    ("number", [1, 1.5], ["a"]),
    ("[* (null / 1..3)]", [[None, 1]], [[4]]),
]


@pytest.mark.parametrize(("source", "good", "bad"), VALUES, ids=[row[0] for row in VALUES])
def test_values(source: str, good: list[Any], bad: list[Any]) -> None:
    """Each type alone, as a member of a map, as an item of an array: always the same values."""
    plain, member, item = (imported("cddl", f"{head}{source}{tail}") for head, tail in
                           (("m = ", ""), ("m = { k: ", " }"), ("m = [ k: ", " ]")))  # fmt: skip
    assert plain.errors == member.errors == item.errors == []
    for given, wrap in ((plain, lambda v: v), (member, lambda v: {"k": v}), (item, lambda v: [v])):
        codec = given.codec()
        name = next(r.name for r in given.specification.modules["given"].records if r.kind == "message")
        for value in good:
            octets = cbor2.dumps(wrap(value))
            assert cbor2.loads(codec.encode(name, codec.decode(name, octets).native)) == cbor2.loads(
                octets
            ), value
        for value in bad:
            with pytest.raises(Refused):
                codec.decode(name, cbor2.dumps(wrap(value)))


def test_rules_by_name() -> None:
    given = imported(
        "cddl",
        """
; A message.
message = {
  kind: kind,        ; what it is
  1: id,
  pair<uint, tstr>,
  list: [* pair-of<bool>],
  ext: ~tagged-text,
}
kind = &( a: 1 )
kind /= 2
id = bstr .size 4    ; octets
pair<A, B> = ( first: A, second: B )
pair-of<T> = [T, T]
tagged-text = #6.32(tstr)
limit = 5
$$later //= ( more: uint )
""",
    )
    assert given.errors == ["A7-P222"] and "$$later" in given.said("A7-P222")
    value = {"kind": 2, 1: b"abcd", "first": 1, "second": "x", "list": [[True, False]], "ext": "u"}
    found = given.decode("Message", cbor2.dumps(value))
    assert found["kind"] == 2 and found["list"] == [{"item_1": True, "item_2": False}] and found["ext"] == "u"
    assert '"what it is"' in given.text and '"A message."' in given.text and '"octets"' in given.text
    with pytest.raises(Refused):
        given.decode("Message", cbor2.dumps({**value, 1: b"abc"}))


def test_recursion() -> None:
    given = imported("cddl", "tree = { ? left: tree, ? right: tree, value: uint }\nlist = [uint, ? list]")
    assert given.errors == []
    assert given.decode("Tree", cbor2.dumps({"left": {"value": 1}, "value": 2})) == {
        "left": {"value": 1},
        "value": 2,
    }
    assert imported("cddl", "a = [* b]\nb = uint / [* b]").errors[0] == "A7-P221"


LOST: list[tuple[str, str]] = [
    ("m = { a: uint / [* uint] / { * tstr => any } }", "A7-P221"),
    ("m = { a: uint .bits b }\nb = &( x: 0 )", "A7-P220"),
    ('m = { a: tstr .regexp "(?=x)" }', "A7-P220"),
    ("m = { a: 1.5..2.5 }", "A7-P220"),
    ("m = { a: float .le 1.5 }", "A7-P220"),
    ("m = { a: uint .within int }", "A7-P220"),
    ("m = { a: #6(tstr) }", "A7-P221"),
    ("m = { a: undefined }", "A7-P221"),
    ("m = { a: float16 }", "A7-P221"),
    ("m = { a: [uint, * tstr] }", "A7-P221"),
    ("m = { a: uint // b: tstr }", "A7-P221"),
    ("m = { a: { * bstr => uint } }", "A7-P221"),
    ("m = { a: uint, * tstr => uint }", "A7-P220"),
    ("m = { a: bstr .cborseq [* uint] }", "A7-P220"),
]


@pytest.mark.parametrize(("source", "code"), LOST)
def test_losses_are_listed(source: str, code: str) -> None:
    given = imported("cddl", source)
    assert code in given.errors, given.found
    assert given.specification.modules["given"].records


MISTAKES: list[tuple[str, list[tuple[str, int, int]]]] = [
    ("m = { a: }", [("A7-P200", 1, 10)]),
    ("m = { a: uint\nn = [ b: tstr ]\no = { c: ?? }\np = uint", [("A7-P200", 2, 3), ("A7-P200", 3, 10)]),
    ("m = { a: nowhere }", [("A7-P204", 1, 10)]),
    ("m = uint\nm = tstr", [("A7-P203", 2, 1)]),
    ("m = [ r: &roles ]\nroles = ( owner: 1, guest: 2, owner: 3 )", [("A7-P203", 2, 31)]),
    ("m = { a: 5..1 }", [("A7-P206", 1, 10)]),
    ("m = { a: uint, a: tstr }", [("A7-P203", 1, 16)]),
    ("m = { a: h'0' }", [("A7-P202", 1, 10)]),
    ("m = { a: #9 }", [("A7-P202", 1, 10)]),
    ("m = { a: g }\ng = ( b: uint )", [("A7-P206", 1, 10)]),
    ("m = { a: p<uint> }\np<A, B> = [A, B]", [("A7-P206", 1, 10)]),
    ("m = { a: 5*3 uint }", [("A7-P206", 1, 11)]),
    ("m = [ 5*3 uint ]", [("A7-P206", 1, 8)]),
    ('m = { a: "open }', [("A7-P201", 1, 10)]),
    ("m = { a: uint .size -1 }", [("A7-P206", 1, 10)]),
    ("m == uint", [("A7-P200", 1, 4)]),
    ("% m = uint", [("A7-P201", 1, 1)]),
]


@pytest.mark.parametrize(("source", "expected"), MISTAKES)
def test_mistakes_have_their_place(source: str, expected: list[tuple[str, int, int]]) -> None:
    given = imported("cddl", source)
    for each in expected:
        assert each in given.found, (each, given.found)
