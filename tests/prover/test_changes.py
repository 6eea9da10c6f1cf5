"""Two versions of a module compared: the level, the direction and the witness of each kind of change, in every encoding."""

from __future__ import annotations

import re

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.prover.answers import Standing
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Derived, Seen, Sequence
from art7.prover.changes.compare import compare

OLD, NEW, BOTH = (OLD_TO_NEW,), (NEW_TO_OLD,), (OLD_TO_NEW, NEW_TO_OLD)


def loaded(text: str) -> Specification:
    report = Report()
    found = load_sources({"m.a7": text}, report)
    assert not report.has_errors, [(each.code, each.message, str(each.span)) for each in report.errors()]
    return found


def compared(old: str, new: str) -> tuple[list[Change], Specification, Specification]:
    one, other = loaded(old), loaded(new)
    return compare(one, other, (["m"], ["m"])).changes, one, other


def accepts(specification: Specification, record: str, shown: Seen) -> bool:
    try:
        decode(specification, record, shown.octets, shown.params)
    except (DecodeError, KeyError):
        return False
    return True


def check_witnesses(changes: list[Change], old: Specification, new: Specification) -> None:
    """A message that only one version accepts is accepted by only that one."""
    for change in changes:
        for shown in change.shown:
            if isinstance(shown, Seen):
                taken = accepts(old, shown.record, shown), accepts(new, shown.new_record, shown)
                assert taken == (shown.old is None, shown.new is None), (change.says, shown)
                assert taken != (True, True) or shown.difference


HEAD = 'a7 1\nmodule m version 1.0 "A module."\n'

BINARY = (
    HEAD
    + """
errors { bad_kind = 101 "No such kind." }
enum Kind: u8 closed "Kinds." { ask = 1 "Asks." tell = 2 "Tells." }
enum Colour: u8 open "Colours." { red = 1 "Red." blue = 2 "Blue." }
message M as binary(order: 'big') "A message." {
    limit size = 4096
    kind:   Kind "What it is."
    colour: Colour "How it looks."
    first:  u8 "The first."
    second: u16 "The second."
    small:  u8 "Of a range."
    check small in 3..9
    must M-1: first != 7 else bad_kind "Seven is not used."
    name:   text[prefix u8 max 20] "A name."
    nonce:  bytes[12] "Never twice."
}
"""
)

TLS = (
    HEAD
    + """
message M as tls(vector: 'varint') "A message." {
    limit size = 4096
    first: u16 "The first."
    items: u8[0..9] "Numbers."
    maybe: optional<u32> "A number, or none."
}
"""
)

JSON = (
    HEAD
    + """
message M as json "A message." {
    limit size = 4096
    limit depth = 8
    unknown reject unknown_field
    name:   text[1..10] "A name."
    count:  u8 "How many."
    nick?:  text[1..10] "Another name."
}
"""
)

PROTO = (
    HEAD
    + """
message M as protobuf "A message." {
    limit size = 4096
    limit depth = 8
    name @1:  text[0..10] "A name."
    count @2: u32 "How many."
}
"""
)

CBOR = (
    HEAD
    + """
message M as cbor "A message." {
    limit size = 4096
    limit depth = 8
    unknown reject unknown_field
    name @1:   text[0..10] "A name."
    nick @2?:  text[0..10] "Another name."
}
"""
)

DER = (
    HEAD
    + """
message M as der "A message." {
    limit size = 4096
    limit depth = 8
    serial: u8 "A number."
    check serial in 0..100
    name:   text[0..10] "A name."
}
"""
)

XML = (
    HEAD
    + """
message M as xml(name: 'm') "A message." {
    limit size = 4096
    limit depth = 8
    unknown reject unknown_field
    id @attr: text[1..10] "Its id."
    body?: text[0..10] "What it says."
}
"""
)

FIRST = '    first:  u8 "The first."\n'
SECOND = '    second: u16 "The second."\n'
RULE = '    must M-1: first != 7 else bad_kind "Seven is not used."\n'
MORE_RULE = '    must M-2: second != 9 else bad_kind "Nor nine."\n'
NAME, COUNT = '    name:   text[1..10] "A name."\n', '    count:  u8 "How many."\n'
TAG = "first(hmac_sha256(key: key, data: 'x'), "

