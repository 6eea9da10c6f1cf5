"""Messages out of streams: the same messages and the same refusal, however the octets are cut into pieces."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import built
import corpus
from art7.codegen.names import package_names
from art7.codegen.python.endings import Endings
from art7.codegen.python.peeks import head_record
from art7.codegen.vectors.messages import MessageVectors
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

TEXT = """a7 1
module sample.stream version 1.0 "Messages with and without an end of their own."

errors { odd = 501 "The kind is odd." }

message Frame as binary {
    limit size = 300
    kind: u8
    size: u16 = octets(body)
    must F-01: kind % 2 == 0 else odd
    body: bytes within size
    sum: u32 = crc32(octets_before(sum))
}
message Counted as binary {
    limit size = 200000
    number: u16 = count(items)
    items: u16[number]
}
struct Name as binary {
    size: u8 = octets(text)
    text: bytes[size]
}
message Listed as binary {
    limit size = 2000
    number: u8 = count(names)
    names: Name[number]
    mark: u8
}
message Line as binary {
    limit size = 40
    text: u8[until x'0a']
}
message Call as text {
    limit size = 400
    line { verb: Verb ' ' x: u8 }
    length @header('Length', 'l')?: u8 = length(body)
    names @header('Name', list: ','): quoted[..9][0..3]
    unknown preserve[max 2]
    parts: Part[0..3]
    '.'
    tail?: line { ';' y: Verb }
    '\\r\\n'
    body: bytes[size if present(length) then length else 0]
}
struct Part as text { line { n: u8(min: 1) } data: bytes[size n] '\\r\\n' }
token Verb = ('a'..'z')+
message Open as text { limit size = 100 line { x: u8 } more: { ';' y: u8 }[0..] }
message Datagram as binary {
    limit size = 100
    kind: u8
    body: bytes[rest]
}
message Empty as binary {
    limit size = 100
    again?: u8 when false
}
message Envelope as protobuf {
    limit size = 100
    id @1: u32 default 0
}
"""


def load(*names: str) -> Specification:
    report = Report()
    texts = {f"{name}.a7": (catalogue_text(name) or ("", b""))[1] for name in names}
    folder = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat" / "modules"
    texts |= {path.name: path.read_bytes() for path in sorted(folder.glob("*.a7"))}
    spec = load_sources(texts, report)
    assert not report.has_errors
    return spec


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return modules(built.specification(TEXT), tmp_path_factory.mktemp("stream"))["sample.stream"]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Specification, dict[str, ModuleType]]:
    spec = load("ietf.stun", "ietf.mls", "ietf.rtp", "ietf.http")
    return spec, modules(spec, tmp_path_factory.mktemp("catalogue"))


def modules(spec: Specification, folder: Path) -> dict[str, ModuleType]:
    _, package = built.build(spec, folder)
    names = package_names(spec)
    return {name: importlib.import_module(f"{package}.{names.modules[name]}") for name in spec.modules}


def events(kind: Any, pieces: list[bytes], **params: Any) -> tuple[list[Any], Any]:
    """Return what comes out of a stream in those pieces: messages, and the refusal."""
    decoder, messages = kind.Decoder(**params), []
    try:
        for piece in pieces:
            messages += decoder.feed(piece)
            assert decoder.error is not None or decoder.need > 0
        decoder.close()
    except ValueError as error:
        found = error
        with pytest.raises(type(error)):
            decoder.feed(b"")
        shown = (found.code, found.requirement, found.path, found.offset, found.got)  # type: ignore[attr-defined]
        return messages, shown
    return messages, None


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def octet_by_octet(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def test_pieces_change_nothing(sample: ModuleType) -> None:
    frames = [sample.Frame(kind=2 * n, body=bytes(range(n))) for n in range(5)]
    data = b"".join(frame.encode() for frame in frames)
    assert events(sample.Frame, [data]) == (frames, None)
    assert events(sample.Frame, octet_by_octet(data)) == (frames, None)
    assert events(sample.Frame, [bytearray(data[:7]), memoryview(data[7:])]) == (frames, None)


def test_a_refusal_comes_after_what_was_complete_and_stays(sample: ModuleType) -> None:
    frame = sample.Frame(kind=4, body=b"abc")
    data = frame.encode() + b"\x03\x00\x01" + bytes(9)
    decoder = sample.Frame.Decoder()
    assert decoder.feed(data) == [frame]
    assert decoder.error.code == "odd" and decoder.error.requirement == "F-01" and decoder.taken == 10
    for _ in range(2):
        with pytest.raises(ValueError, match="odd"):
            decoder.feed(frame.encode())
    with pytest.raises(ValueError, match="odd"):
        decoder.close()
    assert events(sample.Frame, [data]) == events(sample.Frame, octet_by_octet(data))


def test_a_message_cut_short_tells_what_it_needs(sample: ModuleType) -> None:
    data = sample.Frame(kind=2, body=b"12345").encode()
    decoder = sample.Frame.Decoder()
    assert decoder.feed(data[:3]) == [] and decoder.need == 5
    assert decoder.feed(data[3:8]) == [] and decoder.need == 4
    with pytest.raises(ValueError, match="truncated") as caught:
        decoder.close()
    assert caught.value.need == 12  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="truncated") as caught:
        sample.Frame.decode_prefix(data[:8])
    assert caught.value.need == 12  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="odd") as caught:
        sample.Frame.decode_prefix(b"\x01\x00\x01")
    assert caught.value.need is None  # type: ignore[attr-defined]


def test_a_message_that_would_be_too_large_is_not_waited_for(sample: ModuleType) -> None:
    for pieces in ([b"\x02\xff\xff"], [b"\x02\xff\xff" + bytes(70000)], octet_by_octet(b"\x02\xff\xff\x00")):
        assert events(sample.Frame, pieces)[1][0] == "too_large"
    assert events(sample.Line, octet_by_octet(b"x" * 50))[1][0] == "too_large"
    assert events(sample.Line, [b"x" * 50])[1][0] == "too_large"


def test_wrong_things_fed_are_refused(sample: ModuleType) -> None:
    for wrong in ("text", None, 7, [1]):
        with pytest.raises(ValueError, match="wrong_kind"):
            sample.Frame.Decoder().feed(wrong)


def test_lists_without_a_frame(sample: ModuleType) -> None:
    listed = [
        sample.Listed(names=[(b"a",), (b"bcd",)], mark=1),
        sample.Listed(names=[], mark=2),
    ]
    data = b"".join(each.encode() for each in listed)
    assert events(sample.Listed, octet_by_octet(data)) == (listed, None)
    lines = [sample.Line(text=[1, 2, 3]), sample.Line(text=[])]
    data = b"".join(each.encode() for each in lines)
    assert events(sample.Line, octet_by_octet(data)) == events(sample.Line, [data]) == (lines, None)


def test_no_octet_is_read_over_and_over(sample: ModuleType) -> None:
    """Octet by octet, the codec is asked a few times a message, not once an octet."""
    data = sample.Counted(items=list(range(20000))).encode()
    decoder, asked = sample.Counted.Decoder(), []
    read = decoder._read
    decoder._read = lambda *more: (asked.append(1), read(*more))[1]
    messages = [message for piece in octet_by_octet(data) for message in decoder.feed(piece)]
    assert len(messages) == 1 and len(asked) <= 4


def test_who_has_no_end_has_no_decoder(sample: ModuleType) -> None:
    endless = (sample.Datagram, sample.Envelope, sample.Empty, sample.Open)
    assert not any(hasattr(kind, "Decoder") for kind in endless)
    assert all(hasattr(kind, "decode_prefix") for kind in (sample.Datagram, sample.Envelope))


CALLS = (
    b'ask 1\r\nname: "a,b" , "c"\r\n\t, "d"\r\nX: y\r\n\r\n1\r\n\r\r\n2\r\n.;\r\n.;abc\r\n\r\n'
    b"answer 255\r\nl: 5\r\n\r\n.\r\n\r\nabcask 0\r\n\r\n.\r\n"
)


def test_headers_out_of_a_stream(sample: ModuleType) -> None:
    """Lines, folded headers, lists told by an octet and a counted body, cut at every place; each octet changed."""
    whole = events(sample.Call, [CALLS])
    assert [message.verb for message in whole[0]] == ["ask", "answer", "ask"] and whole[1] is None
    for place in range(len(CALLS)):
        assert events(sample.Call, [CALLS[:place], CALLS[place:]]) == whole
    for place in range(len(CALLS)):
        for octet in (CALLS[place] ^ 1, 0x0D, 0x20, 0x30):
            changed = CALLS[:place] + bytes([octet]) + CALLS[place + 1 :]
            whole = events(sample.Call, [changed])
            assert events(sample.Call, octet_by_octet(changed)) == whole, changed


def test_a_line_that_does_not_end_is_not_read_over_and_over(catalogue: Any) -> None:
    kind = catalogue[1]["ietf.http"].Request
    decoder, asked = kind.Decoder(), []
    read = decoder._read
    decoder._read = lambda *more: (asked.append(1), read(*more))[1]
    for piece in octet_by_octet(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 3000):
        assert decoder.feed(piece) == []
    assert len(asked) < 10
    assert len(decoder.feed(b"\r\n\r\nGET")) == 1


def test_every_split_of_the_vectors_of_http(catalogue: Any) -> None:
    """Accepted and refused requests: a stream gives the value and the refusal that the whole gives."""
    spec, made = catalogue
    kind, tried = made["ietf.http"].Request, 0
    for vector in spec.modules["ietf.http"].vectors:
        octets = vector.octets
        if not vector.subject.endswith("Request") or not isinstance(octets, bytes):
            continue
        whole = events(kind, [octets])
        for place in range(len(octets)):
            assert events(kind, [octets[:place], octets[place:]]) == whole
        assert events(kind, octet_by_octet(octets)) == whole
        try:
            assert whole[0][:1] == [kind.decode(octets)]
        except ValueError as error:
            found: Any = error
            if found.code != "trailing_data":
                assert whole == ([], (found.code, found.requirement, found.path, found.offset, found.got))
        tried += 1
    assert tried > 20


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_octets_in_any_pieces(sample: ModuleType, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([sample.Frame, sample.Counted, sample.Listed, sample.Line, sample.Call]))
    small = st.lists(st.sampled_from([0, 0, 1, 2, 4, 10, 13, 255]), max_size=60).map(bytes)
    octets = data.draw(small)
    places = data.draw(st.lists(st.integers(0, 1000), max_size=12))
    whole = events(kind, [octets])
    assert events(kind, octet_by_octet(octets)) == whole
    assert events(kind, cut(octets, places)) == whole


def test_catalogue_messages_in_any_pieces(catalogue: Any) -> None:
    """The valid vectors of STUN and MLS in one stream, whole, octet by octet and cut; a flipped octet too."""
    spec, made = catalogue
    names, endings, tried = package_names(spec), Endings(records(spec)), 0
    for module in spec.modules.values():
        for record in module.records:
            if record.kind != "message" or not endings.is_streamable(record):
                continue
            kind = getattr(made[module.name], names.classes[record.name])
            params: dict[str, Any] = {}
            stream = b"".join([each for each in valid(spec, module, record) if len(each) < 2000][:6])
            whole = events(kind, [stream], **params)
            assert whole[1] is None or record.params, (record.name, whole[1])
            single = octet_by_octet(stream) if len(stream) < 3000 else cut(stream, list(range(0, 90000, 37)))
            assert events(kind, single, **params) == whole
            for place in range(0, len(stream), 1 + len(stream) // 12):
                changed = stream[:place] + bytes([stream[place] ^ 0x81]) + stream[place + 1 :]
                whole = events(kind, [changed], **params)
                assert events(kind, cut(changed, [place, 7 * place, 13 * place]), **params) == whole
                tried += 1
    assert tried > 20


def valid(spec: Specification, module: Any, record: Any) -> list[bytes]:
    """The octets of accepted vectors that need no parameters; made ones where the text declares none."""
    found = [
        vector.octets
        for vector in module.vectors
        if vector.subject == record.name
        and vector.accept
        and isinstance(vector.octets, bytes)
        and not vector.given
    ]
    if found or module.name not in ("ietf.stun", "chat"):
        return found
    rows = MessageVectors(spec, module, record).make()
    return [bytes.fromhex(row["bytes"]) for row in rows if row["result"] == "valid" and row.get("bytes")]


def records(spec: Specification) -> dict[str, Any]:
    return {record.name: record for module in spec.modules.values() for record in module.records}


# ---- heads ----


def test_a_head_is_read_alone(catalogue: Any) -> None:
    _, made = catalogue
    message = made["ietf.stun"].StunMessage(method=1, class_=0, transaction=b"123456789012", attributes=[])
    data = message.encode()
    head = made["ietf.stun"].StunMessage.peek(data)
    assert (head.method, head.class_, head.length, head.transaction) == (1, 0, 0, b"123456789012")
    assert (
        made["ietf.stun"].StunMessage.peek(data[:2] + b"\x00\x10" + data[4:]).length == 16
    )  # the rest is not read
    for short in range(20):
        with pytest.raises(ValueError, match="truncated"):
            made["ietf.stun"].StunMessage.peek(data[:short])
    with pytest.raises(ValueError) as caught:
        made["ietf.stun"].StunMessage.peek(b"\x80" + data[1:])
    with pytest.raises(ValueError) as decoded:
        made["ietf.stun"].StunMessage.decode(b"\x80" + data[1:])
    assert str(caught.value) == str(decoded.value)


def test_a_head_agrees_with_the_message(catalogue: Any) -> None:
    spec, made = catalogue
    names, tried = package_names(spec), 0
    for module in spec.modules.values():
        for record in module.records:
            if record.kind != "message" or record.carrier.value != "octets" or head_record(record) is None:
                continue
            kind = getattr(made[module.name], names.classes[record.name])
            for octets in valid(spec, module, record):
                head, message = kind.peek(octets), kind.decode(octets)
                for name in type(head).__slots__:
                    if name in type(message).__slots__ and getattr(message, name) is not None:
                        assert getattr(head, name) == getattr(message, name)
                        tried += 1
            least = Endings(records(spec)).least_octets(head_record(record))  # type: ignore[arg-type]
            assert least > 0
    assert tried > 50


# ---- JSON texts one after the other ----

JSON_TEXT = """a7 1
module sample.texts version 1.0 "JSON."
message Small as json {
    limit size = 40
    limit depth = 3
    a: u8
    b?: text
}
message Item(most: u8) as cbor {
    limit size = 60
    limit depth = 4
    unknown preserve
    a @1: integer
    b @2?: bytes
    must S-1: a <= most
}
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return modules(built.specification(JSON_TEXT), tmp_path_factory.mktemp("texts"))["sample.texts"]


