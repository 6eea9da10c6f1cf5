"""Headers, parameters, parts and transfer codings: interpreter and generated code read and write alike."""

from __future__ import annotations

import random
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.dump import refusal
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from built import build, module, plain, specification

TEXT = """a7 1
module demo.headers version 1.0

token Word = ('a'..'z' | 'A'..'Z' | '0'..'9' | '-' | '.')+

message Request as text(space: ' \\t') {
    limit size = 65536
    line { method: Word ' ' target: text[until ' '] 'DEMO/1' }
    vias @header('Via', 'v', list: ','): Via[1..4]
    call @header('Call-ID', 'i'): text[rest]
    hops @header('Hops'): u8 default 70
    subject @header('Subject', 's')?: text[rest]
    notes @header('Note'): quoted[..99][0..3]
    content_length @header('Content-Length', 'l'): u32 = length(body)
    unknown preserve[max 5]
    must H-1: hops < 100 "Few hops."
    body: bytes[size content_length]
}
struct Via as text(space: ' \\t') {
    'DEMO' '/' transport: Word ' ' host: Word port?: { ':' number: u16 }
    parameters: parameters('sip')
}
struct ContentType as text(space: ' \\t', comments: true) {
    type: Word '/' subtype: Word parameters: parameters('mime')
}

message Entity as text(lenient_eol: true, space: ' \\t', comments: true) {
    limit size = 65536
    limit depth = 6
    content_type @header('Content-Type')?: ContentType
    encoding @header('Content-Transfer-Encoding')?: Word
    unknown preserve
    body: Body(content_type: content_type, encoding: encoding)
}
struct Body(content_type: ContentType | null, encoding: text | null) as text(lenient_eol: true) {
    let kind: text = if content_type == null then 'text' else lower(content_type.type)
    content: select kind {
        'multipart' => parts: multipart<Entity>(boundary: content_type.parameters['boundary'])
        'text'      => words: coded<text>(encoding, charset: content_type.parameters['charset'])
        otherwise   => octets: coded<bytes[..100]>(encoding)
    }
}

message Strict as text {
    limit size = 1024
    unknown reject unknown_field
    a @header('A'): u8
    bs @header('B', list: ','): { w: text[rest] }[..3]
    c: coded<Inner>('base64')
}
struct Inner as binary { n: u8 rest: bytes[rest] }
"""
"""Parameters of a body: what the headers around it say."""

MAIL = b"""From: a <a@example.org>
Content-Type: multipart/mixed; (hello) boundary="b=1"
Subject: folded
 over lines

before
--b=1

hello
--b=1 \t
Content-Type: text/plain; charset*0*=utf-8''iso-; charset*1="8859-1"
Content-Transfer-Encoding: quoted-printable

caf=E9 =
x  
--b=1
content-transfer-encoding: BASE64
Content-Type: (c) application/octet-stream;name*=UTF-8'en'%e2%82%ac%20rates

aGVs
bG8=

--b=1
Content-Type: multipart/alternative; boundary=inner;

--inner

deep
--inner--
--b=1--
behind
"""
SEEDS: dict[str, list[bytes]] = {
    "Request": [
        b"INVITE a:b DEMO/1\r\nv: DEMO / UDP  h.example:5060;branch=z9;x=\"a\\\"b, c\" , DEMO/TCP\r\n\tb ;rport\r\n"
        b"X-Some:  kept\r\n   value  \r\ni: 1@2\r\nNote: \"x\"\r\nnote: \"y,z\"\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET / DEMO/1\r\nVia: DEMO/UDP h\r\nCall-ID:\r\nHops: 7\r\nl: 0\r\nSubject : a b\r\n\r\n",
    ],
    "Entity": [
        MAIL,
        MAIL.replace(b"\n", b"\r\n"),
        b"\nplain",
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E2=82=AC=\n\n",
        b"A: b",
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAEC Aw==\n",
    ],
    "Strict": [b"A: 1\r\nB: x, y\r\n ,z\r\n\r\nAQID", b"b:\r\na: 255\r\n\r\nAQ=="],
}  # fmt: skip
PIECES = (b"", b" ", b"\r\n", b"\n", b"\r", b"\n ", b"0", b"999", b'"', b"\\", b"(", b")", b";", b"=", b"-", b"--", b",",
          b"\xff", b"\xe2\x82", b"\xce\xb1", b"a", b"b", b"AA==", b".", b"\x00", b"=C3", b"= \n", b"--b=1\n", b"--inner--",
          b":", b"<", b"*", b"*0", b"'", b"%", b"\r\n\r\n", b"A: 1\r\n", b"\r\nQ: 1" * 6, b"binary", b"x/y",
          b"x-unknown")  # fmt: skip


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return module(build(spec, tmp_path_factory.mktemp("headers"))[1], "headers")


