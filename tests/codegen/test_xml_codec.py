"""XML records in three executions: the fast codec, its careful twin and the interpreter agree."""

from __future__ import annotations

import copy
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.dump import dump, explain
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from built import build, module, plain, specification

TEXT = """a7 1
module sample.xml version 1.0 "XML forms of every kind."

errors { bad_lang = 601  bad_sum = 602 }

token Address = (Part '@')? Domain ('/' Part)?
token Part = ('!'..'.' | '0'..'?' | 'A'..'~')+
token Domain = ('a'..'z' | 'A'..'Z' | '0'..'9' | '.' | '-')+

enum Kind: text closed { normal = 'normal'  chat = 'chat'  headline = 'headline' }
enum Mood: text closed { happy = 'happy'  sad = 'sad' }
enum Reason: text open { gone = 'gone'  busy = 'busy' }

message Message as xml(name: 'message', ns: 'urn:sample') {
    limit size  = 65536
    limit depth = 8
    limit attributes = 8
    unknown preserve
    from @attr?:             Address
    to   @attr:              text[1..20]
    kind @attr('type')?:     Kind default 'normal'
    lang @attr('xml:lang')?: text
    mark @attr(ns: 'urn:mark')?: u8
    ready @attr: bool default false
    subject @element:        Words[0..]
    body    @element?:       Words[0..2]
    thread  @element?:       { parent @attr?: text  id @text: text[1..] }
    origin  @element('origin-id', ns: 'urn:sample:ids')?: { id @attr: text }
    mood    @name(ns: 'urn:sample:moods')?: Mood
    asked   @element('request', ns: 'urn:sample:asks'): flag
    count   @element?:       u16
    level   @element:        i8 default 3
    sealed  @element?:       base64[1..8]
    digest  @element?:       hex[2]
    tag     @element?:       text[1..4][1..3]
    extra   @element?:       any
    more    @element('more'): any[0..]
    strict  @element?:       Strict
    points  @element?:       Points
    sizes   @element('size'): u16[0..4]
    open    @element?:       bool
    must X-01: distinct(body, by: 'lang') else bad_lang "One body a language." ref RFC6121#5.2.3
    must X-02: absent(count) or count > level else bad_sum
}

struct Points as xml { of @attr?: i16  count @text: u16 }

struct Words as xml { lang @attr('xml:lang')?: text  value @text: text[..64] }

struct Strict as xml(ns: 'urn:sample:strict') {
    unknown reject unknown_field
    note @text?: text[..8]
    reason @name(ns: 'urn:sample:reasons')?: Reason
    inner @element?: Strict
    on @attr?: bool
}

message Page as xml(name: 'html', ns: 'urn:page') {
    limit size = 4096
    limit depth = 6
    unknown ignore
    title @attr: text
    content @content: any[0..9]
}

message Bare as xml(name: 'bare') {
    limit size = 4096
    limit depth = 6
    unknown reject unknown_field
    a @element: text
    b @element('b', ns: 'urn:b')?: flag
}

message Stanza as xml(shape: 'choice', scope: 'xmlns="urn:sample" xmlns:s="urn:page"') {
    limit size = 4096
    limit depth = 6
    unknown preserve
    message @element(ns: 'urn:sample')?: Message
    page @element('html', ns: 'urn:page')?: Page
    ping @element(ns: 'urn:page')?: flag
}
"""

