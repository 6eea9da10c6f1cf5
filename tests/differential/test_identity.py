"""Identities beside libraries: Jabber addresses beside slixmpp, telephone numbers beside phonenumbers, over mutated texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import corpus
from differences import (
    Edit,
    Explained,
    Trial,
    compare,
    mutants,
    octet_edits,
    they_refuse,
    tried,
    values_differ,
    we_refuse,
)
from executions import Codec


def texts(topic: str, marks: str) -> list[bytes]:
    """Short texts of the public cases that hold one of those signs, as JSON."""
    found = {
        each
        for path in corpus.files("vectors", topic, ".json")
        for each in _walk(json.loads(path.read_text("utf-8")))
    }
    return [
        json.dumps(each, ensure_ascii=False).encode("utf-8", "surrogatepass")
        for each in sorted(found)
        if set(marks) & set(each)
    ]


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) < 120:
            yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _walk(each)


def within(pieces: tuple[bytes, ...]) -> tuple[Edit, ...]:
    """Edits of the text between its quotes; now and then of all."""

    def inner(edit: Edit) -> Edit:
        return lambda octets, chance: octets[:1] + edit(octets[1:-1], chance) + octets[-1:]

    edits = octet_edits(pieces)
    return (*edits[:1], *(inner(edit) for edit in edits * 3))


# ---- Jabber identifiers -----------------------------------------------------------------------------------------

JIDS = (
    b'"juliet@example.com"',
    b'"Juliet@Example.com/Balcony A"',
    b'"example.com"',
    b'"a.example/r@s/t"',
    b'"conference.example.com/N"',
    b'"user+tag=1@xn--bcher-kva.example"',
    b'"stra\xc3\x9fe@example.com"',
    b'"a@[::1]/x"',
    b'"a@192.0.2.1"',
    b'"j\xc3\xbcrgen@b\xc3\xbccher.example"',
)
JID_EDITS = within(
    (
        b"@",
        b"/",
        b".",
        b"..",
        b"-",
        b" ",
        b"'",
        b"&",
        b":",
        b"<",
        b">",
        b"A",
        b"z",
        b"0",
        b"_",
        b"\xc3\xa9",
        b"\xc3\x89",
        b"\xe2\x99\xa5",
        b"\xc2\xad",
        b"\xe2\x85\xa3",
        b"\xe0\xb8\x81",
        b"[",
        b"]",
        b"\\\\20",
        b"\\\\",
    )
)
JABBER = (
    Explained(
        "capital digits of an address of IPv6, which the library keeps",
        "RFC 5952 §4.3: they are small; RFC 7622 §3.2 compares addresses as they are written there",
        values_differ(rb"\[[0-9A-Fa-f:.]+\]"),
    ),
    Explained(
        "letters outside ASCII, which the library maps by RFC 6122",
        "RFC 7622 §3.3, §3.4, RFC 8265 §3.3: PRECIS keeps what Nodeprep changed; art7 compares them where JID-02 says so",
        values_differ(rb"[\x80-\xff]|\\u"),
    ),
    Explained(
        "signs outside ASCII that no local part or domain has, or that the library maps away",
        "RFC 8264 §9.17, §9.18, RFC 7622 §3.3.1: compatibility forms, ignorable code points, symbols",
        we_refuse("bad_text", shown=rb"[\x80-\xff]|\\u"),
    ),
    Explained(
        "signs that no domain has, which the library lets stand outside of IDNA",
        "RFC 7622 §3.2: a domain is of labels that hosts have, or an address",
        we_refuse("bad_text", shown=rb'^\s*"([^"@/]*@)?(?=[^"/]*[^"/A-Za-z0-9_.-])[ -~]*"\s*$'),
    ),
    Explained(
        "a dot at the end of a domain, which the library keeps in some forms of it",
        "RFC 7622 §3.2: it is taken off",
        values_differ(rb'\.["/]'),
    ),
    Explained(
        "nothing", "RFC 7622 §3.1: a domain is never absent", we_refuse("bad_text", shown=rb'^\s*""\s*$')
    ),
    Explained(
        "names that no host has",
        "RFC 7622 §3.2: whether a domain is valid is for DNS and IDNA to say (JID-03, by hand)",
        they_refuse("domain"),
    ),
    Explained(
        "letters that Stringprep of Unicode 3.2 does not have",
        "RFC 7622 §3.3, §3.4: PRECIS goes with Unicode (JID-02, by hand)",
        they_refuse("(localpart|resource) (doesn|empty)", rb"[\x80-\xff]|\\u"),
    ),
)


def our_jid(plain: dict[str, Any]) -> tuple[str, str, str]:
    return plain["local"], plain["domain"], plain["resource"]


def test_jabber_identifiers(codec: Codec, cases: Any) -> None:
    library = pytest.importorskip("slixmpp.jid", reason="slixmpp is not installed: make judges")

    def theirs(octets: bytes) -> Any:
        found = library.JID(json.loads(octets))
        return found.node, found.domain, found.resource

    seeds = [*JIDS * 3, *texts("xmpp", "@")]
    trial = Trial("jid", "slixmpp", "ietf.identity.JabberAddress", our_jid, theirs, JABBER)
    compare(trial, codec, mutants("jid", seeds, JID_EDITS, tried("jid", codec)), cases)


# ---- telephone numbers ------------------------------------------------------------------------------------------

NUMBERS = (
    b'"+4930123456"',
    b'"+14155550123"',
    b'"+35312345678"',
    b'"+390236618300"',
    b'"+7495123456"',
    b'"+442079460000"',
    b'"+16502530000"',
)
NUMBER_EDITS = within(
    (b"+", b"0", b"1", b"9", b"00", b" ", b"-", b"(", b"\xd9\xa1", b"a", b";ext=1", b"12345678")
)
PHONES = (
    Explained(
        "separators, letters, extensions and other digits, which the library takes out",
        "E.164 §6: decimal digits alone; how they are set apart is E.123",
        we_refuse("bad_text", shown=rb'[^"+0-9]'),
    ),
    Explained(
        "more than 15 digits",
        "E.164 §6.1; the library counts 17 behind the code",
        we_refuse("bad_text", shown=rb"\d{16}"),
    ),
    Explained(
        "signs before or behind the number",
        "E.164 §6: one plus sign, then digits",
        we_refuse("bad_text", shown=rb'^"(?!\+\d+"$)'),
    ),
    Explained(
        "codes that nobody has, and numbers that are too short for the library",
        "E.164 §6.2, E.164.1: who has a code changes; the form does not",
        they_refuse("NumberParseException"),
    ),
    Explained(
        "a code alone or with too few digits", "E.164 §6.2: digits follow the code", we_refuse("bad_number")
    ),
    Explained(
        "prefixes within a country, which the library adds or takes out",
        "E.164 §6.2.2: they are no part of the international number",
        lambda found: values_differ(b"")(found) and found.ours[:2] == found.theirs[:2],
    ),
)


def test_telephone_numbers(codec: Codec, cases: Any) -> None:
    library = pytest.importorskip("phonenumbers", reason="phonenumbers is not installed: make judges")

    def theirs(octets: bytes) -> Any:
        text = json.loads(octets)
        found = library.parse(text, None)
        national = library.national_significant_number(found)
        return text, str(found.country_code), national

    trial = Trial(
        "e164",
        "phonenumbers",
        "ietf.identity.PhoneNumber",
        lambda told: (told["number"], told["country"], told["national"]),
        theirs,
        PHONES,
    )
    seeds = [*NUMBERS * 3, *texts("e164", "+")]
    compare(trial, codec, mutants("e164", seeds, NUMBER_EDITS, tried("e164", codec)), cases)