def read(run: Any) -> Any:
    try:
        return run()
    except Exception as error:
        assert type(error).__name__ in ("DecodeError", "EncodeError"), repr(error)
        found: Any = error
        return found.code, found.requirement, found.path, found.offset, found.bit


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_read_and_written(name: str, spec: Specification, sdk: Any) -> None:
    for octets in SEEDS[name]:
        found = decode(spec, f"demo.headers.{name}", octets).value
        made = getattr(sdk, name).decode(octets)
        assert plain(made) == found
        written = encode(spec, f"demo.headers.{name}", found)
        assert made.encode() == written
        assert decode(spec, f"demo.headers.{name}", written).value == found


@pytest.mark.parametrize("name", SEEDS)
def test_executions_agree_on_what_is_changed(name: str, spec: Specification, sdk: Any) -> None:
    chance = random.Random(name)
    accepted, refused = 0, set()
    for _ in range(900):
        octets = bytearray(chance.choice(SEEDS[name]))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(octets) + 1)
            octets[place : place + chance.choice((0, 0, 1, 2))] = chance.choice(PIECES)
        data = bytes(octets)
        mine = read(lambda data=data: decode(spec, f"demo.headers.{name}", data).value)
        made = read(lambda data=data: plain(getattr(sdk, name).decode(data)))
        assert mine == made, data
        if isinstance(mine, tuple):
            refused.add(mine[0])
            continue
        accepted += 1
        written = read(lambda mine=mine: encode(spec, f"demo.headers.{name}", mine))
        again = read(lambda data=data: getattr(sdk, name).decode(data).encode())
        assert again == written, data
        if isinstance(written, bytes):
            assert decode(spec, f"demo.headers.{name}", written).value == mine, data
    assert accepted > 50
    assert len(refused) > 5


def test_the_offsets_of_folded_values_are_those_received(spec: Specification) -> None:
    data = SEEDS["Request"][0].replace(b"\tb ;rport", b"\tb ;;rport")
    with pytest.raises(DecodeError) as found:
        decode(spec, "demo.headers.Request", data)
    assert found.value.path == "vias[1].parameters"
    assert found.value.offset == data.index(b";;rport") + 1
    assert "(line:column 3:5)" in refusal(spec, "demo.headers.Request", found.value, data)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("a", {"a": 1, "bs": ["x,y"], "c": {"n": 1, "rest": b""}}, "bad_text"),
    ("a", {"a": 1, "bs": ["x\r\nEvil: 1"], "c": {"n": 1, "rest": b""}}, "bad_text"),
    ("a", {"a": 1, "bs": [" x"], "c": {"n": 1, "rest": b""}}, "bad_text"),
    ("a", {"a": 1, "bs": ["x\0y"], "c": {"n": 1, "rest": b""}}, "bad_text"),
    ("a", {"a": 256, "bs": [], "c": {"n": 1, "rest": b""}}, "out_of_range"),
    ("a", {"a": 1, "bs": ["a", "b", "c", "d"], "c": {"n": 1, "rest": b""}}, "too_many"),
]


@pytest.mark.parametrize(("kind", "value", "code"), WRONG)
def test_what_would_not_be_read_back_is_not_written(
    kind: str, value: dict[str, Any], code: str, spec: Specification, sdk: Any
) -> None:
    with pytest.raises(EncodeError) as found:
        encode(spec, "demo.headers.Strict", value)
    assert found.value.code == code
    made = {**value, "c": sdk.Inner(**value["c"])}
    told = read(lambda: sdk.Strict(**made).encode())
    assert told[0] == code
    assert told[2] == found.value.path