def test_json_texts_are_taken_one_by_one(texts: ModuleType) -> None:
    data, found = b' {"a":1,"b":"\xc3\xa9"}\n{"a":2} {"a":3}x' + b"\xff" * 100, []
    for _ in range(3):
        message, octets = texts.Small.decode_prefix(data)
        found.append(message.a)
        data = data[octets:]
    assert found == [1, 2, 3] and data.startswith(b"x")
    assert [each.a for each in texts.Small.decode_many([b'{"a":1}', b'{"a":9}'])] == [1, 9]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bad_json"),
        (b'{"a":', "bad_json"),
        (b'{"a":1,"b":"\xff"}{}', "bad_text"),
        (b'{"a":300}{}', "out_of_range"),
        (b'{"a":NaN}', "bad_json"),
        (b'{"a":1,"b":"' + b"x" * 40 + b'"}', "too_large"),
        (b'{"a":[[[[1]]]]}', "too_deep"),
        (b"[" * 100_000, "too_large"),
        ("text", "wrong_kind"),
        (None, "wrong_kind"),
    ],
)
def test_json_prefixes_are_refused_as_texts_are(texts: ModuleType, data: Any, code: str) -> None:
    with pytest.raises(ValueError) as caught:
        texts.Small.decode_prefix(data)
    assert caught.value.code == code  # type: ignore[attr-defined]