HEAD = '<message xmlns="urn:sample" to="b"'
MESSAGES = [
    f"{HEAD}/>",
    f"{HEAD} from='a@b.c/d' type='chat' xml:lang='en' xmlns:m='urn:mark' m:mark=' +7 ' ready='1'><body>hi &amp; &lt;you&gt;</body>"
    "<body xml:lang='de'>hallo <![CDATA[<]]></body><subject/><thread parent='p'>t&#13;x</thread></message>",
    f"{HEAD}>\n <origin-id xmlns='urn:sample:ids' id='7'/>\n <happy xmlns='urn:sample:moods'/><request xmlns='urn:sample:asks'/>"
    "<count> 12 </count><level>-4</level><sealed>aGVs\n bG8=</sealed><digest>00fF</digest><tag>ab</tag><tag>c</tag></message>",
    f"{HEAD}><extra>a<b x='1'>c<d xmlns=''/></b>e</extra><more/><more q='&#10;'>z</more></message>",
    f"{HEAD} zz='1' xmlns:y='urn:y' y:zz='&lt;\"&#9;'>loose"
    "<foo xmlns='urn:x'>in<y:bar/>side</foo><foo xmlns='urn:x'/> text</message>",
    f"{HEAD}><strict on='false'>n<inner xmlns='urn:sample:strict'><busy xmlns='urn:sample:reasons'/></inner></strict></message>",
]
PAGES = [
    "<html xmlns='urn:page' title='t'>one<b>two</b> three<b/><c d='&quot;'/></html>",
    "<p:html xmlns:p='urn:page' title=''/>",
]
BARES = ["<bare><a>x</a></bare>", "<bare>\n<b xmlns='urn:b'/><a/>\n</bare>"]
STANZAS = [
    "<message to='x'/>",
    "<s:ping/>",
    "<s:html title='x'/>",
    "<other a='1'>x</other>",
    "<?xml version='1.0' encoding=\"UTF-8\"?><s:ping/>",
    " <message to='x'><body>y</body></message>\n",
]
MESSAGES += [
    f"{HEAD} m:mark='0' xmlns:m='urn:mark'><points of='-0'> 0 </points><size>0</size><size>65535</size><open>0</open></message>",
    f"{HEAD}><count>0</count><level>-1</level><points>7</points><open> true\n</open></message>",
]
GOOD = {"Message": MESSAGES, "Page": PAGES, "Bare": BARES, "Stanza": STANZAS}

NINE = " ".join(f"a{n}=''" for n in range(9))
BAD = [
    ("Message", "<message xmlns='urn:sample'/>", "missing_field", "to"),
    ("Message", f"{HEAD}><body/><body/></message>", "bad_lang", "body"),
    ("Message", f"{HEAD}><body xml:lang='a'/><body xml:lang='b'/><body/></message>", "too_many", "body"),
    ("Message", f"{HEAD}><thread/></message>", "too_short", "thread.id"),
    ("Message", f"{HEAD}><count>3</count></message>", "bad_sum", "level"),
    ("Message", f"{HEAD}><count>3x</count></message>", "bad_text", "count"),
    ("Message", f"{HEAD}><count>70000</count></message>", "out_of_range", "count"),
    ("Message", f"{HEAD}><count>\u0663</count></message>", "bad_text", "count"),
    ("Message", f"{HEAD}><sealed>aGVsbG9=</sealed></message>", "bad_text", "sealed"),
    ("Message", f"{HEAD}><digest>00</digest></message>", "too_short", "digest"),
    ("Message", f"{HEAD} ready='yes'/>", "bad_text", "ready"),
    ("Message", f"{HEAD} type='other'/>", "unknown_value", "kind"),
    ("Message", f"{HEAD} from='a@'/>", "bad_text", "from"),
    (
        "Message",
        f"{HEAD}><happy xmlns='urn:sample:moods'/><sad xmlns='urn:sample:moods'/></message>",
        "duplicate_field",
        "mood",
    ),
    ("Message", f"{HEAD}><angry xmlns='urn:sample:moods'/></message>", "unknown_value", "mood"),
    ("Message", f"{HEAD}><level>1</level><level>2</level></message>", "duplicate_field", "level"),
    (
        "Message",
        f"{HEAD}><request xmlns='urn:sample:asks'/><request xmlns='urn:sample:asks'/></message>",
        "duplicate_field",
        "asked",
    ),
    ("Message", f"{HEAD}><strict z='1'/></message>", "unknown_field", 'strict.["@z"]'),
    ("Message", f"{HEAD}><strict>far too long</strict></message>", "too_long", "strict.note"),
    (
        "Message",
        f"{HEAD}><strict><inner/></strict></message>",
        "unknown_field",
        'strict.["{urn:sample}inner"]',
    ),
    ("Message", f"{HEAD}>{'<a>' * 8}{'</a>' * 8}</message>", "too_deep", ""),
    ("Message", f"{HEAD}><x {NINE}/></message>", "too_many", ""),
    ("Message", "<message to='b'/>", "wrong_element", ""),
    ("Message", f"{HEAD}/><more/>", "trailing_data", ""),
    ("Message", f"{HEAD}>", "bad_xml", ""),
    ("Message", f"{HEAD} to='b'/>", "bad_xml", ""),
    ("Message", f"{HEAD}><!-- no --></message>", "bad_xml", ""),
    ("Message", f"{HEAD}><?no no?></message>", "bad_xml", ""),
    ("Message", f"<!DOCTYPE message>{HEAD}/>", "bad_xml", ""),
    ("Message", f"<!DOCTYPE m [<!ENTITY e 'x'>]>{HEAD}>&e;</message>", "bad_xml", ""),
    ("Message", f"{HEAD}>&e;</message>", "bad_xml", ""),
    ("Message", f"\ufeff{HEAD}/>", "bad_xml", ""),
    ("Message", f"<?xml version='1.1'?>{HEAD}/>", "bad_xml", ""),
    ("Message", f"<?xml version='1.0' encoding='UTF-7'?>{HEAD}/>", "bad_xml", ""),
    ("Message", "", "bad_xml", ""),
    ("Bare", "<bare><a/>loose</bare>", "unknown_field", '["#"]'),
    ("Bare", "<bare><a/><b/></bare>", "unknown_field", '["b"]'),
    ("Bare", "<bare/>", "missing_field", "a"),
    ("Page", f"<html xmlns='urn:page' title='t'>{'<a/>' * 10}</html>", "too_many", "content"),
    ("Stanza", "<message to='b'/></_><_>", "bad_xml", ""),
    ("Stanza", "</_><_><message to='b'/>", "bad_xml", ""),
    ("Stanza", "<message to='b'/><message to='b'/>", "trailing_data", ""),
    ("Stanza", "x<message to='b'/>", "bad_xml", ""),
]


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    _, name = build(spec, tmp_path_factory.mktemp("xml"))
    return module(name, "xml")