def test_unknown_headers_are_no_way_around_known_ones(spec: Specification) -> None:
    value = decode(spec, "demo.headers.Request", SEEDS["Request"][1]).value
    for other, code in (
        ({"name": "CONTENT-LENGTH", "value": "9"}, "duplicate_field"),
        ({"name": "A B", "value": "9"}, "bad_characters"),
        ({"name": "A", "value": "9\nB: 1"}, "bad_text"),
        ({"name": "A", "value": "9\0"}, "bad_text"),
    ):
        with pytest.raises(EncodeError) as found:
            encode(spec, "demo.headers.Request", {**value, "unknown": [other]})
        assert found.value.code == code


def test_no_more_unknown_headers_than_are_kept(spec: Specification, sdk: Any) -> None:
    data = b"GET / DEMO/1\r\n" + b"X: y\r\n" * 60_000
    wanted = ("too_many", None, "unknown", 14 + 5 * 6, 0)
    assert read(lambda: decode(spec, "demo.headers.Request", data[:60_000])) == wanted
    assert read(lambda: sdk.Request.decode(data[:60_000])) == wanted
    value = decode(spec, "demo.headers.Request", SEEDS["Request"][1]).value
    value["unknown"] = [{"name": "X", "value": str(number)} for number in range(6)]
    wanted = read(lambda: encode(spec, "demo.headers.Request", value))
    assert wanted[:3] == ("too_many", None, "unknown")
    made = sdk.Request.decode(SEEDS["Request"][1])
    made.unknown = sdk.Request.decode(SEEDS["Request"][0]).unknown * 6
    assert read(made.encode) == wanted


def test_a_boundary_stands_in_no_part(spec: Specification) -> None:
    value = decode(spec, "demo.headers.Entity", MAIL).value
    value["body"]["content"][0]["body"]["content"] = "x\r\n--b=1\r\ny"
    with pytest.raises(EncodeError) as found:
        encode(spec, "demo.headers.Entity", value)
    assert found.value.code == "bad_boundary"


@pytest.mark.parametrize(
    "octets",
    [b"(" * 60000, b'"' * 60000, b"<" * 60000, b"," * 60000, b"A" * 60000, b" " * 60000, b"\n a" * 20000],
)
def test_hostile_values_take_little_time(octets: bytes, spec: Specification, sdk: Any) -> None:
    for data in (
        b"Content-Type: " + octets + b"\n\n",
        b"Content-Type: a/b;" + octets + b"\n\n",
        b"Content-Transfer-Encoding: quoted-printable\n\n" + octets + b"x",
        b"Content-Type: multipart/x; boundary=" + b"a" * 60 + b"\n\n" + (b"--" + b"a" * 60 + b"-\n") * 900,
    ):
        mine = read(lambda data=data: decode(spec, "demo.headers.Entity", data).value)
        assert mine == read(lambda data=data: plain(sdk.Entity.decode(data)))


def test_nesting_is_bounded(spec: Specification, sdk: Any) -> None:
    data = b"inside"
    for level in range(8):
        mark = b"b%d" % level
        data = b"Content-Type: multipart/mixed; boundary=%b\n\n--%b\n%b\n--%b--\n" % (mark, mark, data, mark)
        if level == 0:
            data = data.replace(b"inside", b"\ninside")
    mine = read(lambda: decode(spec, "demo.headers.Entity", data).value)
    assert mine[0] == "too_deep"
    assert mine == read(lambda: plain(sdk.Entity.decode(data)))


def test_a_part_may_begin_as_its_boundary_does(spec: Specification, sdk: Any) -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--bx: 1\r\n\r\nin\r\n--b--\r\n"
    value = decode(spec, "demo.headers.Entity", data).value
    assert encode(spec, "demo.headers.Entity", value) == sdk.Entity.decode(data).encode()