# ---- values one behind the other, texts on lines ----

LINES = b'{"a":1}\n\n\x1e{"a":2,"b":"\xc3\xa9\\n"} \r\n \n{"a":3}\n'
ITEMS = bytes.fromhex("a10101a201020243010203bf025f41014102ff0104ffa301050a9f8201c100a0ff0b626869")


def test_texts_on_lines_in_any_pieces(texts: ModuleType) -> None:
    whole = events(texts.Small, [LINES])
    assert [value.a for value in whole[0]] == [1, 2, 3] and whole[1] is None
    agree_in_pieces(texts.Small, LINES)
    for place in range(len(LINES)):
        for octet in (LINES[place] ^ 1, 0x0A, 0x22, 0x7D):
            agree_in_pieces(texts.Small, LINES[:place] + bytes([octet]) + LINES[place + 1 :])


def test_values_one_behind_the_other_in_any_pieces(texts: ModuleType) -> None:
    whole = events(texts.Item, [ITEMS], most=9)
    assert [value.a for value in whole[0]] == [1, 2, 4, 5] and whole[1] is None
    agree_in_pieces(texts.Item, ITEMS, most=9)
    for place in range(len(ITEMS)):
        for octet in (ITEMS[place] ^ 1, ITEMS[place] ^ 0x20, 0x1C, 0x5F, 0x9F, 0xFF, 0xBB, 0xDF):
            agree_in_pieces(texts.Item, ITEMS[:place] + bytes([octet]) + ITEMS[place + 1 :], most=9)


def agree_in_pieces(kind: Any, data: bytes, **params: Any) -> None:
    """The stream gives what each value gives by itself, however it is cut."""
    whole = events(kind, [data], **params)
    assert events(kind, octet_by_octet(data), **params) == whole, data.hex()
    assert events(kind, cut(data, [3, 11, 20, 29]), **params) == whole, data.hex()


def test_a_value_that_would_be_too_large_is_not_waited_for(texts: ModuleType) -> None:
    assert events(texts.Small, [b'{"b":"' + b"x" * 40])[1][0] == "too_large"
    assert events(texts.Item, [bytes.fromhex("a102 5a7fffffff")], most=9)[1][0] == "too_large"
    assert events(texts.Item, [b"\xd8\x20" * 40], most=9)[1][0] == "too_large"
    assert events(texts.Item, [b"\x81" * 9], most=9)[1][0] == "too_deep"
    assert events(texts.Item, [b"\xa1\x01"], most=9)[1][0] == "truncated"
    assert events(texts.Small, [b'{"a":1}'])[1][0] == "truncated"