ROWS: list[tuple[str, str, str, str, str, tuple[str, ...]]] = [
    (BINARY, "text", '"The first."', '"The very first."', "M.first", ()),
    (BINARY, "text", '"A module."', '"Another."', "m", ()),
    (BINARY, "source", "second:", "other:", "M.other", ()),
    (BINARY, "source", 'blue = 2 "Blue."', 'blue = 2 "Blue." green = 3 "Green."', "Colour.green", ()),
    (BINARY, "source", "red = 1", "crimson = 1", "Colour.crimson", ()),
    (BINARY, "wire", 'tell = 2 "Tells."', 'tell = 2 "Tells." shout = 3 "Shouts."', "Kind.shout", NEW),
    (BINARY, "wire", ' tell = 2 "Tells."', "", "Kind.tell", OLD),
    (BINARY, "wire", "tell = 2", "tell = 3", "Kind.tell", BOTH),
    (BINARY, "wire", "Kind: u8 closed", "Kind: u8 open", "Kind", NEW),
    (BINARY, "wire", "Colour: u8 open", "Colour: u8 closed", "Colour", OLD),
    (BINARY, "wire", "second: u16", "second: u32", "M.second", BOTH),
    (BINARY, "wire", "in 3..9", "in 3..8", "M", OLD),
    (BINARY, "wire", "in 3..9", "in 2..9", "M", NEW),
    (BINARY, "wire", "max 20", "max 10", "M.name", OLD),
    (BINARY, "wire", "order: 'big'", "order: 'little'", "M", BOTH),
    (BINARY, "wire", FIRST + SECOND, SECOND + FIRST, "M", BOTH),
    (BINARY, "wire", '    name:   text', '    extra:  u8 "More."\n    name:   text', "M.extra", BOTH),
    (BINARY, "wire", '    second: u16 "The second."\n', "", "M.second", BOTH),
    (BINARY, "obligation", "first != 7", "first != 8", "M", BOTH),
    (BINARY, "obligation", '    must M-1: first != 7 else bad_kind "Seven is not used."\n', "", "M", NEW),
    (BINARY, "obligation", RULE, RULE + MORE_RULE, "M", OLD),
    (BINARY, "obligation", "limit size = 4096", "limit size = 30", "M", ()),
    (BINARY, "source", "bad_kind = 101", "bad_kind = 102", "bad_kind", ()),
    (TLS, "wire", "first: u16", "first: u24", "M.first", BOTH),
    (TLS, "wire", "u8[0..9]", "u8[0..5]", "M.items", OLD),
    (TLS, "wire", "u8[0..9]", "u16[0..9]", "M.items", BOTH),
    (TLS, "wire", '"A number, or none."', '"A number, or none."\n    more: optional<u8> "More."', "M.more", BOTH),
    (JSON, "wire", '"How many."', '"How many."\n    size?: u8 "How large."', "M.size", NEW),
    (JSON, "wire", "nick?:", "alias?:", "M.alias", BOTH),
    (JSON, "wire", "nick?:", "nick:", "M.nick", OLD),
    (JSON, "wire", "count:  u8", "count:  u16", "M.count", NEW),
    (JSON, "wire", "text[1..10] \"A name.\"", "text[1..5] \"A name.\"", "M.name", OLD),
    (JSON, "source", NAME + COUNT, COUNT + NAME, "M", ()),
    (JSON, "wire", "unknown reject unknown_field", "unknown preserve", "M", NEW),
    (PROTO, "wire", '"How many."', '"How many."\n    size @3?: u32 "How large."', "M.size", ()),
    (PROTO, "source", "count @2", "number @2", "M.number", ()),
    (PROTO, "wire", "count @2", "count @3", "M.count", BOTH),
    (CBOR, "wire", "nick @2?", "nick @3?", "M.nick", BOTH),
    (CBOR, "wire", '"Another name."', '"Another name."\n    size @3?: u8 "How large."', "M.size", NEW),
    (DER, "wire", "0..100", "0..50", "M", OLD),
    (DER, "wire", '"A number."', '"A number."\n    flag: bool "Set."', "M.flag", BOTH),
    (XML, "wire", '"What it says."', '"What it says."\n    note?: text[0..10] "A note."', "M.note", NEW),
    (XML, "wire", "id @attr: text[1..10]", "id @attr: text[1..5]", "M.id", OLD),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level", "before", "after", "subject", "breaks"), ROWS)
def test_changes(
    text: str, level: str, before: str, after: str, subject: str, breaks: tuple[str, ...]
) -> None:
    assert before in text
    changes, old, new = compared(text, text.replace(before, after, 1))
    found = [each for each in changes if each.subject.removeprefix("m.") == subject]
    assert [each.level.word for each in found] == [level], [
        (x.level.word, x.subject, x.says) for x in changes
    ]
    assert found[0].breaks == breaks, (found[0].says, found[0].standing, found[0].shown)
    assert not breaks or found[0].shown and found[0].standing is Standing.REFUTED
    assert max(each.level for each in changes).word == level
    check_witnesses(changes, old, new)


@pytest.mark.parametrize("text", [BINARY, TLS, JSON, PROTO, CBOR, DER, XML])
def test_nothing_changes_between_equals(text: str) -> None:
    assert compared(text, text)[0] == compared(text, text.replace("\nmessage", "\n\n\nmessage"))[0] == []


SCHEDULE = (
    HEAD
    + """
schedule S(salt: bytes[16]) "Keys." {
    input root: secret[32] "The root."
    derive key:   secret[32] = hkdf_sha256(salt: salt, ikm: root, info: 'label one', length: 32) "A key."
    derive tag:   public[16] = first(hmac_sha256(key: key, data: 'x'), 16) "A tag."
    output tag
    keep root
    erase key
}
"""
)


def test_a_label_changes_the_keys() -> None:
    changes, _, _ = compared(SCHEDULE, SCHEDULE.replace("label one", "label two"))
    assert [(each.subject, each.level.word, each.breaks) for each in changes] == [("m.S.key", "wire", BOTH)]
    shown = changes[0].shown[0]
    assert isinstance(shown, Derived) and shown.name == "key" and shown.old != shown.new
    assert "'label one'" in changes[0].says and "'label two'" in changes[0].says


WEAKER: list[tuple[str, str, str, str]] = [
    (SCHEDULE, "    erase key\n", "", "no longer erased"),
    (SCHEDULE, f"public[16] = {TAG}16)", f"public[8] = {TAG}8)", "8 octets"),
    (SCHEDULE, "hmac_sha256", "hmac_sha1", "weaker function"),
    (SCHEDULE, "root: secret[32]", "root: public[32]", "no longer secret"),
    (BINARY, "nonce:  bytes[12]", "nonce:  bytes[8]", "8 octets, had 12"),
    (BINARY, "limit size = 4096", "limit size = 9000", "limit size raised"),
    (BINARY, '    must M-1: first != 7 else bad_kind "Seven is not used."\n', "", "M-1 is gone"),
    (BINARY, "must M-1: first", "should M-1: first", "binds less"),
    (BINARY, "Kind: u8 closed", "Kind: u8 open", "no longer refused"),
    (JSON, "unknown reject unknown_field", "unknown ignore", "no longer refused"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "before", "after", "what"), WEAKER)
def test_weakening_stands_first(text: str, before: str, after: str, what: str) -> None:
    assert before in text
    if "should M-1" in after:
        after, text = after, text.replace(" else bad_kind", "")
    changes, _, _ = compared(text, text.replace(before, after, 1))
    assert what in changes[0].weakens, [(each.says, each.weakens) for each in changes]
    back, _, _ = compared(text.replace(before, after, 1), text)
    assert not any(each.weakens for each in back), [(each.says, each.weakens) for each in back]


SUITES = (
    HEAD
    + """
enum CipherSuite: u16 open "Suites." { aes128_gcm = 1 "A." chacha20_poly1305 = 2 "B." }
message M as binary(order: 'big') "A message." { limit size = 64 suite: CipherSuite "It." }
"""
)


def test_lists_of_algorithms() -> None:
    weaker = SUITES.replace('2 "B."', '2 "B." rc4_md5 = 3 "C."')
    assert "protects little" in compared(SUITES, weaker)[0][0].weakens
    assert (
        "no longer in the list"
        in compared(SUITES, SUITES.replace(' chacha20_poly1305 = 2 "B."', ""))[0][0].weakens
    )
    assert not compared(weaker, SUITES)[0][0].weakens


ROLES = (
    HEAD
    + """
message Ask as binary(order: 'big') "Asks." { limit size = 64 number: u8 "It." }
message Tell as binary(order: 'big') "Tells." { limit size = 64 number: u8 "It." }
protocol P "Asking." {
    roles client, server
    channel client -> server ordered bound 4 carries Ask
    channel server -> client ordered bound 4 carries Tell
    role client {
        timer patience = 10s
        start state idle { on local begin => waiting { send Ask(number: 1) to server start patience } }
        hot state waiting {
            on Tell from server => done
            on timeout patience => done
        }
        final state done { ignore Tell from server }
    }
    role server {
        start state ready { on Ask from client as a { send Tell(number: a.number) to client } }
    }
}
"""
)


def test_roles() -> None:
    loaded(ROLES)
    gone, _, _ = compared(ROLES, ROLES.replace("            on timeout patience => done\n", ""))
    assert gone[0].breaks == OLD and gone[0].level.word == "obligation"
    shown = gone[0].shown[0]
    assert (
        isinstance(shown, Sequence)
        and shown.events[0].startswith("local begin")
        and "timeout" in shown.events[-1]
    )
    timer, _, _ = compared(ROLES, ROLES.replace("10s", "20s"))
    assert [(each.level.word, each.subject) for each in timer] == [("obligation", "m.P.client.patience")]
    other, _, _ = compared(ROLES, ROLES.replace("=> done\n            on", "=> waiting\n            on"))
    assert [each.level.word for each in other] == ["obligation"] and "receive Tell" in other[0].says


def test_a_renamed_message_is_the_same() -> None:
    changes, _, _ = compared(BINARY, BINARY.replace("message M ", "message Note "))
    assert [(each.level.word, each.says) for each in changes] == [("source", "`M` is called `Note`")]
    changes, _, _ = compared(BINARY, re.sub(r"Colour(?=[: ])", "Tint", BINARY))
    assert {each.level.word for each in changes} == {"source"} and any(
        "`Colour` is called `Tint`" == x.says for x in changes
    )


def test_what_is_gone_and_what_is_new() -> None:
    both = ROLES[: ROLES.index("protocol")]
    gone, _, _ = compared(both, both[: both.index("message Tell")])
    assert [(each.says, each.breaks) for each in gone] == [("the message is gone", OLD)]
    added, _, _ = compared(both[: both.index("message Tell")], both)
    assert [(each.says, each.breaks, each.level.word) for each in added] == [
        ("the message is new", (), "wire")
    ]
