"""Text: interpreter and generated code read and write alike, and what they refuse lies where it was received."""

from __future__ import annotations

import random
from typing import Any

import pytest

from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.dump import refusal
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from built import build, module, plain, specification

TEXT = """a7 1
module demo.text version 1.0
encoding text(eol: '\\r\\n')
token Word = ('a'..'z' | 'A'..'Z' | '0'..'9' | '-')+
token Hard = ('a' | 'a' 'b') ('c' | 'b' 'c' 'd')
token Any = ('\\x01'..'\\t' | '\\x0E'..'\\u{10FFFF}')*
token Greek = ('\\u{3B1}'..'\\u{3C9}')+
enum Verb: text open { get = 'GET' put = 'PUT' }
enum Level: u8 closed { low = 1 high = 2 }

message Lines {
    limit size = 4096
    line { verb: Verb ' ' level: Level ' ' shift: i16 }
    line { 'd=' days: u8 default 7 }
    line { 'w=' words: { ' ' word: Word }[1..4] }
    pair?: line { 'p=' left: Word '/' right: Word }
    line { 'u=' head: text[until ';'] raw: bytes[until x'2020' max 8] tail: text[until eol] }
    line { 'h=' hard: Hard ',' greek: Greek }
    line { '#' count: u8 = length(items) items: { '.' n: u8 }[count] }
    line { 'x=' tag: Word ' ' select tag {
        'a' => one: u8
        'b' => two: quoted[2..9]
        otherwise => rest?: { ':' text: Any } } }
    line { }
}

message Spaced as text(space: ' \\t', comments: true) {
    limit size = 4096
    name: Word
    parameters: { ';' key: Word value?: { '=' of: quoted | Word } }[0..]
}

message Choice as text(shape: 'choice') {
    limit size = 4096
    long: { 'to:' w: Word }
    short: { 't' n: u8 }
    number: u16
    check absent(number) or number != 7
}

message Coded {
    limit size = 4096
    a: coded<bytes[1..8]>('hex') '.' b: coded<Inner>('base64') '|' c: coded<Data>('base64url') '!'
    d: coded<text>('hex')
}
struct Inner as binary { n: u8 rest: bytes[prefix u8] must T-1: n < 9 "Small." }
struct Data as json { x: u8 }

message Digits {
    limit size = 256
    line { a: u32('hex') ' ' b: u64('hex', min: 1)  ' ' c: u8(min: 1, max: 70) ' ' w: Word(max: 3) }
    parts: { n: u16('hex', min: 1) ':' data: bytes[size n] }[0..]
    '0'
    hard: Hard(max: 3) ';' greek?: { '=' g: Greek(max: 4) }
    '/' at: u8('hex') within 2
    pair?: { ' ' left: u8('hex') ',' right: i8 }
}

message Feed { limit size = 64  line { 'L ' n: u8 ' ' text: Any } }
message Lenient as text(lenient_eol: true) { limit size = 64 rows: line { n: u8 }[0..] }
message Unix as text(eol: '\\n') { limit size = 64 rows: line { w: text[rest] }[0..] }
"""

SEEDS: dict[str, list[bytes]] = {
    "Lines": [
        b"GET 1 -32768\r\nd=7\r\nw= a b\r\np=x/y\r\nu=h;\x00\xff  t t\r\nh=abcd,\xce\xb1\xce\xb2\r\n#2.1.2\r\nx=a 1\r\n\r\n",
        b'no 2 0\r\nd=\r\nw= a\r\nu=;  \r\nh=ac,\xcf\x89\r\n#0\r\nx=b "a\\"\\\\\xc3\xa9"\r\n\r\n',
        b"PUT 2 12\r\nd=255\r\nw= a b c d\r\nu=a;  \r\nh=abc,\xcf\x89\r\n#0\r\nx=c :any \xe2\x82\xac\r\n\r\n",
        b"PUT 2 12\r\nd=255\r\nw= a b c d\r\nu=a;  \r\nh=abc,\xcf\x89\r\n#0\r\nx=c \r\n\r\n",
    ],
    "Spaced": [b"a", b'a ; b = c\t;d="x;y" (a (b) \\) c) ;e', b"a(c);b"],
    "Choice": [b"to:x", b"t9", b"12", b"7"],
    "Coded": [b"0aFF.AQIDBA==|eyJ4IjogMX0!c3a9", b"00.AQA=|eyJ4IjoxfQ!"],
    "Feed": [b"L 1 hello\r\n"],
    "Digits": [
        b"0 a 1 abc\r\n1:02:aba:0123456789" + b"0ac;=\xce\xb1\xce\xb2/ff",
        b"fFfFfffF 1 70 a\r\n0ac;/10 2f,-3",
    ],
    "Lenient": [b"1\r\n2\n3", b""],
    "Unix": [b"a\r\n\nb\n"],
}
PIECES = (b"", b" ", b"\r\n", b"\n", b"\r", b"0", b"99999999999999999999999", b'"', b"\\", b"(", b")", b";", b"=", b"-",
          b"\xff", b"\xe2\x82", b"\xce\xb1", b"a", b"b", b"AA==", b".", b"\x00", b"t", b"to:")  # fmt: skip


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return module(build(spec, tmp_path_factory.mktemp("text"))[1], "text")