def wire(value: Any) -> Any:
    """A value of the SDK under the names of the specification."""
    if isinstance(value, dict):
        return {("from" if key == "from_" else key): wire(item) for key, item in value.items()}
    return [wire(item) for item in value] if isinstance(value, list) else value


def interpreted(spec: Specification, kind: str, data: bytes) -> tuple[Any, Any]:
    """The value, or what the interpreter refuses: code, requirement, path, octet."""
    try:
        return decode(spec, f"sample.xml.{kind}", data).value, None
    except DecodeError as error:
        return None, (error.code, error.requirement, error.path, error.offset)


def generated(sdk: ModuleType, kind: str, data: bytes) -> tuple[Any, Any]:
    """The same of the generated code."""
    try:
        return getattr(sdk, kind).decode(data), None
    except Exception as error:
        assert type(error).__name__ == "DecodeError", repr(error)
        return None, (error.code, error.requirement, error.path, error.offset)  # type: ignore[attr-defined]


def agree(spec: Specification, sdk: ModuleType, kind: str, data: bytes) -> bool:
    """Compare the executions on one text; returns whether it was taken."""
    expected, refused = interpreted(spec, kind, data)
    found, reason = generated(sdk, kind, data)
    assert reason == refused, data
    if refused is not None:
        return False
    assert wire(plain(found)) == expected, data
    written = found.encode()
    assert written == encode(spec, f"sample.xml.{kind}", expected), data
    again, refused = interpreted(spec, kind, written)
    assert refused is None and again == expected, (data, written, refused)
    return True


@pytest.mark.parametrize("kind", GOOD)
def test_good_texts_are_read_and_written_alike(spec: Specification, sdk: ModuleType, kind: str) -> None:
    for text in GOOD[kind]:
        assert agree(spec, sdk, kind, text.encode()), text


@pytest.mark.parametrize(("kind", "text", "code", "path"), BAD)
def test_refusals_name_code_and_path(
    spec: Specification, sdk: ModuleType, kind: str, text: str, code: str, path: str
) -> None:
    assert not agree(spec, sdk, kind, text.encode())
    found = interpreted(spec, kind, text.encode())[1]
    assert (found[0], found[2]) == (code, path)


@pytest.mark.parametrize(
    "octets",
    [b"\xff\xfe<\0/\0", b"<\0b\0", b"\0<\0b", b"<bare>\xff</bare>", b"<bare>\xc0\x80</bare>", b"\xfe\xff"],
)
def test_octets_that_are_no_utf_8_are_refused(spec: Specification, sdk: ModuleType, octets: bytes) -> None:
    assert not agree(spec, sdk, "Bare", octets)


