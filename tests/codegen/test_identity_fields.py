"""A field whose type is an identity follows the identity's rules, in every execution."""

from __future__ import annotations

import pytest
from tests.support.agreed import Agreed
from tests.support.lowering import HEAD, codes, load

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError

TEXT = """
errors { bad_name = 100 reserved = 101 }
identity Name {
    pattern ('a'..'z' | 'A'..'Z' | '-')+
    canonical lower(strip(value, '-'))
    must NAME-1: length(canonical_form) in 2..4 else bad_name "Two to four letters."
    must NAME-2: value != 'root' else reserved
    must NAME-3: manual
    should NAME-4: value == canonical_form
}
message Plain as json { limit size = 99 name: Name }
message Maybe as json { limit size = 99 name?: Name nick: Name | null }
message Many as json { limit size = 99 names: Name[..3] }
message Wire as binary { limit size = 99 n: u8 name: Name within n when n > 0 }
message Proto as protobuf { limit size = 99 name @1?: Name names @2: Name[..9] }
message Words as text { limit size = 99 name: Name ' ' kind: u8 ' ' select kind { 1 => more: Name otherwise => empty } }
message Cbor as cbor { limit size = 99 name: Name }
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Agreed:
    return Agreed(HEAD + TEXT, tmp_path_factory.mktemp("identity"))


@pytest.mark.parametrize(
    ("record", "octets"),
    [
        ("Plain", b'{"name":"-a-b-"}'),
        ("Maybe", b'{"nick":null}'),
        ("Maybe", b'{"name":"ab","nick":"AB"}'),
        ("Many", b'{"names":[]}'),
        ("Many", b'{"names":["ab","cd-"]}'),
        ("Wire", b"\0"),
        ("Wire", b"\2ab"),
        ("Proto", b""),
        ("Proto", b"\x0a\x02ab\x12\x02cd"),
        ("Words", b"ab 2 "),
        ("Words", b"ab 1 cd"),
        ("Cbor", b"\xa1\x64name\x62ab"),
    ],
)
def test_values_that_follow_the_rules(demo: Agreed, record: str, octets: bytes) -> None:
    demo.read(record, octets)


@pytest.mark.parametrize(
    ("record", "octets", "code"),
    [
        ("Plain", b'{"name":"-a-"}', "bad_name"),
        ("Plain", b'{"name":"root"}', "reserved"),
        ("Plain", b'{"name":"a1"}', "bad_text"),
        ("Maybe", b'{"nick":"abcde"}', "bad_name"),
        ("Maybe", b'{"name":"a","nick":null}', "bad_name"),
        ("Many", b'{"names":["ab","root"]}', "reserved"),
        ("Wire", b"\1a", "bad_name"),
        ("Proto", b"\x0a\x01a", "bad_name"),
        ("Proto", b"\x12\x02ab\x12\x04root", "reserved"),
        ("Words", b"a 2 ", "bad_name"),
        ("Words", b"ab 1 root", "reserved"),
        ("Cbor", b"\xa1\x64name\x61a", "bad_name"),
    ],
)
def test_values_that_break_a_rule(demo: Agreed, record: str, octets: bytes, code: str) -> None:
    assert demo.same_refusal(record, octets) == code


def test_no_value_that_breaks_a_rule_is_written(demo: Agreed) -> None:
    assert demo.unwritten("Plain", {"name": "root"}) == "reserved"
    assert demo.unwritten("Many", {"names": ["ab", "a"]}) == "bad_name"


def test_rules_of_another_module_are_understood_there() -> None:
    used = (
        "a7 1\nmodule other version 1.0\nerrors { odd = 100 }\nfunction size(a: text) -> u8 = length(a) + 1\n"
        "identity Id { pattern 'a'..'z'+ must ID-1: size(value) > 2 else odd }\n"
    )
    report = Report()
    text = HEAD + "use other\nmessage M as json { limit size = 99 id: other.Id }\n"
    spec = load_sources({"demo.a7": text, "other.a7": used}, report)
    assert not report.diagnostics
    decode(spec, "demo.M", b'{"id":"ab"}')
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "demo.M", b'{"id":"a"}')
    assert (refusal.value.code, refusal.value.requirement) == ("odd", "ID-1")


def test_what_is_wrong_with_a_rule_is_told_once() -> None:
    text = "identity Id { pattern 'a' must ID-1: value > 2 }\nstruct S as json { a: Id b: Id }"
    assert codes(text) == ["A7-T009"]
    assert [found.span.line for found in load(text)[1].diagnostics] == [3]