def read(run: Any) -> Any:
    try:
        return run()
    except Exception as error:
        assert type(error).__name__ == "DecodeError", repr(error)
        found: Any = error
        return found.code, found.requirement, found.path, found.offset, found.bit


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_read_and_written(name: str, spec: Specification, sdk: Any) -> None:
    for octets in SEEDS[name]:
        found = read(lambda octets=octets: plain(getattr(sdk, name).decode(octets)))
        assert found == read(lambda octets=octets: decode(spec, f"demo.text.{name}", octets).value)
        if isinstance(found, dict):
            written = encode(spec, f"demo.text.{name}", found)
            assert getattr(sdk, name).decode(octets).encode() == written
            assert decode(spec, f"demo.text.{name}", written).value == found
        else:
            assert octets == b"7"


@pytest.mark.parametrize("name", SEEDS)
def test_executions_agree_on_what_is_changed(name: str, spec: Specification, sdk: Any) -> None:
    chance = random.Random(name)
    accepted = 0
    for _ in range(600):
        octets = bytearray(chance.choice(SEEDS[name]))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(octets) + 1)
            octets[place : place + chance.choice((0, 0, 1, 2))] = chance.choice(PIECES)
        data = bytes(octets)
        mine = read(lambda data=data: decode(spec, f"demo.text.{name}", data).value)
        made = read(lambda data=data: plain(getattr(sdk, name).decode(data)))
        assert mine == made, data
        if isinstance(mine, dict):
            accepted += 1
            written = encode(spec, f"demo.text.{name}", mine)
            assert getattr(sdk, name).decode(data).encode() == written
            assert decode(spec, f"demo.text.{name}", written).value == mine, data
    assert accepted > 0


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("Feed", {"n": 256, "text": "a"}, "out_of_range"),
    ("Feed", {"n": 1, "text": "a\r\nb"}, "bad_characters"),
    ("Feed", {"n": 1, "text": 5}, "wrong_kind"),
    ("Unix", {"rows": ["a\nb"]}, "bad_text"),
    ("Lenient", {"rows": ["1"]}, "wrong_kind"),
    ("Choice", {}, "missing_field"),
    ("Choice", {"short": 1, "number": 2}, "unknown_field"),
    ("Choice", {"number": 7}, "rule_broken"),
    ("Spaced", {"name": "a b", "parameters": []}, "bad_characters"),
    ("Spaced", {"name": "", "parameters": []}, "bad_characters"),
    ("Coded", {"a": b"", "b": {"n": 1, "rest": b""}, "c": {"x": 1}, "d": ""}, "too_short"),
    ("Coded", {"a": b"1", "b": {"n": 9, "rest": b""}, "c": {"x": 1}, "d": ""}, "rule_broken"),
]


@pytest.mark.parametrize(("name", "value", "code"), WRONG)
def test_what_would_not_be_read_back_is_not_written(
    name: str, value: dict[str, Any], code: str, spec: Specification, sdk: Any
) -> None:
    with pytest.raises(EncodeError) as found:
        encode(spec, f"demo.text.{name}", value)
    assert found.value.code == code
    members = {"b": "Inner", "c": "Data"} if name == "Coded" else {}
    made = {
        key: getattr(sdk, members[key])(**each) if key in members else each for key, each in value.items()
    }
    with pytest.raises(Exception, match=code) as told:
        getattr(sdk, name)(**made).encode()
    assert type(told.value).__name__ == "EncodeError"
    assert told.value.path == found.value.path  # type: ignore[attr-defined]


def test_refusals_inside_a_coding_lie_where_they_were_received(spec: Specification) -> None:
    data = b"00.CQA=|eyJ4IjoxfQ!"
    with pytest.raises(DecodeError) as found:
        decode(spec, "demo.text.Coded", data)
    assert (found.value.requirement, found.value.path, found.value.offset) == ("T-1", "b.n", 3)
    tree = found.value.tree
    assert tree is not None and [(x.name, x.offset, x.octets) for x in tree.children[:1]] == [("a", 0, 2)]


def test_refusals_tell_line_and_column(spec: Specification) -> None:
    data = SEEDS["Lines"][0].replace(b"p=x/y", b"p=x+y")
    with pytest.raises(DecodeError) as found:
        decode(spec, "demo.text.Lines", data)
    assert "(line:column 4:4)" in refusal(spec, "demo.text.Lines", found.value, data)


def test_lines_come_out_of_a_stream(sdk: Any) -> None:
    octets = b"".join(b"L %d row\r\n" % n for n in range(20))
    for size in (1, 3, 7, 200):
        decoder, found = sdk.Feed.Decoder(), []
        for start in range(0, len(octets), size):
            found += decoder.feed(octets[start : start + size])
        decoder.close()
        assert [each.n for each in found] == list(range(20))
    decoder = sdk.Feed.Decoder()
    with pytest.raises(Exception, match="too_large"):
        decoder.feed(b"L 1 " + b"x" * 100)
    assert not hasattr(sdk.Lenient, "Decoder") and not hasattr(sdk.Spaced, "Decoder")


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("[a-z]+", True),
        ("[!-~]+(?:/[!-.0-~]+)*", False),
        ("-?[0-9]+[dhms]?", True),
        ("(?:a|ab)(?:c|bcd)", False),
        ("a?(?:ab)?", False),
        ("[\\x01-\\x09\\x80-\U0010ffff]*", True),
        ("[α-ω]+", False),
        ("(?:[0-9A-F][0-9A-F](?::[0-9A-F][0-9A-F])+)", True),
    ],
)
def test_only_patterns_without_choice_become_expressions(pattern: str, fits: bool) -> None:
    assert (octets_pattern(pattern) is not None) is fits