PIECES = [b"<", b">", b"/", b"&", b"'", b'"', b"=", b"&amp;", b"&#x41;", b"&#0;", b"<a/>", b"<!--", b"-->"]
PIECES += [b"<![CDATA[", b"]]>", b" ", b"\xc3\xa9", b"\xff", b"xmlns=''", b"xmlns:q='urn:q'", b"q:", b"\0"]
PIECES += [b"<body>x</body>", b"</message>", b"<?x?>", b"xml:lang='z'", b"<count>9</count>"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A text like `data` that may be wrong."""
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data = data[:place] + chance.choice(PIECES) + data[place:]
            case 1:
                data = data[:place] + data[place + chance.randint(1, 6) :]
            case 2:
                data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
            case 3:
                other = chance.randrange(len(data) + 1)
                first, last = sorted((place, other))
                data = data[:last] + data[first:last] + data[last:]
            case _:
                data = data.replace(chance.choice(PIECES), chance.choice(PIECES), 1)
    return data


def test_mutated_texts_are_judged_alike(spec: Specification, sdk: ModuleType) -> None:
    chance = random.Random(7)
    taken = 0
    count = int(os.environ.get("ART7_MUTANTS", "0")) // 2 or 1500
    for _ in range(count):
        kind = chance.choice(list(GOOD))
        taken += agree(spec, sdk, kind, mutated(chance.choice(GOOD[kind]).encode(), chance))
    assert count // 50 < taken < count


def broken(value: Any, chance: random.Random) -> Any:
    """A value with one member of another kind, or none."""
    value = copy.deepcopy(value)
    holder: Any = value
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return value
        key = chance.choice(keys)
        if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.7:
            holder = holder[key]
            continue
        odd = [
            None,
            "",
            "x\x01",
            "\ud800",
            7,
            -1,
            70_000,
            True,
            b"abc",
            [],
            {},
            ["a"],
            {"name": "x", "content": []},
            {"{urn:x}q": []},
        ]
        holder[key] = chance.choice(
            [*odd, {"{urn:x}q": [{"name": "{urn:x}q", "content": ["z"]}]}, {"@w": "1"}, {"#": "<"}]
        )
        return value


def test_values_are_written_or_refused_alike(spec: Specification, sdk: ModuleType) -> None:
    """Only members that hold trees: the SDK's records are typed."""
    chance = random.Random(11)
    for _ in range(1500):
        kind = chance.choice(["Message", "Page", "Stanza"])
        data = chance.choice(GOOD[kind]).encode()
        value = sdk.__dict__[kind].decode(data)
        members = [name for name in ("unknown", "extra", "more", "content") if hasattr(value, name)]
        member = chance.choice(members or ["unknown"])
        if not hasattr(value, member):
            continue
        changed = broken({member: getattr(value, member)}, chance)[member]
        setattr(value, member, changed)
        given = wire(plain(value))
        try:
            expected: Any = encode(spec, f"sample.xml.{kind}", given)
        except EncodeError as error:
            expected = (error.code, error.path)
        try:
            found: Any = value.encode()
        except Exception as error:
            found = (error.code, error.path)  # type: ignore[attr-defined]
        assert found == expected, (member, changed)


def test_a_dump_shows_lines_and_columns(spec: Specification) -> None:
    data = MESSAGES[2].encode()
    text = dump(spec, decode(spec, "sample.xml.Message", data).tree, data)
    assert "2:2" in text and "3:" in text and "count" in text
    bad = b"<bare>\n <a/>\n <b/></bare>"
    with pytest.raises(DecodeError) as caught:
        decode(spec, "sample.xml.Bare", bad)
    assert "(line:column 3:2)" in explain(spec, "sample.xml.Bare", caught.value, bad)


STREAM = (
    b"<?xml version='1.0'?><s:html title='t' xmlns='urn:sample' xmlns:s='urn:page'> <message to='a'><body>x</body></message>\n"
    b"<s:ping/><message to='b'/><m xmlns='urn:other'>z</m></s:html>"
)


@pytest.mark.parametrize("size", [1, 2, 7, 50, 1000])
def test_a_stream_gives_its_start_and_its_elements(sdk: ModuleType, size: int) -> None:
    decoder, found = sdk.Stanza.Decoder(), []
    for place in range(0, len(STREAM), size):
        found += decoder.feed(STREAM[place : place + size])
    decoder.close()
    assert decoder.ended and found[0].page.title == "t"
    assert [each.message and each.message.to for each in found] == [None, "a", None, "b", None]
    assert found[2].ping and "{urn:other}m" in found[4].unknown


BROKEN = {
    b"<s:html title='t' xmlns:s='urn:page'><!-- x -->": ("bad_xml", 37),
    b"<s:html title='t' xmlns:s='urn:page'>x": ("bad_xml", 37),
    b"<s:html title='t' xmlns:s='urn:page'></t>": ("bad_xml", 39),
    b"<!DOCTYPE x><x/>": ("bad_xml", 11),
    b"<?xml version='1.0' encoding='latin-1'?>": ("bad_xml", 0),
    b"<s:html xmlns:s='urn:page'>": ("missing_field", 0),
    b"<s:html title='t' xmlns='urn:sample' xmlns:s='urn:page'><message/>": ("missing_field", 0),
    b"<s:html title='t' xmlns='urn:sample' xmlns:s='urn:page'><q:x/>": ("bad_xml", 0),
    b"<s:html title='t' xmlns:s='urn:page'><a>" + b"<b>" * 9: ("too_deep", 55),
    b"<s:html title='t' xmlns:s='urn:page'><a>" + b"x" * 5000: ("too_large", 0),
}


@pytest.mark.parametrize("octets", BROKEN)
def test_a_stream_that_breaks_is_refused_however_it_comes(sdk: ModuleType, octets: bytes) -> None:
    code, place = BROKEN[octets]
    for size in (1, 3, len(octets)):
        decoder = sdk.Stanza.Decoder()
        with pytest.raises(Exception, match=code) as caught:
            for start in range(0, len(octets), size):
                decoder.feed(octets[start : start + size])
            decoder.feed(b"")
        assert type(caught.value).__name__ == "DecodeError"
        assert (caught.value.code, caught.value.offset) == (code, place)  # type: ignore[attr-defined]


ODD = [
    None,
    "",
    "x",
    "x\x01",
    "\ud800",
    "a&<>\"'\r\n\t",
    0,
    7,
    -1,
    70_000,
    True,
    False,
    b"",
    b"abc",
    b"\xff" * 9,
    [],
    ["ab"],
    ["a", 1],
]


def test_odd_members_are_written_or_refused_alike(spec: Specification, sdk: ModuleType) -> None:
    names = "from_ to kind lang mark ready count level sealed digest tag subject body mood asked sizes open more".split()
    chance = random.Random(13)
    written = 0
    for _ in range(1500):
        value = sdk.Message.decode(chance.choice(MESSAGES).encode())
        name, odd = chance.choice(names), chance.choice(ODD)
        setattr(value, name, odd)
        try:
            expected: Any = encode(spec, "sample.xml.Message", wire(plain(value)))
            written += 1
        except EncodeError as error:
            expected = (error.code, error.path.partition("[")[0])
        try:
            found: Any = value.encode()
        except Exception as error:
            found = (error.code, error.path.partition("[")[0])  # type: ignore[attr-defined]
        assert found == expected, (name, odd)
    assert written > 150


LOOSE = """a7 1
module sample.loose version 1.0 "Elements of no namespace, where others have a default." ref RFC9999

encoding xml(ns: 'urn:sample', scope: 'xmlns:a="urn:a" xmlns="urn:sample"')

struct Plain as xml(ns: '', name: 'plain') {
    unknown preserve
    mark @attr?:    u8
    note @element?: text[..8]
}

struct Ours as xml(name: 'ours') { plain @element?: Plain }

message One as xml(shape: 'choice') {
    limit size = 400
    limit depth = 6
    ours  @element?:          Ours
    plain @element(ns: '')?:  Plain
}
"""


@pytest.mark.parametrize(
    ("kind", "value", "octets"),
    [
        ("Plain", {"mark": 7, "note": "a"}, b'<plain xmlns="" mark="7"><note>a</note></plain>'),
        ("Ours", {"plain": {"mark": 7}}, b'<ours xmlns="urn:sample"><plain mark="7"/></ours>'),
        ("One", {"plain": {"note": "a"}}, b'<plain xmlns=""><note>a</note></plain>'),
        ("One", {"ours": {}}, b'<ours xmlns="urn:sample"/>'),
    ],
)
def test_what_has_no_namespace_is_read_again_where_the_scope_has_a_default(
    kind: str, value: dict[str, Any], octets: bytes, tmp_path: Path
) -> None:
    spec = specification(LOOSE)
    name = f"sample.loose.{kind}"
    assert encode(spec, name, value, {}) == octets
    assert encode(spec, name, decode(spec, name, octets, {}).value, {}) == octets
    _, package = build(spec, tmp_path)
    cls = getattr(module(package, "loose"), kind)
    read = cls.decode(octets)
    assert read.encode() == octets
    explained = module(package, "_loose_explain")
    assert getattr(explained, f"encode_{kind.lower()}")(read) == octets
    other = octets.replace(b' xmlns=""', b"").replace(b"ours", b"other")
    if kind == "One":  # an element of no known name is one that is not looked into
        assert (
            plain(cls.decode(other)) == decode(spec, name, other, {}).value == {"ours": None, "plain": None}
        )
        return
    with pytest.raises(DecodeError):
        decode(spec, name, other, {})
    with pytest.raises(ValueError):
        cls.decode(other)
